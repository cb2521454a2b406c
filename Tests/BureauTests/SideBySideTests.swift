import Testing

@testable import Bureau

/// Voters of a college at a site, and how many of them voted.
private func part(_ college: Int?, _ site: Int?, _ eligible: Int, _ voted: Int) -> SideBySide.Part {
    SideBySide.Part(groups: [college, site], count: .init(eligible: eligible, voted: voted))
}

struct SideBySideTests {
    @Test func `a site that is a college but for three persons is not shown beside it`() {
        let shown = SideBySide.shown(
            [2, 3], [part(0, 0, 100, 40), part(0, 2, 3, 1), part(1, 1, 90, 30), part(1, 2, 97, 50)])
        #expect(shown[0] == [true, true])
        #expect(!shown[1][0])
        // The other two sites hold the three as well: the sum of all less the second site would tell nothing of them.
        #expect(shown[1].count(where: { $0 }) <= 1)
    }

    @Test func `three persons in as many sites are told by no sum of sites`() {
        // College 0 is sites 0 and 1 and one person in each of three other sites.
        let shown = SideBySide.shown(
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
        let shown = SideBySide.shown(
            [2, 2], [part(0, 0, 99, 40), part(0, 1, 1, 0), part(1, 0, 1, 1), part(1, 1, 99, 50)])
        #expect(shown[0] == [true, true])
        #expect(shown[1] == [false, false])
    }

    @Test func `colleges and sites that cross are shown`() {
        let shown = SideBySide.shown(
            [2, 2], [part(0, 0, 60, 30), part(0, 1, 40, 22), part(1, 0, 50, 20), part(1, 1, 8, 5), part(1, 1, 22, 12)])
        #expect(shown == [[true, true], [true, true]])
    }

    @Test func `whoever has no identifier cannot have voted, and hides nobody`() {
        // Channel 0 is all of college 0 that has an identifier; three have none: college less channel tells nothing of persons.
        let shown = SideBySide.shown([2, 2], [part(0, 0, 60, 30), part(0, nil, 3, 0), part(1, 1, 60, 30)])
        #expect(shown == [[true, true], [true, true]])
    }

    @Test func `before the first vote nothing tells`() {
        #expect(
            SideBySide.shown([2, 2], [part(0, 0, 60, 0), part(1, 1, 57, 0), part(1, 0, 3, 0)]) == [
                [true, true], [true, true],
            ])
    }

    /// All ways in which three small elections can have gone: whoever sees the figures that are shown is left with more than
    /// one answer for every small set of voters that two groups cut out.
    @Test func `the figures shown leave more than one answer`() {
        var state: UInt64 = 11
        func dice(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1
            return Int(state >> 33) % bound
        }
        for _ in 0..<200 {
            let parts = (0..<2).flatMap { college in
                (0..<3).map { site in
                    let eligible = dice(3) == 0 ? dice(6) : dice(22)
                    return part(college, site, eligible, eligible == 0 ? 0 : dice(eligible + 1))
                }
            }
            let shown = SideBySide.shown([2, 3], parts)
            var sums: [(parts: [Int], value: Int)] = [(Array(parts.indices), parts.reduce(0) { $0 + $1.count.voted })]
            for partition in shown.indices {
                for group in shown[partition].indices where shown[partition][group] {
                    let members = parts.indices.filter { parts[$0].groups[partition] == group }
                    sums.append((members, members.reduce(0) { $0 + parts[$1].count.voted }))
                }
            }
            guard sums.count > 1 else { continue }
            for index in parts.indices where (1..<10).contains(parts[index].count.eligible) {
                let answers = answers(parts, sums, for: index)
                #expect(answers > 1, "\(parts) \(shown) \(index)")
            }
        }
    }

    /// How many numbers a part can hold, found by trying: the flow of votes through the two partitions.
    private func answers(_ parts: [SideBySide.Part], _ sums: [(parts: [Int], value: Int)], for index: Int) -> Int {
        (0...parts[index].count.eligible).count { value in
            var votes = parts.map { _ in 0 }
            return fits(parts, sums, index, value, 0, &votes)
        }
    }

    private func fits(
        _ parts: [SideBySide.Part], _ sums: [(parts: [Int], value: Int)], _ fixed: Int, _ value: Int, _ next: Int,
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
