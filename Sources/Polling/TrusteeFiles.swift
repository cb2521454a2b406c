package import BallotCore
package import BallotEngine
import Crypto
import Foundation

/// The files that trustees and the election manager exchange: JSON of one line, which anybody can read.
package enum TrusteeFiles {
    /// Why a file is refused.
    package struct Fault: Error, Sendable, CustomStringConvertible { package let description: String }

    /// What a trustee makes on a machine of their own: a key for each ballot.
    package struct KeyPair: Sendable {
        /// The election's name, to which every signature of the pair is bound.
        package let election: String
        /// Whose keys they are: a line in NFC, at most 100 bytes.
        package let trustee: String
        /// In the order of the ballots, one each, no two the same.
        package let keys: [(ballot: String, key: TrusteeKey)]

        /// Makes new keys from the system's randomness.
        /// - Parameter ballots: names, in the order of the election's definition.
        package init(election: String, trustee: String, ballots: [String]) {
            var source = SystemScalars()
            (self.election, self.trustee) = (election, trustee)
            keys = ballots.map { ($0, TrusteeKey(from: &source)) }
        }

        /// The file that stays with the trustee.
        package var privateFile: [UInt8] {
            written(
                "trustee-private", election, trustee, "keys",
                keys.map { [("ballot", quoted($0.ballot)), ("secret", quoted($0.key.decimal))] })
        }

        /// The file that goes to the election manager.
        package var publicFile: [UInt8] {
            var source = SystemScalars()
            return written(
                "trustee-public", election, trustee, "keys",
                keys.map { [("ballot", quoted($0.ballot)), ("document", $0.key.document(from: &source))] })
        }

        /// The private key of a ballot.
        package func key(of ballot: String) -> TrusteeKey? { keys.first { $0.ballot == ballot }?.key }

        /// Reads the private file.
        /// - Throws: `Fault` where it is no such file, or a key is no number below q.
        package init(privateFile bytes: [UInt8]) throws(Fault) {
            let (election, trustee, list) = try read(bytes, "trustee-private", "keys")
            var keys: [(ballot: String, key: TrusteeKey)] = []
            for entry in list {
                guard let ballot = entry["ballot"]?.bytes, let secret = entry["secret"]?.bytes,
                    let key = TrusteeKey(decimal: secret)
                else { throw Fault(description: "a trustee's private file was changed: use another copy of it") }
                keys.append((text(ballot), key))
            }
            (self.election, self.trustee, self.keys) = (election, trustee, keys)
        }
    }

    /// A trustee's public keys, their proofs checked.
    /// - Returns: keys in the order of the file; whose election and ballots they are for is the caller's to compare.
    /// - Throws: `Fault` where it is no such file, a key is not proven or carries more than key and proof, or the name
    ///   is no plain line.
    package static func publicKeys(
        _ bytes: [UInt8]
    ) throws(Fault) -> (election: String, trustee: String, keys: [(ballot: String, key: TrusteePublicKey)]) {
        let (election, trustee, list) = try read(bytes, "trustee-public", "keys")
        var keys: [(ballot: String, key: TrusteePublicKey)] = []
        for entry in list {
            guard let ballot = entry["ballot"]?.bytes, let document = entry["document"]?.written,
                let key = TrusteePublicKey(document)
            else { throw Fault(description: "a key of \(trustee) is not proven: ask for the file again") }
            guard key.isCanonical else {
                throw Fault(description: "a key of \(trustee) carries more than key and proof: make the file again")
            }
            keys.append((text(ballot), key))
        }
        guard isName(trustee) else {
            throw Fault(
                description:
                    "a trustee's name is one line of at most \(PlainLine.longestName) bytes, without blanks around it or characters that nobody sees: make the file again"
            )
        }
        return (election, trustee, keys)
    }

    /// SHA-256 of a trustee's public keys in the order of the ballots: which keys go.
    static func digest(of keys: [TrusteePublicKey]) -> String {
        hex(sha256(keys.flatMap { $0.decimal + [UInt8(ascii: "\n")] }))
    }

    /// What members of the bureau sign for a replacement: it serves for these old and new keys alone.
    package static func replacementSubject(file: [UInt8], trustee: String, old keys: [TrusteePublicKey]) -> String {
        "\(hex(sha256(file))) \(trustee) in place of \(digest(of: keys))"
    }

    /// What members of the bureau sign to take a trustee away.
    package static func removalSubject(trustee: String, old keys: [TrusteePublicKey]) -> String {
        "\(digest(of: keys)) \(trustee)"
    }

    /// Whether a name can stand on a line of its own; two spellings of one name would be two trustees.
    package static func isName(_ name: String) -> Bool { PlainLine.isName(name) }

    // MARK: Possession

    /// What the server asks of a trustee who handed in public keys: to sign its nonce with each private key. Nothing is ever
    /// decrypted for a proof: a "challenge" may be a voter's ciphertext in disguise.
    /// - Parameter nonce: 32 bytes, made for this trustee and used once.
    package static func challenge(election: String, trustee: String, nonce: [UInt8], ballots: [String]) -> [UInt8] {
        written(
            "trustee-challenge", version: 2, election, trustee, "nonces",
            ballots.map { [("ballot", quoted($0)), ("nonce", quoted(hex(nonce)))] })
    }

    /// The answer to a challenge: for each ballot a signature over nonce, election, ballot and the public key.
    /// - Throws: `Fault` where the challenge is for another trustee or election, or asks for a key that the pair does
    ///   not hold.
    package static func answer(_ challenge: [UInt8], _ pair: KeyPair) throws(Fault) -> [UInt8] {
        let (election, trustee, list) = try read(challenge, "trustee-challenge", version: 2, "nonces")
        guard election == pair.election, trustee == pair.trustee else {
            throw Fault(
                description:
                    "the challenge is for \(trustee) (\(election)), the key is \(pair.trustee)'s (\(pair.election))")
        }
        var source = SystemScalars()
        var answers: [[(String, [UInt8])]] = []
        for entry in list {
            guard let ballot = entry["ballot"]?.text, let nonce = entry["nonce"]?.text.flatMap({ bytes(hex: $0) }),
                nonce.count == nonceBytes, let key = pair.key(of: ballot)
            else { throw Fault(description: "the challenge asks for a key that this file does not hold") }
            let statement = TrusteeStatement.possession(nonce: nonce, election: election, ballot: ballot)
            answers.append([
                ("ballot", quoted(ballot)), ("signature", object(key.sign(statement, from: &source))),
            ])
        }
        return written("trustee-answer", version: 2, election, trustee, "signatures", answers)
    }

    /// Bytes of a nonce.
    package static let nonceBytes = 32

    /// A trustee's signatures, one for each ballot.
    package struct Signed: Sendable {
        /// The election's name, as the file says it: compare it before anything else.
        package let election: String
        /// Whose signatures they claim to be.
        package let trustee: String
        /// Not checked by the reader: `TrusteePublicKey.hasSigned` is.
        package let signatures: [(ballot: String, proof: Proof)]

        /// - Returns: nil where the file has none for the ballot.
        package func proof(_ ballot: String) -> Proof? { signatures.first { $0.ballot == ballot }?.proof }
    }

    /// Reads an answer to a challenge.
    /// - Throws: `Fault` where it is no such file.
    package static func answers(_ bytes: [UInt8]) throws(Fault) -> Signed {
        try signed(bytes, "trustee-answer", version: 2)
    }

    /// - Throws: `Fault` where it is no file of this kind and version, or an entry is no signature.
    private static func signed(_ bytes: [UInt8], _ kind: String, version: Int) throws(Fault) -> Signed {
        let (election, trustee, list) = try read(bytes, kind, version: version, "signatures")
        var found: [(ballot: String, proof: Proof)] = []
        for entry in list {
            guard let ballot = entry["ballot"]?.text, let proof = Proof(entry["signature"]) else { throw changed }
            found.append((ballot, proof))
        }
        return Signed(election: election, trustee: trustee, signatures: found)
    }

    // MARK: Check and replacement

    /// A trustee's word that the sealed election is made with their key: signed for every ballot.
    /// - Parameter seal: SHA-256 of the manifest.
    package static func check(seal: [UInt8], _ pair: KeyPair) -> [UInt8] {
        signatures("trustee-check", pair) { .check(seal: seal, election: pair.election, ballot: $0) }
    }

    /// Reads a trustee's word on the seal, made by `check`.
    /// - Throws: `Fault` where it is no such file. Signatures are not checked here.
    package static func checks(_ bytes: [UInt8]) throws(Fault) -> Signed {
        try signed(bytes, "trustee-check", version: 1)
    }

    /// A trustee's word, signed with the keys in force, that another public file takes their place.
    package static func replacement(publicFile: [UInt8], _ pair: KeyPair) -> [UInt8] {
        let digest = sha256(publicFile)
        return signatures("trustee-replacement", pair) {
            .replacement(file: digest, election: pair.election, ballot: $0)
        }
    }

    /// Reads a trustee's word on new keys, made by `replacement` with the old ones.
    /// - Throws: `Fault` where it is no such file. Signatures are not checked here.
    package static func replacements(_ bytes: [UInt8]) throws(Fault) -> Signed {
        try signed(bytes, "trustee-replacement", version: 1)
    }

    /// A file with one signature for each ballot's key.
    private static func signatures(
        _ kind: String, _ pair: KeyPair, _ statement: (String) -> TrusteeStatement
    ) -> [UInt8] {
        var source = SystemScalars()
        return written(
            kind, version: 1, pair.election, pair.trustee, "signatures",
            pair.keys.map { ballot, key in
                [
                    ("ballot", quoted(ballot)),
                    ("signature", object(key.sign(statement(ballot), from: &source))),
                ]
            })
    }
}

