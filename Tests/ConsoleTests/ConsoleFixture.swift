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
import TestSupport
import Testing
import Turnout
import VoterRoll
import WebContent

@testable import Console

/// The sample election with some voters and members of the staff, and the console's context over it, without a network. Its time
/// stands still.
final class ConsoleFixture {
    private let base: TestElection
    var store: Store { base.store }
    let operations: OperationContext
    let context: ConsoleContext
    static let now = 1_795_000_000

    static let repository = TestSupport.repository
    static let templates = TestElection.templates

    init(voters count: Int = 20) throws {
        base = try TestElection(at: ConsoleFixture.now)
        operations = base.operations()
        let (election, key, clock, journal) = (base.election, base.key, base.time, base.journal)
        let (read, register, outbox, station) = (
            election.election, operations.register, operations.outbox, operations.station
        )
        let passphrases = PassphraseService(
            hasher: TestElection.quickHasher, journal: journal, clock: clock, randomness: .system)
        let staff = Authenticator(
            election: election, key: key, directory: StaffDirectory(register), passphrases: passphrases, outbox: outbox,
            clock: clock, randomness: .system, realm: .staff, policy: StaffRegister.policy)
        let trustees = TrusteeRegister(journal: journal, clock: clock)
        let letterBatches = LetterBatches(
            store: base.store, outbox: outbox, registrar: base.registrar(), issuer: operations.issuer, journal: journal,
            clock: clock)
        let parts = ConsoleSite.Parts(
            store: base.store, authenticator: staff,
            signIn: SignInFlow(store: base.store, authenticator: staff, common: CommonSecrets("")),
            register: register,
            operations: operations, deliveries: DeliveryService(operations), reminders: Reminders(operations),
            letters: PrintOrders(
                operations, letterBatches: letterBatches, messageTemplates: operations.directory.messageTemplates,
                style: LetterStyle(),
                folder: base.folder.path("s.sqlite.print")),
            snapshots: TurnoutRecorder(
                store: base.store, directory: operations.directory, authenticator: operations.authenticator,
                station: station, outbox: outbox,
                clock: clock),
            policy: PolicyService(
                operations,
                text: try PolicyText(try ConsoleFixture.templates.text(PolicyText.file), file: PolicyText.file),
                trustees: trustees, takesBounces: false), rollImport: RollFileImport(operations),
            help: SupportQueue(election: election, key: key, clock: clock, randomness: .system),
            tallyService: TallyService(station: station, store: base.store, trustees: trustees, journal: journal),
            journal: journal, clock: clock, randomness: .system, key: key)
        let pages = try ConsolePages(
            read, templates: ConsoleFixture.templates, assets: try AssetSet(ConsoleFixture.templates))
        context = ConsoleContext(parts, pages) { _ in }
        let rows = (1...count).map { "V\($0);Martin;Anne;v\($0)@example.org;ouvriers;lille" }
        try base.enrol((["reference;last_name;first_name;email;college;site"] + rows).joined(separator: "\n"))
        for (name, role) in [
            ("anne", StaffRole.manager), ("paul", .bureau), ("sam", .support), ("aude", .auditor), ("ivan", .printer),
        ] { try add(name, role) }
    }

    func add(_ name: String, _ role: StaffRole) throws {
        let mail = try EmailAddress("\(name)@staff.example.org")
        let newcomer = StaffRegister.Newcomer(name: name, fullName: name, mail: mail, role: role, language: .fr)
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try operations.register.add(transaction, newcomer, by: .system("test"))
        }
    }

    /// Gives every voter an identifier by mail.
    func issue() throws {
        _ = try operations.issuer.issueAll(
            store, operations.issuance,
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
                principal: .staff(name), role: role, interface: source == "api" ? .api : .console, language: language),
            place: place, values: values, source: source)
    }

    /// The page as HTML, with the frame of somebody who is signed in.
    func html(_ page: RenderedPage, _ call: ConsoleRequest) throws -> String {
        let frame = PageFrame(
            title: page.title, switchPath: "/manager", lang: call.language.rawValue, otherLang: "en", form: "f",
            owner: "o", who: PageFrame.Person(name: "Anne", role: call.role))
        let viewer = StaffActor(
            principal: call.viewer.principal, role: call.role, interface: .console, language: call.language)
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
