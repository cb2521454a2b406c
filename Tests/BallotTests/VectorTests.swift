import BallotCore
import BallotEngine
import Foundation
import TestSupport
import Testing

extension SampleElection {
    static func document() throws -> ElectionDocument { try #require(ElectionDocument(try bytes("election.json"))) }

    static func derived() throws -> [String: Any] {
        let data = try Data(contentsOf: folder.appending(path: "derived-single.json"))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    static func engine() throws -> BallotChecker<GMPGroup> {
        let document = try document()
        return BallotChecker(group: try #require(GMPGroup(key: document.publicKey)), form: document.form)
    }

    static func core() throws -> BallotChecker<CoreGroup> {
        let document = try document()
        let key = try #require(residue(document.publicKey))
        return BallotChecker(group: CoreGroup(key: key), form: document.form)
    }
}

func residue(_ digits: [UInt8]) -> Residue? {
    let span = digits.span
    return Residue(decimal: span)
}

func typedCredential(_ typed: String) -> VotingCredential? {
    let bytes = Array(typed.utf8)
    return VotingCredential(bytes.span)
}

func element(_ digits: [UInt8]) -> Element? { GMPGroup.element(digits.span) }

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

func decimal(_ scalar: Scalar) -> String {
    var bytes: [UInt8] = []
    scalar.appendDecimal(to: &bytes)
    return text(bytes)
}

struct VectorTests {
    @Test func `the fingerprint is that of the exact bytes`() throws {
        #expect(text(try SampleElection.document().fingerprint) == "KXUbL2KVQm8AEaW/HuVIZ09Vs0fNtxHW9oZxRKpHF0s")
    }

    @Test func `an election document is written as it was read`() throws {
        let bytes = try SampleElection.bytes("election.json")
        let document = try SampleElection.document()
        let again = ElectionDocument.bytes(
            uuid: document.uuid, name: document.name, description: document.description,
            publicKey: document.publicKey, questions: document.questions)
        // The sample names its makers behind the fields that we write.
        #expect(text(bytes).hasPrefix(text(again).dropLast()))
    }

    @Test func `a credential gives the exponent and the public key that the tool derives`() throws {
        let derived = try SampleElection.derived()
        let found = try #require(typedCredential("HVT-pi7-Atn-1eE-9EX"))
        let uuid = try SampleElection.document().uuid
        let exponent = found.exponent(uuid: uuid.span)
        #expect(decimal(exponent) == derived["credential_secret_exponent"] as? String)
        let expected = try #require(derived["credential_public_key"] as? String)
        #expect(text(digits(GMPGroup.generatorPower(exponent))) == expected)
        var core: [UInt8] = []
        Residue.generator.power(exponent).appendDecimal(to: &core)
        #expect(text(core) == expected)
    }

    @Test(arguments: ["HVTpi7Atn1eE9EX", " HVT-pi7-Atn-1eE-9EX "])
    func `a credential may be typed without dashes`(typed: String) throws {
        #expect(typedCredential(typed).map { text($0.text) } == "HVT-pi7-Atn-1eE-9EX")
    }

    @Test(arguments: ["HVT-pi7-Atn-1eE-9EY", "HVT-pi7-Atn-1eE-9E", "HVT-pi7-Atn-1eE-9EXX", "HVT-pi7-Atn-1eE-9E0", ""])
    func `a mistyped credential is none`(typed: String) { #expect(typedCredential(typed) == nil) }

    @Test(arguments: SampleElection.ballots)
    func `both engines accept the tool's ballots`(file: String) throws {
        let ballot = try SampleElection.bytes(file)
        _ = try SampleElection.engine().check(ballot)
        _ = try SampleElection.core().check(ballot)
    }

    @Test func `the tracker is the tool's`() throws {
        let ballot = try SampleElection.bytes("ballot1.json")
        let tracker = Base64.digest(ballot.span)
        #expect(text(tracker) == (try SampleElection.derived())["ballot1_tracker"] as? String)
    }

    @Test func `the sum of the last ballots is the tool's encrypted tally`() throws {
        let checker = try SampleElection.engine()
        var tally = EncryptedTally(checker.form.questions)
        // Weights by credential; the first voter's second ballot replaces the first.
        for (file, weight) in [("ballot1b.json", 1), ("ballot2.json", 1), ("ballot3.json", 3), ("ballot4.json", 2)] {
            tally.add(try checker.check(try SampleElection.bytes(file)), weight: weight)
        }
        #expect(
            text(tally.document)
                == text(try SampleElection.bytes("etally.txt").split(separator: 10).first.map(Array.init) ?? []))
        #expect(tally.ballots == 4)
        #expect(tally.weight == 7)
    }

    @Test func `the tool's trustees are proven, and their product is the election's key`() throws {
        let keys = try #require(TrusteePublicKey.read(trustees: try SampleElection.bytes("trustees.json")))
        #expect(keys.count == 2)
        #expect(digits(TrusteePublicKey.electionKey(keys)) == (try SampleElection.document().publicKey))
        #expect(TrusteePublicKey.trusteesDocument(keys) == (try SampleElection.bytes("trustees.json")))
    }

    @Test func `the tool's partial decryptions are proven and give its result`() throws {
        let document = try SampleElection.document()
        let keys = try #require(TrusteePublicKey.read(trustees: try SampleElection.bytes("trustees.json")))
        var tally = try #require(
            EncryptedTally(document: try line("etally.txt", 0), questions: document.form.questions))
        tally.add(weightOnly: 7)
        let parts = try ["pd1.txt", "pd2.txt"].map { file in
            try #require(PartialDecryption(document: try line(file, 0), tally: tally))
        }
        for (part, key) in zip(parts, keys) {
            #expect(part.isProven(tally, by: key, fingerprint: document.fingerprint))
        }
        #expect(!parts[0].isProven(tally, by: keys[1], fingerprint: document.fingerprint))
        #expect(PartialDecryption.result(tally, parts) == [[2, 1, 4, 0, 0], [2, 2, 2, 3]])
        #expect(PartialDecryption.result(tally, [parts[0]]) == nil)
    }

    @Test func `a trustee's own key decrypts as the tool does`() throws {
        let document = try SampleElection.document()
        let keys = try #require(TrusteePublicKey.read(trustees: try SampleElection.bytes("trustees.json")))
        let tally = try #require(
            EncryptedTally(document: try line("etally.txt", 0), questions: document.form.questions))
        var source = SystemScalars()
        for name in ["635F3DCB", "A511A694"] {
            let decimal = try SampleElection.bytes("\(name).privkey").filter { $0 != UInt8(ascii: "\"") }
            let key = try #require(TrusteeKey(decimal: decimal))
            let part = PartialDecryption(tally, key: key, fingerprint: document.fingerprint, from: &source)
            let proven = keys.filter { part.isProven(tally, by: $0, fingerprint: document.fingerprint) }
            #expect(proven.count == 1)
            #expect(try #require(PartialDecryption(document: part.document, tally: tally)).document == part.document)
        }
    }

    private func line(_ file: String, _ number: Int) throws -> [UInt8] {
        Array(try SampleElection.bytes(file).split(separator: 10)[number])
    }
}
