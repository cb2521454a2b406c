import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Store
import TestSupport
import Testing
import VoterRoll

/// The sample election with many voters, each of whom was printed a letter.
private final class Post {
    private let base: TestElection
    var store: Store { base.store }
    let returns: LetterReturns

    init(letters: Int) throws {
        let base = try TestElection()
        self.base = base
        let (election, key, journal, clock) = (base.election, base.key, base.journal, base.time)
        let (outbox, registrar, store) = (Outbox(clock: clock, randomness: .system), base.registrar(), base.store)
        let issuer = Issuer(
            outbox: outbox, registrar: registrar, journal: journal, clock: clock, randomness: .system)
        let rows = (1...letters).map { "V\($0);Martin;Anne;\($0) rue A;59000 Lille;ouvriers;lille" }
        let voters = try base.enrol(
            (["reference;last_name;first_name;address2;town;college;site"] + rows).joined(separator: "\n"))
        try #require(voters.count == letters)
        let messageTemplates = MessageTemplates(election: election.election, templates: TestElection.templates)
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
    }

    /// Imports these rows beside the headings of the first roll.
    func importAgain(_ rows: [String]) throws {
        try base.enrol((["reference;last_name;first_name;address2;town;college;site"] + rows).joined(separator: "\n"))
    }

    func number(_ sql: StaticString) throws -> Int { try base.number(sql) }

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
