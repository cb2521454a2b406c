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
        let isTold = try UndeliveredConfirmations.isTold(reading, election.number)
        self.init(isTold ? try outbox.reports.failedConfirmations(reading, election: election.number) : [])
    }

    private init(_ counts: [(route: Channel, failed: Int, unknown: Int, bounced: Int)]) {
        lines = counts.map {
            Line(route: $0.route, failed: $0.failed, unknown: $0.unknown, bounced: $0.bounced)
        }.filter { $0.total > 0 }
    }

    /// Reads the outbox's failures of all elections, by their numbers; those of which nothing is told are left out.
    package static func all(
        _ reading: borrowing Reading, _ outbox: Outbox
    ) throws(StoreError) -> [Int: UndeliveredConfirmations] {
        var told: [Int: UndeliveredConfirmations] = [:]
        for (election, counts) in try outbox.reports.failedConfirmations(reading) where try isTold(reading, election) {
            told[election] = UndeliveredConfirmations(counts)
        }
        return told
    }

    /// Whether the poll has ended for good.
    private static func isTold(_ reading: borrowing Reading, _ election: Int) throws(StoreError) -> Bool {
        try Poll.find(reading, election: election)?.state.isFinal == true
    }
}
