import BallotCore
package import BallotEngine
import Crypto
package import Polling

extension VerifiedArchive {
    /// The sealed ballot that this archive is of.
    package func sealed(_ seal: SealManifest) -> SealManifest.Ballot? { seal.ballot(uuid: election.uuid) }

    /// What of the archive is not as it was sealed, in words: documents, trustees, credentials with their weights, and votes
    /// given twice. An archive by itself cannot tell: weights, say, stand in no fingerprint.
    package func faults(_ seal: SealManifest) -> [String] {
        guard let ballot = sealed(seal) else {
            return ["the seal \(seal.fingerprint) knows no ballot \(String(decoding: election.uuid, as: UTF8.self))"]
        }
        var faults: [String] = []
        if election.fingerprint != ballot.fingerprint { faults.append("the election document is not the sealed one") }
        if trusteesDigest != ballot.trusteesDigest { faults.append("the trustees' keys are not the sealed ones") }
        if credentialsDigest != ballot.credentialsDigest {
            faults.append("the voting credentials or their weights are not the sealed ones")
        }
        if credentials != ballot.electors {
            faults.append("\(credentials) credentials stand in it, \(ballot.electors) electors were sealed")
        }
        if counted != ballots {
            faults.append("\(ballots - counted) credentials voted twice, which this poll never allows")
        }
        return faults
    }
}

/// When a trustee's program opens totals: the rules that keep honest trustees from opening single votes.
package struct OpeningRules: Sendable {
    package let seal: SealManifest
    package let record: ClosingRecord
    /// In which two members accept the low number of ballots in just this record.
    package let acceptance: BureauStatement?

    /// Fewer ballots than this tell by their sum what single voters chose.
    package static let fewestBallots = 10

    package init(seal: SealManifest, record: ClosingRecord, acceptance: BureauStatement?) {
        (self.seal, self.record, self.acceptance) = (seal, record, acceptance)
    }

    /// Why nothing of the archive may be opened, in words; empty when it may.
    /// - Parameters:
    ///   - heads: heads of last rounds, as members of the bureau received them.
    ///   - digests: digests of tallies, as they were typed from the closing record.
    package func faults(_ archive: VerifiedArchive, heads: [String], digests: [String]) -> [String] {
        var faults = archive.faults(seal)
        guard record.election == seal.election, record.manifest == hex(seal.digest) else {
            return faults + ["the closing record is of another seal"]
        }
        guard let ballot = archive.sealed(seal), let entry = record.entries.first(where: { $0.name == ballot.name }),
            entry.uuid == String(decoding: ballot.uuid, as: UTF8.self)
        else { return faults + ["the closing record does not speak of this ballot"] }
        guard archive.stage != .open, archive.stage != .closed else {
            return faults + ["the poll is not closed and added up in it; nothing is decrypted before"]
        }
        faults += compared(archive, entry)
        guard archive.ballots > 0 else { return faults }
        faults += fewFaults(archive, ballot)
        if !heads.contains(where: { typed in archive.heads.contains { TypedDigest.fits(typed, text($0)) } }) {
            faults.append(
                heads.isEmpty
                    ? "the head of the last round is asked for, as a member of the bureau received it by mail (--head)"
                    : "no head that was given stands in the archive: ballots that were public are missing, or the head is of another ballot"
            )
        }
        if !digests.contains(where: { TypedDigest.fits($0, entry.tally) }) {
            faults.append(
                "the digest of its encrypted tally is asked for, as it stands in the bureau's closing record (--tally)")
        }
        return faults
    }

    /// What the archive has otherwise than the record.
    private func compared(_ archive: VerifiedArchive, _ entry: ClosingRecord.Entry) -> [String] {
        var faults: [String] = []
        if entry.ballots != entry.signatures {
            faults.append("the closing record has \(entry.signatures) signatures for \(entry.ballots) ballots")
        }
        if archive.ballots != entry.ballots {
            faults.append("it holds \(archive.ballots) ballots, the closing record says \(entry.ballots)")
        }
        if archive.countedWeight != entry.weight {
            faults.append("its ballots weigh \(archive.countedWeight), the closing record says \(entry.weight)")
        }
        if let head = entry.head, !archive.heads.contains(Array(head.utf8)) {
            faults.append("the head of the record's last round is not in it: ballots that were public are missing")
        }
        if text(archive.tallyDigest) != entry.tally { faults.append("its encrypted tally is not the closing record's") }
        return faults
    }

    /// Ballots that so few others stand beside that the sum would tell what single voters chose.
    private func few(_ archive: VerifiedArchive, _ ballot: SealManifest.Ballot) -> String? {
        let fewest = OpeningRules.fewestBallots
        // Accepted before the seal for an electorate that is small itself; it says nothing of few voters in a larger one.
        let isAccepted = ballot.smallGroup != nil && ballot.electors < fewest
        if archive.ballots < fewest, !isAccepted { return "\(archive.ballots) ballots are fewer than \(fewest)" }
        guard archive.electorsByWeight.count > 1 else { return nil }
        // Different weights part the sum: 1, 2, 4 ... spell out every vote.
        let small = archive.ballotsByWeight.filter { $0.value < fewest }.sorted { $0.key < $1.key }
        guard !small.isEmpty else { return nil }
        let list = small.map { "\($0.value) of weight \($0.key)" }.joined(separator: ", ")
        return "ballots of one weight are fewer than \(fewest) (\(list))"
    }

    private func fewFaults(_ archive: VerifiedArchive, _ ballot: SealManifest.Ballot) -> [String] {
        guard let few = few(archive, ballot) else { return [] }
        let rule = "\(few): their sum would tell what single voters chose"
        guard let acceptance else {
            return [
                "\(rule). Two members of the bureau may accept that in writing for this closing record (isoloir bureau draft count-few-ballots), then give the statement with --accept"
            ]
        }
        let fault = acceptance.fault(
            act: .countFewBallots, election: seal.election, subject: record.digest, members: seal.members)
        return fault.map { ["\(rule), and \($0)"] } ?? []
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

extension VerifiedArchive {
    /// Weights with their holders and, where anybody voted, their ballots, in words; empty where all weigh 1.
    package var weightLines: [String] {
        guard electorsByWeight.keys.sorted() != [1] else { return [] }
        return electorsByWeight.sorted { $0.key < $1.key }.map { weight, holders in
            let few = holders < OpeningRules.fewestBallots ? "  FEWER THAN \(OpeningRules.fewestBallots)" : ""
            return "weight \(weight): \(holders) electors, \(ballotsByWeight[weight] ?? 0) ballots\(few)"
        }
    }
}

/// What a trustee finds of their key in a sealed election.
package struct TrusteePlace: Sendable {
    /// Their number, from 1, and how many there are.
    package let number: Int
    package let of: Int

    /// - Returns: nil when the public key is no trustee's of these.
    package init?(_ decimal: [UInt8], among trustees: [TrusteePublicKey]) {
        guard let place = trustees.firstIndex(where: { $0.decimal == decimal }) else { return nil }
        (number, of) = (place + 1, trustees.count)
    }
}
