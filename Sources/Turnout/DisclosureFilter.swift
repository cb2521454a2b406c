/// Which figures of a picture may be shown, after those of the pictures before.
///
/// What is shown of a group has moved by nothing or by ten at least since it was shown last, and so have all others of its
/// partition together; and what moved in groups of several partitions since they were last shown together must not tell who
/// moved. A group that would break this is hidden until it has moved on.
struct DisclosureFilter {
    /// The groups of each partition, with what may be shown.
    private(set) var partitions: [[TurnoutSnapshot.Cell]]
    /// This picture, and the earlier ones that the next must be compared with.
    private(set) var history: [PublishedFigures]

    /// College, site, channel.
    private static let partitionCount = 3
    /// Earlier pictures compared with: each costs as much as the choice itself, which takes seconds in a large election. What
    /// only an older one showed stays hidden until the close.
    private static let mostKept = 8

    /// For each partition the names of its groups, in their order.
    private let names: [[String]]
    /// For each partition the counts of its groups.
    private let sums: [[SmallCells.Count]]
    /// All voters, as the choice needs them.
    private let parts: [CrossTabulation.Part]
    /// The parts of each ballot, of which the sum of votes is public.
    private let open: [[Int]]

    /// - Parameters:
    ///   - kinds: all voters, in an order that is the same for the same election.
    ///   - scopes: the colleges and sites of each ballot, whose signatures are shown; empty for all.
    ///   - before: the picture that is shown until now; nil where nothing needs to be compared.
    ///   - isLast: whether the poll is closed: then even a small step is shown, where it tells of nobody.
    init(
        _ kinds: [Stratum], scopes: [(colleges: [String], sites: [String])], after before: TurnoutSnapshot?,
        isLast: Bool
    ) {
        let earlier = before?.history ?? []
        let merged = DisclosureFilter.remembering(
            DisclosureFilter.cut(kinds, alike: earlier), earlier.last?.kinds ?? [])
        names = (0..<DisclosureFilter.partitionCount).map { place in Set(kinds.compactMap { $0.names[place] }).sorted()
        }
        sums = DisclosureFilter.sums(kinds, names)
        parts = DisclosureFilter.parts(merged, names)
        open = DisclosureFilter.open(merged, scopes)
        (partitions, history) = ([], earlier)
        if let before, let latest = before.history.last {
            let moved = DisclosureFilter.steps(merged, latest.kinds)
            let all = moved.reduce(0, +)
            // Two ballots of few voters may make a round: then the picture stays as it was.
            guard moved.allSatisfy({ $0 >= 0 }), isLast || all == 0 || all >= TurnoutSnapshot.small else {
                partitions = before.partitions
                return
            }
        }
        let (isShown, least) = choose(merged, before)
        let number = (history.last?.number ?? 0) + 1
        partitions = cells(isShown, before, number)
        var now = merged
        for index in now.indices { now[index].least = least[index] }
        let needed = Set(partitions.flatMap { $0.compactMap(\.lastAt) }).union([number])
        history.append(
            PublishedFigures(
                number: number, kinds: now,
                shown: partitions.map { cells in cells.filter { $0.voted != nil }.map(\.name) }))
        history.removeAll { !needed.contains($0.number) }
        history.removeFirst(max(0, history.count - DisclosureFilter.mostKept))
    }

    /// What may be shown, and the least of each part that have voted by all of it.
    private func choose(_ kinds: [Stratum], _ before: TurnoutSnapshot?) -> (isShown: [[Bool]], least: [Int]) {
        let used = kinds.first?.names.count ?? 0
        let sizes = names.prefix(used).map(\.count)
        var hidden = names.prefix(used).indices.map { place in
            Set(
                names[place].indices.filter { group in
                    guard let cell = last(place, group, before), let last = cell.last else { return false }
                    return 1..<TurnoutSnapshot.small ~= sums[place][group].voted - last
                        || !history.contains { $0.number == cell.lastAt }
                })
        }
        while true {
            let choice = CrossTabulation.choose(sizes, parts, public: open, except: hidden)
            var more: [(partition: Int, group: Int)] = []
            for kept in history where more.isEmpty { more = told(kinds, sizes, choice.isShown, since: kept) }
            guard !more.isEmpty else { return choice }
            for entry in more { hidden[entry.partition].insert(entry.group) }
        }
    }

    /// The groups that must not be shown, since with an earlier picture they would tell who voted in between.
    private func told(
        _ kinds: [Stratum], _ sizes: [Int], _ isShown: [[Bool]], since kept: PublishedFigures
    ) -> [(partition: Int, group: Int)] {
        let steps = DisclosureFilter.steps(kinds, kept.kinds)
        let least = DisclosureFilter.least(kinds, kept.kinds)
        var movement = parts
        for index in movement.indices {
            movement[index].count.voted = max(0, steps[index])
            movement[index].least = least[index]
        }
        let both = isShown.indices.map { place in
            isShown[place].indices.map { isShown[place][$0] && kept.shown[place].contains(names[place][$0]) }
        }
        let rests = rests(movement, both, isShown)
        return rests.isEmpty ? CrossTabulation.told(sizes, movement, public: open, shown: both) : rests
    }

    /// The same group in the picture before; nil where there was none.
    private func last(_ place: Int, _ group: Int, _ before: TurnoutSnapshot?) -> TurnoutSnapshot.Cell? {
        before?.partitions[place].first { $0.name == names[place][group] }
    }

