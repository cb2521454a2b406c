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
final class DeskHouse {
    let folder: URL
    let store: Store
    let desk: VoterDesk
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
        let logbook = Logbook(clock: clock, randomness: .system)
        let elections = ElectionDesk(logbook: logbook, clock: clock)
        let text = try String(contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
        let read = try ElectionReader.read(text, file: "e").get()
        let election = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try elections.store(
                transaction, read, definition: text, inUse: [], isIssued: false, by: .system("test"))
            return try elections.find(transaction.reading, nil)
        }
        let (key, hasher) = (ElectionKey(from: .system), PassphraseHasher(cost: .init(passes: 1, mebibytes: 1)))
        let keeper = PassphraseKeeper(hasher: hasher, logbook: logbook, clock: clock, randomness: .system)
        let outbox = Outbox(clock: clock, randomness: .system)
        let registrar = Registrar(store: store, logbook: logbook, clock: clock, hasher: hasher)
        let issuer = Issuer(outbox: outbox, registrar: registrar, logbook: logbook, clock: clock, randomness: .system)
        let office = MessageOffice(
            election: read, templates: TemplateFolder([repository.appending(path: "Templates").path]))
        let directory = VoterDirectory(
            election: election, key: key, office: office, issuer: issuer, registrar: registrar)
        let door = Doorkeeper(
            election: election, key: key, directory: directory, keeper: keeper, outbox: outbox, clock: clock,
            randomness: .system)
        let register = StaffRegister(
            election: election, key: key, office: office, outbox: outbox, keeper: keeper, logbook: logbook,
            clock: clock, randomness: .system, console: "https://vote.example.org/manager")
        desk = VoterDesk(
            store: store, directory: directory, door: door,
            station: PollingStation(
                store: store, election: election, key: key, logbook: logbook, clock: clock, randomness: .system),
            outbox: outbox, register: register, logbook: logbook, clock: clock, randomness: .system)
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
            store, IssuanceContext(desk.election, key: desk.key, office: desk.directory.office), forced: .email,
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
