/// Figures that are shown, and those that would tell of persons.
package enum SmallCells {
    /// The votes of each group, nil where they must not be shown: where fewer than ten are eligible, have voted or have not,
    /// and where a hidden figure could be told as the difference between the sum and the others.
    package static func shown(_ cells: [Snapshot.Cell]) -> [Int?] {
        let hasVotes = cells.contains { $0.funnel.voted > 0 }
        var isHidden = cells.map { cell in
            let funnel = cell.funnel
            // Nobody has voted yet, anywhere: that tells nothing of anybody.
            guard hasVotes else { return funnel.eligible < Snapshot.small }
            return funnel.eligible < Snapshot.small || funnel.voted < Snapshot.small
                || funnel.eligible - funnel.voted < Snapshot.small
        }
        // The hidden ones together must be no small group either, and never one alone.
        while isHidden.contains(true), isHidden.contains(false) {
            let hidden = cells.indices.filter { isHidden[$0] }
            let voted = hidden.reduce(0) { $0 + cells[$1].funnel.voted }
            let eligible = hidden.reduce(0) { $0 + cells[$1].funnel.eligible }
            let isSafe =
                hidden.count > 1 && eligible >= Snapshot.small
                && (!hasVotes || voted >= Snapshot.small && eligible - voted >= Snapshot.small)
            if isSafe { break }
            let open = cells.indices.filter { !isHidden[$0] }
            guard let next = open.min(by: { cells[$0].funnel.eligible < cells[$1].funnel.eligible }) else { break }
            isHidden[next] = true
        }
        return cells.indices.map { isHidden[$0] ? nil : cells[$0].funnel.voted }
    }

    /// A number of persons as a preview may name it: to the nearest ten; nil below ten.
    package static func rounded(_ count: Int) -> Int? {
        count < Snapshot.small ? nil : (count + 5) / 10 * 10
    }
}
