import Authentication
import Elections
import Store
import Testing

/// Identifier and password on one page: no code comes between, so that attempts cost work once there were many.
struct OnePageTests {
    private func attempt(_ door: SignInFixture, _ identifier: String?, hasWorked: Bool) throws -> SignInFlow.Outcome {
        try door.desk.enter(token: try door.ask(identifier), "fG69a*6jH", on: .own, hasWorked: hasWorked)
    }

    private func wantsHardWork(_ door: SignInFixture, _ identifier: String) throws -> Bool {
        try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.authenticator.limits.wantsHardWork(reading, door.authenticator.subject(identifier))
        }
    }

    @Test(arguments: ["ANNE", "NOBODY"])
    func `attempts are counted alike for known and unknown identifiers, and then cost work`(identifier: String) throws {
        let door = try SignInFixture(channel: "none", secret: "kind: generated")
        for _ in 0..<5 {
            #expect(try !wantsHardWork(door, identifier))
            #expect(try attempt(door, identifier, hasWorked: false) == .wrong)
        }
        #expect(try wantsHardWork(door, identifier))
        guard case .wait = try attempt(door, identifier, hasWorked: false) else {
            Issue.record("a sixth attempt without work")
            return
        }
        // Whoever works, or reads a picture, waits for nobody.
        #expect(try attempt(door, identifier, hasWorked: true) == .wrong)
    }

    @Test func `an attempt is counted before it is checked`() throws {
        let door = try SignInFixture(channel: "none", secret: "kind: generated")
        for _ in 0..<4 { _ = try attempt(door, nil, hasWorked: false) }
        let token = try door.ask()
        #expect(try !wantsHardWork(door, "ANNE"))
        _ = try door.desk.enter(token: token, "fG69a*6jH", on: .own, hasWorked: false)
        #expect(try wantsHardWork(door, "ANNE"))
    }

    @Test func `where a code is asked for, wrong secrets wait and cost no work before the identifier`() throws {
        let door = try SignInFixture()
        #expect(try !wantsHardWork(door, "ANNE"))
        let subject = door.authenticator.subject("ANNE")
        for _ in 0..<6 {
            _ = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try door.authenticator.passphrases.attempts.begin(
                    transaction, election: door.authenticator.election.number, subject: subject)
            }
        }
        #expect(try !wantsHardWork(door, "ANNE"))
    }
}
