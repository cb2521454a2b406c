import Elections
import Issuance
import Journal
import Operations
import Staff
import Store
import Testing

@testable import Console

/// What pages show as facts, programs get too: times, counts and words of lists.
struct AnswerFactsTests {
    /// Facts of a page's own part, all of which programs can tell from the answer, or ask for at another address.
    private static let saidOtherwise: Set = [
        // GET alerts, and GET approvals/lapsed.
        "home view.alerts[].id", "home view.alerts[].kind", "home view.alerts[].at",
        "approvals view.lapsed[].id", "approvals view.lapsed[].permission", "approvals view.lapsed[].voter",
        "approvals view.lapsed[].expiresAt",
        // The most of `files[].fetched`.
        "letters parcels[].view.fetched", "parcels [].view.fetched",
        // `channels`, `places` and `mailings` in columns.
        "deliveries view.tables[].rows[].counts[]", "deliveries view.tables[].rows[].total",
        // Fields of the same names in the answer.
        "roll view.report.rows", "roll view.report.added", "roll view.report.changed", "roll view.report.removed",
        "roll view.report.rejected", "roll view.report.warned", "roll view.report.nameless",
        "roll view.report.faults[].line", "roll view.report.warnings[].line", "roll view.report.differences[].line",
        // `endedAt`, or `createdAt` before.
        "voter identifiers[].view.since",
        // `roundAt`, or `at` before the first.
        "turnout view.at",
        // What `level` takes, as the description has it.
        "policy view.levels[]",
        // What was asked with.
        "reminder view.target", "revealed voter",
    ]

    /// Where times, counts and words of lists stand in a type's own part for the page.
    private func facts(_ type: ModelType, _ path: String = "", isOnPage: Bool = false) -> [String] {
        switch type {
        case .text, .flag: []
        case .time, .integer, .choice: isOnPage ? [path] : []
        case .list(let item), .dictionary(let item): facts(item, path + "[]", isOnPage: isOnPage)
        case .object(let fields):
            fields.flatMap { facts($0.type, path.isEmpty ? $0.name : "\(path).\($0.name)", isOnPage: isOnPage) }
        case .optional(let item): facts(item, path, isOnPage: isOnPage)
        case .onPage(let item): facts(item, path, isOnPage: true)
        case .withView(let answer, let view):
            facts(answer, path, isOnPage: isOnPage) + facts(view, "view", isOnPage: true)
        }
    }

    @Test func `no fact stands on a page alone`() throws {
        let templates = ConsoleTables.views.map(\.template) + ConsoleTables.actions.flatMap(\.shows)
        let found = try templates.flatMap { template in
            facts(try ModelType(of: template.model)).map { "\(template.name) \($0)" }
        }
        // Where a chart's bars are drawn says nothing of voters.
        #expect(Set(found.filter { !$0.hasPrefix("turnout view.charts[]") }) == AnswerFactsTests.saidOtherwise)
    }

    @Test func `a fact of the page alone is found`() throws {
        struct Model: PageModel {
            let name: OnPage<String>
            let seen: OnPage<[Moment?]>
            let count: Int
        }
        let type = try ModelType(of: WithView<[Model], Moment?>.self)
        #expect(facts(type) == ["[].seen[]", "view"])
    }

    @Test func `alerts have a word for each of the journal's`() {
        let raised = JournalAction.allCases.map(\.rawValue).filter { $0.hasPrefix("alert.") && $0 != "alert.seen" }
        #expect(Set(AlertLine.Kind.allCases.map { "alert.\($0.rawValue)" }) == Set(raised))
    }

    @Test func `who decides lists the alerts, and nobody else`() throws {
        let house = try ConsoleFixture(voters: 1)
        let alerts = Alerts(house.operations)
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try alerts.raise(transaction, .alertManyContacts, "staff:anne")
            try alerts.raise(transaction, .alertClockJumped, "2026-11-18 12:06")
        }
        let path = AlertsPage.path
        let view = try #require(ConsoleTables.views.first { $0.path == path })
        #expect(StaffRole.allCases.filter { $0.may(view.permission) } == StaffRole.allCases.filter { $0.may(.decide) })
        for (name, role) in [("anne", StaffRole.manager), ("paul", .bureau)] {
            let found = try house.answer(path, house.call(name, role, source: "api"))
            guard case .list(let lines) = found, case .object(let first) = lines.first else {
                Issue.record("\(role): no list")
                continue
            }
            let at = JSONValue.text(Moment(ConsoleFixture.now).text)
            #expect(first["kind"] == .text("manyContacts") && first["subject"] == .text("staff:anne"))
            #expect(lines.count == 2 && first["at"] == at && Set(first.keys) == ["id", "kind", "subject", "at"])
        }
        // Who raised one cannot mark it, another can; then it is no longer listed.
        guard case .refused = try house.run("alerts/{alert}/seen", house.call("anne", .manager, place: ["alert": "1"]))
        else { return #expect(Bool(false)) }
        try house.run("alerts/{alert}/seen", house.call("paul", .bureau, place: ["alert": "1"]))
        let left = try AlertsPage(context: house.context).model(house.call("paul", .bureau))
        #expect(left?.map(\.kind) == [.clockJumped])
    }

    @Test func `the first page counts for each role what is its business`() throws {
        let house = try ConsoleFixture(voters: 1)
        for (name, role) in [
            ("anne", StaffRole.manager), ("paul", .bureau), ("sam", .support), ("aude", .auditor), ("ivan", .printer),
        ] {
            let home = try #require(try HomePage(house.context).model(house.call(name, role, source: "api")))
            #expect(home.warnings == (role.may(.seeDeliveries) ? 0 : nil), "\(role)")
            #expect(home.waiting == (role.may(.decide) ? 0 : nil), "\(role)")
            #expect(home.questions == (role.may(.answerVoters) ? 0 : nil), "\(role)")
        }
    }

    @Test func `a print run says how it goes on`() {
        let (run, broken) = (
            LettersModel.PrintRun(.printing(letters: 7)), LettersModel.PrintRun(.failed(.fault("No disk.")))
        )
        #expect((run.state, run.letters, run.why) == (.printing, 7, nil))
        #expect((broken.state, broken.letters, broken.why) == (.failed, nil, "No disk."))
        let done = LettersModel.PrintRun(.done(batch: 2, letters: 9, leftOut: ["V1: no address"]))
        #expect((done.state, done.batch, done.letters) == (.done, 2, 9) && done.leftOut == ["V1: no address"])
    }
}
