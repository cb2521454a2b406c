import Authentication
import Captcha
import Compliance
import Console
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Glibc
import HTTPServer
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import Synchronization
import Tally
import Turnout
import VoterRoll
import WebContent

/// The console's work on a large store, without a network: searches, reissues, figures. Prints numbers for `Tests/bench`.
@main
struct ConsoleBench {
    static func main() throws {
        let words = CommandLine.arguments
        let house = try ConsoleBenchFixture(store: words[2], keys: words[3])
        switch words[1] {
        case "search": try search(house, queries: words[4])
        case "reissue": try reissue(house, count: Int(words[4]) ?? 4000)
        case "picture": try picture(house)
        default: print("search, reissue, picture")
        }
    }

    static func milliseconds(_ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        let spent = (ContinuousClock.now - start).components
        return Double(spent.seconds) * 1000 + Double(spent.attoseconds) / 1e15
    }

    /// A line for each query: milliseconds, voters found, query.
    static func search(_ house: ConsoleBenchFixture, queries: String) throws {
        while try house.operations.directory.registrar.search.index() {}
        for query in try String(contentsOfFile: queries, encoding: .utf8).split(separator: "\n").map(String.init) {
            var found = 0
            let spent = try milliseconds {
                found = try house.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try VoterSupport(house.operations).search(reading, query).voters.count
                }
            }
            print("\(spent) \(found) \(query)")
        }
    }

    /// Reissues per second, by eight managers at once: revoked, made anew, sealed message, notice, journal, one commit each
    /// or several together.
    static func reissue(_ house: ConsoleBenchFixture, count: Int) throws {
        let voters = try house.store.read { (reading: borrowing Reading) throws(StoreError) -> [Int] in
            var ids: [Int] = []
            try house.operations.directory.registrar.each(reading, house.operations.election, limit: count) {
                voter, _ throws(StoreError) in ids.append(voter.id)
            }
            return ids
        }
        let failed = Atomic(0)
        let group = DispatchGroup()
        let threads = 8
        let spent = milliseconds {
            for number in 0..<threads {
                DispatchQueue.global().async(group: group) {
                    let actor = Actor(principal: .staff("m\(number)"), role: .manager, interface: .console)
                    for index in stride(from: number, to: voters.count, by: threads) {
                        let order = VoterOrder(
                            voter: voters[index], route: .email, contact: nil, reason: "bench", check: .callBack,
                            answer: nil)
                        if case .done? = try? IdentifierReissue(house.operations).reissue(order, by: actor) { continue }
                        failed.add(1, ordering: .relaxed)
                    }
                }
            }
            group.wait()
        }
        precondition(failed.load(ordering: .relaxed) == 0, "reissues failed")
        print(Double(voters.count) * 1000 / spent)
    }

    /// Seconds of a snapshot and the memory it took; then milliseconds of each rendered page and the memory after all.
    static func picture(_ house: ConsoleBenchFixture) throws {
        let snapshots = TurnoutRecorder(
            store: house.operations.store, directory: house.operations.directory,
            authenticator: house.operations.authenticator,
            station: house.operations.station, outbox: house.operations.outbox, clock: house.operations.clock)
        let made = try milliseconds { _ = try snapshots.follow() }
        print("snapshot \(made / 1000) \(memory())")
        let page = try house.page("/manager/picture")
        for _ in 0..<20 { _ = page() }
        let before = memory()
        for _ in 0..<200 { print("page \(milliseconds { _ = page() })") }
        print("memory \(before) \(memory())")
    }

    /// Resident megabytes.
    static func memory() -> Double {
        let pages = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ")[1]
        return Double(pages.flatMap { Int($0) } ?? 0) * 4096 / 1_048_576
    }
}

/// What stands behind the console, as `serve` builds them.
struct ConsoleBenchFixture {
    let store: Store
    let operations: OperationContext
    private let console: ConsoleSite
    private let authenticator: Authenticator
    private let register: StaffRegister

