import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Store
import Testing
import VoterRoll

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The sample election with three voters who were issued identifiers: by mail, by letter, and by mail with a reissue.
final class Bureau {
    let folder: URL
    let store: Store
    let issuer: Issuer
    let registrar: Registrar
    let election: StoredElection
    let key = ElectionKey(from: .system)
    let messageTemplates: MessageTemplates

    /// - Parameter change: a line of the election, and what stands in its place.
    init(_ change: (String, String)? = nil, schema: [Migration] = IssuanceSchema.migrations) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-issue-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let clock = Clock { 1_760_000_000 }
        let store = try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations
                + RollSchema.migrations + schema, now: 1)
        self.store = store
        let journal = AuditJournal(clock: clock, randomness: .system)
        let desk = ElectionRepository(journal: journal, clock: clock)
        registrar = Registrar(store: store, journal: journal, clock: clock, hasher: PassphraseHasher())
        issuer = Issuer(
            outbox: Outbox(clock: clock, randomness: .system), registrar: registrar, journal: journal, clock: clock,
            randomness: .system)
        let sample = try String(
            contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
        let text = change.map { sample.replacing($0.0, with: $0.1) } ?? sample
        let read = try ElectionReader.read(text, file: "e").get()
        election = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try desk.store(transaction, read, definition: text, inUse: [], isIssued: false, by: .system("test"))
            return try desk.find(transaction.reading, nil)
        }
        messageTemplates = MessageTemplates(
            election: read, templates: TemplateFolder([repository.appending(path: "Templates").path]))
        let roll = folder.appending(path: "roll.csv")
        try Data(
            """
            reference;last_name;first_name;email;address2;town;college;site
            V1;Martin;Anne;v1@example.org;;;ouvriers;lille
            V2;Durand;Zoe;;1 rue A;59000 Lille;ouvriers;lille
            V3;Petit;Luc;v3@example.org;;;ouvriers;lille
            """.utf8
        ).write(to: roll)
        let loaded = try registrar.load(
            roll.path, into: election, keys: RollKeys(key, randomness: .system), options: ImportOptions())
        let registrar = registrar
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try registrar.publish(transaction, loaded, file: "roll.csv", by: .system("test"))
        }
        _ = try issuer.issueAll(
            store, IssuanceContext(election, key: key, messageTemplates: messageTemplates), forced: nil,
            by: .system("test"))
    }

    /// The same store as the present program opens it.
    func opened() throws -> Store {
        try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations
                + RollSchema.migrations + IssuanceSchema.migrations, now: 1)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func voter(_ reference: String) throws -> Int {
        let (registrar, election) = (registrar, election)
        let voter = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try registrar.voter(reading, election, reference: reference)
        }
        return try #require(voter).id
    }

    func close(_ reference: String) throws -> Int {
        let (issuer, election, voter) = (issuer, election, try voter(reference))
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try issuer.close(transaction, election, voter: voter)
        }
    }

    /// Kind, state and whether secrets are left, of a voter's messages.
    func messages(_ reference: String) throws -> [String] {
        let voter = try voter(reference)
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all(
                "SELECT kind || ' ' || state || iif(sealed IS NULL, '', ' sealed') FROM outbox_message WHERE subject = ? ORDER BY id",
                voter
            ) { (row: borrowing Row) throws(StoreError) -> String in try row[0] }
        }
    }
}

struct IssuerTests {
    @Test func `a voter who has voted gets no more messages`() throws {
        let bureau = try Bureau()
        #expect(try bureau.messages("V1") == ["identifier waiting sealed"])
        #expect(try bureau.close("V1") == 1)
        #expect(try bureau.messages("V1") == ["identifier withdrawn"])
        #expect(try bureau.close("V1") == 0)
        #expect(try bureau.close("V2") == 1)
        #expect(try bureau.messages("V2") == ["identifierCode withdrawn"])
        #expect(try bureau.messages("V3") == ["identifier waiting sealed"])
    }

    @Test func `the word to an old contact goes out even after a vote`() throws {
        let bureau = try Bureau()
        let (issuer, election, key, messageTemplates) = (
            bureau.issuer, bureau.election, bureau.key, bureau.messageTemplates
        )
        let outcome = try bureau.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try issuer.reissue(
                transaction, IssuanceContext(election, key: key, messageTemplates: messageTemplates), reference: "V3",
                ReissueOrder(by: .email, contact: "eve@example.net", reason: "says so", principal: .system("test")))
        }
        #expect(outcome == .done(generation: 2, noticeBy: .email, sheets: [], keepsOld: false))
        #expect(try bureau.close("V3") == 1)
        #expect(
            try bureau.messages("V3") == ["identifier withdrawn", "identifier withdrawn", "notice waiting sealed"])
    }
}
