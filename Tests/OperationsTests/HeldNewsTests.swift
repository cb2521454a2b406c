import Delivery
import Elections
import Journal
import Operations
import Store
import Testing

/// Word of the hours while a clock in doubt holds the poll.
struct HeldNewsTests {
    @Test(arguments: ["retry", "one", "readdress"])
    func `what is sent again stays back`(way: String) throws {
        let house = try DeskHouse(voters: 1)
        try house.issue()
        let (desk, voter) = (house.desk, house.voters[0])
        let state = way == "readdress" ? "waiting" : "failed"
        let retry = OutboxRetry(outbox: desk.outbox, logbook: desk.logbook, election: desk.election, key: desk.key)
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE outbox_message SET kind = 'pollExtended', state = ?, ended_at = 1", state)
            try PollHours.put(
                transaction, election: desk.election.number, .halted, closes: 1_795_000_000, openedAt: 1,
                stoppedAt: nil, reason: nil, isRestored: false)
            switch way {
            case "retry":
                #expect(
                    try retry.retry(transaction, unknown: false, of: MessageSelection(), by: .system("test")) == 1)
            case "one":
                let message = try transaction.reading.number("SELECT id FROM outbox_message")
                #expect(try retry.retry(transaction, voter: voter, message: message, by: .system("test")))
            default:
                try desk.outbox.holdNews(transaction, election: desk.election.number, isHeld: true)
                #expect(
                    try desk.outbox.readdress(
                        transaction, election: desk.election.number, key: desk.key, subject: voter, route: .email,
                        to: Array("new@example.org".utf8)) == 1)
            }
        }
        #expect(try house.number("SELECT count(*) FROM outbox_message WHERE state = 'waiting'") == 1)
        // Far beyond any clock.
        #expect(try house.number("SELECT due_at > 100000000000 FROM outbox_message") == 1)
        // Once the poll goes on it is due at once.
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try desk.outbox.holdNews(transaction, election: desk.election.number, isHeld: false)
        }
        #expect(try house.number("SELECT due_at <= 1795000000 FROM outbox_message") == 1)
    }
}
