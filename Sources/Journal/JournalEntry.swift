package import Crypto
import FoundationEssentials
package import Store

/// One entry of the journal.
package struct JournalEntry: Sendable, Equatable {
    /// What the first entry follows.
    package static let origin = [UInt8](repeating: 0, count: 32)

    /// From 1, without gaps: a missing one breaks the chain.
    package let number: Int
    /// Seconds since 1970.
    package let at: Int
    /// The election's name; nil for what concerns the whole store.
    package let election: String?
    /// Who did it, as `Principal.text` writes it.
    package let principal: String
    /// What was done, a subject and an action in English words: `voter.reveal`, `poll.round`.
    package let action: String
    /// A JSON object of texts, keys sorted.
    package let details: String
    /// The personal details, sealed; nil where there are none. They may be destroyed without breaking the chain.
    package var sealed: [UInt8]?
    /// SHA-256 of `sealed`, 32 bytes; nil where there were no personal details.
    package var sealedHash: [UInt8]?
    /// The hash of the entry before, 32 bytes; zeros for the first.
    package let previous: [UInt8]

    /// SHA-256 over the fields and the hash before.
    package var hash: [UInt8] {
        var fields = LengthPrefixedFields()
        fields.append(number)
        fields.append(at)
        for text in [election ?? "", principal, action, details] { fields.append(text) }
        let hashes = [sealedHash ?? [], previous]
        for hash in hashes { fields.append(hash.span) }
        return sha256(fields.bytes)
    }

    /// The details by their names.
    package func fields() throws(StoreError) -> [String: String] { try JournalEntry.fields(details, of: action) }

    /// The details by their names.
    /// - Throws: `damaged` when they are no JSON object of texts.
    static func fields(_ details: String, of action: String) throws(StoreError) -> [String: String] {
        do { return try JSONDecoder().decode([String: String].self, from: Data(details.utf8)) } catch {
            throw StoreError(
                .damaged, "A journal entry of \(action) is not readable: \(error).", cure: "Run `journal verify`.")
        }
    }

    /// What the sealed details are bound to.
    var place: [UInt8] {
        var fields = LengthPrefixedFields("journal", election ?? "")
        fields.append(number)
        return fields.bytes
    }

    /// The personal details as JSON, nil when there are none or the key does not open them.
    package func personal(_ key: ElectionKey, _ randomness: Randomness) -> String? {
        guard let sealed else { return nil }
        return Sealer(key: key.subkey(.journal), randomness: randomness).open(sealed, associated: place)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// From its fields. Without personal details the two sealed ones are nil.
    init(
        number: Int, at: Int, election: String?, principal: String, action: String, details: String, sealed: [UInt8]?,
        sealedHash: [UInt8]?, previous: [UInt8]
    ) {
        self.number = number
        self.at = at
        self.election = election
        self.principal = principal
        self.action = action
        self.details = details
        self.sealed = sealed
        self.sealedHash = sealedHash
        self.previous = previous
    }

    /// Reads a row of number, at, election, principal, action, details, sealed, sealed_hash, previous.
    init(_ row: borrowing Row) throws(StoreError) {
        number = try row[0]
        at = try row[1]
        election = try row[2]
        principal = try row[3]
        action = try row[4]
        details = try row[5]
        sealed = try row[6]
        sealedHash = try row[7]
        previous = try row[8]
    }
}
