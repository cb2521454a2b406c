import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Store
import Testing
import VoterRoll

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The sample election with many voters, each of whom was printed a letter.
private final class Post {
    let folder: URL
    let store: Store
    let returns: LetterReturns
    private let registrar: Registrar
    private let election: StoredElection
    private let keys: RollKeys

    init(letters: Int) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-returns-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let clock = Clock { 1_760_000_000 }
        let store = try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations
                + RollSchema.migrations + IssuanceSchema.migrations, now: 1)
        self.store = store
        let journal = AuditJournal(clock: clock, randomness: .system)
        let (outbox, key) = (Outbox(clock: clock, randomness: .system), ElectionKey(from: .system))
        let registrar = Registrar(store: store, journal: journal, clock: clock, hasher: PassphraseHasher())
        let issuer = Issuer(
            outbox: outbox, registrar: registrar, journal: journal, clock: clock, randomness: .system)
        let text = try String(contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
        let read = try ElectionReader.read(text, file: "e").get()
        let desk = ElectionRepository(journal: journal, clock: clock)
        let election = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try desk.store(transaction, read, definition: text, inUse: [], isIssued: false, by: .system("test"))
            return try desk.find(transaction.reading, nil)
        }
        let roll = folder.appending(path: "roll.csv")
        let rows = (1...letters).map { "V\($0);Martin;Anne;\($0) rue A;59000 Lille;ouvriers;lille" }
        try Data((["reference;last_name;first_name;address2;town;college;site"] + rows).joined(separator: "\n").utf8)
            .write(to: roll)
        let loaded = try registrar.load(
            roll.path, into: election, keys: RollKeys(key, randomness: .system), options: ImportOptions())
        try #require(loaded.added.count == letters)
        let messageTemplates = MessageTemplates(
            election: read, templates: TemplateFolder([repository.appending(path: "Templates").path]))
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try registrar.publish(transaction, loaded, file: "roll.csv", by: .system("test"))
        }
        _ = try issuer.issueAll(
            store, IssuanceContext(election, key: key, messageTemplates: messageTemplates), forced: .letter,
            by: .system("test"))
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let batch = try transaction.insert(
                """
                INSERT INTO issuance_batch (election, number, state, letters, created_at)
                VALUES (?, 1, 'printed', ?, 1)
                """, election.number, letters)
            try transaction.execute(
                """
                INSERT INTO issuance_letter (batch, number, voter, generation, message, carries, state)
                SELECT ?, row_number() OVER (ORDER BY id), subject, generation, id, 1, 'printed' FROM outbox_message
                """, batch)
        }
        let letterBatches = LetterBatches(
            store: store, outbox: outbox, registrar: registrar, issuer: issuer, journal: journal, clock: clock)
        returns = LetterReturns(letterBatches: letterBatches, store: store, election: election)
        (self.registrar, self.election) = (registrar, election)
        keys = RollKeys(key, randomness: .system)
    }

    /// Imports these rows beside the headings of the first roll.
    func importAgain(_ rows: [String]) throws {
        let roll = folder.appending(path: "again.csv")
        try Data((["reference;last_name;first_name;address2;town;college;site"] + rows).joined(separator: "\n").utf8)
            .write(to: roll)
        let loaded = try registrar.load(roll.path, into: election, keys: keys, options: ImportOptions())
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try registrar.publish(transaction, loaded, file: "again.csv", by: .system("test"))
        }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func number(_ sql: StaticString) throws -> Int {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try reading.number(sql) }
    }

    /// Transactions in the write-ahead log: its frames that end one (SQLite's file format, section 4.1).
    func commits() throws -> Int {
        let log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: store.path + "-wal")))
        func word(_ at: Int) -> Int { log[at..<(at + 4)].reduce(0) { $0 << 8 | Int($1) } }
        guard log.count > 32 else { return 0 }
        let (page, salt) = (word(8), word(16))
        return stride(from: 32, to: log.count - 23, by: page + 24).count { word($0 + 4) > 0 && word($0 + 8) == salt }
    }
}

struct LetterReturnsTests {
    @Test func `a list is taken in chunks, and each refused line is named`() throws {
        let letters = 2 * LetterReturns.chunk + 20
        let post = try Post(letters: letters)
        var entries = (1...letters).map {
            LetterReturns.Entry(
                line: $0, place: $0 % 2 == 0 ? .letter(batch: 1, number: $0) : .voter(reference: "V\($0)"))
        }
        entries[6] = .init(line: 7, place: .unreadable)
        entries[9] = .init(line: 10, place: .letter(batch: 9, number: 1))
        entries[12] = .init(line: 13, place: .voter(reference: "V12345"))
        entries[15] = .init(line: 16, place: .letter(batch: 1, number: 2))
        _ = try post.store.truncateLog()
        let outcome = try post.returns.take(entries, by: .system("test"))
        #expect(outcome.done == letters - 4)
        #expect(outcome.refused.map(\.line) == [7, 10, 13, 16])
        #expect(outcome.refused[0].why == nil && outcome.refused[1].why?.description.contains("Batch 9") == true)
        #expect(outcome.refused[2].why?.description.contains("V12345") == true)
        #expect(try post.commits() == 3)
        #expect(try post.number("SELECT count(*) FROM roll_voter WHERE returned_at IS NOT NULL") == letters - 4)
        #expect(try post.number("SELECT count(*) FROM issuance_identifier WHERE state = 'revoked'") == letters - 4)
        #expect(try post.number("SELECT count(*) FROM journal_entry WHERE action = 'letters.returned'") == letters - 4)
        // The same list again: nothing is done twice.
        #expect(try post.returns.take(entries, by: .system("test")).done == 0)
    }

    @Test func `an import forgets that a letter came back only where the address is another`() throws {
        let post = try Post(letters: 3)
        let entries = (1...3).map { LetterReturns.Entry(line: $0, place: .letter(batch: 1, number: $0)) }
        #expect(try post.returns.take(entries, by: .system("test")).done == 3)
        // The first gets another college, the second another address, the third stays as it is.
        try post.importAgain([
            "V1;Martin;Anne;1 rue A;59000 Lille;cadres;lille", "V2;Martin;Anne;7 rue B;59000 Lille;ouvriers;lille",
            "V3;Martin;Anne;3 rue A;59000 Lille;ouvriers;lille",
        ])
        #expect(try post.number("SELECT count(*) FROM roll_voter WHERE college = 'cadres'") == 1)
        #expect(
            try post.number("SELECT count(*) FROM roll_voter WHERE returned_at IS NULL AND reference = 'V2'") == 1)
        #expect(try post.number("SELECT count(*) FROM roll_voter WHERE returned_at IS NOT NULL") == 2)
    }
}
