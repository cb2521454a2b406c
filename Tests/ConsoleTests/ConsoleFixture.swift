import Authentication
import Compliance
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
import Tally
import Testing
import Turnout
import VoterRoll
import WebContent

@testable import Console

/// The sample election with some voters and members of the staff, and the console's context over it, without a network. Its time
/// stands still.
final class ConsoleFixture {
    let folder: URL
    let store: Store
    let desk: VoterSupport
    let context: ConsoleContext
    static let now = 1_795_000_000

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    static let templates = TemplateFolder([repository.appending(path: "Templates").path])

    init(voters count: Int = 20) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-console-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let clock = Clock { ConsoleFixture.now }
        let path = folder.appending(path: "s.sqlite").path
        let store = try Store(
            path: path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations
                + RollSchema.migrations + IssuanceSchema.migrations + PassphrasesSchema.migrations
                + AccessSchema.migrations + RecoverySchema.migrations + PollingSchema.migrations
                + StaffSchema.migrations + BureauSchema.migrations + TurnoutSchema.migrations, now: 1)
        self.store = store
        let journal = AuditJournal(clock: clock, randomness: .system)
        let elections = ElectionRepository(journal: journal, clock: clock)
        let text = try String(
            contentsOf: ConsoleFixture.repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
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
        let messageTemplates = MessageTemplates(election: read, templates: ConsoleFixture.templates)
        let directory = VoterDirectory(
            election: election, key: key, messageTemplates: messageTemplates, issuer: issuer, registrar: registrar)
        let door = Authenticator(
            election: election, key: key, directory: directory, passphrases: passphrases, outbox: outbox, clock: clock,
            randomness: .system)
        let station = PollingStation(
            store: store, election: election, key: key, journal: journal, clock: clock, randomness: .system)
        let register = StaffRegister(
            election: election, key: key, messageTemplates: messageTemplates, outbox: outbox, passphrases: passphrases,
            journal: journal,
            clock: clock, randomness: .system, console: "https://vote.example.org/manager")
        desk = VoterSupport(
            store: store, directory: directory, door: door, station: station, outbox: outbox, register: register,
            journal: journal, clock: clock, randomness: .system)
        let staffDoor = Authenticator(
            election: election, key: key, directory: StaffDirectory(register), passphrases: passphrases, outbox: outbox,
            clock: clock, randomness: .system, realm: .staff, policy: StaffRegister.policy)
        let trustees = TrusteeRegister(journal: journal, clock: clock)
        let letterBatches = LetterBatches(
            store: store, outbox: outbox, registrar: registrar, issuer: issuer, journal: journal, clock: clock)
        let parts = ConsoleSite.Parts(
            store: store, door: staffDoor,
            signIn: SignInFlow(store: store, authenticator: staffDoor, common: CommonSecrets("")), register: register,
            desk: desk, deliveries: DeliveryService(desk), reminders: Reminders(desk),
            letters: PrintOrders(
                desk, letterBatches: letterBatches, messageTemplates: messageTemplates, style: LetterStyle(),
                folder: path + ".print"),
            snapshots: TurnoutRecorder(
                store: store, directory: directory, door: door, station: station, outbox: outbox, clock: clock),
            policy: PolicyService(
                desk,
                text: try PolicyText(try ConsoleFixture.templates.text(PolicyText.file), file: PolicyText.file),
                trustees: trustees, takesBounces: false), roll: RollService(desk),
            help: SupportQueue(election: election, key: key, clock: clock, randomness: .system),
            tallyService: TallyService(
                station: station, store: store, trustees: trustees, journal: journal, clock: clock),
            journal: journal, clock: clock, randomness: .system, key: key)
        let pages = try ConsolePages(
            read, templates: ConsoleFixture.templates, assets: try AssetSet(ConsoleFixture.templates))
        context = ConsoleContext(parts, pages) { _ in }
        try publish(count, key, registrar)
        for (name, role) in [
            ("anne", StaffRole.manager), ("paul", .bureau), ("sam", .support), ("aude", .auditor), ("ivan", .printer),
        ] { try add(name, role) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// Makes a file of voters the roll.
    private func publish(_ count: Int, _ key: ElectionKey, _ registrar: Registrar) throws {
        let roll = folder.appending(path: "roll.csv")
        let rows = (1...count).map { "V\($0);Martin;Anne;v\($0)@example.org;ouvriers;lille" }
        try Data((["reference;last_name;first_name;email;college;site"] + rows).joined(separator: "\n").utf8)
            .write(to: roll)
        let loaded = try registrar.load(
            roll.path, into: desk.election, keys: RollKeys(key, randomness: .system), options: ImportOptions())
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try registrar.publish(transaction, loaded, file: "roll.csv", by: .system("test"))
        }
    }

    func add(_ name: String, _ role: StaffRole) throws {
        let mail = try EmailAddress("\(name)@staff.example.org")
        let newcomer = StaffRegister.Newcomer(name: name, fullName: name, mail: mail, role: role, language: .fr)
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try desk.register.add(transaction, newcomer, by: .system("test"))
        }
    }

    /// Gives every voter an identifier by mail.
    func issue() throws {
        _ = try desk.issuer.issueAll(
            store, IssuanceContext(desk.election, key: desk.key, messageTemplates: desk.directory.messageTemplates),
            forced: .email,
            by: .system("test"))
    }

    /// A request of a member of the staff for a page.
    /// - Parameter source: `console` or `api`.
    func call(
        _ name: String, _ role: StaffRole, place: [String: String] = [:], values: [String: String] = [:],
        language: Language = .fr, source: String = "console"
    ) -> ConsoleRequest {
        ConsoleRequest(
            viewer: StaffActor(
                principal: .staff(name), role: role, door: source == "api" ? .api : .console, language: language),
            place: place, values: values, source: source)
    }

    /// The page as HTML, with the frame of somebody who is signed in.
    func html(_ page: RenderedPage, _ call: ConsoleRequest) throws -> String {
        let frame = PageFrame(
            title: page.title, switchPath: "/manager", lang: call.language.rawValue, otherLang: "en", form: "f",
            owner: "o", who: PageFrame.Person(name: "Anne", role: call.role))
        let viewer = StaffActor(
            principal: call.viewer.principal, role: call.role, door: .console, language: call.language)
        return try context.pages.html(page, in: frame, for: viewer, context.wording(call.language))
    }

    /// A page as it is made for a request; nil when there is none.
    func page(_ path: String, _ call: ConsoleRequest) throws -> RenderedPage? {
        let view = try #require(ConsoleTables.views.first { $0.path == path })
        return try view.make(context, call)
    }

    /// What programs get in its place.
    func answer(_ path: String, _ call: ConsoleRequest) throws -> JSONValue? {
        try page(path, call).map { try ModelEncoder.answer($0.model) }
    }

    /// Does an action, as its form or a program orders it.
    @discardableResult
    func run(_ path: String, _ call: ConsoleRequest) throws -> ActionResult {
        let action = try #require(ConsoleTables.actions.first { $0.path == path })
        #expect(try FieldRules(context).faults(action, call).isEmpty)
        return try action.run(context, call)
    }
}
