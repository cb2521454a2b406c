import Contacts
import Elections
import Operations
import Store
import Testing

/// Word of votes that does not arrive, as a figure that tells nothing of who voted.
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

    @Test(arguments: [(0, []), (9, []), (10, [10]), (29, [20])])
    func `only whole tens are told`(count: Int, told: [Int]) throws {
        let fixture = try ContactFixture()
        try fail(count, fixture)
        #expect(try lines(fixture).map(\.atLeast) == told && lines(fixture).allSatisfy { $0.route == .email })
        #expect(try DeliveryService(fixture.desk).picture().untoldVotes.lines.map(\.atLeast) == told)
    }

    /// These people stand by name in the list of failures: of ten of them the figure would say that all voted.
    @Test func `whose other messages fail counts nowhere`() throws {
        let fixture = try ContactFixture()
        try fail(12, fixture)
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO outbox_message (election, subject, kind, generation, channel, priority, state, frame, due_at, created_at)
                SELECT election, subject, 'identifier', 1, 'email', 2, 'bounced', frame, 1, 1 FROM outbox_message
                WHERE kind = 'voteRecorded' AND subject < 103
                """)
        }
        #expect(try lines(fixture).isEmpty)
        try fail(1, fixture, from: 200)
        #expect(try lines(fixture).map(\.atLeast) == [10])
    }

    /// Who is told at once is told before a round has made the number of votes public.
    @Test func `what no round has published is not counted where votes are told of at once`() throws {
        let change = ("languages: [fr, en]", "languages: [fr, en]\nconfirm: atOnce")
        let fixture = try ContactFixture(change)
        #expect(fixture.desk.election.election.confirm == .atOnce)
        try fail(10, fixture, at: 500)
        #expect(try lines(fixture).isEmpty)
        let number = fixture.desk.election.number
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO polling_poll (election, state, manifest, fingerprint, sealed_at, closes_at, round_at)
                VALUES (?, 'open', x'00', '00', 1, 2, 400)
                """, number)
        }
        #expect(try lines(fixture).isEmpty)
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE polling_poll SET round_at = 900")
        }
        #expect(try lines(fixture).map(\.atLeast) == [10])
    }
}
