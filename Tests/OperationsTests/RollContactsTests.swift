import Authentication
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Staff
import Store
import Synchronization
import TestSupport
import Testing
import VoterRoll

/// Contacts that a file changes go by the rules of single corrections.
struct RollContactsTests {
    private let alone = ("fourEyes: true", "fourEyes: false")
    private let row = ContactFixture.row

    private func file(_ changed: [Int: String], of count: Int = 3) -> String {
        (1...count).map { ContactFixture.row($0, mail: changed[$0]) }.joined()
    }

    @Test func `before an identifier was sent a file changes contacts at once`() throws {
        let office = try ContactFixture(rows: ContactFixture.row(1))
        let applied = try office.apply(file([:]), by: "one")
        #expect(applied.request == nil)
        let again = try office.apply(file([2: "new@example.net"]), by: "one")
        #expect(again.request == nil && again.moved == 0)
        #expect(try office.mail(2) == "new@example.net" && office.told().isEmpty)
        #expect(try office.numbers("SELECT id FROM roll_voter WHERE contact_at IS NOT NULL").isEmpty)
    }

    @Test func `new contacts of a file wait as one request, and the rest of the file is applied`() throws {
        let office = try ContactFixture()
        let applied = try office.apply(
            file([1: "a@example.net", 2: "b@example.net"]).replacing("V3;Martin", with: "V3;Durand")
                + ContactFixture.row(4), by: "one")
        let request = try #require(applied.request)
        #expect(applied.held == 2 && applied.moved == 0 && !applied.isForBureau)
        #expect(try office.mail(1) == "v1@example.org" && office.mail(2) == "v2@example.org")
        #expect(
            try office.texts("SELECT last_name FROM roll_voter ORDER BY id") == [
                "Martin", "Martin", "Durand", "Martin",
            ])
        #expect(try office.told().isEmpty)
        #expect(try office.decide(request, by: "one") == .denied(.samePerson))
        #expect(try office.decide(request, by: "two") == .appliedFile(voters: 2, overtaken: []))
        #expect(try office.mail(1) == "a@example.net" && office.mail(2) == "b@example.net")
        #expect(try office.told() == [1, 2])
        #expect(
            try office.texts("SELECT contact_by FROM roll_voter WHERE contact_at IS NOT NULL") == [
                "staff:one", "staff:one",
            ])
        #expect(
            try office.texts("SELECT details FROM journal_entry WHERE action = 'roll.correct'").count == 2)
        #expect(try office.numbers("SELECT count(*) FROM roll_change") == [0])
        // The same file again changes nothing, and asks for nothing.
        let again = try office.apply(
            file([1: "a@example.net", 2: "b@example.net"]).replacing("V3;Martin", with: "V3;Durand")
                + ContactFixture.row(4), by: "one")
        #expect(again.request == nil && again.moved == 0)
    }

    @Test func `with one person a file changes contacts at once, the old ones are told, and a reset is the bureau's`()
        throws
    {
        let office = try ContactFixture(alone)
        let applied = try office.apply(file([1: "a@example.net"]), by: "one")
        #expect(applied.request == nil && applied.moved == 1)
        #expect(try office.mail(1) == "a@example.net" && office.told() == [1])
        let reset = try PassphraseReset(office.operations).reset(
            voter: 1, reason: "lost", check: .callBack, answer: nil, by: office.viewer("one"))
        guard case .asked(_, byBureau: true) = reset else {
            Issue.record("\(reset)")
            return
        }
    }

    /// Two persons saw the list, and nobody each row of it.
    @Test func `a contact that a file changed is a moved one for 48 hours, though two persons approved it`() throws {
        let office = try ContactFixture()
        func moved(_ voter: Int) throws -> Int? {
            try office.store.read { (reading: borrowing Reading) throws(StoreError) in
                try office.operations.directory.contactMoved(reading, .voter(voter))
            }
        }
        let request = try #require(try office.apply(file([1: "a@example.net"]), by: "one").request)
        // What waits has changed nothing yet.
        #expect(try moved(1) == nil)
        #expect(try office.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: []))
        let now = office.now
        #expect(try moved(1) == now && moved(2) == nil)
    }

    @Test(arguments: [(48 * 3600 - 1, true), (48 * 3600 + 1, false)])
    func `a reset within 48 hours of a file's new contact is the bureau's`(seconds: Int, isForBureau: Bool) throws {
        let office = try ContactFixture()
        let request = try #require(try office.apply(file([1: "a@example.net"]), by: "one").request)
        #expect(try office.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: []))
        office.wait(seconds)
        let asked = try PassphraseReset(office.operations).reset(
            voter: 1, reason: "lost", check: .callBack, answer: nil, by: office.viewer("one"))
        guard case .asked(_, byBureau: isForBureau) = asked else {
            Issue.record("\(asked)")
            return
        }
    }

    @Test func `a reset first makes a file's new contact the bureau's, also where it waited already`() throws {
        let office = try ContactFixture(alone)
        _ = try PassphraseReset(office.operations).reset(
            voter: 1, reason: "lost", check: .callBack, answer: nil, by: office.viewer("one"))
        let applied = try office.apply(file([1: "a@example.net", 2: "b@example.net"]), by: "one")
        #expect(applied.isForBureau && applied.held == 1 && applied.moved == 1)
        #expect(try office.decide(try #require(applied.request), by: "two") == .denied(.bureauOnly))
        #expect(
            try office.decide(try #require(applied.request), by: "bureau")
                == .appliedFile(voters: 1, overtaken: []))

        let waited = try ContactFixture()
        let request = try #require(try waited.apply(file([1: "a@example.net"]), by: "one").request)
        guard
            case .asked(let reset, _) = try PassphraseReset(waited.operations).reset(
                voter: 1, reason: "lost", check: .callBack, answer: nil, by: waited.viewer("one"))
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(try waited.decide(reset, by: "two") == .carriedOut(.done(noticeBy: nil, sheets: [])))
        #expect(try waited.decide(request, by: "two") == .denied(.bureauOnly))
    }

    @Test(arguments: ["v2@example.org", "two@staff.example.org"])
    func `a contact of another voter or of the staff is the bureau's, by a file as by hand`(mail: String) throws {
        let office = try ContactFixture(alone)
        let applied = try office.apply(file([1: mail]), by: "one")
        #expect(applied.isForBureau && applied.held == 1)
        #expect(try office.mail(1) == "v1@example.org")
        #expect(try office.numbers("SELECT count(*) FROM bureau_alert WHERE kind LIKE 'contact%'") == [1])
    }

    @Test func `one new contact for two voters of a file is the bureau's`() throws {
        let office = try ContactFixture(alone)
        #expect(try office.apply(file([1: "a@example.net", 2: "A+x@example.net"]), by: "one").held == 2)
    }

    @Test func `what was changed since a file was applied stays, and is named`() throws {
        let office = try ContactFixture()
        let request = try #require(
            try office.apply(file([1: "a@example.net", 2: "b@example.net"]), by: "one").request)
        let change = try RollCorrection(office.operations).correct(
            voter: 2, [.lastName: "Durand"], reason: "typo", by: office.viewer("one"))
        #expect(change == .done(messages: 0))
        #expect(try office.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: ["V2"]))
        #expect(try office.mail(1) == "a@example.net" && office.mail(2) == "v2@example.org")
    }

    @Test func `a refused or withdrawn file leaves nothing, and the next one has its rows again`() throws {
        let office = try ContactFixture()
        let first = try #require(try office.apply(file([1: "a@example.net"]), by: "one").request)
        #expect(try office.decide(first, approved: false, by: "two") == .refusedRequest)
        #expect(try office.numbers("SELECT count(*) FROM roll_change") == [0])
        let second = try office.apply(file([1: "a@example.net"]), by: "one")
        #expect(second.held == 1)
        #expect(
            try ApprovalDecision(office.operations).takeBack(
                request: try #require(second.request), by: office.viewer("one")))
        #expect(try office.numbers("SELECT count(*) FROM roll_change") == [0])
        // Nobody decided the third within its day.
        _ = try office.apply(file([1: "a@example.net"]), by: "one")
        office.wait(Approvals.lifetime)
        try HeldRolls(office.operations).dropLapsed()
        #expect(try office.numbers("SELECT count(*) FROM roll_change") == [0])
        #expect(try office.mail(1) == "v1@example.org")
    }

    @Test func `three hundred new addresses are one approval`() throws {
        let count = 300
        let rows = { (street: String) in
            (1...count).map { ContactFixture.row($0, street: "\($0) \(street)") }.joined()
        }
        let office = try ContactFixture(rows: rows("rue A"))
        let applied = try office.apply(rows("rue B"), by: "one")
        #expect(applied.held == count && !applied.isForBureau)
        #expect(
            try office.decide(try #require(applied.request), by: "two")
                == .appliedFile(voters: count, overtaken: []))
        #expect(try office.contacts(count).address?.lines.contains("\(count) RUE B") == true)
        #expect(try office.told().count == count)
    }

    @Test func `another name on the same place is no new contact, and a returned letter stays returned`() throws {
        let office = try ContactFixture(
            rows: (1...2).map { ContactFixture.row($0, street: "\($0) rue A") }.joined())
        let operations = office.operations
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for voter in 1...2 {
                try operations.registrar.contactChanges.markReturned(
                    transaction, operations.election, voter: voter, by: .staff("one"))
            }
        }
        let applied = try office.apply(
            ContactFixture.row(1, street: "1 rue A", name: "Durand") + ContactFixture.row(2, street: "2 rue B"),
            by: "one"
        )
        #expect(applied.held == 1)
        #expect(try office.contacts(1).address?.lines.first == "Anne DURAND")
        #expect(try office.numbers("SELECT id FROM roll_voter WHERE returned_at IS NOT NULL") == [1, 2])
        _ = try office.decide(try #require(applied.request), by: "two")
        #expect(try office.numbers("SELECT id FROM roll_voter WHERE returned_at IS NOT NULL") == [1])
    }

    @Test func `somebody struck off comes back with a new contact by the second person alone`() throws {
        let office = try ContactFixture()
        _ = try office.apply(file([:], of: 2), by: "one")
        let applied = try office.apply(file([3: "c@example.net"]), by: "one")
        #expect(applied.held == 1)
        #expect(try office.mail(3) == "v3@example.org")
        #expect(
            try office.decide(try #require(applied.request), by: "two")
                == .appliedFile(voters: 1, overtaken: []))
        #expect(try office.mail(3) == "c@example.net" && office.told() == [3])
    }

    @Test func `a command line acts alone only where nobody could approve`() throws {
        let office = try ContactFixture()
        #expect(try office.apply(file([1: "a@example.net"]), by: "one", actsAlone: true).held == 1)
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE staff_member SET removed_at = 1 WHERE name <> 'one'")
        }
        let applied = try office.apply(file([1: "b@example.net"]), by: "one", actsAlone: true)
        #expect(applied.request == nil && applied.moved == 1)
        #expect(try office.mail(1) == "b@example.net")
        #expect(try office.told() == [1])
    }

    @Test func `two new contacts within a second are two words to the old one`() throws {
        let office = try ContactFixture(alone)
        _ = try office.apply(file([1: "a@example.net"]), by: "one")
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE outbox_message SET state = 'sent', sealed = NULL")
        }
        _ = try office.apply(file([1: "b@example.net"]), by: "one")
        #expect(try office.mail(1) == "b@example.net" && office.told() == [1, 1])
    }

    // MARK: Single corrections

    private func correct(
        _ office: ContactFixture, _ values: [Column: String], seen: [Column: String] = [:]
    ) throws -> RollChangeOutcome {
        try RollCorrection(office.operations).correct(
            voter: 1, values, seen: seen, reason: "called", by: office.viewer("one"))
    }

    @Test func `a request whose voter was changed meanwhile is not carried out`() throws {
        let office = try ContactFixture()
        guard case .asked(let request, _) = try correct(office, [.email: "a@example.net", .weight: "2"])
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(try correct(office, [.weight: "3"]) == .done(messages: 0))
        guard case .carriedOut(.refused(let why)) = try office.decide(request, by: "two") else {
            Issue.record("was carried out")
            return
        }
        #expect(why.contains("meanwhile"))
        #expect(try office.mail(1) == "v1@example.org")
        // What is beside it does not matter.
        guard case .asked(let other, _) = try correct(office, [.email: "a@example.net"]) else {
            Issue.record("nobody was asked")
            return
        }
        #expect(try correct(office, [.weight: "4"]) == .done(messages: 0))
        #expect(try office.decide(other, by: "two") == .carriedOut(.done(noticeBy: nil, sheets: [])))
        #expect(try office.mail(1) == "a@example.net")
    }

    @Test func `what a form showed is compared where the correction is written`() throws {
        let office = try ContactFixture()
        #expect(try correct(office, [.weight: "2"], seen: [.weight: "1"]) == .done(messages: 0))
        #expect(try correct(office, [.weight: "3"], seen: [.weight: "1"]) == .overtaken)
        #expect(try office.numbers("SELECT weight FROM roll_voter WHERE id = 1") == [2])
    }

    @Test func `an answer is nowhere in clear, and its hash serves`() throws {
        let question = "fourEyes: true\n  challenge:\n    fr: Votre premier outil ?\n    en: Your first tool?"
        let office = try ContactFixture(("fourEyes: true", question), answer: "truelle bleue")
        guard
            case .asked(let request, _) = try correct(
                office, [.email: "a@example.net", .challenge: "marteau rouge"])
        else {
            Issue.record("nobody was asked")
            return
        }
        let operations = office.operations
        let order = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try operations.approvals.request(reading, request)?.order
        }
        #expect(order?.values.contains { $0.contains("marteau") } == false)
        #expect(try office.decide(request, by: "two") == .carriedOut(.done(noticeBy: nil, sheets: [])))
        let kept = try #require(try office.texts("SELECT challenge FROM roll_voter WHERE id = 1").first)
        guard case .done(true) = PassphraseHasher().verify(Secret("marteau rouge"), against: kept) else {
            Issue.record("\(kept)")
            return
        }
        // The journal has the other value, sealed, and of the answer nothing but that it was corrected.
        #expect(
            try office.texts(
                "SELECT details FROM journal_entry WHERE action = 'roll.correct' AND sealed IS NULL"
            )
            .map { $0.contains("challenge") } == [true])
        #expect(
            try correct(office, [.challenge: "12 03 1980"])
                == .refusedColumns([.challenge: .guessableAnswer]))
        #expect(
            CorrectionRefusal.guessableAnswer.description
                == "the answer looks like a date, a postcode or a department, which are no secrets")
    }

    @Test func `a fail-over leaves a letter that waits for the post`() throws {
        let office = try ContactFixture(alone, rows: ContactFixture.row(1, street: "1 rue A"))
        let deliveries = DeliveryService(office.operations)
        func isStranded() throws -> Bool {
            try office.store.read { (reading: borrowing Reading) throws(StoreError) in
                try deliveries.isStranded(reading, voter: 1, generation: 1)
            }
        }
        #expect(try isStranded())
        let order = VoterOrder(
            voter: 1, route: .letter, contact: nil, reason: "lost", check: .callBack, answer: nil, keepsOld: true)
        guard case .done = try IdentifierReissue(office.operations).reissue(order, by: office.viewer("one")) else {
            Issue.record("no letter")
            return
        }
        // The first identifier is in use until the letter is posted: it is not to be replaced for all that.
        #expect(
            try office.texts("SELECT state FROM issuance_identifier ORDER BY generation") == [
                "active", "unposted",
            ])
        #expect(try !isStranded())
    }
}
