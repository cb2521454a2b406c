import Testing

@testable import Bureau

/// Voters of a college at a site, all reached by mail.
private func kind(_ college: String, _ site: String, _ eligible: Int, _ voted: Int) -> Snapshot.Kind {
    Snapshot.Kind(names: [college, site, "email"], count: .init(eligible: eligible, voted: voted))
}

/// Pictures one after the other while the poll is open.
private struct Pictures {
    var latest: Snapshot?
    var scopes: [(colleges: [String], sites: [String])] = []

    /// What is shown of each college and site.
    mutating func show(_ kinds: [Snapshot.Kind]) -> [[String: Int?]] {
        let choice = PictureChoice(kinds, scopes: scopes, after: latest)
        latest = Snapshot(
            at: 0, poll: "open", roundAt: 0, all: .init(), partitions: choice.partitions, ballots: [], hours: [],
            kinds: choice.kinds)
        return choice.partitions.map { cells in
            Dictionary(uniqueKeysWithValues: cells.map { ($0.name, $0.voted) })
        }
    }
}

struct PictureChoiceTests {
    @Test func `a group that moved by three hides until it has moved by ten`() {
        var pictures = Pictures()
        func kinds(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> [Snapshot.Kind] {
            [kind("a", "x", 100, a), kind("b", "x", 100, b), kind("c", "x", 100, c), kind("d", "x", 90, d)]
        }
        #expect(pictures.show(kinds(20, 20, 20, 20))[0] == ["a": 20, "b": 20, "c": 20, "d": 20])
        #expect(pictures.show(kinds(40, 40, 23, 30))[0] == ["a": 40, "b": 40, "c": nil, "d": nil] as [String: Int?])
        #expect(pictures.show(kinds(50, 50, 30, 40))[0] == ["a": 50, "b": 50, "c": 30, "d": 40])
    }

    @Test func `a picture in which fewer than ten have voted since stays as it was`() {
        var pictures = Pictures()
        let first = pictures.show([kind("a", "x", 100, 20), kind("b", "y", 100, 30)])
        #expect(pictures.show([kind("a", "x", 100, 24), kind("b", "y", 100, 35)]) == first)
        #expect(pictures.show([kind("a", "x", 100, 30), kind("b", "y", 100, 45)])[0] == ["a": 30, "b": 45])
    }

    @Test func `steps of two partitions do not tell that a whole part has voted`() {
        // College a and site y have moved by twelve, b and x by nothing: the twelve are the twelve persons of a at y.
        var pictures = Pictures()
        let first = [kind("a", "x", 60, 20), kind("a", "y", 12, 0), kind("b", "x", 50, 25), kind("b", "y", 70, 30)]
        let before = pictures.show(first)
        #expect(before[0] == ["a": 20, "b": 55] && before[1] == ["x": 45, "y": 30])
        var second = first
        second[1] = kind("a", "y", 12, 12)
        let after = pictures.show(second)
        #expect(!(after[0] == ["a": 32, "b": 55] && after[1] == ["x": 45, "y": 42]))
    }

    @Test func `what was hidden is not shown in exchange for what was shown`() {
        // Sites x and y are college a but for three persons: x in one picture and y in the next would tell the same.
        func kinds(_ others: Int) -> [Snapshot.Kind] {
            [
                kind("a", "x", 100, 40), kind("a", "y", 90, 41), kind("a", "z", 3, 1), kind("b", "w", 100, 30 + others),
                kind("b", "z", 90, 40),
            ]
        }
        var pictures = Pictures()
        let first = pictures.show(kinds(0))
        let second = pictures.show(kinds(12))
        for site in ["x", "y"] where first[1][site] == nil as Int?? || first[1][site] == .some(nil) {
            #expect(second[1][site] == .some(nil))
        }
    }

    @Test func `the same voters give the same picture`() {
        let kinds = (0..<6).flatMap { college in
            (0..<8).map { kind("\(college)", "\($0)", 5 + (college * 7 + $0 * 5) % 40, 2 + (college * 3 + $0) % 4) }
        }
        var (one, other) = (Pictures(), Pictures())
        #expect(one.show(kinds) == other.show(kinds))
    }
}
