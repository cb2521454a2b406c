import Crypto
import Foundation
import Journal
import Polling
import Store
import Tally
import TestSupport
import Testing

/// Rows that somebody changed who may write the store's file and has no key: each change is found, and nothing is built on it.
struct ChangedRowsTests {
    private static let first = "(SELECT min(id) FROM polling_elector WHERE ballot = 1 AND entry < x'0000000000000001')"
    private static let last = "(SELECT max(id) FROM polling_elector WHERE ballot = 1 AND entry < x'0000000000000001')"

    private func change(_ poll: PollFixture, _ statements: [String]) throws {
        for statement in statements { try poll.change(statement) }
    }

    @Test(arguments: [
        // Two voters could not vote any more, or all: each slot is found by another's credential.
        """
        UPDATE polling_slot SET credential = CASE id WHEN (SELECT min(id) FROM polling_slot WHERE ballot = 1) THEN zeroblob(16)
            ELSE credential END;
        """,
        """
        CREATE TEMP TABLE was AS SELECT id, credential, row_number() OVER (ORDER BY id) AS place FROM polling_slot WHERE ballot = 1;
        UPDATE polling_slot SET credential = randomblob(16) WHERE ballot = 1;
        UPDATE polling_slot SET credential = (SELECT other.credential FROM was, was AS other
            WHERE was.id = polling_slot.id AND other.place = was.place % (SELECT count(*) FROM was) + 1) WHERE ballot = 1;
        """,
        // Sealed credentials erased, and exchanged.
        "UPDATE polling_elector SET entry = CAST(zeroblob(9) || randomblob(length(entry) - 9) AS BLOB) WHERE id = \(last)",
        """
        CREATE TEMP TABLE was AS SELECT id, entry FROM polling_elector WHERE id IN (\(first), \(last));
        UPDATE polling_elector SET entry = (SELECT entry FROM was WHERE was.id <> polling_elector.id)
            WHERE id IN (SELECT id FROM was);
        """,
        "UPDATE polling_elector SET voter = voter + 1000 WHERE id = \(last)",
        "UPDATE polling_trustee SET name = 'Annie' WHERE name = 'Anne'",
        "UPDATE polling_trustee SET replaced_at = 5, replaced_by = 'old key' WHERE name = 'Anne'",
        "DELETE FROM polling_member WHERE name = 'Irene'",
        "UPDATE polling_member SET key = randomblob(32) WHERE name = 'Irene'",
        "UPDATE polling_record SET text = replace(text, '0 bulletin', '1 bulletin')",
        "UPDATE polling_poll SET manifest = CAST(replace(CAST(manifest AS TEXT), 'Irene', 'Irina') AS BLOB)",
        "UPDATE polling_poll SET manifest_seal = x''",
    ])
    func `a row changed by hand is found`(statement: String) throws {
        let poll = try PollFixture(members: Bureau().members)
        for voter in 0..<3 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        #expect(try poll.station.integrity.audit() == [])
        try change(poll, [statement])
        #expect(try !poll.station.integrity.audit().isEmpty)
    }

    /// The fingerprint beside it made anew: the false members would let a restored poll go on, or an unbound part in.
    @Test func `members written into the manifest accept nothing`() throws {
        let (bureau, thieves) = (Bureau(), Bureau())
        let poll = try PollFixture(isOpen: false, isChecked: false, members: bureau.members)
        var text = String(decoding: try #require(try poll.manifest()), as: UTF8.self)
        for (own, other) in zip(bureau.keys, thieves.keys) {
            text = text.replacing(hex(own.publicKey), with: hex(other.publicKey))
        }
        let manifest = Array(text.utf8)
        try change(
            poll,
            [
                "UPDATE polling_poll SET manifest = x'\(hex(manifest))', fingerprint = '\(PollSealer.fingerprint(manifest))'"
            ])
        for name in ["Anne", "Bruno"] {
            let waiver = try thieves.statement(.openWithoutCheck, "\(hex(sha256(manifest))) \(name)")
            _ = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.trustees.waive(transaction, poll.election, statement: waiver, by: .system("test"))
            }
        }
        #expect(try poll.station.opener.open(by: .system("test"))?.contains("manifest was changed by hand") == true)
    }

    @Test func `a result that the trustees' parts do not give is shown to nobody`() throws {
        let poll = try PollFixture(voters: 12)
        for voter in 0..<12 { _ = try poll.cast(try poll.ballot(voter, voter % 4), by: voter) }
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        _ = try poll.tallyService.tally(by: .system("test"))
        for trustee in 0...1 {
            _ = try poll.tallyService.decryptions.take(try poll.decryptions(trustee), by: .system("test"))
        }
        let results = try poll.store.read { (r: borrowing Reading) throws(StoreError) in
            try poll.tallyService.results.all(r)
        }
        #expect(results[0].questions[0].blank == 3)
        try change(
            poll,
            [
                "UPDATE polling_ballot SET result = CAST(replace(CAST(result AS TEXT), '3,3,3', '9,0,0') AS BLOB) WHERE id = 1"
            ])
        #expect(throws: StoreError.self) {
            try poll.store.read { (r: borrowing Reading) throws(StoreError) in try poll.tallyService.results.all(r) }
                .isEmpty
        }
        #expect(throws: StoreError.self) { try poll.archive().isEmpty }
    }
}
