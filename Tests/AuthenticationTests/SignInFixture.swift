import Authentication
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Store
import Synchronization
import TestSupport
import Testing

/// One principal who is reached by mail and SMS; everybody else is nobody.
struct OneAccount: AccountDirectory {
    let hash: [UInt8]
    let outcomes: Outcomes

    /// What was sent.
    final class Outcomes: Sendable { let notes = Mutex<[(route: Channel, values: [String: String])]>([]) }

    func account(_ reading: borrowing Reading, hash: [UInt8]) -> Account? {
        guard hash == self.hash else { return nil }
        return Account(
            principal: .staff("anne"), generation: 1,
            generations: [Account.Generation(number: 1, secretHash: nil, isPending: false)], route: .email,
            printedCode: nil)
    }

    func isLive(_ reading: borrowing Reading, _ principal: Principal, generation: Int) -> Bool { generation == 1 }
    func routes(_ reading: borrowing Reading, _ principal: Principal) -> [Channel] { [.email, .sms] }
    func challenge(_ reading: borrowing Reading, _ principal: Principal) -> String? { nil }
    func sentSecret(_ reading: borrowing Reading, _ principal: Principal) -> [UInt8]? { nil }
    func contactMoved(_ reading: borrowing Reading, _ principal: Principal) -> Int? { nil }
    func language(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Language? { nil }

    func names(_ reading: borrowing Reading, _ principal: Principal) -> [String] { ["Anne"] }

    func send(_ transaction: borrowing Transaction, _ principal: Principal, _ note: VoterNotification) -> Int? {
        outcomes.notes.withLock { $0.append((note.route, note.values)) }
        return nil
    }

    func complete(_ transaction: borrowing Transaction, _ principal: Principal, generation: Int) {}
}

/// A door whose time stands still until it is moved. Its principal is no voter: staff come in by the same road.
final class SignInFixture {
    private let base: TestElection
    var store: Store { base.store }
    let authenticator: Authenticator
    let desk: SignInFlow
    let sent = OneAccount.Outcomes()
    var now: Int { base.clock.now }
    /// The one identifier that somebody holds, in the form that is looked up.
    let identifier: String

    /// - Parameters:
    ///   - channel: the election's `code.channel`.
    ///   - scheme: its `identifier.scheme`.
    ///   - secret: what stands in the place of its passphrase of 20 characters.
    ///   - reset: its `secret.reset`.
    ///   - hashes: how many secrets are hashed at once; 0 for a house where everybody signs in at the same moment.
    init(
        channel: String = "other", scheme: AccessPolicy.Scheme = .random, identifier: String = "ANNE",
        secret: String = "kind: passphrase\n    minimum: 20", reset: String = "otherChannel", hashes: Int? = nil
    ) throws {
        self.identifier = identifier
        let definition = try sampleDefinition()
            .replacing("channel: other", with: "channel: \(channel)")
            .replacing("scheme: random", with: "scheme: \(scheme.rawValue)")
            .replacing("reset: otherChannel", with: "reset: \(reset)")
            .replacing("    mustChange: false\n", with: secret.contains("mustChange") ? "" : "    mustChange: false\n")
            .replacing("kind: passphrase\n    minimum: 20", with: secret)
            .replacing("channels: [email, sms, letter]", with: "channels: [email, sms]")
        let base = try TestElection(definition: definition)
        self.base = base
        let (key, clock) = (base.key, base.time)
        let passphrases = PassphraseService(
            hasher: PassphraseHasher(cost: PassphraseHasher.Cost(passes: 1, mebibytes: 1), limit: hashes),
            journal: base.journal, clock: clock, randomness: .system)
        authenticator = Authenticator(
            election: base.election, key: key,
            directory: OneAccount(hash: Issuer.lookup(key).hash(identifier), outcomes: sent), passphrases: passphrases,
            outbox: Outbox(clock: clock, randomness: .system), clock: clock, randomness: .system)
        desk = SignInFlow(store: base.store, authenticator: authenticator, common: CommonSecrets(""))
    }

    func wait(seconds: Int) { base.clock.wait(seconds) }

    func ask(
        _ identifier: String? = nil, from network: String = "192.0.2.1", picture: Bool = false, renews: Bool = false
    ) throws -> String {
        let token = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try authenticator.ask(
                transaction, canonical: identifier ?? self.identifier,
                from: CodeAsker(network: network, passedPicture: picture), renews: renews)
        }
        while try CodeSender(authenticator).serveRequests(store) > 0 {}
        return token
    }

    func check(_ token: String, _ code: String) throws -> Authenticator.CodeOutcome {
        let typed = try #require(authenticator.readCode(code))
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try authenticator.check(transaction, token: token, typed)
        }
    }

    var codes: [String] { sent.notes.withLock { $0.compactMap { $0.values["code"] } } }
}
