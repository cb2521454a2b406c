import Testing

@testable import Turnout

/// Voters of a college at a site, and how many of them voted.
private func part(_ college: Int?, _ site: Int?, _ eligible: Int, _ voted: Int) -> CrossTabulation.Part {
    CrossTabulation.Part(groups: [college, site], count: .init(eligible: eligible, voted: voted))
}

struct CrossTabulationTests {
    @Test func `a site that is a college but for three persons is not shown beside it`() {
        let shown = CrossTabulation.shown(
            [2, 3], [part(0, 0, 100, 40), part(0, 2, 3, 1), part(1, 1, 90, 30), part(1, 2, 97, 50)])
        #expect(shown[0] == [true, true])
        #expect(!shown[1][0])
        // The other two sites hold the three as well: the sum of all less the second site would tell nothing of them.
        #expect(shown[1].count(where: { $0 }) <= 1)
    }

    @Test func `three persons in as many sites are told by no sum of sites`() {
        // College 0 is sites 0 and 1 and one person in each of three other sites.
        let shown = CrossTabulation.shown(
            [2, 5],
            [
                part(0, 0, 100, 40), part(0, 1, 80, 41), part(0, 2, 1, 1), part(0, 3, 1, 0), part(0, 4, 1, 1),
                part(1, 2, 60, 30), part(1, 3, 70, 33), part(1, 4, 80, 38),
            ])
        #expect(shown[0] == [true, true])
        #expect(!shown[1][0] || !shown[1][1])
    }

    @Test func `two persons who changed places are a difference too`() {
        // One person each way, and only one of them voted: 40 of one, 41 of the other would tell which.
        let shown = CrossTabulation.shown(
            [2, 2], [part(0, 0, 99, 40), part(0, 1, 1, 0), part(1, 0, 1, 1), part(1, 1, 99, 50)])
        #expect(shown[0] == [true, true])
        #expect(shown[1] == [false, false])
    }

    @Test func `colleges and sites that cross are shown`() {
        let shown = CrossTabulation.shown(
            [2, 2], [part(0, 0, 60, 30), part(0, 1, 40, 22), part(1, 0, 50, 20), part(1, 1, 8, 5), part(1, 1, 22, 12)])
        #expect(shown == [[true, true], [true, true]])
    }

    @Test func `whoever has no identifier cannot have voted, and hides nobody`() {
        // Channel 0 is all of college 0 that has an identifier; three have none: college less channel tells nothing of persons.
        let shown = CrossTabulation.shown([2, 2], [part(0, 0, 60, 30), part(0, nil, 3, 0), part(1, 1, 60, 30)])
        #expect(shown == [[true, true], [true, true]])
    }

    @Test func `before the first vote nothing tells`() {
        #expect(
            CrossTabulation.shown([2, 2], [part(0, 0, 60, 0), part(1, 1, 57, 0), part(1, 0, 3, 0)]) == [
                [true, true], [true, true],
            ])
    }

    @Test func `two persons told only by two groups on each side`() {
        // Colleges 0 and 1 are sites 0 and 1 but for one person each way out and in: two of them, and one voted.
        let shown = CrossTabulation.shown(
            [4, 4],
            [
                part(0, 0, 30, 14), part(0, 1, 30, 15), part(0, 2, 1, 1), part(1, 0, 30, 16), part(1, 1, 30, 14),
                part(1, 3, 1, 0), part(2, 2, 25, 12), part(2, 3, 25, 13), part(3, 2, 25, 12), part(3, 3, 25, 11),
            ])
        #expect(shown[0] == [true, true, true, true])
        #expect(!shown[1][0] || !shown[1][1])
    }

    @Test func `what a ballot tells of its voters is known`() {
        // The site has a ballot of its own: college 0 beside it would tell of the three others.
        let parts = [part(0, 0, 100, 40), part(0, 1, 3, 1), part(1, 1, 90, 30), part(1, 2, 97, 50)]
        #expect(CrossTabulation.shown([2, 3], parts)[0] == [true, true])
        #expect(CrossTabulation.shown([2, 3], parts, public: [[0]])[0] == [false, false])
    }

    @Test func `a group in which all who signed in have voted is not shown`() {
        let all = SmallCells.Count(eligible: 40, signedIn: 14, voted: 14)
        let some = SmallCells.Count(eligible: 60, signedIn: 30, voted: 25)
        #expect(SmallCells.shown([all, some, some]) == [false, false, true])
    }

    /// Small elections gone many ways: whoever sees the figures that are shown is left with a doubt about every small part, by
    /// trying all numbers; and where each partition were looked at by itself, they often would not be.
    @Test func `the figures shown leave a doubt`() {
        var dice = Dice(state: 11)
        var (shownBoth, toldAlone) = (0, 0)
        for _ in 0..<60 {
            let parts = (0..<2).flatMap { college in
                (0..<3).map { site in
                    // College 1 is site 1, but for few.
                    let isHome = (college == 1) == (site == 1)
                    let eligible = isHome ? 24 + dice.next(25) : dice.next(2) * dice.next(4)
                    return part(college, site, eligible, (0..<eligible).count { _ in dice.next(2) == 0 })
                }
            }
            let shown = CrossTabulation.shown([2, 3], parts)
            if shown[0].contains(true), shown[1].contains(true) { shownBoth += 1 }
            #expect(told(parts, shown).isEmpty, "\(parts)")
            let alone = [0, 1].map { partition in
                SmallCells.shown(
                    (0..<2 + partition).map { group in
                        var sum = SmallCells.Count()
                        for part in parts where part.groups[partition] == group { sum += part.count }
                        return sum
                    })
            }
            if !told(parts, alone).isEmpty { toldAlone += 1 }
        }
        #expect(shownBoth > 10 && toldAlone > 5, "\(shownBoth) \(toldAlone)")
    }

    /// The small parts of which the figures leave too little doubt.
    private func told(_ parts: [CrossTabulation.Part], _ shown: [[Bool]]) -> [Int] {
        var sums: [(parts: [Int], value: Int)] = [(Array(parts.indices), parts.reduce(0) { $0 + $1.count.voted })]
        for partition in shown.indices {
            for group in shown[partition].indices where shown[partition][group] {
                let members = parts.indices.filter { parts[$0].groups[partition] == group }
                sums.append((members, members.reduce(0) { $0 + parts[$1].count.voted }))
            }
        }
        guard sums.count > 1 else { return [] }
        return parts.indices.filter { index in
            let size = parts[index].count.eligible
            guard (1..<10).contains(size) else { return false }
            let answers = (0...size).count { value in
                var votes = parts.map { _ in 0 }
                return fits(parts, sums, index, value, 0, &votes)
            }
            return answers <= (size + 1) / 2
        }
    }

    private func fits(
        _ parts: [CrossTabulation.Part], _ sums: [(parts: [Int], value: Int)], _ fixed: Int, _ value: Int, _ next: Int,
        _ votes: inout [Int]
    ) -> Bool {
        for sum in sums {
            let sure = sum.parts.reduce(0) { $0 + ($1 < next ? votes[$1] : 0) }
            let rest = sum.parts.reduce(0) { $0 + ($1 < next ? 0 : parts[$1].count.eligible) }
            if sum.value < sure || sum.value > sure + rest { return false }
        }
        guard next < parts.count else { return true }
        let range = next == fixed ? value...value : 0...parts[next].count.eligible
        for number in range {
            votes[next] = number
            if fits(parts, sums, fixed, value, next + 1, &votes) { return true }
        }
        return false
    }
}
