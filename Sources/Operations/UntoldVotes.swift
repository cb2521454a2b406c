package import Contacts
package import Delivery
package import Elections
import Polling
package import Store

/// How much word of votes does not arrive, as far as that may be known: enough to see that a relay or gateway refuses it, and nothing of
/// who voted. Somebody whose contact is known to fail counts nowhere, or the figure would tell of the few such people which of them
/// voted; the others count by whole tens.
package struct UntoldVotes: Sendable {
    /// One channel's share of it.
    package struct Line: Sendable, Equatable {
        /// Mail or SMS.
        package let route: Channel
        /// Ten, or a multiple of it.
        package let atLeast: Int
    }

    /// Channels by which fewer than ten failed are left out, as are those by which none did.
    package let lines: [Line]

    /// Reads the outbox's failures of one election.
    package init(_ reading: borrowing Reading, _ outbox: Outbox, of election: StoredElection) throws(StoreError) {
        let poll = try Poll.find(reading, election: election.number)
        // Where each vote is told of at once, what no round has published yet is nobody's to count.
        let isPublished = election.election.confirm != .atOnce || poll?.state.isFinal == true
        let failed = try outbox.reports.failedVoteWords(
            reading, election: election.number, madeBefore: isPublished ? .max : poll?.roundAt ?? 0)
        lines = failed.compactMap { route, count in
            let least = count - count % Election.smallGroup
            return least > 0 ? Line(route: route, atLeast: least) : nil
        }
    }
}
