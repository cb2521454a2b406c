import Testing

@testable import Turnout

/// Voters of a college at a site, all reached by mail.
private func kind(_ college: String, _ site: String, _ eligible: Int, _ voted: Int) -> Stratum {
    Stratum(names: [college, site, "email"], count: .init(eligible: eligible, voted: voted), least: 0)
}

/// Pictures one after the other while the poll is open.
private struct Pictures {
    var latest: TurnoutSnapshot?
    var scopes: [(colleges: [String], sites: [String])] = []

    /// What is shown of each college and site.
    mutating func show(_ kinds: [Stratum], isLast: Bool = false) -> [[String: Int?]] {
        let choice = DisclosureFilter(kinds, scopes: scopes, after: latest, isLast: isLast)
        latest = TurnoutSnapshot(
            at: 0, poll: "open", roundAt: 0, all: .init(), partitions: choice.partitions, ballots: [], hours: [],
            final: nil, history: choice.history)
        return choice.partitions.map { cells in
            Dictionary(uniqueKeysWithValues: cells.map { ($0.name, $0.voted) })
        }
    }
}

struct DisclosureFilterTests {
    @Test func `a group that moved by three hides until it has moved by ten`() {
        var pictures = Pictures()
        func kinds(_ a: Int, _ b: Int, _ c: Int, _ d: Int) -> [Stratum] {
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

    /// With very many kinds of voters the channels are left out; when identifiers were sent meanwhile there are fewer kinds.
    @Test func `pictures of many kinds and of few are cut alike before they are compared`() throws {
        var pictures = Pictures()
        var kinds = [kind("a", "x", 60, 20), kind("a", "y", 12, 0), kind("b", "x", 50, 25), kind("b", "y", 70, 30)]
        let many = (0..<CrossTabulation.mostParts).map { number in
            Stratum(names: ["a", "x", "channel\(number)"], count: .init(), least: 0)
        }
        let before = pictures.show([kinds[0]] + many + kinds.dropFirst())
        #expect(before[0] == ["a": 20, "b": 55] && before[1] == ["x": 45, "y": 30])
        #expect(try #require(pictures.latest).history.last?.kinds.first?.names.count == 2)
        kinds[1] = kind("a", "y", 12, 12)
        let after = pictures.show(kinds)
        #expect(!(after[0] == ["a": 32, "b": 55] && after[1] == ["x": 45, "y": 42]))
        #expect(try #require(pictures.latest).history.allSatisfy { $0.kinds.first?.names.count == 2 })
    }

    @Test func `what was hidden is not shown in exchange for what was shown`() {
        // Sites x and y are college a but for three persons: x in one picture and y in the next would tell the same.
        func kinds(_ others: Int) -> [Stratum] {
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

    @Test func `a group that comes back is compared with when it was shown last`() {
        func kinds(_ whole: Int, _ others: Int) -> [Stratum] {
            [
                kind("a", "x", 60, 20), kind("a", "y", 12, whole), kind("b", "x", 50, 25), kind("b", "y", 70, 30),
                kind("c", "z", 100, 20 + others),
            ]
        }
        var pictures = Pictures()
        #expect(pictures.show(kinds(0, 0))[1] == ["x": 45, "y": 30, "z": 20])
        _ = pictures.show(kinds(12, 0))
        let third = pictures.show(kinds(12, 10))
        #expect(!(third[0]["a"] == 32 && third[1]["x"] == 45 && third[1]["y"] == 42))
        // At the close neither.
        let last = pictures.show(kinds(12, 14), isLast: true)
        #expect(!(last[0]["a"] == 32 && last[1]["x"] == 45 && last[1]["y"] == 42))
    }

    @Test func `steps that are harmless in pairs are not shown when they add up`() {
        func kinds(_ many: Int, _ few: Int) -> [Stratum] {
            [
                kind("a", "x", 100, many), kind("a", "y", 12, 6), kind("b", "x", 8, few), kind("b", "y", 100, many),
                kind("c", "z", 100, many),
            ]
        }
        var pictures = Pictures()
        _ = pictures.show(kinds(20, 0))
        _ = pictures.show(kinds(32, 4))
        let third = pictures.show(kinds(44, 8))
        // a less x is (a, y) less (b, x): never below six before, so minus two would say that all eight have voted.
        #expect(!(third[0]["a"] == 50 && third[1]["x"] == 52))
    }

    @Test func `what is not kept any more stays hidden until the close`() {
        // Group 0 moves by one in each picture, the others by ten: it is hidden from the second one on.
        func kinds(_ turn: Int) -> [Stratum] {
            (0..<4).map { kind("\($0)", "x", 400, $0 == 0 ? 20 + turn : 20 + 10 * turn) }
        }
        var pictures = Pictures()
        #expect(pictures.show(kinds(0))[0]["0"] == 20)
        for turn in 1...9 { #expect(pictures.show(kinds(turn))[0]["0"] == .some(nil)) }
        #expect((pictures.latest?.history.count ?? 0) <= 8)
        var back = kinds(10)
        back[0] = kind("0", "x", 400, 60)
        let shown = pictures.show(back)[0]
        #expect(shown["0"] == 60 && shown["3"] == 120)
        // Eight groups, each shown last in a picture of its own, and a ninth picture.
        func many(_ turn: Int) -> [Stratum] {
            (0..<10).map { group in
                // Every turn one more group moves by ones, and so hides for good.
                kind("\(group)", "x", 4000, 100 + (group < turn ? 10 * group + turn - group : 10 * turn))
            }
        }
        var long = Pictures()
        for turn in 0...9 { _ = long.show(many(turn)) }
        #expect((long.latest?.history.count ?? 0) <= 8)
        let oldest = long.latest?.history.first?.number ?? 0
        for cell in long.latest?.partitions[0] ?? [] where (cell.lastAt ?? 0) < oldest { #expect(cell.voted == nil) }
    }

    @Test func `who has signed in is known, and leaves a doubt all the same`() {
        func kind(_ college: String, _ site: String, _ eligible: Int, _ signedIn: Int, _ voted: Int) -> Stratum {
            Stratum(
                names: [college, site, "email"], count: .init(eligible: eligible, signedIn: signedIn, voted: voted),
                least: 0)
        }
        var pictures = Pictures()
        let shown = pictures.show([
            kind("a", "x", 100, 60, 40), kind("a", "y", 3, 1, 1), kind("b", "x", 3, 2, 0), kind("b", "y", 100, 60, 45),
        ])
        #expect(shown[0] == ["a": 41, "b": 45] && shown[1] == ["x": nil, "y": nil] as [String: Int?])
    }

    @Test func `what an hour had over goes to the next one`() {
        func hours(_ votes: Int...) -> [TurnoutSnapshot.Hour] {
            votes.enumerated().filter { $0.element > 0 }.map {
                TurnoutSnapshot.Hour(at: $0.offset * 3600, votes: $0.element)
            }
        }
        #expect(TurnoutRecorder.calm(hours(50), nil) == hours(50))
        #expect(TurnoutRecorder.calm(hours(53), hours(50)) == hours(50))
        #expect(TurnoutRecorder.calm(hours(53, 15), hours(50)) == hours(50, 18))
        #expect(TurnoutRecorder.calm(hours(53, 90, 4, 200), hours(50, 18)) == hours(50, 93, 4, 200))
        #expect(TurnoutRecorder.calm(hours(53, 90, 4, 205), hours(50, 93, 4, 200)) == hours(50, 93, 4, 200))
    }
}
