import BallotCore
import BallotEngine
import Foundation
import Tally
import Testing

/// The documents of an archive's setup, to be made wrong one by one.
struct SetupDocuments {
    var keys: [TrusteeKey]
    var uuid: [UInt8]
    var revote = true
    /// Replaces the member that says so.
    var rule: String?
    var questions = [SmallElection.question]
    /// The secrets of the listed credentials, and what stands behind each public credential.
    var secrets: [Scalar]
    var weights: [String]

    init(voters: Int = 3) {
        var source = SystemScalars()
        keys = [TrusteeKey(from: &source), TrusteeKey(from: &source)]
        uuid = source.uuid()
        secrets = (0..<voters).map { _ in source.next() }
        weights = Array(repeating: "", count: voters)
    }

    var key: [UInt8] {
        digits(keys.reduce(GMPGroup.one) { GMPGroup.product($0, GMPGroup.generatorPower($1.secret)) })
    }

    var election: [UInt8] {
        let bytes = ElectionDocument.bytes(
            uuid: uuid, name: Array("n".utf8), description: [], publicKey: key, questions: questions,
            revote: rule == nil && revote)
        guard let rule else { return bytes }
        return Array(text(bytes).replacingOccurrences(of: "{\"revote\":false}", with: rule).utf8)
    }

    var trustees: [UInt8] {
        var source = SystemScalars()
        let documents = keys.map { "[\"Single\",\(text($0.document(from: &source)))]" }
        return Array("[\(documents.joined(separator: ","))]".utf8)
    }

    var credentials: [UInt8] {
        let entries = zip(secrets, weights).map { "\"\(text(digits(GMPGroup.generatorPower($0))))\($1)\"" }
        return Array("[\(entries.joined(separator: ","))]".utf8)
    }

