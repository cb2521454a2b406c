import Elections
package import Polling
package import Store

/// A trustee as the bureau follows them from registration to the count.
package struct TrusteeProgress: Sendable {
    /// What is here of the trustee's part of the count.
    package enum Part: String, Sendable, CaseIterable {
        case none, incomplete
        /// Every factor is bound to their key.
        case bound
        /// Taken on two members' word: the first suspect when no result comes.
        case unbound
    }

    /// With what is noted of keys and check.
    package let trustee: Trustee
    /// Over all ballots together: unbound where one part is, incomplete where one lacks.
    package let part: Part
}

extension TallyService {
    /// Trustees who had shown keys and were taken away before the seal, and on whose word.
    package func removals(_ reading: borrowing Reading) throws(StoreError) -> [SealManifest.Removal] {
        try trustees.removals(reading, election)
    }

    /// Every trustee with what they have done so far.
    /// - Returns: in the order of their numbers.
    package func progress(_ reading: borrowing Reading) throws(StoreError) -> [TrusteeProgress] {
        var parts: [[StoredPart]] = []
        for ballot in try PollBallot.all(reading, election: election.number) {
            parts.append(try station.parts(reading, ballot))
        }
        return try trustees.all(reading, election).enumerated().map { place, trustee in
            let own = parts.map { $0.first { $0.owner == place + 1 } }
            let there = own.compactMap { $0 }
            let state: TrusteeProgress.Part =
                if there.isEmpty { .none } else if there.contains(where: { $0.binding == nil }) {
                    .unbound
                } else if there
                    .count < own.count
                { .incomplete } else { .bound }
            return TrusteeProgress(trustee: trustee, part: state)
        }
    }
}
