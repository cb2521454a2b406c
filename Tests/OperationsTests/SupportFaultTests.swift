import Authentication
import Contacts
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Staff
import Store
import Synchronization
import Testing

/// What happens between two looks at the store, and to whom.
struct SupportFaultTests {
    // MARK: Reminders

    private func asked(_ house: OperationsFixture) throws -> Reminders {
        let reminders = Reminders(house.operations)
        let outcome = try reminders.ask(.init(target: .notSignedIn, college: "", site: ""), by: house.manager)
        #expect(outcome == .asked(about: 20))
        return reminders
    }

    @Test func `who signs in while a reminder is worked out is not reminded`() throws {
        let house = try OperationsFixture()
        let reminders = try asked(house)
        let (store, voter) = (house.store, house.voters[2])
        house.hands.hook.withLock { hook in
            hook = {
                do throws(StoreError) {
                    try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                        try transaction.execute(
                            "INSERT INTO access_sign_in (election, principal, at, route) VALUES (1, ?, 1, 'email')",
                            Principal.voter(voter).text)
                    }
                } catch { Issue.record("\(error)") }
            }
        }
        #expect(try reminders.follow().faults == [])
        #expect(try house.number("SELECT count(*) FROM outbox_message WHERE kind = 'reminder'") == 19)
        let reminded = try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number("SELECT count(*) FROM outbox_message WHERE kind = 'reminder' AND subject = ?", voter)
        }
        #expect(reminded == 0)
    }

    /// Reminders go to who did not vote, and the log has readers.
    @Test func `whoever cannot be reminded is not named`() throws {
        let house = try OperationsFixture()
        let reminders = try asked(house)
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "UPDATE roll_voter SET mail = zeroblob(length(mail)) WHERE id = ?", house.voters[2])
        }
        #expect(
            try reminders.follow().faults == [
                "a reminder cannot be queued (damaged): `store check` says whose contact does not open"
            ])
        #expect(try house.number("SELECT count(*) FROM outbox_message WHERE kind = 'reminder'") == 19)
    }

    @Test func `two programs that follow one reminder send it once`() throws {
        let house = try OperationsFixture()
        let reminders = try asked(house)
        house.hands.hook.withLock { hook in
            hook = {
                do throws(StoreError) { _ = try reminders.follow() } catch { Issue.record("\(error)") }
            }
        }
        #expect(try reminders.follow().faults == [])
        #expect(try house.number("SELECT count(*) FROM outbox_message WHERE kind = 'reminder'") == 20)
        #expect(try reminders.follow().hasWorked)
        #expect(try !reminders.follow().hasWorked)
    }

    // MARK: Alerts

    @Test func `an alert is not seen by another account that may be the same person's`() throws {
        let house = try OperationsFixture()
        for name in ["ines", "anne"] { try house.add(name, .manager) }
        try house.add("puppet", .support, by: .staff("anne"))
        let operations = house.operations
        func seen(by name: String) throws -> Bool {
            let alert = try house.store.read { (reading: borrowing Reading) throws(StoreError) in
                try Alerts(operations).unseen(reading).first?.id ?? 0
            }
            return try Alerts(operations).markSeen(
                alert: alert, by: Actor(principal: .staff(name), role: .manager, interface: .console))
        }
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try Alerts(operations).raise(transaction, .alertManyContacts, Principal.staff("anne").text)
        }
        #expect(try !seen(by: "anne"))
        #expect(try !seen(by: "puppet"))
        #expect(try seen(by: "ines"))
        #expect(try !seen(by: "ines"))
        // What is about a file is nobody's.
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try Alerts(operations).raise(transaction, .alertLogKept, "/var/lib/store.sqlite")
        }
        #expect(try seen(by: "puppet"))
    }

    // MARK: Another channel

    private func failedMails(_ house: OperationsFixture) throws -> DeliveryService {
        try house.issue()
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE outbox_message SET state = 'failed', ended_at = 1")
        }
        return DeliveryService(house.operations)
    }

    @Test func `a fail-over counts each voter once`() throws {
        let house = try OperationsFixture()
        let deliveries = try failedMails(house)
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "UPDATE roll_voter SET phone = NULL, phone_index = NULL, mobile = 0 WHERE id % 4 = 0")
        }
        let stranded = try deliveries.strandedCount(from: .email)
        let outcome = try deliveries.failOver(from: .email, to: .sms, of: .init(), reason: "dead", by: house.manager)
        #expect(stranded == 20 && outcome.unreachable == 5 && outcome.reissued == 15, "\(outcome)")
        #expect(outcome.reissued + outcome.unreachable + outcome.left + outcome.unchanged == stranded)
    }

    @Test func `what a fail-over did before it broke off is in the journal`() throws {
        let house = try OperationsFixture()
        let deliveries = try failedMails(house)
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                CREATE TRIGGER jam BEFORE INSERT ON outbox_message WHEN NEW.channel = 'sms'
                    AND (SELECT count(*) FROM outbox_message WHERE channel = 'sms') >= 7
                BEGIN SELECT RAISE(ABORT, 'jammed'); END
                """)
        }
        #expect(throws: StoreError.self) {
            try deliveries.failOver(from: .email, to: .sms, of: .init(), reason: "dead", by: house.manager)
        }
        let entries = try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try AuditJournal.page(
                reading,
                AuditJournal.Filter(of: .deliveryFailOver, election: house.operations.election.election.id, text: ""),
                limit: 5)
        }
        let text = try #require(entries.first).details
        #expect(
            entries.count == 1 && text.contains("\"reissued\":\"7\"") && text.contains("\"left\":\"13\""), "\(text)")
    }

    // MARK: Words of changes

    @Test func `each change of a contact is told, also the second one of a second`() throws {
        let house = try OperationsFixture()
        let (operations, voter) = (house.operations, Principal.voter(house.voters[0]))
        let sent = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) -> [Int?] in
            var sent: [Int?] = []
            for _ in 0..<3 {
                sent.append(
                    try operations.directory.send(
                        transaction, voter,
                        VoterNotification(.contactChanged, by: .email, priority: .recovery, generation: 9)))
            }
            return sent
        }
        #expect(Set(sent.compactMap(\.self)).count == 3)
    }
}
