package import BallotCore
package import BallotEngine
import Foundation
import Synchronization

/// What an archive says, once everything in it was checked.
package struct VerifiedArchive: Sendable {
    /// How far the poll had come when the archive was written, by its last event: `decrypting` has some trustees'
    /// parts, and no result.
    package enum Stage: String, Sendable { case open, closed, tallied, decrypting, counted }

    /// As the archive's first document says it, the questions in their order.
    package let election: ElectionDocument
    /// By the events alone: that nothing comes behind them an archive cannot tell.
    package let stage: Stage
    /// Entries of the list of public credentials, one for each elector.
    package let credentials: Int
    /// Sum of their weights, below 2^30.
    package let credentialWeight: Int
    /// Ballots in the box, and those of them that a later ballot of the same credential does not replace.
    package let ballots: Int
    /// Each with all of its choices: the ballots in the sums.
    package let counted: Int
    /// The sum of their weights; the most that an answer can have.
    package let countedWeight: Int
    /// Trustees of the election, all of whom are needed for a result.
    package let trustees: Int
    /// Trustees, from 1, whose decryption is there.
    package let decrypted: [Int]
    /// For each question the totals of its choices by weight, the blank vote first where there is one; nil before the
    /// trustees opened them all.
    package let result: [[Int]]?
    /// SHA-256 in hexadecimal digits of the trustees' and the credentials' documents.
    package let trusteesDigest: [UInt8]
    /// Of the document as it stands in the archive, weights included.
    package let credentialsDigest: [UInt8]
    /// SHA-256 in hexadecimal digits of the sum of all ballots as `encrypted_tally` document, whether it stands in the archive
    /// or not.
    package let tallyDigest: [UInt8]
    /// How many credentials hold each weight, and how many of them have a ballot that counts.
    package let electorsByWeight: [Int: Int]
    /// By weight, without weights that nobody voted with.
    package let ballotsByWeight: [Int: Int]
    /// The hashes of the ballots' events, 64 hexadecimal digits each: a round's head is one of them.
    package let heads: Set<[UInt8]>
}

