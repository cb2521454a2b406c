import Contacts
import Elections
import Journal
import Operations
import Staff
import Store
import Testing

/// Word of votes that does not arrive, as a figure that is there once the signature list is.
struct UndeliveredConfirmationsTests {
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

    private func lines(_ fixture: ContactFixture) throws -> [UndeliveredConfirmations.Line] {
        let operations = fixture.operations
        return try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try UndeliveredConfirmations(reading, operations.outbox, of: operations.election).lines
        }
    }

    private func poll(_ state: String, _ fixture: ContactFixture) throws {
        let number = fixture.operations.election.number
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
    func `while votes are taken there is no figure`(state: String) throws {
        let fixture = try ContactFixture()
        try fail(40, fixture)
        if !state.isEmpty { try poll(state, fixture) }
        #expect(try lines(fixture).isEmpty)
        #expect(try DeliveryService(fixture.operations).picture().undelivered.lines.isEmpty)
    }

    @Test(arguments: ["closed", "abandoned"])
    func `afterwards it is what failed, what may be lost and what came back`(state: String) throws {
        let fixture = try ContactFixture()
        try fail(6, fixture)
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            // The last one's content is wiped: no retry sends it.
            try transaction.execute(
                """
                UPDATE outbox_message SET sealed = iif(subject = 105, NULL, x'00'),
                    state = CASE WHEN subject < 102 THEN 'bounced' WHEN subject = 102 THEN 'unknown' ELSE state END
                WHERE kind = 'voteRecorded'
                """)
        }
        try poll(state, fixture)
        for lines in [try lines(fixture), try DeliveryService(fixture.operations).picture().undelivered.lines] {
            #expect(lines.map(\.route) == [.email] && lines.map(\.bounced) == [2])
            #expect(lines.map(\.unknown) == [1] && lines.map(\.failed) == [2])
        }
    }

    /// Support sees on a voter's page that other messages came back: with the figure they would know who voted.
    @Test(arguments: [
        (StaffRole.bureau, "closed", true), (.manager, "closed", true), (.support, "closed", false),
        (.auditor, "closed", false), (.manager, "abandoned", false), (.bureau, "abandoned", true),
        (.bureau, "open", true),
    ])
    func `the figure is theirs who may know who voted`(role: StaffRole, state: String, may: Bool) throws {
        let fixture = try ContactFixture()
        try poll(state, fixture)
        let actor = Actor(principal: .staff("one"), role: role, interface: .console)
        let operations = fixture.operations
        let found = try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try VoteSecrecy(operations).mayKnowVotes(reading, actor)
        }
        #expect(found == may)
    }
}
