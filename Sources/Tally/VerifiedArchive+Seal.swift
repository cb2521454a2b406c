import BallotCore
package import BallotEngine
import Crypto
package import Polling

extension VerifiedArchive {
    /// The sealed ballot that this archive is of.
    /// - Returns: nil where the seal knows none of its uuid.
    package func sealed(_ seal: SealManifest) -> SealManifest.Ballot? { seal.ballot(uuid: election.uuid) }

    /// What of the archive is not as it was sealed, in words: documents, trustees, credentials with their weights, and votes
    /// given twice. An archive by itself cannot tell: weights, say, stand in no fingerprint.
    /// - Returns: reasons that follow the archive's name; empty where all is as sealed.
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
    /// How many trustees there are.
    package let of: Int

    /// - Returns: nil when the public key is no trustee's of these.
    /// - Parameter decimal: the public key in decimal digits.
    package init?(_ decimal: [UInt8], among trustees: [TrusteePublicKey]) {
        guard let place = trustees.firstIndex(where: { $0.decimal == decimal }) else { return nil }
        (number, of) = (place + 1, trustees.count)
    }
}