    func archive(ballots: [(voter: Int, answer: Int)] = []) throws -> [UInt8] {
        var writer = ArchiveWriter(time: SmallElection.time)
        let bytes = election
        var archive = writer.setup(election: bytes, trustees: trustees, credentials: credentials)
        guard !ballots.isEmpty else { return archive }
        let form = try #require(ElectionDocument(bytes)).form
        for (voter, answer) in ballots {
            var sealer = BallotSealer(
                group: try #require(GMPGroup(key: key)), form: form, source: SystemScalars())
            let choices = (0..<form.questions[0].choices).map { $0 == answer ? UInt8(1) : 0 }
            let sealed = sealer.seal([choices], secret: secrets[voter])
            archive += writer.ballot(try #require(sealed))
        }
        return archive
    }
}

/// Setups that are refused by name.
enum SetupForgery: CaseIterable {
    case equalKeys, identityTrustee, identityElectionKey, manyTrustees
    case identityCredential, identityCredentialUsed, usedTwice
    case negative, leadingZero, plus, blank, tooHeavy, tooHeavyTogether, weightless, noNumber

    var expected: String {
        switch self {
        case .equalKeys: "trustee 2 has the same key as trustee 1"
        case .identityTrustee: "the key of trustee 2 is 1"
        case .identityElectionKey: "the election's key is 1"
        case .manyTrustees: "there are more than \(TrusteePublicKey.mostTrustees) trustees"
        case .identityCredential, .identityCredentialUsed: "entry 2 of the public credentials is 1"
        case .usedTwice: "event 3 (Ballot): its credential was used before (event 1)"
        case .negative, .leadingZero, .plus, .blank, .noNumber:
            "entry 2 of the public credentials has no proper weight"
        case .tooHeavy: "entry 2 of the public credentials brings the total weight above"
        case .tooHeavyTogether: "entry 3 of the public credentials brings the total weight above"
        case .weightless: "the weights of all public credentials are 0"
        }
    }

    func archive() throws -> [UInt8] {
        var setup = SetupDocuments()
        switch self {
        case .equalKeys: setup.keys[1] = setup.keys[0]
        case .identityTrustee: setup.keys[1] = try key(.zero)
        case .identityElectionKey: setup.keys[1] = try key(.zero - setup.keys[0].secret)
        case .manyTrustees: setup.keys = Array(repeating: setup.keys[0], count: TrusteePublicKey.mostTrustees + 1)
        case .identityCredential: setup.secrets[1] = .zero
        case .identityCredentialUsed:
            setup.secrets[1] = .zero
            return try setup.archive(ballots: [(0, 1), (1, 2)])
        case .usedTwice:
            setup.revote = false
            return try setup.archive(ballots: [(0, 1), (1, 2), (0, 2)])
        case .negative: setup.weights[1] = ",-1"
        case .leadingZero: setup.weights[1] = ",01"
        case .plus: setup.weights[1] = ",+1"
        case .blank: setup.weights[1] = ", 1"
        case .noNumber: setup.weights[1] = ","
        case .tooHeavy: setup.weights[1] = ",1073741824"
        case .tooHeavyTogether: setup.weights = [",1", ",1073741822", ",1"]
        case .weightless: setup.weights = [",0", ",0", ",0"]
        }
        return try setup.archive()
    }

    private func key(_ secret: Scalar) throws -> TrusteeKey {
        try #require(TrusteeKey(decimal: Array(decimal(secret).utf8)))
    }
}

func decimal(_ scalar: Scalar) -> String {
    var bytes: [UInt8] = []
    scalar.appendDecimal(to: &bytes)
    return text(bytes)
}

struct SetupForgeryTests {
    @Test(arguments: SetupForgery.allCases)
    func `a forged setup is refused by name`(forgery: SetupForgery) throws {
        let found = try #require(try fault(try forgery.archive()))
        #expect(found.contains(forgery.expected), "\(found)")
    }

    @Test func `the last ballot of a credential counts where the document does not say otherwise`() throws {
        let archive = try verify(try SetupDocuments().archive(ballots: [(0, 1), (1, 2), (0, 2)]))
        #expect((archive.ballots, archive.counted) == (3, 2))
        #expect(archive.election.revote)
    }

    @Test func `where each voter votes once the document says so at its end`() throws {
        var setup = SetupDocuments()
        setup.revote = false
        #expect(text(setup.election).hasSuffix("\",\"isoloir\":{\"revote\":false}}"))
        let archive = try verify(try setup.archive(ballots: [(0, 1), (1, 2)]))
        #expect(!archive.election.revote && archive.counted == 2)
    }

    @Test(arguments: [
        "{\"revote\":0}", "{\"revote\":\"false\"}", "{}", "{\"revote\":false,\"more\":1}", "[]", "false", "null",
        "{\"Revote\":false}", "\"revote\"",
    ])
    func `a rule that nobody knows is refused in words`(rule: String) throws {
        var setup = SetupDocuments()
        setup.rule = rule
        let found = try #require(try fault(try setup.archive()))
        #expect(found.contains("holds a rule under \"isoloir\" that this program does not know"), "\(found)")
    }

    @Test func `a document may say that voters vote again`() throws {
        var setup = SetupDocuments()
        setup.rule = "{\"revote\":true}"
        #expect(try verify(try setup.archive()).election.revote)
    }

    @Test func `choices are counted over the whole ballot, blank votes among them`() throws {
        func question(_ answers: Int) -> ElectionDocument.NamedQuestion {
            ElectionDocument.NamedQuestion(
                text: [65], answers: (0..<answers).map { Array("\($0)".utf8) },
                shape: Question(answers: answers, hasBlank: true, least: 1, most: 1))
        }
        var setup = SetupDocuments()
        let half = ElectionDocument.mostChoices / 2
        setup.questions = [question(half - 1), question(ElectionDocument.mostChoices - half - 1)]
        #expect(ElectionDocument(setup.election) != nil)
        setup.questions[1] = question(ElectionDocument.mostChoices - half)
        #expect(throws: ElectionDocument.Fault.tooManyChoices) { try ElectionDocument(reading: setup.election) }
        #expect(
            try fault(try setup.archive())?.contains("has more than \(ElectionDocument.mostChoices) choices") == true)
    }

    @Test func `files longer than their kind are refused before they are read`() throws {
        let setup = SetupDocuments()
        var writer = ArchiveWriter(time: SmallElection.time)
        var archive = writer.setup(
            election: setup.election, trustees: setup.trustees, credentials: setup.credentials)
        archive += writer.ballot([UInt8](repeating: 48, count: 1 << 21))
        #expect(try fault(archive)?.contains("event 1 (Ballot): its file 1 takes 2097152 bytes") == true)
    }

    @Test func `files in a row that no event speaks of are refused`() throws {
        let name = contentName([48])
        let file = ArchiveFormat.file(name + Array(".data.json".utf8), [48], time: SmallElection.time)
        let archive = try SetupDocuments().archive() + [[UInt8]](repeating: file, count: 5).joined()
        #expect(try fault(archive)?.contains("more files in a row") == true)
    }

    @Test func `a trustee whose key is 1 is no trustee`() throws {
        var source = SystemScalars()
        let key = try #require(TrusteeKey(decimal: [48]))
        #expect(TrusteePublicKey(key.document(from: &source)) == nil)
    }
}
