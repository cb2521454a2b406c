import Authentication
import Captcha
import Contacts
import Crypto
import Delivery
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Polling
import Store
import Synchronization
import Tally
import TestSupport
import Testing
import VoterRoll
import WebContent

@testable import VoterSite

/// What was sent to the one voter, and what the log was told.
final class Told: Sendable {
    let codes = Mutex<[String]>([])
    let lines = Mutex<[String]>([])
}

/// One voter of the roll holds one identifier; everybody else is nobody.
struct OneVoter: AccountDirectory {
    let voter: Int
    let hash: [UInt8]
    let told: Told

    func account(_ reading: borrowing Reading, hash: [UInt8]) -> Account? {
        guard hash == self.hash else { return nil }
        return Account(
            principal: .voter(voter), generation: 1,
            generations: [Account.Generation(number: 1, secretHash: nil, isPending: false)], route: .email,
            printedCode: nil)
    }

    func isLive(_ reading: borrowing Reading, _ principal: Principal, generation: Int) -> Bool { generation == 1 }
    func routes(_ reading: borrowing Reading, _ principal: Principal) -> [Channel] { [.email, .sms] }
    func challenge(_ reading: borrowing Reading, _ principal: Principal) -> String? { nil }
    func sentSecret(_ reading: borrowing Reading, _ principal: Principal) -> [UInt8]? { nil }
    func contactMoved(_ reading: borrowing Reading, _ principal: Principal) -> Int? { nil }
    func language(_ reading: borrowing Reading, _ principal: Principal) -> Language? { nil }
    func names(_ reading: borrowing Reading, _ principal: Principal) -> [String] { ["Anne", "Martin"] }
    func complete(_ transaction: borrowing Transaction, _ principal: Principal, generation: Int) {}

    func send(_ transaction: borrowing Transaction, _ principal: Principal, _ note: VoterNotification) -> Int? {
        if let code = note.values["code"] { told.codes.withLock { $0.append(code) } }
        return nil
    }
}

/// The sample election's site with one voter, without a network. Its time stands still until it is moved.
final class SiteFixture {
    private let base: TestElection
    let site: VoterSite
    let pages: PageSet
    let told = Told()
    private let authenticator: Authenticator
    private let members: MemberRegister
    /// The voter's own, and one that nobody holds.
    let identifier = SymbolCode.random(count: Identifier.randomCount, from: .system).canonical
    let stranger = SymbolCode.random(count: Identifier.randomCount, from: .system).canonical
    static let secret = "sept girafes lisent au bord du canal"

    var election: Election { base.election.election }
    var now: Int { base.clock.now }

    /// - Parameter address: of the site.
    init(address: String = "https://vote.example.org") throws {
        let definition = try sampleDefinition().replacing(
            "address: https://vote.example.org", with: "address: \(address)")
        base = try TestElection(at: 1_795_000_000, definition: definition)
        let voter = try #require(
            try base.enrol(
                "reference;last_name;first_name;email;college;site\nV1;Martin;Anne;v1@example.org;ouvriers;lille"
            ).first)
        let (election, key, clock, store) = (base.election, base.key, base.time, base.store)
        let (operations, journal, templates) = (base.operations(), base.journal, TestElection.templates)
        authenticator = Authenticator(
            election: election, key: key,
            directory: OneVoter(voter: voter, hash: Issuer.lookup(key).hash(identifier), told: told),
            passphrases: PassphraseService(
                hasher: TestElection.quickHasher, journal: journal, clock: clock, randomness: .system),
            outbox: Outbox(clock: clock, randomness: .system), clock: clock, randomness: .system)
        members = MemberRegister(journal: journal, clock: clock)
        let sound = try CaptchaSounds(languages: ["fr", "en"]) { templates.bytes("assets/audio/\($0)") }
        let parts = VoterSite.Parts(
            store: store, authenticator: authenticator,
            desk: SignInFlow(store: store, authenticator: authenticator, common: CommonSecrets("")),
            directory: operations.directory,
            recovery: RecoveryService(directory: operations.directory, clock: clock, randomness: .system),
            help: SupportQueue(election: election, key: key, clock: clock, randomness: .system), members: members,
            captcha: CaptchaService(
                election: election.election.id, key: key, sound: sound, clock: clock, randomness: .system),
            station: operations.station,
            tallyService: TallyService(
                station: operations.station, store: store, trustees: TrusteeRegister(journal: journal, clock: clock),
                journal: journal), clock: clock, randomness: .system)
        let assets = try AssetSet(templates)
        pages = try PageSet(election.election, templates: templates, assets: assets)
        site = VoterSite(parts, pages: pages, assets: assets, key: key) { [told] line in
            told.lines.withLock { $0.append(line) }
        }
        try site.look()
    }

    /// Somebody at the site.
    func browser(from source: String = "192.0.2.1") -> SiteClient {
        SiteClient(source: source) { [site] in site.handle($0) }
    }

    func wait(_ seconds: Int) { base.clock.wait(seconds) }

    /// Sends what was asked for; returns the codes since the last time.
    func codes() throws -> [String] {
        while try CodeSender(authenticator).serveRequests(base.store) > 0 {}
        return told.codes.withLock { codes in
            defer { codes = [] }
            return codes
        }
    }

    /// The lines of the log since the last time.
    func lines() -> [String] {
        told.lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }

    /// A link's token for a kiosk in the town hall, signed by a key.
    func grant(hours: Int, by key: SigningKey) throws -> String {
        let grant = try #require(
            KioskGrant(election: election.id, place: "Salle des mariages", until: now + hours * 3600))
        return grant.token(signedBy: key)
    }

    /// A member of the bureau.
    func member() throws -> SigningKey {
        let key = SigningKey(seed: Secret(Randomness.system.bytes(32)))
        let (members, election) = (members, base.election)
        let refusal = try base.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try members.add(
                transaction, election, BureauMember(name: "Jeanne", key: key.publicKey), by: .system("test"))
        }
        #expect(refusal == nil)
        return key
    }

    /// The voter goes from the first page to their space.
    /// - Returns: the answer that opens the session.
    @discardableResult
    func signIn(_ browser: SiteClient) throws -> Response {
        browser.submit("/", of: browser.get("/"), ["identifier": identifier])
        let code = try #require(try codes().last)
        let right = browser.submit("/code", of: browser.get("/code"), ["action": "check", "code": code])
        #expect(right.header("Location") == "/passphrase")
        let page = browser.get("/passphrase")
        let chooses = page.text.contains("name=\"again\"")
        return browser.submit(
            "/passphrase", of: page,
            chooses
                ? ["action": "choose", "secret": Self.secret, "again": Self.secret]
                : ["action": "enter", "secret": Self.secret])
    }

    /// Whether a page says a text.
    func says(_ page: Response, _ key: String, _ language: Language = .fr) -> Bool {
        let text = pages.text(key, language)
        let said = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#39;")].reduce(text) {
            $0.replacing($1.0, with: $1.1)
        }
        return !text.isEmpty && page.text.contains(said)
    }
}
