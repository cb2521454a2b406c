import Authentication
import Store
import Testing

/// What is over is ended in one election, by that election's clock.
struct TidyTests {
    @Test func `tidying one election leaves another's sessions`() throws {
        let fixture = try SignInFixture()
        let (sender, now) = (CodeSender(fixture.authenticator), fixture.now)
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "INSERT INTO election_definition (id, name, definition, stored_at) VALUES (99, 'autre-2026', '', 1)")
            try transaction.execute(
                """
                INSERT INTO access_session (election, principal, token, generation, secret_generation, opened_at, seen_at, ends_at)
                SELECT id, 'voter 1', CAST(name AS BLOB), 1, 1, 1, 1, ? FROM election_definition
                """, now - 1)
            try sender.tidy(transaction)
        }
        let left = try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all("SELECT election FROM access_session") {
                (row: borrowing Row) throws(StoreError) -> Int in try row[0]
            }
        }
        #expect(left == [99])
    }
}
