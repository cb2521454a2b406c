import Authentication
import Elections
import Foundation
import Operations
import Staff
import Store
import Testing
import Turnout

@testable import Console

/// The pages of a small election, without HTTP.
struct ConsolePageTests {
    private let house: ConsoleFixture

    init() throws { house = try ConsoleFixture() }

    @Test func `every page says what its schema says, to every role that may see it`() throws {
        try house.issue()
        _ = try house.context.parts.snapshots.follow()
        try house.run(
            "voters/{voter}/correct",
            house.call(
                "anne", .manager, place: ["voter": "1"],
                values: ["column": "email", "value": "neu@example.org", "reason": "call"], source: "api"))
        let place = ["voter": "1", "guide": "bureau"]
        var count = 0
        for (name, role) in [
            ("anne", StaffRole.manager), ("paul", .bureau), ("sam", .support), ("aude", .auditor), ("ivan", .printer),
        ] {
            for view in ConsoleTables.views where role.may(view.permission) {
                for language in Language.allCases {
                    let call = house.call(name, role, place: place, values: ["q": "Martin"], language: language)
                    guard let page = try view.make(house.context, call) else {
                        // No machine's clock is watched here.
                        #expect(view.path == ClockPage.path)
                        continue
                    }
                    let schema = JSONSchema(try ModelType(of: view.template.model).schema)
                    #expect(schema.faults(try ModelEncoder.answer(page.model)) == [], "\(view.path)")
                    let html = try house.html(page, call)
                    // A key in brackets stands for a text that is missing.
                    let missing = html.firstMatch(of: /\[[a-z]\w*\.[\w.]+\]/)
                    #expect(html.contains("<main") && missing == nil, "\(view.path)")
                    count += 1
                }
            }
        }
        #expect(count > 100)
    }

    /// The picture is one for all who ask within some seconds; who may not know who voted is not shown what tells of it.
    @Test func `vote confirmations that failed are shown to those who may know who voted`() throws {
        try house.issue()
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO outbox_message (election, subject, kind, generation, channel, priority, state, frame, due_at, created_at)
                SELECT election, subject, 'voteRecorded', 1, 'email', 2, 'bounced', frame, 1, 1 FROM outbox_message
                WHERE kind = 'identifier'
                """)
            try transaction.execute(
                """
                INSERT INTO polling_poll (election, state, manifest, fingerprint, sealed_at, closes_at)
                SELECT id, 'closed', x'00', '00', 1, 2 FROM election_definition
                """)
        }
        for (name, role, sees) in [
            ("paul", StaffRole.bureau, true), ("sam", .support, false), ("aude", .auditor, false),
            ("anne", .manager, true),
        ] {
            let page = DeliveriesPage(context: house.context)
            let model = try #require(try page.model(house.call(name, role)))
            #expect(model.undeliveredConfirmations == (sees ? ["email": 20] : [:]), "\(role)")
            #expect(model.undelivered.map(\.bounced) == (sees ? [20] : []), "\(role)")
            #expect(model.view.value.notices.contains { $0.contains("confirmations de vote") } == sees, "\(role)")
        }
    }

    @Test func `a request is shown to its author to take back, to others to decide`() throws {
        try house.issue()
        try house.run(
            "voters/{voter}/correct",
            house.call(
                "anne", .manager, place: ["voter": "1"],
                values: ["column": "email", "value": "neu@example.org", "reason": "call"], source: "api"))
        let mine = house.call("anne", .manager)
        let page = try #require(try ApprovalsPage(house.context).model(mine))
        let request = try #require(page.answer.first)
        #expect(
            (request.permission, request.voter, request.voters, request.askedBy) == (.changeRoll, 1, 1, "staff:anne"))
        #expect(request.isMine)
        #expect(request.expiresAt.seconds > ConsoleFixture.now)
        let own = try house.html(try #require(try house.page("approvals", mine)), mine)
        #expect(own.contains("/manager/approvals/\(request.id)/take-back"))
        let theirs = house.call("paul", .bureau)
        let other = try house.html(try #require(try house.page("approvals", theirs)), theirs)
        #expect(other.contains("/manager/approvals/\(request.id)/decide") && !other.contains("take-back"))
    }

    @Test func `a voter's contacts are masked, and nobody learns who voted`() throws {
        try house.issue()
        let page = try #require(try VoterPage(house.context).model(house.call("anne", .manager, place: ["voter": "1"])))
        #expect(page.mail != "v1@example.org" && page.mail?.contains("*") == true)
        #expect(page.signatures == nil || page.signatures?.allSatisfy { $0.signedAt == nil } == true)
        #expect(page.identifiers.map(\.state) == [.active])
        let html = try house.html(
            try #require(try house.page("voters/{voter}", house.call("anne", .manager, place: ["voter": "1"]))),
            house.call("anne", .manager))
        #expect(!html.contains("v1@example.org") && html.contains("/manager/voters/1/reissue"))
    }

    @Test func `a page offers nothing that its reader may not do`() throws {
        let auditor = house.call("aude", .auditor)
        for path in ["deliveries", "letters", "seal", "policy", "staff"] {
            let html = try house.html(try #require(try house.page(path, auditor)), auditor)
            let main = try #require(html.split(separator: "<main").last?.split(separator: "</main").first)
            #expect(main.firstMatch(of: /\/manager\/\w+\/(retry|print|again|add|answers|hold)/) == nil, "\(path)")
        }
    }

    @Test func `a program's times are RFC 3339, a page's are the reader's`() throws {
        let call = house.call("anne", .manager, language: .en)
        let page = try #require(try HomePage(house.context).model(call))
        guard case .object(let answer) = try ModelEncoder.answer(page) else { return #expect(Bool(false)) }
        #expect(answer["opens"] == .text(page.opens.text) && page.opens.text.hasSuffix("Z"))
        #expect(answer["poll"] == JSONValue.none && answer["view"] == nil)
        let html = try house.html(try #require(try house.page("", call)), call)
        #expect(html.contains(page.opens.said(house.context.wording(.en))) && !html.contains(page.opens.text))
    }

    @Test func `there is no page of a voter whom there is not`() throws {
        #expect(try house.page("voters/{voter}", house.call("anne", .manager, place: ["voter": "99999"])) == nil)
        #expect(try house.page("help/{guide}", house.call("anne", .manager, place: ["guide": "none"])) == nil)
    }

    @Test func `the API's description says what every answer holds`() throws {
        let made = try APIDescription(context: house.context, address: "https://v.example.org").made()
        let text = String(decoding: made.bytes, as: UTF8.self)
        #expect(!text.contains("\"schema\":{}") && text.contains("\"format\":\"date-time\""))
        #expect(!text.contains("\"view\""))
        // Files are described too, and no object is left open.
        let isFileBare = text.contains(/"[a-z]+\/[a-z0-9.+\-]+":\{\}/)
        let isObjectBare = text.contains(/\{(?:"description":"[^"]*",)?"type":"object"\}/)
        #expect(!isFileBare && !isObjectBare && text.contains("\"contentMediaType\":\"text/csv\""))
    }
}
