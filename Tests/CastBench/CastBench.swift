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
import VoterRoll

/// Durable votes per second with the checks switched off, by 64 threads: together (group commit), and one commit per vote.
/// Prints both rates. What a disk of 4 ms per sync would do is up to a preloaded library.
@main
struct CastBench {
    static let (threads, votesEach) = (64, 40)

    static func main() throws {
        // With a number: a round of a box of so many slots.
        if CommandLine.arguments.count > 1 {
            guard let slots = Int(CommandLine.arguments[1]) else { throw Trouble("how many slots?") }
            return try RoundBench.run(slots: slots)
        }
        let together = try run(oneByOne: false, voters: threads * votesEach)
        let alone = try run(oneByOne: true, voters: threads * 4)
        print("\(together) \(alone)")
    }

    /// Votes per second.
    static func run(oneByOne: Bool, voters: Int) throws -> Double {
        let folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-cast-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let poll = try BenchPoll(folder: folder, voters: voters)
        let gate = Mutex(())
        let start = ContinuousClock.now
        let accepted = Atomic(0)
        let group = DispatchGroup()
        for number in 0..<threads {
            let thread = Thread {
                for index in stride(from: number, to: voters, by: threads) {
                    let put = {
                        try poll.station.casting.put(poll.checked[index], voter: poll.voters[index], sessionOpenedAt: 0)
                    }
                    let outcome = try? oneByOne ? gate.withLock { _ in try put() } : put()
                    if case .cast = outcome { accepted.add(1, ordering: .relaxed) }
                }
                group.leave()
            }
            group.enter()
            thread.start()
        }
        group.wait()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        guard accepted.load(ordering: .relaxed) == voters else {
            throw Trouble("\(accepted.load(ordering: .relaxed)) of \(voters) votes were taken")
        }
        return Double(voters) / seconds
    }
}

/// Why the bench ends without a figure.
struct Trouble: Error {
    let text: String
    init(_ text: String) { self.text = text }
}

/// A poll of one ballot, whose votes need no checks any more.
struct BenchPoll: Sendable {
    let station: PollingStation
    let store: Store
    /// The number of its ballot.
    let ballot: Int
    let voters: [Int]
    let checked: [BallotTaking.Checked]

    /// - Parameter after: seconds since the opening.
    init(folder: URL, voters count: Int, after: @escaping @Sendable () -> Int = { 0 }) throws {
        let store = try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations
                + RollSchema.migrations + IssuanceSchema.migrations + PassphrasesSchema.migrations
                + AccessSchema.migrations + PollingSchema.migrations, now: 1)
        let sample = try String(contentsOfFile: "Ballots/cse-2026/election.yaml", encoding: .utf8)
        let parts = sample.components(separatedBy: "  - id: suppleants-ouvriers")
        let text = parts[0] + (sample.range(of: "\naccess:").map { String(sample[$0.lowerBound...]) } ?? "")
        let definition = try ElectionReader.read(text, file: "e").get()
        // In the middle of the poll.
        let clock = Clock { definition.announcedOpening + 60 + after() }
        let journal = AuditJournal(clock: clock, randomness: .system)
        let elections = ElectionRepository(journal: journal, clock: clock)
        let election = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try elections.store(
                transaction, definition, definition: text, inUse: [], isIssued: false, by: .system("bench"))
            return try elections.find(transaction.reading, nil)
        }
        let key = ElectionKey(from: .system)
        let registrar = Registrar(store: store, journal: journal, clock: clock, hasher: PassphraseHasher())
        let roll = folder.appending(path: "roll.csv")
        let rows = (1...count).map { "V\($0);Martin;Anne;v\($0)@example.org;ouvriers;lille" }
        try Data(("reference;last_name;first_name;email;college;site\n" + rows.joined(separator: "\n") + "\n").utf8)
            .write(to: roll)
        let loaded = try registrar.imports.load(
            roll.path, into: election, keys: RollKeys(key, randomness: .system), options: ImportOptions())
        let trustees = TrusteeRegister(journal: journal, clock: clock)
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try registrar.imports.publish(transaction, loaded, file: "roll.csv", by: .system("bench"))
        }
        var pairs: [TrusteeFiles.KeyPair] = []
        for name in ["Anne", "Bruno"] {
            let pair = TrusteeFiles.KeyPair(
                election: definition.id, trustee: name, ballots: definition.ballots.map(\.id))
            let addition = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try trustees.add(transaction, election, file: pair.publicFile, by: .system("bench"))
            }
            guard case .added(let challenge) = addition else { throw Trouble("\(addition)") }
            pairs.append(pair)
            let answer = try TrusteeFiles.answer(challenge, pair)
            let refusal = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try trustees.confirm(transaction, election, answer: answer, by: .system("bench"))
            }
            if let refusal { throw Trouble(refusal) }
        }
        let sealer = PollSealer(
            store: store, registrar: registrar, trustees: trustees, journal: journal, clock: clock, randomness: .system)
        let boxKey = BoxKey(from: .system)
        let outcome = try sealer.seal(
            election, key: key, boxKey: boxKey,
            frozen: PollSealer.Frozen(files: [], version: "bench", program: "", blank: [:]),
            by: .system("bench"),
            progress: { _ in })
        guard case .sealed(let poll) = outcome else { throw Trouble("\(outcome)") }
        for pair in pairs {
            let check = TrusteeFiles.check(seal: sha256(poll.manifest), pair)
            let refusal = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try trustees.checked(transaction, election, file: check, by: .system("bench"))
            }
            if let refusal { throw Trouble(refusal) }
        }
        let station = PollingStation(
            store: store, election: election, key: key, boxKey: { boxKey }, journal: journal, clock: clock,
            randomness: .system)
        if let refusal = try station.opener.open(by: .system("bench")) { throw Trouble(refusal.description) }
        self.station = station
        self.store = store
        let name = definition.ballots[0].id
        let (ids, ballot) = try store.read { (reading: borrowing Reading) throws(StoreError) in
            var ids: [Int] = []
            try registrar.each(reading, election) { voter, _ throws(StoreError) in ids.append(voter.id) }
            return (ids, try PollBallot.find(reading, election: election.number, name: name))
        }
        guard let ballot else { throw Trouble("no ballot") }
        voters = ids
        self.ballot = ballot.id
        checked = try ids.map { id in
            // The text need be no ballot: nothing looks at it here.
            let text = (0..<8000).map { _ in UInt8.random(in: 48...57) }
            return try store.read { (reading: borrowing Reading) throws(StoreError) in
                guard case .material(let material) = try station.voterBallots.enter(reading, voter: id, ballot: name)
                else {
                    throw StoreError(.failed, "A voter cannot vote.")
                }
                let (credential, uuid) = (material.credential, ballot.uuid)
                guard let secret = VotingCredential(credential.span) else {
                    throw StoreError(.failed, "A credential is none.")
                }
                let publicKey = digits(GMPGroup.generatorPower(secret.exponent(uuid: uuid.span)))
                let slot = try reading.number(
                    "SELECT id FROM polling_slot WHERE ballot = ? AND credential = ?", ballot.id,
                    Array(sha256(publicKey).prefix(16)))
                return BallotTaking.Checked(text: text, ballot: ballot, credential: publicKey, slot: slot)
            }
        }
    }
}
