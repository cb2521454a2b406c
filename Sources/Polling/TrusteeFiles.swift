import BallotCore
package import BallotEngine
import Foundation

/// The files that trustees and the election manager exchange: JSON of one line, which anybody can read.
package enum TrusteeFiles {
    /// Why a file is refused.
    package struct Fault: Error, Sendable, CustomStringConvertible { package let description: String }

    /// What a trustee makes on a machine of their own: a key for each ballot.
    package struct KeyPair: Sendable {
        package let election: String
        package let trustee: String
        package let keys: [(ballot: String, key: TrusteeKey)]

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
    package static func publicKeys(
        _ bytes: [UInt8]
    ) throws(Fault) -> (election: String, trustee: String, keys: [(ballot: String, key: TrusteePublicKey)]) {
        let (election, trustee, list) = try read(bytes, "trustee-public", "keys")
        var keys: [(ballot: String, key: TrusteePublicKey)] = []
        for entry in list {
            guard let ballot = entry["ballot"]?.bytes, let document = entry["document"]?.written,
                let key = TrusteePublicKey(document)
            else { throw Fault(description: "a key of \(trustee) is not proven: ask for the file again") }
            keys.append((text(ballot), key))
        }
        return (election, trustee, keys)
    }

    /// Encrypted numbers by which a trustee shows that they hold their keys: one for each ballot.
    package static func challenge(
        election: String, trustee: String, tests: [(ballot: String, tally: [UInt8])]
    ) -> [UInt8] {
        written(
            "trustee-challenge", election, trustee, "tests",
            tests.map { [("ballot", quoted($0.ballot)), ("tally", $0.tally)] })
    }

    /// The answer to a challenge, made with the private keys: a hash of each number, never what was decrypted. A challenge may be
    /// a voter's ciphertext in disguise, and the answer must not help to open it.
    package static func answer(_ challenge: [UInt8], _ pair: KeyPair) throws(Fault) -> [UInt8] {
        let (election, trustee, list) = try read(challenge, "trustee-challenge", "tests")
        guard election == pair.election, trustee == pair.trustee else {
            throw Fault(
                description:
                    "the challenge is for \(trustee) (\(election)), the key is \(pair.trustee)'s (\(pair.election))")
        }
        var answers: [[(String, [UInt8])]] = []
        for entry in list {
            guard let ballot = entry["ballot"]?.bytes, let document = entry["tally"]?.written,
                let tally = EncryptedTally(document: document, questions: [testQuestion]),
                let key = pair.keys.first(where: { $0.ballot == text(ballot) })?.key,
                let number = tally.opened(by: key)
            else { throw Fault(description: "the challenge asks for a key that this file does not hold") }
            answers.append([
                ("ballot", quoted(ballot)),
                ("hash", quoted(testHash(number, election: election, trustee: trustee, ballot: text(ballot)))),
            ])
        }
        return written("trustee-answer", election, trustee, "answers", answers)
    }

    package static func answers(
        _ bytes: [UInt8]
    ) throws(Fault) -> (election: String, trustee: String, answers: [(ballot: String, hash: [UInt8])]) {
        let (election, trustee, list) = try read(bytes, "trustee-answer", "answers")
        var found: [(ballot: String, hash: [UInt8])] = []
        for entry in list {
            guard let ballot = entry["ballot"]?.bytes, let hash = entry["hash"]?.bytes else {
                throw Fault(description: "the file was changed on its way: ask for it again")
            }
            found.append((text(ballot), hash))
        }
        return (election, trustee, found)
    }

    /// What a trustee answers for the number that a challenge holds, in decimal digits.
    static func testHash(_ number: [UInt8], election: String, trustee: String, ballot: String) -> [UInt8] {
        let text = Array("isoloir trustee test|\(election)|\(trustee)|\(ballot)|".utf8) + number
        return Base64.digest(text.span)
    }

    /// The decryptions of a trustee: one for each ballot, by its uuid.
    package static func decryptions(election: String, trustee: String, parts: [(uuid: [UInt8], document: [UInt8])])
        -> [UInt8]
    {
        written(
            "trustee-decryption", election, trustee, "parts",
            parts.map { [("uuid", quoted($0.uuid)), ("decryption", $0.document)] })
    }

    package static func decryptions(
        _ bytes: [UInt8]
    ) throws(Fault) -> (election: String, trustee: String, parts: [(uuid: String, decryption: [UInt8])]) {
        let (election, trustee, list) = try read(bytes, "trustee-decryption", "parts")
        var parts: [(uuid: String, decryption: [UInt8])] = []
        for entry in list {
            guard let uuid = entry["uuid"]?.bytes, let document = entry["decryption"]?.written else {
                throw Fault(description: "the file was changed on its way: ask for it again")
            }
            parts.append((text(uuid), document))
        }
        return (election, trustee, parts)
    }

    /// One encrypted number.
    static let testQuestion = Question(answers: 1, hasBlank: false, least: 0, most: 1)
}

private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

private func quoted(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    JSON.append(text: bytes, to: &output)
    return output
}

private func quoted(_ text: String) -> [UInt8] { quoted(Array(text.utf8)) }

private func written(
    _ kind: String, _ election: String, _ trustee: String, _ list: String, _ entries: [[(String, [UInt8])]]
) -> [UInt8] {
    var output = Array("{\"isoloir\":\"\(kind)-1\",\"election\":".utf8) + quoted(election)
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

private func read(
    _ bytes: [UInt8], _ kind: String, _ list: StaticString
) throws(TrusteeFiles.Fault) -> (election: String, trustee: String, list: [JSON]) {
    guard let json = JSON.read(bytes), json["isoloir"]?.bytes == Array("\(kind)-1".utf8),
        let election = json["election"]?.bytes, let trustee = json["trustee"]?.bytes, let entries = json[list]?.list
    else { throw TrusteeFiles.Fault(description: "the file is no \(kind.replacing("-", with: " ")) file") }
    return (text(election), text(trustee), entries)
}
