import BallotCore
import BallotEngine
package import Crypto
import Delivery
import Dispatch
package import Elections
package import Journal
package import Store
import Synchronization
package import VoterRoll

/// ```
/// trustee's machine          server                                    bureau
///   tally trustee-key
///        ---- public keys, proven ---->  trustee add
///        <--- nonce -------------------
///   tally answer
///        ---- signatures on nonce ---->  trustee confirm
///                                         poll seal
///                                           credential for each elector and ballot
///                                           slots in shuffled order, empty list
///                                           manifest -- fingerprint --------> noted
///                                           box key -----------------------> kept
///                                         poll open  <------- box key -------
///                                           box, list and seal checked
/// ```
/// Seals a poll: freezes what is voted on and by whom, makes credentials, slots and the empty signature list.
package struct PollSealer: Sendable {
    let store: Store
    let registrar: Registrar
    let trustees: TrusteeRegister
    let journal: AuditJournal
    let clock: Clock
    private let randomness: Randomness

    /// The election's key is not among them: `seal` is given it.
    package init(
        store: Store, registrar: Registrar, trustees: TrusteeRegister, journal: AuditJournal, clock: Clock,
        randomness: Randomness
    ) {
        (self.store, self.registrar, self.trustees, self.journal) = (store, registrar, trustees, journal)
        (self.clock, self.randomness) = (clock, randomness)
    }

    /// What sealing came to.
    package enum Outcome: Sendable {
        case sealed(Poll)
        case refused([String])
    }

    /// Fewer trustees than this could count by themselves.
    package static let fewestTrustees = 2
    /// Rows written in one transaction: a vote elsewhere never waits long.
    private static let chunk = 500
    private static let slotStep = 256
    /// The largest total that the protocol writes as a plain number (section 9).
    static let mostWeight = (1 << 30) - 1

    /// One who may vote on a ballot.
    struct Elector: Sendable {
        let voter: Int
        let weight: Int
    }

    /// Seals the poll of an election.
    /// - Parameters:
    ///   - boxKey: seals the credentials; it must be kept before, since without it nobody can vote.
    ///   - progress: called with the number of credentials made.
    /// - Returns: why not, one sentence for each fault; or the sealed poll. Nothing is written where it is refused.
    /// - Throws: what the store throws. What was written by then is cleared by the next sealing. The caller keeps other
    ///   sealings and imports out meanwhile.
    package func seal(
        _ election: StoredElection, key: ElectionKey, boxKey: BoxKey, frozen: Frozen, by principal: Principal,
        progress: @escaping @Sendable (Int) -> Void
    ) throws(StoreError) -> Outcome {
        let electors = try electors(election)
        let faults = try faults(election, electors)
        guard faults.isEmpty else { return .refused(faults) }
        try begin(election, by: principal)
        var described: [String] = []
        for (ballot, list) in zip(election.election.ballots, electors) {
            described.append(try seal(ballot, of: election, list, boxKey, key, progress))
        }
        let signing = SigningKey(seed: key.subkey(.voteReceipts))
        let manifest = try manifest(election, described, signing, frozen)
        let fingerprint = PollSealer.fingerprint(manifest)
        let manifestSeal = SumsSeal(key, election: election.election.id, randomness: randomness).seal(
            manifest: manifest)
        let at = clock.now
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let changed = try transaction.execute(
                "UPDATE polling_poll SET state = 'sealed', sealed_at = ?, closes_at = ?, manifest = ?, fingerprint = ?, manifest_seal = ? WHERE election = ? AND state = 'sealing'",
                at, election.election.announcedClose, manifest, fingerprint, manifestSeal, election.number)
            guard changed == 1 else { throw StoreError(.failed, "The poll was sealed by somebody else meanwhile.") }
            try Poll.putHours(transaction, election, Outbox(clock: clock, randomness: randomness))
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollSeal,
                [
                    "fingerprint": fingerprint, "manifest.sha256": hex(sha256(manifest)), "sealed.at": "\(at)",
                    "boxKey.sha256": boxKey.fileDigest,
                ])
            if let file = frozen.boxKeyFile {
                try Custody.note(boxKeyFile: file, transaction, journal, of: election, by: principal)
            }
        }
        let poll = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number)
        }
        guard let poll else { throw StoreError(.failed, "The poll was sealed and is gone.") }
        return .sealed(poll)
    }

    /// What a seal is known by: the first 128 bits of the manifest's SHA-256 in groups of four digits.
    /// - Returns: 39 characters, in capitals.
    package static func fingerprint(_ manifest: [UInt8]) -> String {
        let digits = Array(hex(sha256(manifest)).uppercased().prefix(32))
        return stride(from: 0, to: 32, by: 4).map { String(digits[$0..<$0 + 4]) }.joined(separator: " ")
    }

    /// Clears what an interrupted sealing left.
    /// - Throws: `.failed` where the poll is sealed.
    private func begin(_ election: StoredElection, by principal: Principal) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let number = election.number
            guard try Poll.find(transaction.reading, election: number).map({ $0.state == .sealing }) ?? true else {
                throw StoreError(.failed, "The poll was sealed by somebody else meanwhile.")
            }
            try PollSealer.clear(transaction, election: number)
            try transaction.execute(
                "INSERT INTO polling_poll (election, state, sealed_at, closes_at, manifest, fingerprint) VALUES (?, 'sealing', ?, ?, x'', '')",
                number, clock.now, election.election.announcedClose)
            // A backup from here on may hold what pairs voters and ballots.
            try journal.record(transaction, election: election.election.id, by: principal, .pollSealing, [:])
            try Poll.putHours(transaction, election, Outbox(clock: clock, randomness: randomness))
        }
    }

    /// Takes away what a sealing made: there is no poll any more.
    /// Trustees and members stay.
    static func clear(_ transaction: borrowing Transaction, election number: Int) throws(StoreError) {
        try transaction.execute(
            "DELETE FROM polling_elector WHERE ballot IN (SELECT id FROM polling_ballot WHERE election = ?)", number
        )
        try transaction.execute(
            "DELETE FROM polling_slot WHERE ballot IN (SELECT id FROM polling_ballot WHERE election = ?)", number)
        try transaction.execute(
            "DELETE FROM polling_count WHERE ballot IN (SELECT id FROM polling_ballot WHERE election = ?)", number)
        try transaction.execute("DELETE FROM polling_ballot WHERE election = ?", number)
        try transaction.execute("DELETE FROM polling_poll WHERE election = ?", number)
    }

    // MARK: One ballot

    /// Seals one ballot and returns what the manifest says of it.
    /// - Returns: one JSON object in a line, without a newline.
    /// - Throws: `.damaged` where a trustee's key is not proven any more.
    private func seal(
        _ ballot: Election.Ballot, of election: StoredElection, _ electors: [Elector], _ boxKey: BoxKey,
        _ key: ElectionKey, _ progress: @escaping @Sendable (Int) -> Void
    ) throws(StoreError) -> String {
        let keys = try store.read { (reading: borrowing Reading) throws(StoreError) in
            var keys: [TrusteePublicKey] = []
            for trustee in try trustees.all(reading, election) {
                guard trustee.provenAt != nil,
                    let key = try trustees.key(reading, trustee: trustee.id, ballot: ballot.id)
                else {
                    throw StoreError(
                        .damaged, "The key of \(trustee.name) for \(ballot.id) is not proven any more.",
                        cure: "Add the trustee's public file again.")
                }
                keys.append(key)
            }
            return keys
        }
        var source = SystemScalars()
        let uuid = source.uuid()
        let document = ElectionDocument.bytes(
            uuid: uuid, name: Array("\(election.election.title.fr) - \(ballot.title.fr)".utf8),
            description: Array(election.election.organiser.name.utf8),
            publicKey: digits(TrusteePublicKey.electionKey(keys)), questions: ballot.questions.map(PollSealer.named),
            revote: false)
        guard let form = ElectionDocument(document)?.form else {
            throw StoreError(.failed, "The election document of \(ballot.id) cannot be read back.")
        }
        let made = PollSealer.credentials(electors.count, uuid: uuid, progress)
        let order = shuffled(electors.count)
        let isWeighted = electors.contains { $0.weight != 1 }
        // The slot at place p is that of elector order[p].
        let entries = order.map { index in
            "\"" + String(decoding: made[index].publicKey, as: UTF8.self)
                + (isWeighted ? ",\(electors[index].weight)\"" : "\"")
        }
        let credentials = Array("[\(entries.joined(separator: ","))]".utf8)
        let trusteesDocument = TrusteePublicKey.trusteesDocument(keys)
        let size = PollSealer.slotBytes(form)
        let id = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int in
            try transaction.insert(
                """
                INSERT INTO polling_ballot (election, name, uuid, document, trustees, credentials, electors, slot_bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """, election.number, ballot.id, String(decoding: uuid, as: UTF8.self), document, trusteesDocument,
                credentials, electors.count, size)
        }
        let slots = try makeSlots(id, size, order.map { (made[$0].publicKey, electors[$0].weight) })
        let seal = MultisetSeal(key.subkey(.box))
        let slotSum = zip(slots, order).reduce(MultisetSeal.empty) { sum, slot in
            let member = ElectorEntry.slot(slot.0, credential: PollSealer.kept(made[slot.1].publicKey))
            return seal.adding(member, to: sum)
        }
        var slotOf = [Int](repeating: 0, count: electors.count)
        for (place, index) in order.enumerated() { slotOf[index] = slots[place] }
        var sums = BoxSums.none
        let lines = zip(electors, zip(made, slotOf)).map {
            (voter: $0.voter, credential: BoxKey.Credential(text: $1.0.text, slot: $1.1))
        }
        sums.electors = try makeList(id, lines, boxKey, seal, onto: slotSum)
        let sealed = SumsSeal(key, election: election.election.id, randomness: randomness)
            .seal(sums, uuid: uuid, head: "")
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            // Apart from the documents, which a vote would otherwise write again.
            _ = try transaction.execute("INSERT INTO polling_count (ballot, votes, sums) VALUES (?, 0, ?)", id, sealed)
        }
        let accepted = ballot.smallGroupAccepted.map { ",\"smallGroupAccepted\":\(text(quoted($0)))" } ?? ""
        return """
            {"ballot":"\(ballot.id)","uuid":"\(String(decoding: uuid, as: UTF8.self))","electors":\(electors.count),\
            "fingerprint":"\(String(decoding: form.fingerprint, as: UTF8.self))",\
            "trustees.sha256":"\(hex(sha256(trusteesDocument)))","credentials.sha256":"\(hex(sha256(credentials)))"\(accepted)}
            """
    }

    /// The question as the protocol's document has it, in French.
    private static func named(_ question: Election.Question) -> ElectionDocument.NamedQuestion {
        ElectionDocument.NamedQuestion(
            text: Array(question.title.fr.utf8), answers: question.answers.map { Array($0.fr.utf8) },
            shape: Question(
                answers: question.answers.count, hasBlank: question.hasBlank, least: question.least,
                most: question.most))
    }

    /// A credential's secret text, and its public key in decimal digits.
    private struct MadeCredential: Sendable {
        let text: [UInt8]
        let publicKey: [UInt8]
    }

    /// New credentials, made on all cores: each takes a thousand rounds of stretching.
    private static func credentials(
        _ count: Int, uuid: [UInt8], _ progress: @escaping @Sendable (Int) -> Void
    ) -> [MadeCredential] {
        let batch = 64
        let made = Mutex([Int: [MadeCredential]]())
        let batches = (count + batch - 1) / batch
        DispatchQueue.concurrentPerform(iterations: batches) { number in
            var source = SystemScalars()
            let list = (number * batch..<min(count, (number + 1) * batch)).map { _ in
                let credential = source.credential()
                let publicKey = GMPGroup.generatorPower(credential.exponent(uuid: uuid.span))
                return MadeCredential(text: credential.text, publicKey: digits(publicKey))
            }
            progress(
                made.withLock { made in
                    made[number] = list
                    return made.count * batch
                })
        }
        return made.withLock { made in (0..<batches).flatMap { made[$0] ?? [] } }
    }

    /// The numbers below `count` in random order.
    private func shuffled(_ count: Int) -> [Int] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).shuffled(using: &generator)
    }

    /// The most bytes that a ballot of this form can have, in whole steps.
    static func slotBytes(_ form: BallotForm) -> Int {
        // Decimal digits of an element and of a number below q, with the names around them (protocol section 7).
        let (element, proof, ciphertext) = (617, 32 + 2 * 77, 24 + 2 * 617)
        var bytes = 300 + element + 2 * 43 + proof
        for question in form.questions {
            bytes += 100 + question.choices * (ciphertext + 2 * proof + 6) + (question.overallProofs + 2) * (proof + 1)
        }
        return SlotContent.head + (bytes + slotStep - 1) / slotStep * slotStep
    }

    /// What a slot keeps of a public credential.
    private static func kept(_ credential: [UInt8]) -> [UInt8] { Array(sha256(credential).prefix(16)) }

    /// - Parameter list: public key and weight of each slot, in the shuffled order.
    /// - Returns: the slots' row numbers, in the same order.
    private func makeSlots(_ ballot: Int, _ size: Int, _ list: [([UInt8], Int)]) throws(StoreError) -> [Int] {
        let empty = [UInt8](repeating: 0, count: size)
        var ids: [Int] = []
        for start in stride(from: 0, to: list.count, by: PollSealer.chunk) {
            let part = list[start..<min(list.count, start + PollSealer.chunk)]
            ids += try store.write { (transaction: borrowing Transaction) throws(StoreError) -> [Int] in
                var made: [Int] = []
                for (credential, weight) in part {
                    made.append(
                        try transaction.insert(
                            "INSERT INTO polling_slot (ballot, credential, weight, content) VALUES (?, ?, ?, ?)",
                            ballot, PollSealer.kept(credential), weight, empty))
                }
                return made
            }
        }
        return ids
    }

    /// - Parameters:
    ///   - credentials: secret texts, by the electors' places.
    ///   - slots: row numbers of the electors' slots.
    ///   - sum: the sum of the slots, to which the lines are added.
    /// - Returns: the sum over slots and lines.
    private func makeList(
        _ ballot: Int, _ lines: [(voter: Int, credential: BoxKey.Credential)], _ boxKey: BoxKey,
        _ seal: MultisetSeal, onto sum: [UInt8]
    ) throws(StoreError) -> [UInt8] {
        let sealer = boxKey.sealer(randomness)
        var sum = sum
        for start in stride(from: 0, to: lines.count, by: PollSealer.chunk) {
            sum = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> [UInt8] in
                var sum = sum
                for (voter, credential) in lines[start..<min(lines.count, start + PollSealer.chunk)] {
                    let plain = BoxKey.plain(credential)
                    let sealed = sealer.seal(plain, associated: BoxKey.place(ballot: ballot, voter: voter))
                    let elector = try transaction.insert(
                        "INSERT INTO polling_elector (ballot, voter, entry) VALUES (?, ?, ?)", ballot, voter,
                        ElectorEntry.unsigned(sealed))
                    sum = seal.adding(
                        ElectorEntry.waiting(elector: elector, voter: voter, sealed: sealed), to: sum)
                }
                return sum
            }
        }
        return sum
    }

    // MARK: Manifest

    /// All that is frozen, in one text whose hash is the seal.
    /// - Parameter ballots: what `seal` says of each ballot.
    private func manifest(
        _ election: StoredElection, _ ballots: [String], _ signing: SigningKey, _ frozen: Frozen
    ) throws(StoreError) -> [UInt8] {
        let (definition, roll) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (String, (count: Int, sha256: String)) in
            let definition = try ElectionRepository.definition(reading, number: election.number)
            return (definition, try registrar.digest(reading, election))
        }
        let sealed = SealedBallots(
            election.election, described: ballots, receiptKey: signing.publicKey, blank: frozen.blank)
        let files = (frozen.files + [sealed.file]).map { "    {\"path\":\"\($0.path)\",\"sha256\":\"\($0.sha256)\"}" }
        let people = try people(election)
        return Array(
            """
            {
              "isoloir":"\(SealManifest.mark)",
              "version":"\(frozen.version)",
              "program.sha256":"\(frozen.program)",
              "election":"\(election.election.id)",
              "definition.sha256":"\(hex(sha256(Array(definition.utf8))))",
              "opens":\(election.election.announcedOpening),
              "closes":\(election.election.announcedClose),
              "voters":\(roll.count),
              "roll.sha256":"\(roll.sha256)",
              "receipts.ed25519":"\(hex(signing.publicKey))",
              "trustees":[
                \(people.trustees.joined(separator: ",\n    "))
              ],
              "removed":[\(people.removed.joined(separator: ","))],
              "members":[\(people.members.joined(separator: ","))],
              "ballots":[
                \(ballots.joined(separator: ",\n    "))
              ],
              \(sealed.line),
              "files":[
            \(files.joined(separator: ",\n"))
              ]
            }

            """.utf8)
    }
}
