import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Store
import TestSupport
import Testing
import VoterRoll

/// The sample election with three voters who were issued identifiers: by mail, by letter, and by mail with a reissue.
final class Bureau {
    private let base: TestElection
    var store: Store { base.store }
    var folder: URL { base.folder.url }
    let issuer: Issuer
    let registrar: Registrar
    var election: StoredElection { base.election }
    var key: ElectionKey { base.key }
    let messageTemplates: MessageTemplates

    /// - Parameters:
    ///   - change: a line of the election, and what stands in its place.
    ///   - missing: a migration that was not made yet.
    init(_ change: (String, String)? = nil, without missing: String? = nil) throws {
        let sample = try sampleDefinition()
        let base = try TestElection(
            definition: change.map { sample.replacing($0.0, with: $0.1) } ?? sample, without: missing)
        self.base = base
        let (journal, clock) = (base.journal, base.time)
        registrar = base.registrar()
        issuer = Issuer(
            outbox: Outbox(clock: clock, randomness: .system), registrar: registrar, journal: journal, clock: clock,
            randomness: .system)
        messageTemplates = MessageTemplates(election: base.election.election, templates: TestElection.templates)
        try base.enrol(
            """
            reference;last_name;first_name;email;address2;town;college;site
            V1;Martin;Anne;v1@example.org;;;ouvriers;lille
            V2;Durand;Zoe;;1 rue A;59000 Lille;ouvriers;lille
            V3;Petit;Luc;v3@example.org;;;ouvriers;lille
            """)
        _ = try issuer.issueAll(
            store, IssuanceContext(election, key: key, messageTemplates: messageTemplates), forced: nil,
            by: .system("test"))
    }

    /// The same store as the present program opens it.
    func opened() throws -> Store {
        try base.opened()
    }

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
