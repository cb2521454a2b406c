import BallotCore
import Crypto

/// What a seal's manifest says, as trustees, observers and auditors read it: none of them needs the server for it.
package struct SealManifest: Sendable {
    /// A ballot (scrutin) as it was sealed.
    package struct Ballot: Sendable {
        /// Its name in the election's definition.
        package let name: String
        /// Its identifier in the ballot protocol: 14 base-58 characters.
        package let uuid: [UInt8]
        /// The election document's fingerprint: 43 characters.
        package let fingerprint: [UInt8]
        /// How many may vote: as many as there are credentials.
        package let electors: Int
        /// SHA-256 in hexadecimal digits of the trustees' and the credentials' documents; weights stand in the latter.
        package let trusteesDigest: [UInt8]
        /// Of the document that lists the public credentials, weights included.
        package let credentialsDigest: [UInt8]
        /// Where the bureau accepted in writing that fewer than ten vote on it.
        package let smallGroup: String?
    }

    /// A trustee and the SHA-256, in hexadecimal digits, of their public key for each ballot in the manifest's order.
    package struct Trustee: Sendable {
        /// One line in NFC; no two trustees of a seal have the same.
        package let name: String
        /// One for each ballot, 64 digits; all of them differ.
        package let keys: [[UInt8]]
        /// On whose word proven keys were replaced; nil where none were.
        package let replaced: String?
    }

    /// The election's name (`cse-2026`).
    package let election: String
    /// SHA-256 of the whole manifest, 32 bytes: what statements and parts of a count name.
    package let digest: [UInt8]
    /// What the seal is known by: eight groups of four hexadecimal digits.
    package let fingerprint: String
    /// The public key that signs receipts and records, 32 bytes.
    package let receiptKey: [UInt8]
    /// At least one, in the order of the election's definition.
    package let ballots: [Ballot]
    /// In the order of their numbers, from 1.
    package let trustees: [Trustee]
    /// Whose signatures count after the seal; no two have the same name or key.
    package let members: [BureauMember]
    /// Trustees who had shown keys and were taken away before the seal, and on whose word.
    package let removed: [Removal]

    /// A trustee who was taken away.
    package struct Removal: Sendable, Equatable {
        /// As it was registered; somebody of the same name may be among the trustees with other keys.
        package let name: String
        /// The members who signed, with their keys and their reason.
        package let by: String
    }

    /// The mark of this version.
    package static let mark = "seal-3"
    /// Bytes that a manifest may have: a thousand files and a hundred ballots take a tenth of it.
    package static let longest = 4_000_000

    /// Files, names, keys and uuids must be distinct, and each trustee must have a key for every ballot. Whether the manifest
    /// is the sealed one is not looked at: see `manifestFault`.
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
        // Absent in a seal of an earlier version.
        let gone = (json["removed"]?.list ?? []).compactMap(SealManifest.removal)
        let paths = json["files"]?.list?.map { $0["path"]?.bytes }
        guard !read.isEmpty, read.count == ballots.count, named.count == trustees.count, known.count == members.count,
            named.allSatisfy({ $0.keys.count == read.count }), gone.count == json["removed"]?.list?.count ?? 0,
            // Of two entries of one file some readers would take the first, others the last.
            let paths, paths.allSatisfy({ $0 != nil }), SealManifest.areDistinct(paths.compactMap(\.self)),
            SealManifest.areDistinct(read.map { Array($0.name.utf8) }), SealManifest.areDistinct(read.map(\.uuid)),
            SealManifest.areDistinct(named.map { Array($0.name.utf8) }),
            SealManifest.areDistinct(named.flatMap(\.keys)),
            SealManifest.areDistinct(known.map { Array($0.name.utf8) }), SealManifest.areDistinct(known.map(\.key))
        else { return nil }
        (self.ballots, self.trustees, self.members, removed) = (read, named, known, gone)
    }

    /// Only the first of two with one name would ever be compared with anything.
    private static func areDistinct(_ names: [[UInt8]]) -> Bool { Set(names).count == names.count }

    private static func removal(_ json: JSON) -> Removal? {
        guard let name = json["name"]?.text, let by = json["by"]?.text else { return nil }
        return Removal(name: name, by: by)
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
    /// - Parameter uuid: 14 base-58 characters; nil is returned where the seal has no such ballot.
    package func ballot(uuid: [UInt8]) -> Ballot? { ballots.first { $0.uuid == uuid } }

    /// The digest by which the manifest names a public key: SHA-256 of its decimal digits, in hexadecimal digits.
    package static func digest(ofKey decimal: [UInt8]) -> [UInt8] { Array(hex(sha256(decimal)).utf8) }
}

extension JSON {
    /// A text as a string.
    var text: String? { bytes.map { String(decoding: $0, as: UTF8.self) } }
}
