import Crypto
import Delivery
import Elections
package import Polling
package import Staff
package import Store

/// Sends the head of a round to the members of the bureau: who keeps the mail can tell later whether box or list was changed.
package struct RoundMail {
    private let register: StaffRegister
    private let station: PollingStation

    package init(_ register: StaffRegister, _ station: PollingStation) {
        (self.register, self.station) = (register, station)
    }

    /// - Parameter ballots: the names of those that got a round.
    package func send(_ transaction: borrowing Transaction, _ ballots: [String]) throws(StoreError) {
        let members = try register.members(transaction.reading).filter { $0.role == .bureau }
        guard !members.isEmpty else { return }
        var (lines, number): ([String], Int) = ([], 0)
        for name in ballots {
            guard
                let ballot = try PollBallot.find(
                    transaction.reading, election: register.election.number, name: name),
                let round = try station.rounds(transaction.reading, ballot).last,
                let head = try station.head(transaction.reading, ballot)
            else { continue }
            number += round.number
            lines.append(
                """
                \(name), round \(round.number), \(LocalTime.short(round.at, zone: register.election.election.timeZone))
                ballots \(round.ballots), signatures \(round.signatures)
                box  \(hex(head.box))
                list \(hex(head.list))
                """)
        }
        let at = try Poll.find(transaction.reading, election: register.election.number)?.roundAt ?? number
        for member in members {
            try register.queue(
                transaction, member, .staffRound, generation: at, priority: .recovery,
                values: ["heads": lines.joined(separator: "\n\n")])
        }
    }
}
