import BallotCore
import BallotEngine
import Foundation
import Tally
import TestSupport
import Testing

/// A small election of two trustees, and its archive piece by piece.
struct SmallElection {
    let keys: [TrusteeKey]
    let publicKeys: [TrusteePublicKey]
    let document: ElectionDocument
    let electionBytes: [UInt8]
    let credentials: [VotingCredential]
    let credentialDocument: [UInt8]
    let group: GMPGroup

    static let time = 1_795_224_980
    static let question = ElectionDocument.NamedQuestion(
        text: Array("Who?".utf8), answers: [Array("Ada".utf8), Array("Bj\u{F6}rn".utf8)],
        shape: Question(answers: 2, hasBlank: true, least: 1, most: 1))

    init(voters: Int) throws {
        var source = SystemScalars()
        keys = [TrusteeKey(from: &source), TrusteeKey(from: &source)]
        var proven: [TrusteePublicKey] = []
        for key in keys { proven.append(try #require(TrusteePublicKey(key.document(from: &source)))) }
        publicKeys = proven
        let key = digits(TrusteePublicKey.electionKey(proven))
        let uuid = source.uuid()
        electionBytes = ElectionDocument.bytes(
            uuid: uuid, name: Array("n".utf8), description: [], publicKey: key, questions: [SmallElection.question])
        document = try #require(ElectionDocument(electionBytes))
        credentials = (0..<voters).map { _ in source.credential() }
        let list = credentials.map { credential in
            "\"" + text(digits(GMPGroup.generatorPower(credential.exponent(uuid: uuid.span)))) + "\""
        }
        credentialDocument = Array("[\(list.joined(separator: ","))]".utf8)
        group = try #require(GMPGroup(key: key))
    }

    func ballot(_ voter: Int, _ choices: [UInt8]) throws -> [UInt8] {
        var sealer = BallotSealer(group: group, form: document.form, source: SystemScalars())
        let secret = credentials[voter].exponent(uuid: document.uuid.span)
        let sealed = sealer.seal([choices], secret: secret)
        return try #require(sealed)
    }

    func setup(_ writer: inout ArchiveWriter) -> [UInt8] {
        writer.setup(
            election: electionBytes, trustees: TrusteePublicKey.trusteesDocument(publicKeys),
            credentials: credentialDocument)
    }

    func tally(_ ballots: [[UInt8]]) throws -> EncryptedTally {
        var tally = EncryptedTally(document.form.questions)
        let checker = BallotChecker(group: group, form: document.form)
        for ballot in ballots { tally.add(try checker.check(ballot), weight: 1) }
        return tally
    }

    func part(_ number: Int, _ tally: EncryptedTally, by key: Int? = nil) -> [UInt8] {
        var source = SystemScalars()
        return PartialDecryption(
            tally, key: keys[key ?? number], fingerprint: document.fingerprint, from: &source
        ).document
    }
}

func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

/// A file that goes away with the test.
struct Scratch: ~Copyable {
    let path = FileManager.default.temporaryDirectory.appending(path: "isoloir-\(UUID().uuidString).bel").path

    func write(_ bytes: [UInt8]) throws { try Data(bytes).write(to: URL(filePath: path)) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func verify(_ bytes: [UInt8], threads: Int = 2) throws -> VerifiedArchive {
    let scratch = Scratch()
    try scratch.write(bytes)
    return try ArchiveVerifier(threads: threads).verify(scratch.path)
}

func fault(_ bytes: [UInt8]) throws -> String? {
    do {
        _ = try verify(bytes)
        return nil
    } catch let fault as ArchiveFault { return fault.description }
}

struct ArchiveTests {
    static let sample = SampleElection.folder.appending(path: "7C6BMAqeBAjnqy.bel")

    @Test(arguments: [1, 2])
    func `the tool's archive is verified with its result`(threads: Int) throws {
        let archive = try ArchiveVerifier(threads: threads).verify(ArchiveTests.sample.path)
        #expect(archive.stage == .counted)
        #expect(archive.result == [[2, 1, 4, 0, 0], [2, 2, 2, 3]])
        #expect((archive.ballots, archive.counted, archive.countedWeight) == (5, 4, 7))
        #expect((archive.credentials, archive.trustees) == (4, 2))
    }

    @Test func `the writer makes the tool's archive byte for byte`() throws {
        let bytes = [UInt8](try Data(contentsOf: ArchiveTests.sample))
        var at = 512
        let start = text(Array(bytes[512..<1024])).split(separator: "\"").map(String.init)
            .first { $0.count == 10 }
        let time = try #require(start.flatMap { Int($0) })
        var writer = ArchiveWriter(time: time)
        func line(_ file: String, _ number: Int) throws -> [UInt8] {
            Array(try SampleElection.bytes(file).split(separator: 10)[number])
        }
        // The tool archived the credentials without their owners.
        let list = try #require(
            try JSONSerialization.jsonObject(with: Data(try SampleElection.bytes("public_creds.json"))) as? [String])
        let credentials = list.map { "\"" + $0.split(separator: ",").prefix(2).joined(separator: ",") + "\"" }
        var made = writer.setup(
            election: try SampleElection.bytes("election.json"), trustees: try SampleElection.bytes("trustees.json"),
            credentials: Array("[\(credentials.joined(separator: ","))]".utf8))
        let order = try ballotOrder(bytes)
        for file in order { made += writer.ballot(try SampleElection.bytes(file)) }
        made += writer.endBallots()
        made += writer.encryptedTally(try line("etally.txt", 0), ballots: 4, weight: 7)
        made += writer.partialDecryption(try line("pd1.txt", 0), owner: 1)
        made += writer.partialDecryption(try line("pd2.txt", 0), owner: 2)
        made += writer.result([[2, 1, 4, 0, 0], [2, 2, 2, 3]])
        at = 0
        while at < min(made.count, bytes.count), made[at] == bytes[at] { at += 1 }
        #expect(at == bytes.count && made.count == bytes.count, "they differ from byte \(at)")
    }

    /// The sample's ballot files in the order in which the archive holds them.
    private func ballotOrder(_ bytes: [UInt8]) throws -> [String] {
        let all = String(decoding: bytes, as: UTF8.self)
        return try SampleElection.ballots.map { file in
            let hash = text(contentName(try SampleElection.bytes(file)))
            return (file, try #require(all.range(of: hash)).lowerBound)
        }.sorted { $0.1 < $1.1 }.map(\.0)
    }

    @Test func `an archive is verified at every stage of a poll`() throws {
        let election = try SmallElection(voters: 3)
        var writer = ArchiveWriter(time: SmallElection.time)
        var bytes = election.setup(&writer)
        #expect(try verify(bytes).stage == .open)
        let ballots = [
            try election.ballot(0, [0, 1, 0]), try election.ballot(1, [1, 0, 0]), try election.ballot(2, [0, 0, 1]),
        ]
        for ballot in ballots { bytes += writer.ballot(ballot) }
        #expect(try verify(bytes).ballots == 3)
        bytes += writer.endBallots()
        #expect(try verify(bytes).stage == .closed)
        let tally = try election.tally(ballots)
        bytes += writer.encryptedTally(tally.document, ballots: 3, weight: 3)
        #expect(try verify(bytes).stage == .tallied)
        for number in 0...1 { bytes += writer.partialDecryption(election.part(number, tally), owner: number + 1) }
        #expect(try verify(bytes).decrypted == [1, 2])
        bytes += writer.result([[1, 1, 1]])
        #expect(try verify(bytes).result == [[1, 1, 1]])
    }

    @Test func `an election without ballots is counted as nothing`() throws {
        let election = try SmallElection(voters: 1)
        var writer = ArchiveWriter(time: SmallElection.time)
        var bytes = election.setup(&writer) + writer.endBallots()
        let tally = try election.tally([])
        bytes += writer.encryptedTally(tally.document, ballots: 0, weight: 0)
        for number in 0...1 { bytes += writer.partialDecryption(election.part(number, tally), owner: number + 1) }
        bytes += writer.result([[0, 0, 0]])
        #expect(try verify(bytes).result == [[0, 0, 0]])
    }

    /// What `belenios-tool` 2.0 lets pass (protocol section 16), and what it finds too.
    @Test(arguments: Forgery.allCases)
    func `a forged archive is refused, and the fault is named`(forgery: Forgery) throws {
        let election = try SmallElection(voters: 3)
        let found = try #require(try fault(try forgery.archive(election)))
        #expect(found.contains(forgery.expected), "\(found)")
    }

    @Test func `any changed byte is found`() throws {
        let election = try SmallElection(voters: 1)
        var writer = ArchiveWriter(time: SmallElection.time)
        let bytes = election.setup(&writer) + writer.ballot(try election.ballot(0, [0, 1, 0]))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<60 {
            let place = Int.random(in: bytes.indices, using: &generator)
            var changed = bytes
            changed[place] ^= UInt8.random(in: 1...255, using: &generator)
            #expect(try fault(changed) != nil, "byte \(place)")
        }
        #expect(try fault(bytes + [0]) != nil)
        #expect(try fault(bytes + [UInt8](repeating: 0, count: 1024)) != nil)
        #expect(try fault(Array(bytes.dropLast(512))) != nil)
        #expect(try fault([]) != nil)
    }
}

/// Archives that must be refused.
enum Forgery: CaseIterable {
    case otherSums, otherCount, noEnd, noTally, sameOwnerTwice, twoResults, lateBallot, sameBallotTwice
    case wrongResult, missingTrustee, wrongTrustee, unknownOwner, unknownCredential, tamperedProof, duplicateCredential
    case otherKey

    var expected: String {
        switch self {
        case .otherSums: "the sums are not those of the ballots"
        case .otherCount: "the number of ballots or their weight is wrong"
        case .noEnd: "(EncryptedTally) may not stand after Ballot"
        case .noTally: "(PartialDecryption) may not stand after EndBallots"
        case .sameOwnerTwice: "trustee 1 decrypted twice"
        case .twoResults: "(Result) may not stand after Result"
        case .lateBallot: "no ballot is taken after the end of the vote"
        case .sameBallotTwice: "the very same ballot stands in the box twice"
        case .wrongResult: "the numbers are not what the trustees opened"
        case .missingTrustee: "the decryption of trustee 2 is missing"
        case .wrongTrustee: "trustee 2's decryption is not proven"
        case .unknownOwner: "it names no trustee"
        case .unknownCredential: "its credential is not on the list"
        case .tamperedProof: "(Ballot)"
        case .duplicateCredential: "entry 4 of the public credentials stands there twice"
        case .otherKey: "not the product of the trustees' keys"
        }
    }

    func archive(_ election: SmallElection) throws -> [UInt8] {
        var writer = ArchiveWriter(time: SmallElection.time)
        var ballots = [try election.ballot(0, [0, 1, 0]), try election.ballot(1, [1, 0, 0])]
        var credentials = election.credentialDocument
        var trustees = TrusteePublicKey.trusteesDocument(election.publicKeys)
        switch self {
        case .sameBallotTwice: ballots.append(ballots[0])
        case .unknownCredential:
            let two = text(credentials).split(separator: ",").prefix(2).joined(separator: ",")
            credentials = Array("\(two)]".utf8)
            ballots.append(try election.ballot(2, [0, 0, 1]))
        case .tamperedProof: ballots[1] = try tampered(ballots[1])
        case .duplicateCredential:
            let first = text(credentials).dropFirst().prefix { $0 != "," }
            credentials = Array((text(credentials).dropLast() + "," + first + "]").utf8)
        case .otherKey: trustees = TrusteePublicKey.trusteesDocument([election.publicKeys[0]])
        default: break
        }
        var bytes = writer.setup(election: election.electionBytes, trustees: trustees, credentials: credentials)
        for ballot in ballots { bytes += writer.ballot(ballot) }
        if [.sameBallotTwice, .unknownCredential, .tamperedProof, .duplicateCredential, .otherKey].contains(self) {
            return bytes
        }
        let honest = try election.tally(ballots)
        let tally = self == .otherSums ? try election.tally([ballots[0], ballots[0]]) : honest
        if self != .noEnd { bytes += writer.endBallots() }
        if self == .lateBallot { return bytes + writer.ballot(try election.ballot(2, [0, 0, 1])) }
        if self != .noTally {
            bytes += writer.encryptedTally(tally.document, ballots: self == .otherCount ? 3 : 2, weight: 2)
        }
        let owners: [Int] =
            switch self {
            case .sameOwnerTwice: [1, 1]
            case .missingTrustee: [1]
            case .unknownOwner: [3]
            default: [1, 2]
            }
        for owner in owners {
            let key = self == .wrongTrustee ? 0 : min(owner, 2) - 1
            bytes += writer.partialDecryption(election.part(key, tally), owner: owner)
        }
        bytes += writer.result(self == .wrongResult ? [[0, 2, 0]] : [[1, 1, 0]])
        if self == .twoResults { bytes += writer.result([[1, 1, 0]]) }
        return bytes
    }

    /// A ballot whose first response is another number, still canonical.
    private func tampered(_ ballot: [UInt8]) throws -> [UInt8] {
        let mark = Array("\"response\":\"".utf8)
        let place = try #require(ballot.indices.first { ballot[$0...].starts(with: mark) }) + mark.count + 5
        var changed = ballot
        changed[place] = changed[place] == 49 ? 50 : 49
        return changed
    }
}
