package import Contacts
package import Delivery
package import Elections
import Polling
package import Store

/// Vote confirmations that did not arrive. Until the poll has ended there is no such figure: staff can make other messages of a
/// person fail or leave, and a figure that moved with them would tell whether that person voted. Afterwards those have it who may
/// know who voted (`VoteSecrecy`), and the administrator at the command line.
package struct UndeliveredConfirmations: Sendable {
    /// One channel's share of it.
    package struct Line: Sendable, Equatable {
        /// Mail or SMS.
        package let route: Channel
        /// Those that failed, and that a retry sends again.
        package let failed: Int
        /// Those of which nobody can say whether they arrived.
        package let unknown: Int
        /// Those that came back: the contact is wrong, and a retry does not help.
        package let bounced: Int

        /// All of them.
        package var total: Int { failed + unknown + bounced }
    }

    /// Channels by which none failed are left out.
    package let lines: [Line]

    /// Reads the outbox's failures of one election.
    package init(_ reading: borrowing Reading, _ outbox: Outbox, of election: StoredElection) throws(StoreError) {
        guard try Poll.find(reading, election: election.number)?.state.isFinal == true else {
            lines = []
            return
        }
        lines = try outbox.reports.failedConfirmations(reading, election: election.number).map {
            Line(route: $0.route, failed: $0.failed, unknown: $0.unknown, bounced: $0.bounced)
        }.filter { $0.total > 0 }
    }
}
