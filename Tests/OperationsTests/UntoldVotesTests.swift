import Contacts
import Elections
import Operations
import Store
import Testing

/// Word of votes that does not arrive, as a figure that is there once the signature list is.
struct UntoldVotesTests {
    /// Queues words of votes that failed, to made-up voters from the hundredth on.
    private func fail(_ count: Int, _ fixture: ContactFixture, at time: Int = 1, from first: Int = 100) throws {
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for subject in first..<first + count {
                try transaction.execute(
                    """
                    INSERT INTO outbox_message (election, subject, kind, generation, channel, priority, state, frame, due_at, created_at)
                    SELECT election, ?1, 'voteRecorded', 1, 'email', 2, 'failed', frame, 1, ?2 FROM outbox_message LIMIT 1
                    """, subject, time)
            }
        }
    }

    private func lines(_ fixture: ContactFixture) throws -> [UntoldVotes.Line] {
        let desk = fixture.desk
        return try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try UntoldVotes(reading, desk.outbox, of: desk.election).lines
        }
    }

    private func poll(_ state: String, _ fixture: ContactFixture) throws {
        let number = fixture.desk.election.number
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("DELETE FROM polling_poll")
            try transaction.execute(
                """
                INSERT INTO polling_poll (election, state, manifest, fingerprint, sealed_at, closes_at, round_at)
                VALUES (?, ?, x'00', '00', 1, 2, 900)
                """, number, state)
        }
    }

    /// Whatever staff does to other messages of somebody meanwhile: what is not there cannot move.
    @Test(arguments: ["", "sealed", "open", "suspended"])
    func `while votes are taken no door has the figure`(state: String) throws {
        let fixture = try ContactFixture()
        try fail(40, fixture)
        if !state.isEmpty { try poll(state, fixture) }
        #expect(try lines(fixture).isEmpty)
        #expect(try DeliveryService(fixture.desk).picture().untoldVotes.lines.isEmpty)
    }

    @Test(arguments: ["closed", "abandoned"])
    func `afterwards it is what failed and what came back`(state: String) throws {
        let fixture = try ContactFixture()
        try fail(3, fixture)
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "UPDATE outbox_message SET state = 'bounced' WHERE kind = 'voteRecorded' AND subject = 100")
        }
        try poll(state, fixture)
        for lines in [try lines(fixture), try DeliveryService(fixture.desk).picture().untoldVotes.lines] {
            #expect(lines.map(\.route) == [.email] && lines.map(\.failed) == [2] && lines.map(\.bounced) == [1])
        }
    }
}