/// Said of a file of the right kind in which something is missing or out of range.
let changed = TrusteeFiles.Fault(description: "the file was changed on its way: ask for it again")

/// UTF-8 as a string; what is no UTF-8 becomes replacement characters.
func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// A JSON text of UTF-8 bytes, with its quotation marks.
func quoted(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    JSON.append(text: bytes, to: &output)
    return output
}

/// A JSON text, with its quotation marks.
func quoted(_ text: String) -> [UInt8] { quoted(Array(text.utf8)) }

/// A proof as the JSON object that the protocol writes.
func object(_ proof: Proof) -> [UInt8] {
    var output: [UInt8] = []
    proof.append(to: &output)
    return output
}

/// A file of one line.
/// - Parameters:
///   - kind: without its version, which is written behind it.
///   - list: the name of the member that holds the entries.
///   - entries: each an object: names, and values that are JSON already.
func written(
    _ kind: String, version: Int = 1, _ election: String, _ trustee: String, _ list: String,
    _ entries: [[(String, [UInt8])]]
) -> [UInt8] {
    var output = Array("{\"isoloir\":\"\(kind)-\(version)\",\"election\":".utf8) + quoted(election)
    output += Array(",\"trustee\":".utf8) + quoted(trustee) + Array(",\"\(list)\":[".utf8)
    for (index, entry) in entries.enumerated() {
        output += Array((index > 0 ? ",{" : "{").utf8)
        for (place, member) in entry.enumerated() {
            output += Array((place > 0 ? "," : "").utf8) + quoted(member.0) + Array(":".utf8) + member.1
        }
        output += Array("}".utf8)
    }
    return output + Array("]}\n".utf8)
}

/// Bytes that a trustee's file may have: the decryptions of a hundred ballots of a thousand choices take half of it.
private let longestFile = 200_000_000

/// Reads such a file.
/// - Parameter list: the name of the member that holds the entries.
/// - Throws: `Fault` where it is too long, no JSON, of another kind or version, or lacks a member.
func read(
    _ bytes: [UInt8], _ kind: String, version: Int = 1, _ list: StaticString
) throws(TrusteeFiles.Fault) -> (election: String, trustee: String, list: [JSON]) {
    guard bytes.count <= longestFile, let json = JSON.read(bytes),
        json["isoloir"]?.bytes == Array("\(kind)-\(version)".utf8), let election = json["election"]?.bytes,
        let trustee = json["trustee"]?.bytes, let entries = json[list]?.list
    else { throw TrusteeFiles.Fault(description: "the file is no \(kind.replacing("-", with: " ")) file") }
    return (text(election), text(trustee), entries)
}
