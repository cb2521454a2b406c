import Authentication
import BallotCore
import BallotEngine
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Polling
import Store
import Synchronization
import Tally
import TestSupport
import Testing
import VoterRoll

/// A poll of two ballots with two trustees, whose clock stands still until it is moved.
final class PollFixture: Sendable {
    private let base: TestElection
    var folder: URL { base.folder.url }
    var store: Store { base.store }
    var election: StoredElection { base.election }
    let station: PollingStation
    var key: ElectionKey { base.key }
    let boxKey: BoxKey
    var journal: AuditJournal { base.journal }
    let tallyService: TallyService
    private let sealer: PollSealer
    let trustees: TrusteeRegister
    let bureau: MemberRegister
    let pairs: [TrusteeFiles.KeyPair]
    let voters: [Int]
    private let hands = Hands()

    final class Hands: Sendable {
        let erasure = Mutex((answer: BoxKeyErasure.erased(path: "box"), count: 0))
        /// Where copies of the box key lie, and what is done before they are erased.
        let places = Mutex<[String]>([])
        let beforeErasure = Mutex<(@Sendable () -> Void)?>(nil)
    }

    static let ballot = "titulaires-ouvriers"
    static let other = "suppleants-ouvriers"
    /// The sample's first two ballots, from 24 November 2026 on.
    static let opens = 1_795_507_200

