/// Which groups of several partitions of the same voters may be shown side by side.
///
/// Each partition alone follows ``SmallCells``. Two of them tell more: where a site is a college but for three persons, the
/// difference is those three. So for small sets of voters that groups share or do not share, and for every hidden group,
/// somebody who sees all that is shown must be left with a doubt: half of the set, or ten voters. Where they are not, a group
/// that helps to tell it is hidden too, the last partition's first. The sets are those that pairs of partitions cut out;
/// what only three partitions together would tell is looked for in every single part.
package struct CrossTabulation {
    /// Eligible, signed in and voted, of a part or of a group.
    package typealias Count = SmallCells.Count

    /// Voters who are alike in everything by which figures are shown.
    package struct Part: Sendable {
        /// Their group in each partition, by its place there; nil where they are in none.
        package let groups: [Int?]
        /// Persons, not votes: who votes on two ballots counts once.
        package var count: Count
        /// How many of them have voted, at least, by what was shown before.
        package var least: Int

        /// - Parameter groups: one for each partition, in their order.
        package init(groups: [Int?], count: Count, least: Int = 0) {
            (self.groups, self.count, self.least) = (groups, count, least)
        }

        /// How many of them may have voted, as far as everybody knows: nobody votes without an identifier.
        var capacity: Int { groups.contains(nil) && count.voted == 0 ? 0 : count.eligible }
    }

    /// Above this the last partition is left out: the solver's two seconds would become minutes.
    package static let mostParts = 1500

    /// All voters, each in one part.
    private let parts: [Part]
    /// For each partition the counts of its groups.
    private let sums: [[Count]]
    /// For each partition and group whether it is shown, as far as the choice has come.
    private var isShown: [[Bool]]
    /// The groups behind the sums that can be hidden; before them come all voters and the sets that everybody knows of.
    private var known: [(partition: Int, group: Int)] = []
    private var fixed = 1
    /// Sets of parts still to be looked at.
    private var doubtful: [[Int]] = []

    /// - Parameters:
    ///   - sizes: for each partition how many groups it has; the first matter most.
    ///   - parts: all voters, ``mostParts`` kinds at most.
    ///   - public: sets of parts whose votes everybody knows.
    ///   - hidden: for each partition the groups that must not be shown for other reasons.
    /// - Returns: for each partition and group whether it may be shown.
    package static func shown(
        _ sizes: [Int], _ parts: [Part], public: [[Int]] = [], except hidden: [Set<Int>]? = nil
    ) -> [[Bool]] {
        choose(sizes, parts, public: `public`, except: hidden).isShown
    }

    /// The same, with the least of each part that have voted by all that is shown.
    package static func choose(
        _ sizes: [Int], _ parts: [Part], public: [[Int]], except hidden: [Set<Int>]?
    ) -> (isShown: [[Bool]], least: [Int]) {
        var choice = CrossTabulation(sizes, parts)
        choice.isShown = choice.sums.enumerated().map { SmallCells.shown($1, except: hidden?[$0] ?? []) }
        let least = parts.map(\.least)
        // Where the solver gives up nothing is shown.
        let nothing = (sizes.map { [Bool](repeating: false, count: $0) }, least)
        guard let bounds = choice.bounds(`public`, parts.map(\.capacity), least) else { return nothing }
        // An election manager sees who has signed in: among those a doubt must be left as well, if only one.
        let present = parts.map { min($0.capacity, $0.count.signedIn) }
        let isPublic = present.reduce(0, +) == parts.reduce(0) { $0 + $1.count.voted }
        var narrow: DisclosureBounds?
        if !isPublic, present != parts.map(\.capacity) {
            guard let found = choice.bounds(`public`, present, least) else { return nothing }
            narrow = found
        }
        choice.collect(choice.isShown) { !$0.isLarge }
        var next = 0
        while next < choice.doubtful.count {
            let set = choice.doubtful[next]
            let size = set.reduce(0) { $0 + parts[$1].capacity }
            var sum = choice.telling(set, bounds, doubt: min(TurnoutSnapshot.small, (size + 1) / 2))
            if sum == nil, let narrow, set.contains(where: { present[$0] > 0 }) {
                sum = choice.telling(set, narrow, doubt: 1)
            }
            if let sum { choice.drop(sum, [bounds, narrow]) } else { next += 1 }
        }
        return (choice.isShown, parts.indices.map { max(parts[$0].least, bounds.bounds(of: [$0])?.least ?? 0) })
    }

    /// What the movement from one picture to the next would tell: groups that are shown in both and must not be.
    /// - Parameters:
    ///   - parts: all voters, with the votes since the earlier picture, and the least that had voted by then.
    ///   - shown: what both pictures show.
    package static func told(
        _ sizes: [Int], _ parts: [Part], public: [[Int]], shown: [[Bool]]
    ) -> [(partition: Int, group: Int)] {
        var choice = CrossTabulation(sizes, parts)
        choice.isShown = shown
        let sizes = parts.map { max(0, $0.capacity - $0.least) }
        guard let bounds = choice.bounds(`public`, sizes, parts.map { _ in 0 }) else { return choice.known }
        // That nobody of a group has voted since may be seen: a figure moves by nothing or by ten.
        choice.collect(shown) { $0.voted > 0 && !$0.isLarge }
        var told: [(partition: Int, group: Int)] = []
        for set in choice.doubtful {
            let size = set.reduce(0) { $0 + sizes[$1] }
            while let sum = choice.telling(set, bounds, doubt: min(TurnoutSnapshot.small, (size + 1) / 2)) {
                let entry = choice.known[sum - choice.fixed]
                told.append(entry)
                choice.isShown[entry.partition][entry.group] = false
                bounds.forget(sum)
            }
        }
        return told
    }

    /// Adds the parts up; nothing is shown yet.
    private init(_ sizes: [Int], _ parts: [Part]) {
        self.parts = parts
        var sums = sizes.map { [Count](repeating: Count(), count: $0) }
        for part in parts {
            for (partition, group) in part.groups.enumerated() {
                if let group { sums[partition][group] += part.count }
            }
        }
        self.sums = sums
        isShown = []
    }

    /// The parts of a group; with nil those that are in none of the partition's groups.
    private func members(_ partition: Int, _ group: Int?) -> [Int] {
        parts.indices.filter { parts[$0].groups[partition] == group }
    }

    /// The sum of some parts.
    private func count(_ members: [Int]) -> Count {
        var sum = Count()
        for part in members { sum += parts[part].count }
        return sum
    }

    /// What can be worked out of everything that is shown; nil when the solver gives up.
    private mutating func bounds(_ public: [[Int]], _ sizes: [Int], _ least: [Int]) -> DisclosureBounds? {
        known = isShown.indices.flatMap { partition in
            isShown[partition].indices.filter { isShown[partition][$0] }.map { (partition, $0) }
        }
        fixed = 1 + `public`.count
        let sets = [Array(parts.indices)] + `public` + known.map { members($0.partition, $0.group) }
        return DisclosureBounds(sizes: sizes, least: least, sums: sets.map { ($0, count($0).voted) })
    }

    // MARK: Sets that might be told

    /// Gathers them: the small ones among parts, hidden groups, and what groups of two partitions share or do not share.
    private mutating func collect(_ shown: [[Bool]], where isDoubtful: (Count) -> Bool) {
        guard parts.contains(where: { $0.count.voted > 0 }) else { return }
        var sets: Set<[Int]> = Set(parts.indices.map { [$0] })
        let members = sums.indices.map { partition in sums[partition].indices.map { self.members(partition, $0) } }
        for one in sums.indices {
            sets.insert(self.members(one, nil))
            for group in sums[one].indices where !shown[one][group] { sets.insert(members[one][group]) }
            for other in sums.indices where other != one {
                for group in sums[one].indices {
                    overlaps(members[one][group], (one, group), members[other], other, &sets)
                }
                blocks(one, other, &sets)
            }
        }
        doubtful = sets.filter { !$0.isEmpty && isDoubtful(count($0)) }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// What a group shares, and does not share, with each group of another partition.
    private func overlaps(
        _ here: [Int], _ place: (partition: Int, group: Int), _ there: [[Int]], _ other: Int, _ sets: inout Set<[Int]>
    ) {
        var shared: [Int: [Int]] = [:]
        for part in here { if let group = parts[part].groups[other] { shared[group, default: []].append(part) } }
        // What is left over where the other partition nearly cuts this group into whole groups of its own.
        var (scraps, inside): ([Int], Set<Int>) = ([], [])
        for (group, both) in shared {
            sets.insert(both)
            sets.insert(here.filter { parts[$0].groups[other] != group })
            if count(both).eligible < TurnoutSnapshot.small { scraps += both }
            if count(both).eligible * 2 > sums[other][group].eligible { inside.insert(group) }
        }
        sets.insert(scraps.sorted())
        sets.insert(here.filter { part in parts[part].groups[other].map { !inside.contains($0) } ?? true })
        sets.insert(inside.flatMap { there[$0] }.filter { parts[$0].groups[place.partition] != place.group }.sorted())
    }

    /// Where some groups of one partition are nearly some groups of another: those who are only in the ones.
    private func blocks(_ one: Int, _ other: Int, _ sets: inout Set<[Int]>) {
        // Groups that share ten voters or more stand in one block.
        var block = Array(sums[one].indices)
        var blockOf = [Int?](repeating: nil, count: sums[other].count)
        var shared: [[Int]: Int] = [:]
        for part in parts {
            if let a = part.groups[one], let b = part.groups[other] {
                shared[[a, b], default: 0] += part.count.eligible
            }
        }
        for (pair, eligible) in shared where eligible >= TurnoutSnapshot.small {
            let mine = block[pair[0]]
            guard let its = blockOf[pair[1]], its != mine else {
                blockOf[pair[1]] = mine
                continue
            }
            for group in block.indices where block[group] == its { block[group] = mine }
            for group in blockOf.indices where blockOf[group] == its { blockOf[group] = mine }
        }
        for number in Set(block) {
            sets.insert(
                parts.indices.filter { part in
                    guard let a = parts[part].groups[one], block[a] == number else { return false }
                    return parts[part].groups[other].flatMap { blockOf[$0] } != number
                })
            sets.insert(
                parts.indices.filter { part in
                    guard let b = parts[part].groups[other], blockOf[b] == number else { return false }
                    return parts[part].groups[one].map { block[$0] } != number
                })
        }
    }

    // MARK: Hiding

    /// The sum to be hidden because less than a doubt is left of a set of voters; nil when enough is, or where nothing that
    /// could be hidden tells it.
    private func telling(_ set: [Int], _ bounds: DisclosureBounds, doubt: Int) -> Int? {
        guard doubt > 0 else { return nil }
        // Where the solver gives up, every sum is under suspicion.
        let told = bounds.bounds(of: set) ?? (0, 0, Set(known.indices.map { $0 + fixed }))
        guard told.most - told.least < doubt else { return nil }
        let open = told.because.filter {
            $0 >= fixed && isShown[known[$0 - fixed].partition][known[$0 - fixed].group]
        }
        return open.max { one, other in
            let (a, b) = (known[one - fixed], known[other - fixed])
            let (left, right) = (sums[a.partition][a.group].eligible, sums[b.partition][b.group].eligible)
            return (a.partition, -left, one) < (b.partition, -right, other)
        }
    }

    /// Hides a group, and those of its partition that must go with it.
    private mutating func drop(_ sum: Int, _ bounds: [DisclosureBounds?]) {
        let (partition, group) = known[sum - fixed]
        var hidden = Set(isShown[partition].indices.filter { !isShown[partition][$0] })
        hidden.insert(group)
        let left = SmallCells.shown(sums[partition], except: hidden)
        for (number, entry) in known.enumerated()
        where entry.partition == partition && isShown[partition][entry.group] && !left[entry.group] {
            for model in bounds { model?.forget(number + fixed) }
            let members = members(partition, entry.group)
            if !count(members).isLarge { doubtful.append(members) }
        }
        isShown[partition] = left
    }
}
