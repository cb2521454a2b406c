import Authentication
import Crypto
import Delivery
import Journal
import Store
import Testing

/// What a change of a secret ends, and what a busy house does not count.
struct PassphraseServiceTests {
    /// How a reset under way can end.
    enum Ending: CaseIterable { case set, clear, cancel }

    @Test(arguments: Ending.allCases)
    func `the word that a reset is ready goes with the reset`(ending: Ending) throws {
        let door = try SignInFixture()
        let (passphrases, anne) = (door.authenticator.passphrases, Principal.voter(1))
        let state = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) -> String? in
            try transaction.execute("INSERT INTO outbox_frame (id, hash, content) VALUES (1, x'00', '')")
            try transaction.execute(
                """
                INSERT INTO outbox_message (id, election, subject, kind, generation, channel, priority, state, frame, due_at,
                    created_at) VALUES (7, 1, 1, 'resetReady', 1, 'email', 1, 'waiting', 1, 1, 1)
                """)
            try passphrases.askReset(transaction, election: 1, named: "cse-2026", anne, readyAt: 2, message: 7)
            switch ending {
            case .set:
                try passphrases.set(transaction, election: 1, named: "cse-2026", anne, hash: "x", why: "changed")
            case .clear:
                try passphrases.clear(
                    transaction, election: 1, named: "cse-2026", anne, by: anne, why: "a new one was sent")
            case .cancel: try passphrases.cancelReset(transaction, election: 1, anne)
            }
            return try transaction.reading.first("SELECT state FROM outbox_message WHERE id = 7") {
                (row: borrowing Row) throws(StoreError) -> String in try row[0]
            }
        }
        #expect(state == "withdrawn")
    }

    @Test func `an attempt that is given back makes nobody wait`() throws {
        let door = try SignInFixture()
        let (passphrases, subject) = (door.authenticator.passphrases, [UInt8(1)])
        func begin() throws -> Bool {
            try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try passphrases.attempts.begin(transaction, election: 1, subject: subject)
            }
        }
        for _ in 0..<5 { #expect(try begin()) }
        #expect(try !begin())
        door.wait(seconds: 30)
        #expect(try begin())
        try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try passphrases.attempts.giveBack(transaction, election: 1, subject: subject)
        }
        let wait = try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try passphrases.attempts.wait(reading, election: 1, subject: subject)
        }
        #expect(wait == 0)
        #expect(try begin())
        // One that was checked counts as before.
        #expect(try !begin())
    }

    @Test func `where no code is asked, a busy house does not use up a browser's first attempt`() throws {
        let door = try SignInFixture(channel: "none", secret: "kind: generated", hashes: 0)
        let token = try door.ask()
        guard case .busy = try door.desk.enter(token: token, "one two three four five six", on: .own) else {
            Issue.record("a house without hashing hashes")
            return
        }
        let counted = try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number(
                "SELECT (SELECT sum(attempts) FROM access_request) + (SELECT sum(failures) FROM passphrase_throttle)")
        }
        #expect(counted == 0)
    }
}
