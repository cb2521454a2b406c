import Contacts
import Delivery
import Elections
import Journal
import Operations
import Store
import Testing

/// What waits for its hour, or is held while a clock in doubt holds the poll.
struct HeldNewsTests {
    @Test(arguments: [false, true]) func `word of the hours that is sent again stays back`(isOne: Bool) throws {
        let house = try OperationsFixture(voters: 1)
        try house.issue()
        let (operations, voter) = (house.operations, house.voters[0])
        let retry = OutboxRetry(
            store: operations.store, outbox: operations.outbox, journal: operations.journal,
            election: operations.election, key: operations.key)
        try operations.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE outbox_message SET kind = 'pollExtended', state = 'failed', ended_at = 1")
            try PollHours.put(
                transaction, election: operations.election.number,
                PollHours.Force(
                    .halted, closes: 1_795_000_000, openedAt: 1, stoppedAt: nil, isRestored: false))
        }
        if isOne {
            let isDue = try operations.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                let message = try transaction.reading.number("SELECT id FROM outbox_message")
                return try retry.retry(transaction, voter: voter, message: message, by: .system("test"))
            }
            #expect(isDue)
        } else {
            #expect(try retry.retry(unknown: false, of: MessageSelection(), by: .system("test")) == 1)
        }
        #expect(try house.number("SELECT count(*) FROM outbox_message WHERE state = 'waiting'") == 1)
        // Far beyond any clock.
        #expect(try house.number("SELECT due_at > 100000000000 FROM outbox_message") == 1)
        // Once the poll goes on it is due at once.
        try operations.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try operations.outbox.holdNews(transaction, election: operations.election.number, isHeld: false)
        }
        #expect(try house.number("SELECT due_at <= 1795000000 FROM outbox_message") == 1)
    }

    /// Of a message, how late it is due, how often it was tried, and whether it is due at once when its recipient is corrected.
    @Test(arguments: [
        ("waiting", 3600, 0, false), ("waiting", 1 << 40, 1, false), ("waiting", 3600, 1, true), ("failed", 0, 1, true),
    ])
    func `a corrected contact hastens no message that waits for its hour`(
        state: String, late: Int, attempts: Int, isNow: Bool
    ) throws {
        let house = try OperationsFixture(voters: 1)
        try house.issue()
        let (operations, voter, due) = (house.operations, house.voters[0], 1_795_000_000 + late)
        try operations.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "UPDATE outbox_message SET state = ?, due_at = ?, attempts = ?", state, due, attempts)
            #expect(
                try operations.outbox.readdress(
                    transaction, election: operations.election.number, key: operations.key, subject: voter,
                    route: .email,
                    to: Array("new@example.org".utf8)) == 1)
        }
        #expect(try house.number("SELECT due_at FROM outbox_message") == (isNow ? 1_795_000_000 : due))
        #expect(try house.number("SELECT count(*) FROM outbox_message WHERE state = 'waiting' AND attempts = 0") == 1)
    }
}
