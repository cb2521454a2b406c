package import BallotCore
package import BallotEngine
import Crypto

/// The part of a count that a trustee hands in.
extension TrusteeFiles {
    /// What a trustee opened of one ballot (scrutin), and what they stand for with their signature.
    package struct Part: Sendable {
        /// The ballot's identifier in the protocol: 14 base-58 characters.
        package let uuid: String
        /// SHA-256 of the encrypted tally that was opened; nil in a file that does not name it.
        package let tally: [UInt8]?
        /// The protocol's document (section 10).
        package let decryption: [UInt8]
        /// The proofs that bind every factor; nil in a file of another program.
        package let binding: JSON?
        /// Over tally and decryption, with the ballot's key.
        package let signature: Proof?

        /// A decryption as another program of the protocol writes it.
        package init(uuid: String, decryption: [UInt8]) {
            (self.uuid, tally, self.decryption, binding, signature) = (uuid, nil, decryption, nil, nil)
        }

        fileprivate init(uuid: String, tally: [UInt8]?, decryption: [UInt8], binding: JSON?, signature: Proof?) {
            (self.uuid, self.tally, self.decryption) = (uuid, tally, decryption)
            (self.binding, self.signature) = (binding, signature)
        }
    }

    /// A trustee's parts.
    package struct Decryptions: Sendable {
        /// The election's name, as the trustee's program read it.
        package let election: String
        /// The trustee's name, which nothing in the file proves: signatures and proofs do.
        package let trustee: String
        /// No two of one ballot; a trustee may hand in some ballots now and others later.
        package let parts: [Part]

        /// - Parameter parts: those of a file, or the one of another program's document.
        package init(election: String, trustee: String, parts: [Part]) {
            (self.election, self.trustee, self.parts) = (election, trustee, parts)
        }
    }

    /// Decrypts a tally as one entry of the file.
    /// Takes what the trustee checked already: no rule of opening is asked here (`OpeningRules`).
    /// - Parameters:
    ///   - tally: all of it is opened.
    ///   - form: of the sealed election document.
    ///   - key: of this ballot.
    /// - Returns: members of a JSON object, in order, for `decryptions`.
    package static func part(
        _ tally: EncryptedTally, form: BallotForm, election: String, key: TrusteeKey
    ) -> [(String, [UInt8])] {
        var source = SystemScalars()
        let part = PartialDecryption(tally, key: key, fingerprint: form.fingerprint, from: &source)
        let binding = BoundDecryption(tally, part, key: key, fingerprint: form.fingerprint, from: &source)
        return entry(
            uuid: form.uuid, tally: sha256(tally.document), part: part, binding: binding, election: election, key)
    }

    /// One entry of the file, signed with the ballot's key.
    /// - Parameter digest: SHA-256 of the encrypted tally's document, 32 bytes.
    package static func entry(
        uuid: [UInt8], tally digest: [UInt8], part: PartialDecryption, binding: BoundDecryption, election: String,
        _ key: TrusteeKey
    ) -> [(String, [UInt8])] {
        var source = SystemScalars()
        let statement = TrusteeStatement.opening(
            tally: digest, decryption: sha256(part.document), election: election, ballot: text(uuid))
        return [
            ("uuid", quoted(uuid)), ("tally", quoted(hex(digest))), ("decryption", part.document),
            ("binding", binding.document), ("signature", object(key.sign(statement, from: &source))),
        ]
    }

    /// The file of a trustee's parts.
    package static func decryptions(
        election: String, trustee: String, parts: [[(String, [UInt8])]]
    ) -> [UInt8] { written("trustee-decryption", version: 2, election, trustee, "parts", parts) }

    /// Reads a trustee's parts; those of an earlier version name no tally and carry no proof that binds.
    /// - Throws: `Fault` where it is no such file, an entry lacks a field, or one ballot stands there twice. Proofs and
    ///   signatures are not checked here.
    package static func decryptions(_ bytes: [UInt8]) throws(Fault) -> Decryptions {
        let isEarlier = bytes.starts(with: Array("{\"isoloir\":\"trustee-decryption-1\"".utf8))
        let (election, trustee, list) = try read(bytes, "trustee-decryption", version: isEarlier ? 1 : 2, "parts")
        var parts: [Part] = []
        for entry in list {
            guard let uuid = entry["uuid"]?.text, let document = entry["decryption"]?.written else { throw changed }
            guard !isEarlier else {
                parts.append(Part(uuid: uuid, decryption: document))
                continue
            }
            guard let tally = entry["tally"]?.text.flatMap({ Crypto.bytes(hex: $0) }), tally.count == 32,
                let signature = Proof(entry["signature"])
            else { throw changed }
            parts.append(
                Part(
                    uuid: uuid, tally: tally, decryption: document, binding: entry["binding"], signature: signature))
        }
        guard Set(parts.map(\.uuid)).count == parts.count else { throw changed }
        return Decryptions(election: election, trustee: trustee, parts: parts)
    }
}

extension TrusteeFiles.Part {
    /// Whether the trustee signed that they opened this tally; false also where nothing is signed.
    /// - Parameter key: of the ballot that the part is of.
    package func isSigned(by key: TrusteePublicKey, election: String) -> Bool {
        guard let tally, let signature else { return false }
        return key.hasSigned(
            .opening(tally: tally, decryption: sha256(decryption), election: election, ballot: uuid), signature)
    }
}
