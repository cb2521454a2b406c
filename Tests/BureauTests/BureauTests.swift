import Bureau
import Delivery
import Elections
import Foundation
import Testing
import VoterRoll

private typealias Count = SmallCells.Count

private func counts(_ pairs: (Int, Int)...) -> [Count] { pairs.map { Count(eligible: $0, voted: $1) } }

struct SmallCellTests {
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

struct ChannelTests {
    private var policy: AccessPolicy { AccessPolicy() }

    @Test func `mail and SMS are two channels`() {
        let proof = ChannelProof(
            identifier: .email, hasPrintedCode: false, hasSecret: false, routes: [.email, .sms], policy: policy)
        #expect(proof.codes == [.sms] && proof.verdict == .two)
    }

    @Test func `one address is one channel, unless the roll holds an answer`() {
        let alone = ChannelProof(
            identifier: .email, hasPrintedCode: false, hasSecret: false, routes: [.email], policy: policy)
        #expect(alone.codes == [.email] && alone.verdict == .one)
        var asking = policy
        asking.challenge = LocalText(fr: "?", en: "?")
        let asked = ChannelProof(
            identifier: .email, hasPrintedCode: false, hasSecret: false, routes: [.email], policy: asking)
        #expect(asked.verdict == .oneAndAnswer)
    }

    @Test func `a letter with both is one channel, a letter and a mail are two`() {
        let letter = ChannelProof(
            identifier: .letter, hasPrintedCode: true, hasSecret: false, routes: [], policy: policy)
        #expect(letter.codes == [.letter] && letter.verdict == .one)
        let both = ChannelProof(
            identifier: .letter, hasPrintedCode: false, hasSecret: false, routes: [.email], policy: policy)
        #expect(both.verdict == .two)
    }
}

struct PolicyTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private func text() throws -> PolicyText {
        let file = Self.root.appending(path: "Templates/policy/level-2019.yaml")
        return try PolicyText(try String(contentsOf: file, encoding: .utf8), file: "level-2019.yaml")
    }

    private func election() throws -> Election {
        let file = Self.root.appending(path: "Ballots/cse-2026/election.yaml")
        return try ElectionReader.read(try String(contentsOf: file, encoding: .utf8), file: "e").get()
    }

    @Test func `ten questions, and points give levels as the guide says`() throws {
        let text = try text()
        #expect(text.questions.count == 10)
        #expect((0...10).map(text.level(points:)) == [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    }

    @Test(arguments: [(40, 0), (500, 1), (5000, 2)])
    func `the number of voters answers two questions`(voters: Int, points: Int) throws {
        let text = try text()
        var facts = PolicyFacts()
        facts.voters = voters
        for question in text.questions where question.voters == nil { facts.answers[question.id] = true }
        let report = PolicyReport(text, try election(), facts)
        #expect(report.points == points)
    }

    @Test func `without answers there is no level, and that is a point`() throws {
        let report = PolicyReport(try text(), try election(), PolicyFacts(), level: 1)
        #expect(report.computedLevel == nil)
        #expect(report.open.contains { $0.point.id == "answered" })
    }

    @Test func `each level asks for what the lower ones ask for, and more`() throws {
        let (text, election) = (try text(), try election())
        let counts = [1, 2, 3].map { PolicyReport(text, election, PolicyFacts(), level: $0).lines.count }
        #expect(counts[0] < counts[1] && counts[1] < counts[2] && counts[2] == text.points.count)
    }

    @Test func `one trustee, one bureau member and no bounces are missing`() throws {
        var facts = PolicyFacts()
        (facts.trustees, facts.bureau, facts.takesBounces, facts.letterOnly, facts.oneChannel) = (1, 1, false, 3, 3)
        let missing = Set(
            PolicyReport(try text(), try election(), facts, level: 2).open.map(\.point.id))
        #expect(missing.isSuperset(of: ["trustees", "bureau", "bounces"]))
        (facts.trustees, facts.bureau, facts.takesBounces, facts.letterOnly, facts.oneChannel) = (2, 2, true, 0, 0)
        let better = Set(PolicyReport(try text(), try election(), facts, level: 2).open.map(\.point.id))
        #expect(better.isDisjoint(with: ["trustees", "bureau", "bounces", "twoChannels", "challenge"]))
    }

    @Test func `every point that is looked at is known to the check`() throws {
        // A point of the file that no rule knows would stay unknown whatever the facts are.
        var facts = PolicyFacts()
        (facts.trustees, facts.bureau, facts.auditors, facts.takesBounces) = (3, 2, 1, true)
        (facts.elections, facts.letterOnly, facts.oneChannel, facts.smallBallots) = (1, 0, 0, [])
        facts.voters = 100
        facts.hasExpertise = true
        let text = try text()
        for question in text.questions { facts.answers[question.id] = true }
        let report = PolicyReport(text, try election(), facts, level: 3)
        #expect(report.lines.allSatisfy { $0.state != .unknown })
    }
}
