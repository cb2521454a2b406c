package import BallotCore
package import BallotEngine
import Crypto
import Elections
package import Store
import Synchronization

/// Holds the trustees' parts and the result in the store against each other, and against the trustees' keys.
package final class PartIntegrity: Sendable {
    private let checkers: BallotCheckers
    private let tallies: TallyStore
    /// Results that were found to be what the trustees' parts give, by ballot.
    private let shownResults = Mutex<[[UInt8]: [UInt8]]>([:])

    init(checkers: BallotCheckers, tallies: TallyStore) { (self.checkers, self.tallies) = (checkers, tallies) }

    /// What is wrong with a trustee's part as it lies in the store; nil when both proofs hold,
    /// or the sealed members' word stands for the one that is not there.
    /// - Parameters:
    ///   - tally: the sums of the ballot's box; the proofs need no weight.
    ///   - ballot: whose trustees' document gives the keys, by `part.owner` from 1.
    ///   - form: its fingerprint is in both proofs.
    ///   - seal: names the trustees and the members; it must be the sealed one already (`manifestFault`).
    package func fault(
        _ part: StoredPart, _ tally: EncryptedTally, _ ballot: PollBallot, _ form: BallotForm, _ seal: SealManifest
    ) -> PartFault? {
        guard let keys = TrusteePublicKey.read(trustees: ballot.trustees), 1...keys.count ~= part.owner,
            let decryption = PartialDecryption(document: part.document, tally: tally)
        else { return .unfit }
        let key = keys[part.owner - 1]
        guard decryption.isProven(tally, by: key, fingerprint: form.fingerprint) else {
            return .unproven
        }
        guard let bytes = part.binding else {
            guard let waiver = part.waiver else { return .unbound }
            guard seal.trustees.indices.contains(part.owner - 1),
                waiver.fault(
                    trustee: seal.trustees[part.owner - 1].name, election: seal.election, members: seal.members) == nil
            else { return .waiver }
            return nil
        }
        guard let binding = BoundDecryption(JSON.read(bytes), tally: tally),
            binding.fault(tally, decryption, by: key, fingerprint: form.fingerprint) == nil
        else { return .foreignFactor }
        return nil
    }

    /// Trustees' parts whose proofs do not hold, and a result that they do not give.
    /// - Returns: findings; empty where no tally is there yet. The result is compared only once all parts
    ///   hold.
    func faults(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ poll: Poll
    ) throws(StoreError) -> [BallotFinding] {
        guard let seal = SealManifest(poll.manifest), let stored = try tallies.tally(reading, ballot) else { return [] }
        let form = try checkers.checker(ballot).form
        guard var tally = EncryptedTally(document: stored.document, questions: form.questions) else {
            return [.tallyUnreadable]
        }
        tally.add(weightOnly: stored.weight)
        let parts = try tallies.parts(reading, ballot)
        var faults: [BallotFinding] = []
        for part in parts {
            if let fault = fault(part, tally, ballot, form, seal) {
                faults.append(.part(trustee: part.owner, fault))
            }
        }
        guard let result = stored.result, faults.isEmpty else { return faults }
        if !PartIntegrity.isGiven(result, tally, parts) {
            faults.append(.resultOfParts)
        }
        return faults
    }

    /// Whether a result's document is what the parts give together.
    private static func isGiven(_ result: [UInt8], _ tally: EncryptedTally, _ parts: [StoredPart]) -> Bool {
        let decryptions = parts.compactMap { PartialDecryption(document: $0.document, tally: tally) }
        guard let numbers = PartialDecryption.result(tally, decryptions) else { return false }
        let rows = numbers.map { "[\($0.map(String.init).joined(separator: ","))]" }.joined(separator: ",")
        return result == Array("{\"result\":[\(rows)]}".utf8)
    }

    /// Throws where a result in the store is not the one that the trustees' parts give: nobody is shown it.
    /// A result that was found good once is not reckoned with again while the program runs and its bytes stay the same.
    /// - Throws: `.damaged` where they differ.
    package func checkResult(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ stored: StoredTally
    ) throws(StoreError) {
        guard let result = stored.result, shownResults.withLock({ $0[ballot.uuid] }) != result else { return }
        let form = try checkers.checker(ballot).form
        var tally = EncryptedTally(document: stored.document, questions: form.questions)
        tally?.add(weightOnly: stored.weight)
        guard let tally, PartIntegrity.isGiven(result, tally, try tallies.parts(reading, ballot)) else {
            throw StoreError(
                .damaged, "The result of \(ballot.name) in the store is not what the trustees' parts give.",
                cure: "Run `isoloir poll status`, keep the files as they are, and call the bureau together.")
        }
        shownResults.withLock { $0[ballot.uuid] = result }
    }
}
