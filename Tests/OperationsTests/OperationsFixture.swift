import Authentication
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import Synchronization
import Testing
import Turnout
import VoterRoll

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The sample election with some voters on its roll, and the desks behind the console. Its time stands still.
final class OperationsFixture {
    let folder: URL
    let store: Store
    let desk: VoterSupport
    /// The voters' numbers, in the roll's order.
    let voters: [Int]
    let hands = Hands()
    let manager = Actor(principal: .staff("anne"), role: .manager, door: .console)

    /// What a test does to the clock: the hook runs once, at the next look at it, as another program would act in the meantime.
    final class Hands: Sendable {
        let hook = Mutex<(@Sendable () -> Void)?>(nil)

        func now() -> Int {
            let run = hook.withLock { hook in
                defer { hook = nil }
                return hook
            }
            run?()
            return 1_795_000_000
        }
    }

    init(voters count: Int = 20) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-desks-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let hands = hands
        let clock = Clock { hands.now() }
        let store = try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations
                + RollSchema.migrations + IssuanceSchema.migrations + PassphrasesSchema.migrations
                + AccessSchema.migrations + PollingSchema.migrations + StaffSchema.migrations
                + BureauSchema.migrations + TurnoutSchema.migrations, now: 1)
        self.store = store
        let journal = AuditJournal(clock: clock, randomness: .system)
        let elections = ElectionRepository(journal: journal, clock: clock)
        let text = try String(contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
        let read = try ElectionReader.read(text, file: "e").get()
        let election = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try elections.store(
                transaction, read, definition: text, inUse: [], isIssued: false, by: .system("test"))
            return try elections.find(transaction.reading, nil)
        }
        let (key, hasher) = (ElectionKey(from: .system), PassphraseHasher(cost: .init(passes: 1, mebibytes: 1)))
        let passphrases = PassphraseService(hasher: hasher, journal: journal, clock: clock, randomness: .system)
        let outbox = Outbox(clock: clock, randomness: .system)
        let registrar = Registrar(store: store, journal: journal, clock: clock, hasher: hasher)
        let issuer = Issuer(outbox: outbox, registrar: registrar, journal: journal, clock: clock, randomness: .system)
        let messageTemplates = MessageTemplates(
            election: read, templates: TemplateFolder([repository.appending(path: "Templates").path]))
        let directory = VoterDirectory(
            election: election, key: key, messageTemplates: messageTemplates, issuer: issuer, registrar: registrar)
        let door = Authenticator(
            election: election, key: key, directory: directory, passphrases: passphrases, outbox: outbox, clock: clock,
            randomness: .system)
        let register = StaffRegister(
            election: election, key: key, messageTemplates: messageTemplates, outbox: outbox, passphrases: passphrases,
            journal: journal,
            clock: clock, randomness: .system, console: "https://vote.example.org/manager")
        desk = VoterSupport(
            store: store, directory: directory, door: door,
            station: PollingStation(
                store: store, election: election, key: key, journal: journal, clock: clock, randomness: .system),
            outbox: outbox, register: register, journal: journal, clock: clock, randomness: .system)
        let roll = folder.appending(path: "roll.csv")
        let rows = (1...count).map {
            "V\($0);Martin;Anne;v\($0)@example.org;06 39 98 \(String(format: "%02d %02d", $0 / 100, $0 % 100));ouvriers;lille"
        }
        try Data((["reference;last_name;first_name;email;phone;college;site"] + rows).joined(separator: "\n").utf8)
            .write(to: roll)
        let loaded = try registrar.load(
            roll.path, into: election, keys: RollKeys(key, randomness: .system), options: ImportOptions())
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try registrar.publish(transaction, loaded, file: "roll.csv", by: .system("test"))
        }
        voters = try store.read { (reading: borrowing Reading) throws(StoreError) in
            var ids: [Int] = []
            try registrar.each(reading, election) { voter, _ throws(StoreError) in ids.append(voter.id) }
            return ids
        }
        try #require(voters.count == count)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Gives every voter an identifier by mail.
    func issue() throws {
        _ = try desk.issuer.issueAll(
            store, IssuanceContext(desk.election, key: desk.key, messageTemplates: desk.directory.messageTemplates),
            forced: .email,
            by: .system("test"))
    }

    func add(_ name: String, _ role: StaffRole, by maker: Principal = .system("test")) throws {
        let mail = try EmailAddress("\(name)@staff.example.org")
        let newcomer = StaffRegister.Newcomer(name: name, fullName: name, mail: mail, role: role, language: .fr)
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try desk.register.add(transaction, newcomer, by: maker)
        }
    }

    func number(_ sql: StaticString) throws -> Int {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try reading.number(sql) }
    }
}
