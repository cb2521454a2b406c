/// Which figures of a picture may be shown, after those of the picture before.
///
/// What is shown of a group has moved by nothing or by ten at least since it was shown last, and so have all others of its
/// partition together; and what moved in groups of several partitions must not tell who moved. A group that would break this
/// is hidden until it has moved on.
struct PictureChoice {
    /// The groups of each partition, with what may be shown.
    private(set) var partitions: [[Snapshot.Cell]]
    /// What they are made of.
    private(set) var kinds: [Snapshot.Kind]

    /// College, site, channel.
    private static let partitionCount = 3

    /// - Parameters:
    ///   - kinds: all voters, in an order that is the same for the same election.
    ///   - scopes: the colleges and sites of each ballot, whose signatures are shown; empty for all.
    ///   - before: the picture that is shown until now; nil where nothing needs to be compared.
    init(_ kinds: [Snapshot.Kind], scopes: [(colleges: [String], sites: [String])], after before: Snapshot?) {
        let merged = PictureChoice.merged(kinds)
        let names = (0..<PictureChoice.partitionCount).map { place in
            Set(kinds.compactMap { $0.names[place] }).sorted()
        }
        let used = merged.first?.names.count ?? 0
        let sizes = names.prefix(used).map(\.count)
        let parts = PictureChoice.parts(merged, names)
        let open = PictureChoice.open(merged, scopes)
        var sums = names.map { [SmallCells.Count](repeating: .init(), count: $0.count) }
        for kind in kinds {
            for (place, name) in kind.names.enumerated() {
                if let group = names[place].firstIndex(where: { $0 == name }) { sums[place][group] += kind.count }
            }
        }
        self.kinds = kinds
        let last = names.indices.map { place in
            names[place].map { name in before?.partitions[place].first { $0.name == name }?.last }
        }
        guard let before else {
            let shown = SideBySide.shown(sizes, parts, public: open)
            partitions = PictureChoice.cells(names, sums, shown, last)
            return
        }
        let steps = PictureChoice.steps(merged, before.kinds)
        let moved = steps.reduce(0, +)
        // Two ballots of few voters may make a round: then the picture stays as it was.
        guard moved == 0 || moved >= Snapshot.small, steps.allSatisfy({ $0 >= 0 }) else {
            (self.kinds, partitions) = (before.kinds, before.partitions)
            return
        }
        var hidden = names.prefix(used).indices.map { place in
            Set(
                names[place].indices.filter { group in
                    last[place][group].map { 1..<Snapshot.small ~= sums[place][group].voted - $0 } ?? false
                })
        }
        var movement = parts
        for index in movement.indices { movement[index].count.voted = steps[index] }
        while true {
            let shown = SideBySide.shown(sizes, parts, public: open, except: hidden)
            let both = shown.indices.map { place in
                shown[place].indices.map { group in
                    let name = names[place][group]
                    return shown[place][group]
                        && before.partitions[place].contains { $0.name == name && $0.voted != nil }
                }
            }
            var more = PictureChoice.rests(movement, both, sums, shown)
            if more.isEmpty { more = SideBySide.told(sizes, movement, public: open, shown: both) }
            guard !more.isEmpty else {
                partitions = PictureChoice.cells(names, sums, shown, last)
                return
            }
            for entry in more { hidden[entry.partition].insert(entry.group) }
        }
    }

    /// The voters less the last partition, where there are too many kinds of them.
    private static func merged(_ kinds: [Snapshot.Kind]) -> [Snapshot.Kind] {
        guard kinds.count > SideBySide.mostParts, let width = kinds.first?.names.count, width > 1 else { return kinds }
        var found: [Snapshot.Kind] = []
        // They are in the order of their names: equal ones stand together.
        for kind in kinds {
            let names = Array(kind.names.dropLast())
            var count = kind.count
            if let last = found.last, last.names == names {
                count += last.count
                found.removeLast()
            }
            found.append(Snapshot.Kind(names: names, count: count))
        }
        return merged(found)
    }

    private static func parts(_ kinds: [Snapshot.Kind], _ names: [[String]]) -> [SideBySide.Part] {
        let places = names.map { Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($1, $0) }) }
        return kinds.map { kind in
            SideBySide.Part(
                groups: kind.names.enumerated().map { place, name in name.flatMap { places[place][$0] } },
                count: kind.count)
        }
    }

    /// The voters of each ballot: how many of them signed stands on the same page, and in the public ballot box.
    private static func open(
        _ kinds: [Snapshot.Kind], _ scopes: [(colleges: [String], sites: [String])]
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

    /// The votes of each kind since the picture before.
    private static func steps(_ kinds: [Snapshot.Kind], _ before: [Snapshot.Kind]) -> [Int] {
        var old: [[String?]: Int] = [:]
        let width = kinds.first?.names.count ?? 0
        for kind in before { old[Array(kind.names.prefix(width)), default: 0] += kind.count.voted }
        return kinds.map { $0.count.voted - (old[$0.names] ?? 0) }
    }

    /// Where all that is not shown in both pictures has moved by fewer than ten: the smallest group that is shown, which
    /// joins it.
    private static func rests(
        _ movement: [SideBySide.Part], _ both: [[Bool]], _ sums: [[SmallCells.Count]], _ shown: [[Bool]]
    ) -> [(partition: Int, group: Int)] {
        both.indices.compactMap { place in
            var rest = 0
            for part in movement {
                if let group = part.groups[place], both[place][group] { continue }
                rest += part.count.voted
            }
            guard 1..<Snapshot.small ~= rest else { return nil }
            let open = shown[place].indices.filter { shown[place][$0] }
            return open.min { sums[place][$0].eligible < sums[place][$1].eligible }.map { (place, $0) }
        }
    }

    private static func cells(
        _ names: [[String]], _ sums: [[SmallCells.Count]], _ shown: [[Bool]], _ last: [[Int?]]
    ) -> [[Snapshot.Cell]] {
        names.indices.map { place in
            names[place].indices.map { group in
                let voted = place < shown.count && shown[place][group] ? sums[place][group].voted : nil
                return Snapshot.Cell(
                    name: names[place][group], eligible: sums[place][group].eligible, voted: voted,
                    last: voted ?? last[place][group])
            }
        }
    }
}