/// Checks an archive by itself, without the store that it came from: bytes, order of events, every proof, sums, decryptions and
/// result. Stricter than `belenios-tool election verify` (protocol section 16).
package struct ArchiveVerifier: Sendable {
    private let threads: Int
    private let progress: @Sendable (_ done: Int, _ all: Int) -> Void

    /// - Parameters:
    ///   - threads: at least one is used.
    ///   - progress: called on any of the threads, after each few; `done` grows in steps and may end above `all`.
    package init(threads: Int, progress: @escaping @Sendable (_ done: Int, _ all: Int) -> Void = { _, _ in }) {
        (self.threads, self.progress) = (max(1, threads), progress)
    }

    /// - Throws: the first fault, with the event it is in.
    /// - Parameter path: of the archive's file.
    package func verify(_ path: String) throws(ArchiveFault) -> VerifiedArchive {
        try ArchiveContent(path: path, verifier: self).verified
    }

    /// The encrypted tally of a verified archive, ready to decrypt.
    /// Costs as much as `verify`, which it does.
    /// - Throws: the first fault, with the event it is in.
    package func tally(_ path: String) throws(ArchiveFault) -> (VerifiedArchive, EncryptedTally, [TrusteePublicKey]) {
        let content = try ArchiveContent(path: path, verifier: self)
        return (content.verified, content.tally, content.trustees)
    }

    /// What the sum of all ballots comes to.
    struct Sum: Sendable {
        var tally: EncryptedTally
        var counted = 0
        var ballotsByWeight: [Int: Int] = [:]
    }

    /// Checks every ballot and credential, on all threads, and adds up the ballots that count.
    /// - Throws: the fault of the earliest ballot among those that were looked at.
    func check(
        _ reader: ArchiveReader, _ setup: ArchiveSetup
    ) throws(ArchiveFault) -> Sum {
        let ballots = reader.events.indices.filter { reader.events[$0].kind == .ballot }
        let last = try lastBallots(reader, ballots, setup)
        let next = Atomic(0)
        let done = Atomic(0)
        let found = Mutex<(fault: (at: Int, ArchiveFault)?, sum: EncryptedTally)>(
            (nil, EncryptedTally(setup.form.questions)))
        let unused = (0..<setup.credentials.count).filter { last.ballot[$0] < 0 }
        let all = ballots.count + unused.count
        // A thread takes a few at a time: the counter is shared, the sums are not.
        let batch = 16
        let work: @Sendable () -> Void = { [self] in
            var sum = EncryptedTally(setup.form.questions)
            while true {
                let start = next.add(batch, ordering: .relaxed).oldValue
                guard start < all, found.withLock({ $0.fault == nil }) else { break }
                for index in start..<min(start + batch, all) {
                    do throws(ArchiveFault) {
                        if index < ballots.count {
                            let place = last.places[index]
                            let ballot = try checked(reader, ballots[index], setup)
                            if last.ballot[place] == index {
                                sum.add(ballot, weight: setup.credentials.weights[place])
                            }
                        } else if !setup.credentials.isMember(
                            unused[index - ballots.count], of: setup.credentialDocument)
                        {
                            throw ArchiveFault(
                                "entry \(unused[index - ballots.count] + 1) of the public credentials is no member of the group"
                            )
                        }
                    } catch {
                        found.withLock { found in
                            if found.fault.map({ index < $0.at }) ?? true { found.fault = (index, error) }
                        }
                        return
                    }
                }
                progress(done.add(batch, ordering: .relaxed).newValue, all)
            }
            found.withLock { $0.sum.add(sum) }
        }
        if threads == 1 { work() } else { DispatchQueue.concurrentPerform(iterations: threads) { _ in work() } }
        return try found.withLock { found throws(ArchiveFault) in
            if let (_, fault) = found.fault { throw fault }
            var weights: [Int: Int] = [:]
            for (place, weight) in setup.credentials.weights.enumerated() where last.ballot[place] >= 0 {
                weights[weight, default: 0] += 1
            }
            return Sum(tally: found.sum, counted: found.sum.ballots, ballotsByWeight: weights)
        }
    }

    /// - Parameter event: the event's number.
    private func checked(
        _ reader: ArchiveReader, _ event: Int, _ setup: ArchiveSetup
    ) throws(ArchiveFault) -> ReadBallot<Element> {
        let text = try reader.content(reader.events[event].files[0])
        do throws(BallotFault) { return try setup.checker.check(text) } catch {
            throw ArchiveFault("event \(event) (Ballot): \(ArchiveVerifier.words(error))")
        }
    }

    /// For each ballot its credential's place, and for each credential the last of its ballots (-1: none).
    /// - Throws: a ballot that stands there twice, a credential that is not on the list or, where each votes once, was
    ///   used before.
    private func lastBallots(
        _ reader: ArchiveReader, _ ballots: [Int], _ setup: ArchiveSetup
    ) throws(ArchiveFault) -> (places: [Int], ballot: [Int]) {
        var (places, last): ([Int], [Int]) = ([], Array(repeating: -1, count: setup.credentials.count))
        var hashes: Set<[UInt8]> = []
        for (index, event) in ballots.enumerated() {
            let file = reader.events[event].files[0]
            guard hashes.insert(reader.files[file].hash).inserted else {
                throw ArchiveFault("event \(event) (Ballot): the very same ballot stands in the box twice")
            }
            guard let credential = ArchiveVerifier.credential(try reader.content(file)) else {
                throw ArchiveFault("event \(event) (Ballot): the text is not as the protocol writes it")
            }
            guard let place = setup.credentials.places[CredentialList.Key(credential.span)] else {
                throw ArchiveFault("event \(event) (Ballot): its credential is not on the list")
            }
            guard setup.election.revote || last[place] < 0 else {
                throw ArchiveFault(
                    "event \(event) (Ballot): its credential was used before (event \(ballots[last[place]])), and in this election each voter votes once"
                )
            }
            places.append(place)
            last[place] = index
        }
        return (places, last)
    }

    /// The digits of a ballot's credential, read without the rest.
    private static func credential(_ text: [UInt8]) -> [UInt8]? {
        let mark = Array("\"credential\":\"".utf8)
        // Behind uuid and fingerprint, which take less than this.
        let head = text.prefix(400)
        guard let start = head.indices.first(where: { text[$0...].starts(with: mark) }) else { return nil }
        return Array(text[(start + mark.count)...].prefix { $0 != UInt8(ascii: "\"") })
    }

    /// A ballot's fault in words.
    /// - Returns: follows the ballot's name; questions and choices count from 1 here.
    package static func words(_ fault: BallotFault) -> String {
        switch fault {
        case .notCanonical(let at): "the text is not as the protocol writes it (byte \(at))"
        case .otherElection: "it belongs to another election"
        case .otherFingerprint: "it was made for another version of the election"
        case .outsideGroup(.credential): "its credential is no member of the group"
        case .outsideGroup(.choice): "an encrypted choice is no member of the group"
        case .outOfRange: "a proof's number is out of range"
        case .wrongHash: "the signed hash is not that of the ballot"
        case .wrongSignature: "the signature is not the credential's"
        case .wrongIndividualProof(let question, let choice):
            "question \(question + 1), choice \(choice + 1): the proof of a single choice is wrong"
        case .wrongOverallProof(let question):
            "question \(question + 1): the proof that the number of choices is allowed is wrong"
        case .wrongBlankProof(let question): "question \(question + 1): the proof of the blank vote is wrong"
        }
    }
}
