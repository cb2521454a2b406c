import Testing
import Turnout

private typealias Count = SmallCells.Count

private func counts(_ pairs: (Int, Int)...) -> [Count] { pairs.map { Count(eligible: $0, voted: $1) } }

struct SmallCellsTests {
    @Test func `large groups are shown`() {
        #expect(SmallCells.shown(counts((100, 40), (50, 20))) == [true, true])
    }

    @Test func `a small group hides, and never alone`() {
        #expect(SmallCells.shown(counts((100, 40), (8, 3), (60, 30))) == [true, false, false])
    }

    @Test(arguments: [(50, 3), (50, 47), (50, 50)])
    func `a group of which nearly nobody or nearly everybody voted hides`(eligible: Int, voted: Int) {
        let shown = SmallCells.shown(counts((100, 40), (eligible, voted), (200, 90)))
        #expect(!shown[1])
        #expect(shown.count(where: { $0 }) <= 1)
    }

    @Test func `hidden groups together are no small group either`() {
        let groups = counts((9, 2), (9, 3), (300, 100), (400, 200))
        let shown = SmallCells.shown(groups)
        let hidden = groups.indices.filter { !shown[$0] }
        #expect(hidden.reduce(0) { $0 + groups[$1].voted } >= 10)
    }

    /// Whatever is asked: the hidden sum, which anybody can work out, is never of fewer than ten.
    @Test func `no difference tells of fewer than ten`() {
        var dice = Dice(state: 7)
        for _ in 0..<2000 {
            let groups = (0..<1 + dice.next(6)).map { _ in
                let eligible = dice.next(60)
                return Count(eligible: eligible, voted: dice.next(eligible + 1))
            }
            let shown = SmallCells.shown(groups)
            let hidden = groups.indices.filter { !shown[$0] }
            for index in groups.indices where shown[index] && groups[index].voted > 0 {
                #expect(groups[index].voted >= 10 && groups[index].eligible - groups[index].voted >= 10)
            }
            guard !hidden.isEmpty, hidden.count < groups.count else { continue }
            let votes = hidden.reduce(0) { $0 + groups[$1].voted }
            #expect(hidden.count > 1 && (votes == 0 || votes >= 10))
        }
    }

    @Test(arguments: [(0, nil), (9, nil), (10, 10), (14, 10), (15, 20), (1234, 1230)] as [(Int, Int?)])
    func `a number of persons is rounded to tens`(count: Int, rounded: Int?) {
        #expect(SmallCells.rounded(count) == rounded)
    }
}