    /// The voters less the last partitions, where there are too many kinds of them, and in no more partitions than the pictures they
    /// are compared with: what these knew of a group alone is not to be had of its parts.
    private static func cut(_ kinds: [Stratum], alike earlier: [PublishedFigures]) -> [Stratum] {
        let widest = earlier.compactMap { $0.kinds.first?.names.count }.min() ?? partitionCount
        var cut = kinds
        while let width = cut.first?.names.count, width > 1, cut.count > CrossTabulation.mostParts || width > widest {
            cut = narrowed(cut)
        }
        return cut
    }

    /// Kinds less their last names.
    private static func narrowed(_ kinds: [Stratum]) -> [Stratum] {
        var found: [Stratum] = []
        // They are in the order of their names: equal ones stand together.
        for kind in kinds {
            let names = Array(kind.names.dropLast())
            var (count, least) = (kind.count, kind.least)
            if let last = found.last, last.names == names {
                count += last.count
                least += last.least
                found.removeLast()
            }
            found.append(Stratum(names: names, count: count, least: least))
        }
        return found
    }

    /// The kinds with numbers in place of names.
    private static func parts(_ kinds: [Stratum], _ names: [[String]]) -> [CrossTabulation.Part] {
        let places = names.map { Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($1, $0) }) }
        return kinds.map { kind in
            CrossTabulation.Part(
                groups: kind.names.enumerated().map { place, name in name.flatMap { places[place][$0] } },
                count: kind.count, least: kind.least)
        }
    }

    /// The voters of each ballot: how many of them signed stands on the same page, and in the public ballot box.
    private static func open(
        _ kinds: [Stratum], _ scopes: [(colleges: [String], sites: [String])]
    ) -> [[Int]] {
        // Without the sites a ballot of some sites is no set of kinds.
        let hasSites = (kinds.first?.names.count ?? 0) > 1
        let sets = scopes.filter { hasSites || $0.sites.isEmpty }.map { scope in
            kinds.indices.filter { index in
                let names = kinds[index].names
                return (scope.colleges.isEmpty || scope.colleges.contains(names[0] ?? ""))
                    && (scope.sites.isEmpty || scope.sites.contains(names[1] ?? ""))
            }
        }
        return Set(sets).sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// Kinds by their first names, added up where they are alike in those.
    private static func byName(_ kinds: [Stratum], _ width: Int) -> [[String?]: Stratum] {
        Dictionary(kinds.map { (Array($0.names.prefix(width)), $0) }) { one, other in
            var sum = one
            sum.count += other.count
            sum.least += other.least
            return sum
        }
    }

    /// The votes of each kind since an earlier picture.
    private static func steps(_ kinds: [Stratum], _ before: [Stratum]) -> [Int] {
        let old = byName(before, kinds.first?.names.count ?? 0)
        return kinds.map { $0.count.voted - (old[$0.names]?.count.voted ?? 0) }
    }

    /// The least of each kind that had voted by an earlier picture.
    private static func least(_ kinds: [Stratum], _ before: [Stratum]) -> [Int] {
        let old = byName(before, kinds.first?.names.count ?? 0)
        return kinds.map { min($0.count.voted, old[$0.names]?.least ?? 0) }
    }

    /// The kinds with what the pictures so far tell of them: votes never go away.
    private static func remembering(_ kinds: [Stratum], _ before: [Stratum]) -> [Stratum] {
        guard !before.isEmpty else { return kinds }
        let least = least(kinds, before)
        return kinds.indices.map { index in
            var kind = kinds[index]
            kind.least = least[index]
            return kind
        }
    }

    /// The counts of each group of each partition.
    private static func sums(_ kinds: [Stratum], _ names: [[String]]) -> [[SmallCells.Count]] {
        var sums = names.map { [SmallCells.Count](repeating: .init(), count: $0.count) }
        for kind in kinds {
            for (place, name) in kind.names.enumerated() {
                if let group = names[place].firstIndex(where: { $0 == name }) { sums[place][group] += kind.count }
            }
        }
        return sums
    }

    /// Where all that is not shown in both pictures has moved by fewer than ten: the smallest group that is shown, which
    /// joins it.
    private func rests(
        _ movement: [CrossTabulation.Part], _ both: [[Bool]], _ shown: [[Bool]]
    ) -> [(partition: Int, group: Int)] {
        both.indices.compactMap { place in
            var rest = 0
            for part in movement {
                if let group = part.groups[place], both[place][group] { continue }
                rest += part.count.voted
            }
            guard 1..<TurnoutSnapshot.small ~= rest else { return nil }
            let open = shown[place].indices.filter { shown[place][$0] }
            return open.min { sums[place][$0].eligible < sums[place][$1].eligible }.map { (place, $0) }
        }
    }

    /// The picture's figures: what is hidden keeps what was shown of it last.
    private func cells(_ shown: [[Bool]], _ before: TurnoutSnapshot?, _ number: Int) -> [[TurnoutSnapshot.Cell]] {
        names.indices.map { place in
            names[place].indices.map { group in
                let voted = place < shown.count && shown[place][group] ? sums[place][group].voted : nil
                let old = last(place, group, before)
                // That nobody has voted is shown before the first vote only, and tells of nobody.
                let isTold = voted.map { $0 > 0 } ?? false
                return TurnoutSnapshot.Cell(
                    name: names[place][group], eligible: sums[place][group].eligible, voted: voted,
                    last: isTold ? voted : old?.last, lastAt: isTold ? number : old?.lastAt)
            }
        }
    }
}
