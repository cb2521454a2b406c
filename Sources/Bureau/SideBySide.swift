/// Which groups of several partitions of the same voters may be shown side by side.
///
/// Each partition alone follows ``SmallCells``. Two of them tell more: where a site is a college but for three persons, the
/// difference is those three. So for every small set of voters that two groups share or do not share, and for every hidden
/// group, somebody who sees all that is shown must be left with a doubt: half of the set, or ten voters. Where they are not,
/// a group that helps to tell it is hidden too, the last partition's first.
package struct SideBySide {
    package typealias Count = SmallCells.Count

    /// Voters who are alike in everything by which figures are shown.
    package struct Part: Sendable {
        /// Their group in each partition, by its place there; nil where they are in none.
        package let groups: [Int?]
        package var count: Count

        package init(groups: [Int?], count: Count) { (self.groups, self.count) = (groups, count) }

        /// How many of them may have voted, as far as everybody knows: nobody votes without an identifier.
        var capacity: Int { groups.contains(nil) && count.voted == 0 ? 0 : count.eligible }
    }

    /// With more parts than this the last partition is left out: a few seconds of work would become minutes.
    private static let mostParts = 4000

    private let parts: [Part]
    private let sums: [[Count]]
    private var isShown: [[Bool]]
    /// The groups behind the sums that are known, but for the first, which is of all voters.
    private var known: [(partition: Int, group: Int)] = []
    /// Sets of parts still to be looked at.
    private var doubtful: [[Int]] = []

    /// - Parameters:
    ///   - sizes: for each partition how many groups it has; the first matter most.
    ///   - parts: all voters.
    /// - Returns: for each partition and group whether it may be shown.
    package static func shown(_ sizes: [Int], _ parts: [Part]) -> [[Bool]] {
        if parts.count > mostParts, sizes.count > 1 {
            var merged: [[Int?]: Count] = [:]
            for part in parts { merged[part.groups.dropLast(), default: Count()] += part.count }
            let others = shown(sizes.dropLast(), merged.map { Part(groups: $0.key, count: $0.value) })
            return others + [[Bool](repeating: false, count: sizes[sizes.count - 1])]
        }
        var choice = SideBySide(sizes, parts)
        choice.hide()
        return choice.isShown
    }

    private init(_ sizes: [Int], _ parts: [Part]) {
        self.parts = parts
        var sums = sizes.map { [Count](repeating: Count(), count: $0) }
        for part in parts {
            for (partition, group) in part.groups.enumerated() {
                if let group { sums[partition][group] += part.count }
            }
        }
        self.sums = sums
        isShown = sums.map { SmallCells.shown($0) }
    }

    private func members(_ partition: Int, _ group: Int) -> [Int] {
        parts.indices.filter { parts[$0].groups[partition] == group }
    }

    private func count(_ members: [Int]) -> Count {
        var sum = Count()
        for part in members { sum += parts[part].count }
        return sum
    }

    /// Hides what tells too much.
    private mutating func hide() {
        guard parts.contains(where: { $0.count.voted > 0 }) else { return }
        known = isShown.indices.flatMap { partition in
            isShown[partition].indices.filter { isShown[partition][$0] }.map { (partition, $0) }
        }
        let all = Array(parts.indices)
        let groups = [all] + known.map { members($0.partition, $0.group) }
        guard
            let bounds = FigureBounds(
                sizes: parts.map(\.capacity), sums: groups.map { ($0, count($0).voted) })
        else {
            isShown = isShown.map { $0.map { _ in false } }
            return
        }
        collect()
        var next = 0
        while next < doubtful.count {
            if let sum = telling(doubtful[next], bounds) { drop(sum, bounds) } else { next += 1 }
        }
    }

    /// Gathers the sets of voters that might be told: the small ones among parts, hidden groups, and what two groups share or
    /// do not share.
    private mutating func collect() {
        var sets: Set<[Int]> = Set(parts.indices.map { [$0] })
        let members = isShown.indices.map { partition in
            isShown[partition].indices.map { self.members(partition, $0) }
        }
        for one in isShown.indices {
            sets.insert(parts.indices.filter { parts[$0].groups[one] == nil })
            for group in isShown[one].indices where !isShown[one][group] { sets.insert(members[one][group]) }
            for other in isShown.indices where other != one {
                for group in isShown[one].indices {
                    let here = members[one][group]
                    var shared: [Int: [Int]] = [:]
                    for part in here {
                        if let place = parts[part].groups[other] { shared[place, default: []].append(part) }
                    }
                    // What is left over where the other partition nearly cuts this group into whole groups of its own.
                    var scraps: [Int] = []
                    var inside: [Int] = []
                    for (place, both) in shared {
                        sets.insert(both)
                        sets.insert(here.filter { parts[$0].groups[other] != place })
                        if count(both).eligible < Snapshot.small { scraps += both }
                        if count(both).eligible * 2 > sums[other][place].eligible { inside.append(place) }
                    }
                    sets.insert(scraps.sorted())
                    sets.insert(here.filter { !inside.contains(parts[$0].groups[other] ?? -1) })
                    sets.insert(
                        inside.flatMap { members[other][$0] }.filter { parts[$0].groups[one] != group }.sorted())
                }
            }
        }
        doubtful = sets.filter { !$0.isEmpty && !count($0).isLarge }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// The sum to be hidden because a set of voters is told; nil when it is not, or by nothing that could be hidden.
    private func telling(_ set: [Int], _ bounds: FigureBounds) -> Int? {
        let size = set.reduce(0) { $0 + parts[$1].capacity }
        guard size > 0 else { return nil }
        // Where the solver gives up, every sum is under suspicion.
        let told = bounds.bounds(of: set) ?? (0, 0, Set(known.indices.map { $0 + 1 }))
        guard told.most - told.least < min(Snapshot.small, (size + 1) / 2) else { return nil }
        let open = told.because.filter { $0 > 0 && isShown[known[$0 - 1].partition][known[$0 - 1].group] }
        return open.max { one, other in
            let (a, b) = (known[one - 1], known[other - 1])
            let (left, right) = (sums[a.partition][a.group].eligible, sums[b.partition][b.group].eligible)
            return (a.partition, -left, one) < (b.partition, -right, other)
        }
    }

    /// Hides a group, and those of its partition that must go with it.
    private mutating func drop(_ sum: Int, _ bounds: FigureBounds) {
        let (partition, group) = known[sum - 1]
        var hidden = Set(isShown[partition].indices.filter { !isShown[partition][$0] })
        hidden.insert(group)
        let left = SmallCells.shown(sums[partition], except: hidden)
        for (number, entry) in known.enumerated()
        where entry.partition == partition && isShown[partition][entry.group] && !left[entry.group] {
            bounds.forget(number + 1)
            let members = members(partition, entry.group)
            if !count(members).isLarge { doubtful.append(members) }
        }
        isShown[partition] = left
    }
}