    init(store path: String, keys: String) throws {
        let clock = Clock.system
        let migrations =
            JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations + RollSchema.migrations
            + IssuanceSchema.migrations + PassphrasesSchema.migrations + AccessSchema.migrations
            + CaptchaSchema.migrations + RecoverySchema.migrations + PollingSchema.migrations + StaffSchema.migrations
            + BureauSchema.migrations + TurnoutSchema.migrations
        store = try Store(path: path, migrations: migrations, mayMiss: RollIndices.names, now: clock.now)
        let journal = AuditJournal(clock: clock, randomness: .system)
        let elections = ElectionRepository(journal: journal, clock: clock)
        let store = store
        let election = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try elections.find(reading, nil)
        }
        let folder = try KeyFolder(path: keys, store: path, randomness: .system)
        guard let key = try folder.key(of: election.election.id) else { throw CocoaError(.fileNoSuchFile) }
        let templates = TemplateFolder(["Templates"])
        let messageTemplates = MessageTemplates(election: election.election, templates: templates)
        let hasher = PassphraseHasher()
        let passphrases = PassphraseService(hasher: hasher, journal: journal, clock: clock, randomness: .system)
        let outbox = Outbox(clock: clock, randomness: .system)
        let registrar = Registrar(store: store, journal: journal, clock: clock, hasher: hasher)
        let issuer = Issuer(
            outbox: outbox, registrar: registrar, journal: journal, clock: clock, randomness: .system)
        let directory = VoterDirectory(
            election: election, key: key, messageTemplates: messageTemplates, issuer: issuer, registrar: registrar)
        let voters = Authenticator(
            election: election, key: key, directory: directory, passphrases: passphrases, outbox: outbox, clock: clock,
            randomness: .system)
        let station = PollingStation(
            store: store, election: election, key: key, journal: journal, clock: clock, randomness: .system)
        register = StaffRegister(
            election: election, key: key, messageTemplates: messageTemplates, outbox: outbox, passphrases: passphrases,
            journal: journal,
            clock: clock,
            randomness: .system, console: "http://localhost/manager")
        operations = OperationContext(
            store: store, directory: directory, authenticator: voters, station: station, outbox: outbox,
            register: register,
            journal: journal, clock: clock, randomness: .system)
        authenticator = Authenticator(
            election: election, key: key, directory: StaffDirectory(register), passphrases: passphrases, outbox: outbox,
            clock: clock,
            randomness: .system, realm: .staff, policy: StaffRegister.policy)
        let trustees = TrusteeRegister(journal: journal, clock: clock)
        let policy = try PolicyText(try templates.text(PolicyText.file), file: PolicyText.file)
        let letterBatches = LetterBatches(
            store: store, outbox: outbox, registrar: registrar, issuer: issuer, journal: journal, clock: clock)
        let parts = ConsoleSite.Parts(
            store: store, authenticator: authenticator,
            signIn: SignInFlow(store: store, authenticator: authenticator, common: CommonSecrets("")),
            register: register,
            operations: operations,
            deliveries: DeliveryService(operations), reminders: Reminders(operations),
            letters: PrintOrders(
                operations, letterBatches: letterBatches, messageTemplates: messageTemplates, style: LetterStyle(),
                folder: path + ".print"),
            snapshots: TurnoutRecorder(
                store: operations.store, directory: operations.directory, authenticator: operations.authenticator,
                station: operations.station,
                outbox: operations.outbox, clock: operations.clock),
            policy: PolicyService(operations, text: policy, trustees: trustees, takesBounces: false),
            rollImport: RollFileImport(operations),
            help: SupportQueue(election: election, key: key, clock: clock, randomness: .system),
            tallyService: TallyService(station: station, store: store, trustees: trustees, journal: journal),
            journal: journal, clock: clock, randomness: .system, key: key)
        let assets = try AssetSet(templates)
        console = ConsoleSite(
            parts, pages: try ConsolePages(election.election, templates: templates, assets: assets), assets: assets,
            address: "http://localhost", uploads: path + ".uploads", log: { _ in })
    }

    /// A page of the console as a signed-in manager gets it.
    func page(_ path: String) throws -> () -> Response {
        let (authenticator, register) = (authenticator, register)
        let token = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> String in
            if try register.member(transaction.reading, name: "bench") == nil {
                _ = try register.add(
                    transaction,
                    StaffRegister.Newcomer(
                        name: "bench", fullName: "Bench", mail: .init(stored: Array("b@example.org".utf8)),
                        role: .manager, language: .fr), by: .system("bench"))
            }
            let generation = try register.member(transaction.reading, name: "bench")?.generation ?? 1
            let token = try authenticator.sessions.open(
                transaction, .staff("bench"), generation: generation,
                from: SessionOrigin(subject: [1], route: .email))
            if let session = try authenticator.sessions.find(transaction.reading, token: token) {
                try authenticator.sessions.confirm(transaction, session)
            }
            return token
        }
        let request = Request(
            method: .get, path: path, headers: [.init(name: "cookie", value: "cse-2026-staffSession=\(token)")])
        let console = console
        return {
            guard case .background(let work) = console.handle(request) else { return Response(500) }
            let response = work()
            precondition(response.status == 200, "status \(response.status)")
            return response
        }
    }
}
