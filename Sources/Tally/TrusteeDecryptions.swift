import BallotCore
import BallotEngine
import Crypto
import Elections
package import Journal
package import Polling
package import Store

/// Takes the trustees' parts of the count, every proof checked, and gives the results once all are there.
package struct TrusteeDecryptions: Sendable {
    let station: PollingStation
    let store: Store
    let trustees: TrusteeRegister
    let journal: AuditJournal
    let records: CountRecords
    private var election: StoredElection { station.election }

    /// What taking a trustee's decryptions came to.
    package enum Taking: Sendable {
        /// Trustees that are still awaited for one ballot at least; nobody when the result is there.
        case taken(trustee: String, missing: [String])
        /// All decryptions are there and give no result: whose are unbound, the first suspects, and the ballots concerned.
        case noResult(ballots: [String], unbound: [String])
        case refused(String)
    }

    /// One ballot's part that passed every check.
    private struct CheckedPart {
        let ballot: PollBallot
        let part: StoredPart
    }

    /// What a count stands on.
    private struct State {
        let trustees: [Trustee]
        let ballots: [(ballot: PollBallot, tally: StoredTally?)]
        let seal: SealManifest?
    }

    /// - Throws: `.damaged` where the manifest is not the sealed one.
    private func state(_ reading: borrowing Reading) throws(StoreError) -> State {
        var ballots: [(ballot: PollBallot, tally: StoredTally?)] = []
        for ballot in try PollBallot.all(reading, election: election.number) {
            ballots.append((ballot, try station.tallies.tally(reading, ballot)))
        }
        var seal: SealManifest?
        if let poll = try Poll.find(reading, election: election.number) {
            // Members whom somebody wrote into it accept nothing.
            if let fault = try station.sealIntegrity.manifestFault(reading, poll) {
                throw StoreError(
                    .damaged, fault.description, cure: "Keep the files as they are, and call the bureau together.")
            }
            seal = SealManifest(poll.manifest)
        }
        return State(trustees: try trustees.all(reading, election), ballots: ballots, seal: seal)
    }

    /// Takes a trustee's file, every proof checked; the last one brings the result.
    /// - Parameter waiver: the statement of two members of the bureau that lets a part of another program in.
    /// - Parameter file: made by `isoloir tally decrypt`.
    /// - Returns: a refusal is a case of it; nothing is kept then.
    /// - Throws: what the store throws, and `.damaged` where the manifest is not the sealed one.
    package func take(
        _ file: [UInt8], waiver: [UInt8]? = nil, by principal: Principal
    ) throws(StoreError) -> Taking {
        let given: TrusteeFiles.Decryptions
        do throws(TrusteeFiles.Fault) { given = try TrusteeFiles.decryptions(file) } catch {
            return .refused("\(error)")
        }
        return try take(given, file: file, waiver: waiver, by: principal)
    }

    /// Takes a decryption as another program of the protocol writes it: one ballot's document alone.
    /// - Parameters:
    ///   - trustee: whose part it is said to be; the proof shows whether it is.
    ///   - name: the ballot's name in the definition.
    ///   - waiver: without one such a part is refused.
    package func take(
        foreign document: [UInt8], trustee: String, ballot name: String, waiver: [UInt8]?, by principal: Principal
    ) throws(StoreError) -> Taking {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollBallot.find(reading, election: election.number, name: name)
        }
        guard let found else { return .refused("There is no ballot \(name).") }
        var content = document
        while content.last == UInt8(ascii: "\n") { content.removeLast() }
        let given = TrusteeFiles.Decryptions(
            election: election.election.id, trustee: trustee,
            parts: [TrusteeFiles.Part(uuid: String(decoding: found.uuid, as: UTF8.self), decryption: content)])
        return try take(given, file: document, waiver: waiver, by: principal)
    }

    /// - Parameter file: as it was given; a waiver speaks of its SHA-256.
    private func take(
        _ given: TrusteeFiles.Decryptions, file: [UInt8], waiver: [UInt8]?, by principal: Principal
    ) throws(StoreError) -> Taking {
        let state = try store.read { (reading: borrowing Reading) throws(StoreError) in try self.state(reading) }
        guard given.election == election.election.id,
            let place = state.trustees.firstIndex(where: { $0.name == given.trustee })
        else { return .refused("\(given.trustee) is no trustee of \(election.election.id).") }
        guard state.ballots.allSatisfy({ $0.tally != nil }), !state.ballots.isEmpty else {
            return .refused("The poll is not closed: nothing can be counted before.")
        }
        guard !given.parts.isEmpty else { return .refused("\(given.trustee): the file holds no decryption.") }
        var checked: [CheckedPart] = []
        for part in given.parts {
            guard let (ballot, tally) = state.ballots.first(where: { Array(part.uuid.utf8) == $0.ballot.uuid }),
                let tally
            else { return .refused("\(given.trustee): \(part.uuid) is no ballot of this poll.") }
            switch try check(part, ballot, tally, (place, given.trustee), waiver.map { ($0, file) }, state) {
            case .success(let stored): checked.append(CheckedPart(ballot: ballot, part: stored))
            case .failure(let fault):
                return .refused("\(given.trustee), ballot \(ballot.name): \(fault.reason)")
            }
        }
        guard let seal = state.seal else { return .refused("The seal's manifest cannot be read.") }
        switch try keep(checked, seal, trustee: state.trustees[place], file: file, by: principal) {
        case .kept: return try combine(state.trustees, seal, taken: given.trustee, by: principal)
        case .worse:
            return .refused(
                "\(given.trustee): a part whose factors are bound is here; one that nothing binds does not replace it.")
        case .late:
            return .refused("The result is there: no decryption can come in or be replaced any more.")
        }
    }

    private struct PartFault: Error { let reason: String }

    /// Checks one part: the tally that its trustee opened, the protocol's proofs, and the proofs that bind every factor.
    /// - Parameters:
    ///   - trustee: their place, from 0, and name.
    ///   - waiver: the members' statement, and the file of which it must speak.
    private func check(
        _ part: TrusteeFiles.Part, _ ballot: PollBallot, _ stored: StoredTally, _ trustee: (place: Int, name: String),
        _ waiver: (statement: [UInt8], file: [UInt8])?, _ state: State
    ) throws(StoreError) -> Result<StoredPart, PartFault> {
        let (place, trustee) = trustee
        func fault(_ reason: String) -> Result<StoredPart, PartFault> { .failure(PartFault(reason: reason)) }
        let form = try station.checkers.checker(ballot).form
        guard let tally = EncryptedTally(document: stored.document, questions: form.questions),
            let keys = TrusteePublicKey.read(trustees: ballot.trustees), place < keys.count
        else { return fault("the stored tally was changed.") }
        let key = keys[place]
        if let opened = part.tally, opened != sha256(stored.document) {
            let isTheirs = part.isSigned(by: key, election: election.election.id)
            return fault(
                isTheirs
                    ? "the trustee signed that they opened ANOTHER tally of this ballot (\(hex(opened))). Two tallies of one ballot were given out: call the bureau together, and keep this file."
                    : "the file speaks of another tally (\(hex(opened))), and is not signed by the trustee.")
        }
        guard let decryption = PartialDecryption(document: part.decryption, tally: tally) else {
            return fault("the decryption does not fit the encrypted tally.")
        }
        guard decryption.isProven(tally, by: key, fingerprint: form.fingerprint) else {
            return fault("the decryption is not proven to be made with this trustee's key.")
        }
        guard let json = part.binding else {
            return unbound(part, place, trustee, waiver, state).mapError { PartFault(reason: $0.reason) }
        }
        guard part.isSigned(by: key, election: election.election.id) else {
            return fault("the file is not signed with this trustee's key.")
        }
        guard let binding = BoundDecryption(json, tally: tally) else {
            return fault("the proofs that bind its factors are not as they should be.")
        }
        if let (question, choice) = binding.fault(tally, decryption, by: key, fingerprint: form.fingerprint) {
            return fault(
                "the factor of question \(question + 1), choice \(choice + 1) is FALSE: it was not made with this trustee's key. The protocol's own proof does not show it; a false factor spoils the count."
            )
        }
        return .success(
            StoredPart(owner: place + 1, document: part.decryption, binding: binding.document, waiver: nil))
    }

    /// A part of another program: only on the word of two members of the bureau.
    /// - Returns: a fault in a sentence, or the part with the members' word.
    private func unbound(
        _ part: TrusteeFiles.Part, _ place: Int, _ trustee: String, _ waiver: (statement: [UInt8], file: [UInt8])?,
        _ state: State
    ) -> Result<StoredPart, PartFault> {
        func fault(_ reason: String) -> Result<StoredPart, PartFault> { .failure(PartFault(reason: reason)) }
        guard let waiver else {
            return fault(
                "nothing binds its factors (another program made it): a false factor could hide in it. Make it with `isoloir tally decrypt`, or give with --waiver a statement of two members of the bureau (isoloir bureau draft take-unbound-part)."
            )
        }
        let members = state.seal?.members ?? []
        let statement = BureauStatement(file: waiver.statement)
        let signers = statement?.signers(among: members).map(\.name).joined(separator: ", ") ?? ""
        let word = StoredPart.Waiver(
            words: "\(signers): \(statement?.reason ?? "")", statement: waiver.statement, file: hex(sha256(waiver.file))
        )
        if let problem = word.fault(trustee: trustee, election: election.election.id, members: members) {
            return fault("\(problem).")
        }
        return .success(StoredPart(owner: place + 1, document: part.decryption, binding: nil, waiver: word))
    }

    /// What keeping a file's parts came to; nothing was kept but with `kept`.
    private enum Keeping { case kept, worse, late }

    /// Whether a part that nothing binds would take the place of one that is bound and whose proofs hold.
    private func isWorse(
        _ reading: borrowing Reading, _ entry: CheckedPart, _ seal: SealManifest
    ) throws(StoreError) -> Bool {
        guard entry.part.binding == nil else { return false }
        let form = try station.checkers.checker(entry.ballot).form
        guard let stored = try station.tallies.tally(reading, entry.ballot),
            let tally = EncryptedTally(document: stored.document, questions: form.questions),
            let known = try station.tallies.parts(reading, entry.ballot).first(where: {
                $0.owner == entry.part.owner && $0.binding != nil
            })
        else { return false }
        // One whose proofs do not hold any more is no better.
        return station.partIntegrity.fault(known, tally, entry.ballot, form, seal) == nil
    }

    /// One transaction, one journal entry; a ballot that has a result keeps the parts that gave it. What the parts would replace is
    /// looked at in the same transaction: somebody else may hand in a file at the same time. Proofs are checked in it only where
    /// another program's part comes in, which is rare.
    private func keep(
        _ checked: [CheckedPart], _ seal: SealManifest, trustee: Trustee, file: [UInt8], by principal: Principal
    ) throws(StoreError) -> Keeping {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Keeping in
            // What gave a result stays as it is.
            var open: [CheckedPart] = []
            for entry in checked where try station.tallies.tally(transaction.reading, entry.ballot)?.result == nil {
                open.append(entry)
            }
            guard !open.isEmpty else { return .late }
            for entry in open where try isWorse(transaction.reading, entry, seal) { return .worse }
            var replaced: [String] = []
            for entry in open
            where try station.tallies.keep(transaction, entry.part, of: entry.ballot, trustee: trustee.id) {
                replaced.append(entry.ballot.name)
            }
            var details = [
                "trustee": trustee.name, "file.sha256": hex(sha256(file)),
                "ballots": open.map(\.ballot.name).joined(separator: ", "),
            ]
            if !replaced.isEmpty { details["replaced"] = replaced.joined(separator: ", ") }
            if let waiver = open.compactMap(\.part.waiver).first { details["unbound"] = waiver.words }
            try journal.record(
                transaction, election: election.election.id, by: principal,
                replaced.isEmpty ? .tallyDecrypt : .tallyReplacePart, details)
            return .kept
        }
    }

    /// Computes the results once every trustee's part is there.
    /// - Returns: who is still awaited, or that no result comes. A part in the store whose proofs fail refuses all.
    private func combine(
        _ known: [Trustee], _ seal: SealManifest, taken trustee: String, by principal: Principal
    ) throws(StoreError) -> Taking {
        var (missing, failed, suspects): (Set<String>, [String], Set<String>) = ([], [], [])
        let all = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollBallot.all(reading, election: election.number)
        }
        for ballot in all {
            switch try combine(ballot, known, seal, by: principal) {
            case .complete: break
            case .awaited(let names): missing.formUnion(names)
            case .refused(let reason): return .refused(reason)
            case .noResult(let names):
                failed.append(ballot.name)
                suspects.formUnion(names)
            }
        }
        try records.writeResult(by: principal)
        if !failed.isEmpty { return .noResult(ballots: failed, unbound: suspects.sorted()) }
        return .taken(trustee: trustee, missing: missing.sorted())
    }

    /// What a ballot's parts came to.
    private enum Combining {
        /// Its result is there.
        case complete
        /// Trustees whose parts are missing.
        case awaited([String])
        /// All are there and give nothing: whose are unbound.
        case noResult([String])
        case refused(String)
    }

    /// Computes one ballot's result and keeps it. Where a part was replaced meanwhile it begins again with the new one.
    private func combine(
        _ ballot: PollBallot, _ known: [Trustee], _ seal: SealManifest, by principal: Principal
    ) throws(StoreError) -> Combining {
        while true {
            let (stored, parts) = try store.read {
                (reading: borrowing Reading) throws(StoreError) -> (StoredTally?, [StoredPart]) in
                (try station.tallies.tally(reading, ballot), try station.tallies.parts(reading, ballot))
            }
            // Nobody's word is taken for what lay in the store meanwhile: not for whose a part is, either.
            if parts.contains(where: { !known.indices.contains($0.owner - 1) }) {
                return .refused(
                    "A part lies in the store for \(ballot.name) that belongs to no trustee of this poll: it was changed by hand. Restore the latest backup."
                )
            }
            let there = Set(parts.map(\.owner))
            guard there.count == known.count else {
                return .awaited(known.enumerated().filter { !there.contains($0.offset + 1) }.map(\.element.name))
            }
            guard let stored, stored.result == nil else { return .complete }
            let form = try station.checkers.checker(ballot).form
            guard var tally = EncryptedTally(document: stored.document, questions: form.questions) else {
                return .refused("The stored tally of \(ballot.name) was changed by hand. Restore the latest backup.")
            }
            tally.add(weightOnly: stored.weight)
            for part in parts {
                guard let fault = station.partIntegrity.fault(part, tally, ballot, form, seal) else { continue }
                let name = known[part.owner - 1].name
                return .refused(
                    "\(name)'s part, as it lies in the store for \(ballot.name), \(fault): it was changed by hand. Take the trustee's file again; it takes the place of this one."
                )
            }
            let decryptions = parts.compactMap { PartialDecryption(document: $0.document, tally: tally) }
            guard decryptions.count == parts.count, let numbers = PartialDecryption.result(tally, decryptions) else {
                return .noResult(parts.filter { $0.binding == nil }.map { known[$0.owner - 1].name })
            }
            if try keep(result: numbers, from: parts, of: ballot, by: principal) { return .complete }
        }
    }

    /// Keeps a result where the parts that give it are still those in force, and no result is there.
    /// - Parameters:
    ///   - numbers: for each question the totals of its choices.
    ///   - parts: what it was computed from.
    /// - Returns: false where the store has changed meanwhile: nothing is kept then.
    package func keep(
        result numbers: [[Int]], from parts: [StoredPart], of ballot: PollBallot, by principal: Principal
    ) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try station.tallies.parts(transaction.reading, ballot) == parts,
                let stored = try station.tallies.tally(transaction.reading, ballot), stored.result == nil
            else { return false }
            try station.tallies.keep(transaction, result: ArchiveWriter.document(numbers), of: ballot)
            try journal.record(
                transaction, election: election.election.id, by: principal, .tallyResult,
                ["ballot": ballot.name, "result": "\(numbers)"])
            return true
        }
    }
}
