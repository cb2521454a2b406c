/// Figures that may be shown, and those that would tell of persons.
package enum SmallCells {
    /// How many of a group are eligible, how many of them have signed in as far as that may be seen, and how many voted.
    package struct Count: Sendable, Codable, Equatable {
        /// Who may vote.
        package var eligible = 0
        /// Who has signed in once at least, while the poll is open; before and after it all who are eligible.
        package var signedIn = 0
        /// Who has voted on one ballot at least.
        package var voted = 0

        /// - Parameter signedIn: nil where it makes no difference: then all who are eligible count.
        package init(eligible: Int = 0, signedIn: Int? = nil, voted: Int = 0) {
            (self.eligible, self.signedIn, self.voted) = (eligible, signedIn ?? eligible, voted)
        }

        static func += (a: inout Count, b: Count) {
            a.eligible += b.eligible
            a.signedIn += b.signedIn
            a.voted += b.voted
        }

        /// Whether ten at least are eligible, have voted and have not, and not everybody who has signed in has voted: an
        /// election manager sees who has.
        var isLarge: Bool { min(eligible, voted, eligible - voted) >= TurnoutSnapshot.small && signedIn > voted }
    }

    /// Which groups of one partition may be shown: not those where fewer than ten are eligible, have voted or have not, nor
    /// so many others that the hidden ones were told by what is left of the sum.
    /// - Parameter hidden: groups that must not be shown for other reasons.
    package static func shown(_ groups: [Count], except hidden: Set<Int> = []) -> [Bool] {
        let hasVotes = groups.contains { $0.voted > 0 }
        // Nobody has voted yet, anywhere: that tells nothing of anybody.
        func isLarge(_ count: Count) -> Bool { hasVotes ? count.isLarge : count.eligible >= TurnoutSnapshot.small }
        var isShown = groups.indices.map { !hidden.contains($0) && isLarge(groups[$0]) }
        // The hidden ones together must be no small group either, and never one alone.
        while isShown.contains(true), isShown.contains(false) {
            let kept = groups.indices.filter { !isShown[$0] }
            var rest = Count()
            for index in kept { rest += groups[index] }
            if kept.count > 1, isLarge(rest) { break }
            let open = groups.indices.filter { isShown[$0] }
            guard let next = open.min(by: { groups[$0].eligible < groups[$1].eligible }) else { break }
            isShown[next] = false
        }
        return isShown
    }

    /// A number of persons as a preview may name it: to the nearest ten; nil below ten.
    package static func rounded(_ count: Int) -> Int? {
        count < TurnoutSnapshot.small ? nil : (count + 5) / 10 * 10
    }
}
