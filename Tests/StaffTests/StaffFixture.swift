import Authentication
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Staff
import Store
import Synchronization
import TestSupport
import Testing
import VoterRoll

/// An election with a register of staff, and a time that stands still until it is moved.
final class StaffFixture {
    private let base: TestElection
    let register: StaffRegister
    let authenticator: Authenticator
    var folder: URL { base.folder.url }
    var store: Store { base.store }

    init(console: String = "https://vote.example.org/manager") throws {
        base = try TestElection()
        let (key, clock, journal) = (base.key, base.time, base.journal)
        let passphrases = PassphraseService(
            hasher: TestElection.quickHasher, journal: journal, clock: clock, randomness: .system)
        let outbox = Outbox(clock: clock, randomness: .system)
        register = StaffRegister(
            election: base.election, key: key,
            messageTemplates: MessageTemplates(
                election: base.election.election, templates: TestElection.templates),
            outbox: outbox, passphrases: passphrases, journal: journal, clock: clock, randomness: .system,
            console: console)
        authenticator = Authenticator(
            election: base.election, key: key, directory: StaffDirectory(register), passphrases: passphrases,
            outbox: outbox,
            clock: clock,
            randomness: .system, realm: .staff, policy: StaffRegister.policy)
    }

    func wait(_ seconds: Int) { base.clock.wait(seconds) }

    func add(
        _ name: String, _ role: StaffRole, by maker: Principal = .system("test")
    ) throws -> StaffRegister.Change {
        let mail = try EmailAddress("\(name)@staff.example.org")
        let newcomer = StaffRegister.Newcomer(name: name, fullName: name, mail: mail, role: role, language: .fr)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try register.add(transaction, newcomer, by: maker)
        }
    }

    func member(_ name: String) throws -> StaffMember {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try register.member(reading, name: name)
        }
        return try #require(found)
    }

    /// A session of a member, as after the passphrase.
    func session(_ name: String) throws -> (token: String, Session) {
        let member = try member(name)
        let token = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try authenticator.sessions.open(
                transaction, member.principal, generation: member.generation,
                from: SessionOrigin(subject: [1], route: .email))
        }
        return (token, try #require(try present(token)))
    }

    func present(_ token: String) throws -> Session? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try authenticator.sessions.find(reading, token: token)
        }
    }

    /// Enrols a member's authenticator; returns its secret and the spare codes.
    func enrol(_ name: String, _ session: Session) throws -> (Secret, [String]) {
        let (member, factor) = (try member(name), SecondFactor(register))
        let begun = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try factor.begin(transaction, member)
        }
        let secret = try #require(begun)
        let code = TimeCode.code(secret, step: TimeCode.step(at: base.clock.now))
        let spare = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> [String] in
            let (outcome, spare) = try factor.enrol(transaction, member, session, at: authenticator, code, from: "::1")
            return outcome == .right ? spare : []
        }
        return (secret, spare)
    }

    func confirm(_ name: String, _ session: Session, _ code: String) throws -> SecondFactor.Outcome {
        let member = try member(name)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try SecondFactor(register).confirm(transaction, member, session, at: authenticator, code, from: "::1")
        }
    }

    func code(_ secret: Secret) -> String { TimeCode.code(secret, step: TimeCode.step(at: base.clock.now)) }

    func confirm(_ name: String, by second: String) throws -> StaffRegister.ConfirmDenial? {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try register.confirm(transaction, name: name, by: .staff(second))
        }
    }

    /// One voter with an identifier.
    func issueOne() throws {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let import1 = try transaction.insert(
                "INSERT INTO roll_import (election, state, started_at, published_at) VALUES (?, 'published', 1, 1)",
                register.election.number)
            let voter = try transaction.insert(
                """
                INSERT INTO roll_voter (election, import, line, reference, civility, last_name, first_name, college, site,
                    weight, language, mobile, digest)
                VALUES (?, ?, 1, 'V1', '', 'A', 'B', '', '', 1, 'fr', 0, x'00')
                """, register.election.number, import1)
            try transaction.execute(
                """
                INSERT INTO issuance_identifier (election, voter, generation, state, hash, route, contact, created_at)
                VALUES (?, ?, 1, 'active', x'01', 'email', x'02', 1)
                """, register.election.number, voter)
        }
    }

    func ask(_ name: String, needsBureau: Bool = false) throws -> Int {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try Approvals(register).ask(
                transaction,
                Approvals.Draft(
                    .reissueElsewhere, subject: 7, order: ["contact": "new@example.org"], reason: "called",
                    needsBureau: needsBureau), by: .staff(name))
        }
    }

    func decide(_ id: Int, _ name: String, _ role: StaffRole) throws -> Approvals.Denial? {
        let decision = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try Approvals(register).decide(
                transaction, request: id, approved: true, answer: "yes", by: .staff(name), role: role)
        }
        if case .denied(let denial) = decision { return denial }
        return nil
    }
}
