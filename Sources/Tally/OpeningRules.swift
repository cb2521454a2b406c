import BallotCore
import BallotEngine
import Crypto
import FoundationEssentials
package import Polling

/// When a trustee's program opens totals: the rules that keep honest trustees from opening single votes.
package struct OpeningRules: Sendable {
    /// Whose members may accept few ballots, and with which the archive is compared.
    package let seal: SealManifest
    /// Signed with the seal's key: whoever makes it has checked that.
    package let record: ClosingRecord
    /// In which two members accept the low numbers of ballots of just this record.
    package let acceptances: [BureauStatement]

    /// Fewer ballots than this tell by their sum what single voters chose.
    package static let fewestBallots = 10
    /// In a group that was accepted as small: of two ballots each voter knows the other's, of one everybody does.
    package static let fewestOfSmallGroup = 3

    /// Nothing is checked here: `faults` does.
    package init(seal: SealManifest, record: ClosingRecord, acceptances: [BureauStatement]) {
        (self.seal, self.record, self.acceptances) = (seal, record, acceptances)
    }

    /// Why nothing of the archive may be opened, in words; empty when it may.
    /// - Parameters:
    ///   - heads: heads of last rounds, as members of the bureau received them.
    ///   - digests: digests of tallies, as they were typed from the closing record.
    /// - Returns: reasons that follow the archive's name.
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
        faults += fewFaults(entry, ballot)
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
        if archive.ballots > 0, archive.ballotsByWeight != entry.byWeight {
            faults.append("its ballots' weights are not those of the closing record")
        }
        if let head = entry.head, !archive.heads.contains(Array(head.utf8)) {
            faults.append("the head of the record's last round is not in it: ballots that were public are missing")
        }
        if text(archive.tallyDigest) != entry.tally { faults.append("its encrypted tally is not the closing record's") }
        return faults
    }

    /// What is not accepted of the ballot's low numbers; one acceptance of two members is enough.
    private func fewFaults(_ entry: ClosingRecord.Entry, _ ballot: SealManifest.Ballot) -> [String] {
        guard let few = entry.few(ballot) else { return [] }
        let rule =
            "\(few): fewer than \(OpeningRules.fewestBallots) stand together, and their sum would tell what single voters chose"
        guard !acceptances.isEmpty else {
            return [
                "\(rule). Two members of the bureau may accept that in writing for this closing record (isoloir bureau draft count-few-ballots), then give the statement with --accept"
            ]
        }
        var faults: [String] = []
        for acceptance in acceptances {
            let fits = FewBallots(acceptance.subject).map { $0.record == record.digest && $0.items.contains(few) }
            let fault = acceptance.fault(
                act: .countFewBallots, election: seal.election,
                subject: fits == true ? acceptance.subject : FewBallots(record: record.digest, items: [few]).subject,
                members: seal.members)
            guard let fault else { return [] }
            faults.append("\(rule), and \(fault)")
        }
        return faults
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

/// What members of the bureau read and sign when they accept that few ballots are counted: the closing record, and every low
/// number in it that they accept. What is not named is not accepted.
///
///     5f3a... titulaires-cadres: 4 ballots; conseil: 120 ballots, 2 of weight 5
package struct FewBallots {
    /// SHA-256 of the closing record's signed lines, 64 hexadecimal digits.
    package let record: String
    /// As `ClosingRecord.Entry.few` words them, one for each ballot that has low numbers.
    package let items: [String]

    /// - Parameters:
    ///   - record: 64 hexadecimal digits.
    ///   - items: those that are accepted.
    package init(record: String, items: [String]) { (self.record, self.items) = (record, items) }

    /// Reads a statement's subject; nil when it names no record.
    package init?(_ subject: String) {
        let words = subject.split(separator: " ", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return nil }
        // No name of a ballot holds a semicolon.
        self.init(record: words[0], items: words[1].components(separatedBy: "; "))
    }

    /// The low numbers of a record, or of some of its ballots.
    /// - Parameter ballots: their names; nil for all.
    package init(_ record: ClosingRecord, _ seal: SealManifest, ballots: Set<String>?) {
        let items = record.entries.filter { ballots?.contains($0.name) ?? true }.compactMap { entry in
            seal.ballot(uuid: Array(entry.uuid.utf8)).flatMap { entry.few($0) }
        }
        self.init(record: record.digest, items: items)
    }

    /// One line, as members sign it.
    package var subject: String { "\(record) \(items.joined(separator: "; "))" }
}

extension ClosingRecord.Entry {
    /// The ballot's numbers where so few stand together that their sum would tell what single voters chose; nil where none do.
    func few(_ sealed: SealManifest.Ballot) -> String? {
        let fewest = OpeningRules.fewestBallots
        guard ballots > 0 else { return nil }
        // Different weights part the sum: 1, 2, 4 ... spell out every vote.
        let small = byWeight.count > 1 ? byWeight.filter { $0.value < fewest }.sorted { $0.key < $1.key } : []
        // Accepted before the seal for an electorate that is small itself; it says nothing of few voters in a larger one.
        let isAccepted =
            sealed.smallGroup != nil && sealed.electors < fewest && ballots >= OpeningRules.fewestOfSmallGroup
        guard !small.isEmpty || (ballots < fewest && !isAccepted) else { return nil }
        let classes = small.map { ", \($0.value) of weight \($0.key)" }.joined()
        return "\(name): \(ballots) \(ballots == 1 ? "ballot" : "ballots")\(classes)"
    }
}
