import BallotCore
import Crypto
import Elections
package import Store

/// A signed record of the poll, for the bureau's minutes: lines of text, then the key and the signature.
package enum SignedRecord: Sendable {
    /// Each is made once for a poll, by what it tells of.
    package enum Kind: String, Sendable, CaseIterable { case opening, closing, result, abandonment }

    /// The text with the server's signature below it, by the key that signs receipts.
    static func signed(_ lines: [String], by key: SigningKey) -> String {
        // A file's name or a reason must not begin a line of its own.
        let text = lines.map(PlainLine.shown).joined(separator: "\n") + "\n"
        return text + "ed25519 \(hex(key.publicKey))\nsignature \(hex(key.sign(Array(text.utf8))))\n"
    }

    /// Bytes of a record: a hundred ballots take a tenth of it.
    private static let longest = 400_000

    /// The signed lines of a record; nil when it is not signed by this key, or holds lines that are not signed.
    /// - Parameters:
    ///   - record: UTF-8; 400,000 bytes at most are read.
    ///   - key: Ed25519, 32 bytes, from the sealed manifest.
    package static func lines(_ record: [UInt8], by key: [UInt8]) -> [String]? {
        guard record.count <= longest else { return nil }
        let all = String(decoding: record, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard let at = all.firstIndex(where: { $0.hasPrefix("ed25519 ") }), at + 1 < all.count,
            rest(all[(at + 2)...], isSignedBy: key),
            all[at] == "ed25519 \(hex(key))", all[at + 1].hasPrefix("signature "),
            let signature = Crypto.bytes(hex: all[at + 1].dropFirst(10)),
            SigningKey.isSigned(Array((all[..<at].joined(separator: "\n") + "\n").utf8), by: key, signature)
        else { return nil }
        let lines = all[..<at].map(String.init)
        // What a terminal would show otherwise than it is read is no record.
        return lines.allSatisfy { PlainLine.shown($0) == $0 } ? lines : nil
    }

    /// Below a closing record the custody record may stand, signed as well; nothing else.
    private static func rest(_ rest: ArraySlice<Substring>, isSignedBy key: [UInt8]) -> Bool {
        guard rest.contains(where: { !$0.isEmpty }) else { return true }
        let below = rest.drop { $0.isEmpty }
        // One, and nothing below it.
        guard below.first.map(String.init) == custodyMark, below.count(where: { $0.hasPrefix("ed25519 ") }) == 1 else {
            return false
        }
        return lines(Array(below.joined(separator: "\n").utf8), by: key) != nil
    }

    /// The first line of the custody record, which may stand below a closing record.
    static let custodyMark = "isoloir custody record 1"
}

extension PollingStation {
    /// Trustees who have not said that the sealed election is made with their key, in words; nil when all have, or the bureau
    /// waived it.
    func uncheckedTrustees(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> String? {
        let waiting = try TrusteeRegister(journal: journal, clock: clock).unchecked(
            reading, election, manifest: poll.manifest)
        guard !waiting.isEmpty else { return nil }
        return
            "\(waiting.map(\.name).joined(separator: ", ")) must check the sealed election first: isoloir tally check, then isoloir trustee checked FILE. In need two members of the bureau waive it in writing (isoloir bureau draft open-without-check, then poll open --waiver FILE)."
    }

    /// Keeps a record; a second one of the same kind is none.
    /// - Returns: what the store holds: the text that was signed now, or the one that was there before.
    package func keep(
        _ transaction: borrowing Transaction, _ kind: SignedRecord.Kind, _ lines: [String]
    ) throws(StoreError) -> String {
        let text = SignedRecord.signed(lines, by: signing)
        let added = try transaction.execute(
            """
            INSERT INTO polling_record (election, kind, at, text) VALUES (?, ?, ?, ?)
            ON CONFLICT (election, kind) DO NOTHING
            """, election.number, kind.rawValue, clock.now, text)
        guard added == 0 else { return text }
        return try record(transaction.reading, kind) ?? text
    }

    /// A record as it was signed; nil before there is one.
    package func record(_ reading: borrowing Reading, _ kind: SignedRecord.Kind) throws(StoreError) -> String? {
        try reading.first(
            "SELECT text FROM polling_record WHERE election = ? AND kind = ?", election.number, kind.rawValue
        ) { (row: borrowing Row) throws(StoreError) in try row[0] }
    }
}
