import Authentication
package import Contacts
import Delivery
import Elections
import Issuance
import Journal
import Polling
import Staff
package import Store
package import VoterRoll

/// Who gave voters new contacts, and whether these then voted.
package struct ContactChangeReport: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// A contact that somebody gave a voter, and whether the voter then voted.
    package struct Line: Sendable {
        /// Who gave it, as the journal has them: `staff:name` or `system:name`.
        package let by: String
        /// To whom it was given, as the roll has them now.
        package let voter: Voter
        /// The channel of a contact given on the phone. For a correction of the roll it is that of the voter's latest
        /// identifier.
        package let route: Channel
        /// Seconds since 1970.
        package let at: Int
        /// As it was typed with the order; empty for a correction of the roll.
        package let reason: String
        /// Nil for who may not know.
        package let hasVoted: Bool?
    }

    /// By manager, the voters who were reissued to a new contact; who then voted shows after the close alone,
    /// and to those alone who may know who has voted.
    package func lines(_ reading: borrowing Reading, for actor: Actor) throws(StoreError) -> [Line] {
        let mayKnow = try VoteSecrecy(context).mayKnowVotes(reading, actor)
        let poll = try Poll.find(reading, election: election.number)
        let isOver = mayKnow && poll?.state == .closed
        var signed: [Int: Int] = [:]
        if isOver {
            for ballot in try PollBallot.all(reading, election: election.number) {
                try context.station.signatureList.eachSignature(reading, ballot, before: .max) {
                    voter, at throws(StoreError) in
                    signed[voter] = max(signed[voter] ?? 0, at)
                }
            }
        }
        var lines: [Line] = []
        for entry in try issuer.given(reading, election) {
            guard let voter = try context.voter(reading, entry.voter) else { continue }
            // A signature is known to its minute.
            let hasVoted = isOver ? signed[entry.voter].map { $0 + 60 > entry.at } ?? false : nil
            lines.append(
                Line(
                    by: entry.by, voter: voter, route: entry.route, at: entry.at, reason: entry.reason,
                    hasVoted: hasVoted))
        }
        // A contact that was corrected on the roll is a new one too.
        for change in try registrar.contactChanges.made(reading, election, since: 0) {
            guard let voter = try context.voter(reading, change.voter),
                let held = try issuer.history(reading, voter: change.voter).first
            else { continue }
            let hasVoted = isOver ? signed[change.voter].map { $0 + 60 > change.at } ?? false : nil
            lines.append(
                Line(
                    by: change.by, voter: voter, route: held.route, at: change.at, reason: "", hasVoted: hasVoted))
        }
        return lines.sorted { ($0.by, $0.at) < ($1.by, $1.at) }
    }
}