    /// - Parameters:
    ///   - isSealed: otherwise only trustees are there, proven.
    ///   - isChecked: whether the trustees found their keys in the seal.
    init(
        voters count: Int = 12, isOpen: Bool = true, isSealed: Bool = true, isChecked: Bool = true,
        members: [BureauMember] = [], weights: [Int] = []
    ) throws {
        let sample = try sampleDefinition()
        let parts = sample.components(separatedBy: "  - id: titulaires-cadres")
        let access = try #require(parts[1].range(of: "\naccess:"))
        // Groups of one weight are small: accepted on paper before the seal.
        let accepted = "    colleges: [ouvriers]\n    smallGroupAccepted: minutes of 3 November\n"
        let ballots = weights.isEmpty ? parts[0] : parts[0].replacing("    colleges: [ouvriers]\n", with: accepted)
        let text = ballots + parts[1][access.lowerBound...]
        let base = try TestElection(at: 1_795_600_000, definition: text)
        self.base = base
        let (hands, store, stored, key) = (hands, base.store, base.election, base.key)
        let (clock, journal, read) = (base.time, base.journal, stored.election)
        let registrar = base.registrar(PassphraseHasher())
        let rows = (1...count).map { number in
            let name =
                "Martin" + String(repeating: "a", count: number / 26) + String(UnicodeScalar(UInt8(97 + number % 26)))
            let weight = number <= weights.count ? weights[number - 1] : 1
            return "V\(number);\(name);Anne;v\(number)@example.org;ouvriers;lille;\(weight)"
        }
        voters = try base.enrol(
            "reference;last_name;first_name;email;college;site;weight\n" + rows.joined(separator: "\n"))
        let register = TrusteeRegister(journal: journal, clock: clock)
        trustees = register
        pairs = ["Anne", "Bruno"].map {
            TrusteeFiles.KeyPair(election: read.id, trustee: $0, ballots: read.ballots.map(\.id))
        }
        for pair in pairs {
            let addition = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try register.add(transaction, stored, file: pair.publicFile, by: .system("test"))
            }
            guard case .added(let challenge) = addition else { throw Trouble("\(addition)") }
            let answer = try TrusteeFiles.answer(challenge, pair)
            let refusal = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try register.confirm(transaction, stored, answer: answer, by: .system("test"))
            }
            #expect(refusal == nil)
        }
        let bureau = MemberRegister(journal: journal, clock: clock)
        self.bureau = bureau
        for member in members {
            let refusal = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try bureau.add(transaction, stored, member, by: .system("test"))
            }
            #expect(refusal == nil)
        }
        sealer = PollSealer(
            store: store, registrar: registrar, trustees: register, journal: journal, clock: clock,
            randomness: .system)
        let boxKey = BoxKey(from: .system)
        self.boxKey = boxKey
        station = PollingStation(
            store: store, election: stored, key: key, boxKey: { boxKey },
            eraseBoxKey: {
                hands.beforeErasure.withLock { $0 }?()
                return hands.erasure.withLock { erasure in
                    erasure.count += 1
                    return [erasure.answer]
                }
            }, boxKeyPlaces: { hands.places.withLock { $0 } }, journal: journal, clock: clock, randomness: .system)
        tallyService = TallyService(station: station, store: store, trustees: register, journal: journal)
        guard isSealed else { return }
        let outcome = try seal()
        guard case .sealed(let poll) = outcome else { throw Trouble("\(outcome)") }
        for pair in pairs where isChecked {
            let check = TrusteeFiles.check(seal: sha256(poll.manifest), pair)
            let refusal = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try register.checked(transaction, stored, file: check, by: .system("test"))
            }
            #expect(refusal == nil)
        }
        if isOpen { #expect(try station.opener.open(by: .system("test")) == nil) }
    }

    /// - Parameter progress: called while credentials are made.
    func seal(
        boxKeyFile: String? = nil, progress: @escaping @Sendable (Int) -> Void = { _ in }
    ) throws -> PollSealer.Outcome {
        try sealer.seal(
            election, key: key, boxKey: boxKey,
            frozen: PollSealer.Frozen(
                files: [], version: "test", program: "", blank: [.fr: "Vote blanc"], boxKeyFile: boxKeyFile),
            by: .system("test"), progress: progress)
    }

    /// The same poll after a restart: nothing is remembered.
    func another() -> PollingStation {
        PollingStation(
            store: store, election: election, key: key, boxKey: { [boxKey] in boxKey }, journal: journal,
            clock: base.time, randomness: .system)
    }

    struct Trouble: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    /// Copies of the box key lie at these places from now on; `body` runs before they are erased.
    func lay(_ places: [String], beforeErasure body: (@Sendable () -> Void)? = nil) {
        hands.places.withLock { $0 = places }
        hands.beforeErasure.withLock { $0 = body }
    }

    /// How often the box key was to be erased.
    func erasures() -> Int { hands.erasure.withLock { $0.count } }

    /// What comes of erasing the box key from now on.
    func answer(_ erasure: BoxKeyErasure) { hands.erasure.withLock { $0.answer = erasure } }

    var now: Int { base.clock.now }

    func move(to time: Int) { base.clock.set(time) }

    func wait(_ seconds: Int) { base.clock.wait(seconds) }

    func manifest() throws -> [UInt8]? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number)?.manifest
        }
    }

    func material(_ voter: Int, _ ballot: String = PollFixture.ballot) throws -> VotingMaterial {
        let entering = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try station.voterBallots.enter(reading, voter: voters[voter], ballot: ballot)
        }
        guard case .material(let material) = entering else { throw Trouble("\(entering)") }
        return material
    }

    /// A voter's ballot for the answer of this number; 0 is a blank vote.
    func ballot(_ voter: Int, _ answer: Int = 1, _ name: String = PollFixture.ballot) throws -> [UInt8] {
        try seal(try material(voter, name), answer)
    }

    func seal(_ material: VotingMaterial, _ answer: Int) throws -> [UInt8] {
        let document = try #require(ElectionDocument(material.document))
        let stored = try stored(material.ballot.id)
        var sealer = BallotSealer(
            group: try station.checkers.checker(stored).group, form: document.form, source: SystemScalars())
        let (text, uuid) = (material.credential, document.uuid)
        guard let credential = VotingCredential(text.span) else { throw Trouble("a credential is none") }
        let choices = (0..<document.questions[0].shape.choices).map { $0 == answer ? UInt8(1) : 0 }
        let sealed = sealer.seal([choices], secret: credential.exponent(uuid: uuid.span))
        return try #require(sealed)
    }

    func stored(_ name: String = PollFixture.ballot) throws -> PollBallot {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollBallot.find(reading, election: election.number, name: name)
        }
        return try #require(found)
    }

    func cast(
        _ text: [UInt8], by voter: Int, _ name: String = PollFixture.ballot, openedAt: Int? = nil
    ) throws -> Casting {
        try station.casting.cast(text, voter: voters[voter], ballot: name, sessionOpenedAt: openedAt ?? now)
    }

    func archive(_ name: String = PollFixture.ballot) throws -> [UInt8] {
        let ballot = try stored(name)
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            var bytes: [UInt8] = []
            try tallyService.archive(reading, ballot) { bytes += $0 }
            return bytes
        }
    }

    func trackers(_ name: String = PollFixture.ballot) throws -> [String] {
        let ballot = try stored(name)
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            try station.rounds.trackers(reading, ballot, after: 0, limit: 1000).map(\.tracker)
        }
    }

    /// Changes rows by hand, as another program would: by the sqlite3 shell.
    func change(_ statement: String) throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        shell.arguments = [
            "-bail", folder.appending(path: "s.sqlite").path, "PRAGMA busy_timeout = 10000; \(statement)",
        ]
        shell.standardOutput = FileHandle.nullDevice
        try shell.run()
        shell.waitUntilExit()
        #expect(shell.terminationStatus == 0, "\(statement)")
    }

    func execute(_ sql: StaticString) throws {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in _ = try transaction.execute(sql) }
    }

    /// A trustee's decryptions of both ballots.
    func decryptions(_ number: Int, key: Int? = nil) throws -> [UInt8] {
        let pair = pairs[key ?? number]
        var parts: [[(String, [UInt8])]] = []
        for (index, name) in [PollFixture.ballot, PollFixture.other].enumerated() {
            let ballot = try stored(name)
            let tally = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try station.tallies.tally(reading, ballot)
            }
            let form = try station.checkers.checker(ballot).form
            let document = try #require(tally).document
            let sums = try #require(EncryptedTally(document: document, questions: form.questions))
            parts.append(
                TrusteeFiles.part(sums, form: form, election: election.election.id, key: pair.keys[index].key))
        }
        return TrusteeFiles.decryptions(election: election.election.id, trustee: pairs[number].trustee, parts: parts)
    }
}

func receipt(_ casting: Casting) -> Receipt? { if case .cast(let receipt) = casting { receipt } else { nil } }

func string(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
