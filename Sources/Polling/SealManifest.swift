import BallotCore
import Crypto

/// What a seal's manifest says, as trustees, observers and auditors read it: none of them needs the server for it.
package struct SealManifest: Sendable {
    /// A ballot (scrutin) as it was sealed.
    package struct Ballot: Sendable {
        package let name: String
        package let uuid: [UInt8]
        /// The election document's fingerprint: 43 characters.
        package let fingerprint: [UInt8]
        package let electors: Int
        /// SHA-256 in hexadecimal digits of the trustees' and the credentials' documents; weights stand in the latter.
        package let trusteesDigest: [UInt8]
        package let credentialsDigest: [UInt8]
        /// Where the bureau accepted in writing that fewer than ten vote on it.
        package let smallGroup: String?
    }

    /// A trustee and the SHA-256, in hexadecimal digits, of their public key for each ballot in the manifest's order.
    package struct Trustee: Sendable {
        package let name: String
        package let keys: [[UInt8]]
        /// On whose word proven keys were replaced; nil where none were.
        package let replaced: String?
    }

    package let election: String
    /// SHA-256 of the whole manifest, 32 bytes: what statements and parts of a count name.
    package let digest: [UInt8]
    /// What the seal is known by: eight groups of four hexadecimal digits.
    package let fingerprint: String
    /// The public key that signs receipts and records, 32 bytes.
    package let receiptKey: [UInt8]
    package let ballots: [Ballot]
    package let trustees: [Trustee]
    package let members: [BureauMember]

    /// The mark of this version.
    package static let mark = "seal-3"
    /// Bytes that a manifest may have: a thousand files and a hundred ballots take a tenth of it.
    package static let longest = 4_000_000

    /// - Returns: nil when the text is no manifest of this version.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= SealManifest.longest, let json = JSON.read(bytes),
            json["isoloir"]?.bytes == Array(SealManifest.mark.utf8), let election = json["election"]?.text,
            let key = json["receipts.ed25519"]?.text.flatMap({ Crypto.bytes(hex: $0) }), key.count == 32,
            let ballots = json["ballots"]?.list, let trustees = json["trustees"]?.list,
            let members = json["members"]?.list
        else { return nil }
        self.election = election
        receiptKey = key
        digest = sha256(bytes)
        fingerprint = PollSealer.fingerprint(bytes)
        let read = ballots.compactMap(SealManifest.ballot)
        let named = trustees.compactMap(SealManifest.trustee)
        let known = members.compactMap(SealManifest.member)
        guard !read.isEmpty, read.count == ballots.count, named.count == trustees.count, known.count == members.count,
            named.allSatisfy({ $0.keys.count == read.count })
        else { return nil }
        (self.ballots, self.trustees, self.members) = (read, named, known)
    }

    private static func ballot(_ json: JSON) -> Ballot? {
        guard let name = json["ballot"]?.text, let uuid = json["uuid"]?.bytes,
            let fingerprint = json["fingerprint"]?.bytes, let electors = json["electors"]?.integer,
            let trustees = json["trustees.sha256"]?.bytes, let credentials = json["credentials.sha256"]?.bytes
        else { return nil }
        return Ballot(
            name: name, uuid: uuid, fingerprint: fingerprint, electors: electors, trusteesDigest: trustees,
            credentialsDigest: credentials, smallGroup: json["smallGroupAccepted"]?.text)
    }

    private static func trustee(_ json: JSON) -> Trustee? {
        guard let name = json["name"]?.text, let keys = json["keys.sha256"]?.list else { return nil }
        let digests = keys.compactMap(\.bytes)
        return digests.count == keys.count ? Trustee(name: name, keys: digests, replaced: json["replaced"]?.text) : nil
    }

    private static func member(_ json: JSON) -> BureauMember? {
        guard let name = json["name"]?.text,
            let key = json["ed25519"]?.text.flatMap({ Crypto.bytes(hex: $0) }), key.count == 32
        else { return nil }
        return BureauMember(name: name, key: key)
    }

    /// The sealed ballot of this uuid.
    package func ballot(uuid: [UInt8]) -> Ballot? { ballots.first { $0.uuid == uuid } }

    /// The digest by which the manifest names a public key: SHA-256 of its decimal digits, in hexadecimal digits.
    package static func digest(ofKey decimal: [UInt8]) -> [UInt8] { Array(hex(sha256(decimal)).utf8) }
}

extension JSON {
    /// A text as a string.
    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
}
