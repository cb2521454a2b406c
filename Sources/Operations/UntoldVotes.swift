package import Contacts
package import Delivery
package import Elections
import Polling
package import Store

/// How much word of votes did not arrive. Until the poll has ended there is no such figure: staff can make other messages of a person
/// fail or leave, and a figure that moved with them would tell whether that person voted. Afterwards the bureau has the signature list.
package struct UntoldVotes: Sendable {
    /// One channel's share of it.
    package struct Line: Sendable, Equatable {
        /// Mail or SMS.
        package let route: Channel
        /// Those that a retry sends again.
        package let failed: Int
        /// Those that came back: the contact is wrong, and a retry does not help.
        package let bounced: Int
    }

    /// Channels by which none failed are left out.
    package let lines: [Line]

    /// Reads the outbox's failures of one election.
    package init(_ reading: borrowing Reading, _ outbox: Outbox, of election: StoredElection) throws(StoreError) {
        guard try Poll.find(reading, election: election.number)?.state.isFinal == true else {
            lines = []
            return
        }
        lines = try outbox.reports.failedVoteWords(reading, election: election.number).map {
            Line(route: $0.route, failed: $0.failed, bounced: $0.bounced)
        }
    }
}
