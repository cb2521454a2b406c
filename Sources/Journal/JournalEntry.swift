package import Crypto
import FoundationEssentials
package import Store

/// One entry of the journal.
package struct JournalEntry: Sendable, Equatable {
    /// What the first entry follows.
    package static let origin = [UInt8](repeating: 0, count: 32)

    package let number: Int
    /// Seconds since 1970.
    package let at: Int
    package let election: String?
    package let principal: String
    package let action: String
    /// A JSON object of texts, keys sorted.
    package let details: String
    package var sealed: [UInt8]?
    package var sealedHash: [UInt8]?
    package let previous: [UInt8]

    /// SHA-256 over the fields and the hash before.
    package var hash: [UInt8] {
        var fields = Fields()
        fields.append(number)
        fields.append(at)
        for text in [election ?? "", principal, action, details] { fields.append(text) }
        let hashes = [sealedHash ?? [], previous]
        for hash in hashes { fields.append(hash.span) }
        return sha256(fields.bytes)
    }

    /// The details by their names.
    package func fields() throws(StoreError) -> [String: String] { try JournalEntry.fields(details, of: action) }

    static func fields(_ details: String, of action: String) throws(StoreError) -> [String: String] {
        do { return try JSONDecoder().decode([String: String].self, from: Data(details.utf8)) } catch {
            throw StoreError(
                .damaged, "A journal entry of \(action) is not readable: \(error).", cure: "Run `journal verify`.")
        }
    }

    /// What the sealed details are bound to.
    var place: [UInt8] {
        var fields = Fields("journal", election ?? "")
        fields.append(number)
        return fields.bytes
    }

    /// The personal details as JSON, nil when there are none or the key does not open them.
    package func personal(_ key: ElectionKey, _ randomness: Randomness) -> String? {
        guard let sealed else { return nil }
        return Sealer(key: key.subkey(.journal), randomness: randomness).open(sealed, associated: place)
            .map { String(decoding: $0, as: UTF8.self) }
    }

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
