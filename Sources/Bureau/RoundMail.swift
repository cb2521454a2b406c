import Delivery
import Elections
import FoundationEssentials
import Journal
import Polling
package import Staff
package import Store

/// Sends the head of a round to the members of the bureau: who keeps the mail can tell later whether box or list was changed.
package struct RoundMail {
    private let register: StaffRegister

    package init(_ register: StaffRegister) { self.register = register }

    /// - Parameter ballots: the names of those that got a round.
    package func send(_ transaction: borrowing Transaction, _ ballots: [String]) throws(StoreError) {
        let members = try register.members(transaction.reading).filter { $0.role == .bureau }
        guard !members.isEmpty else { return }
        var lines: [String] = []
        for name in ballots {
            if let head = try RoundMail.head(transaction.reading, register, name) { lines.append(head) }
        }
        guard !lines.isEmpty else { return }
        let at = try Poll.find(transaction.reading, election: register.election.number)?.roundAt ?? 0
        for member in members {
            try register.queue(
                transaction, member, .staffRound, generation: at, priority: .recovery,
                values: ["heads": lines.joined(separator: "\n\n")])
        }
    }

    /// The last round of a ballot as the journal has it: what the box was at that moment, not what it is by now. Nil before
    /// the first.
    package static func head(
        _ reading: borrowing Reading, _ register: StaffRegister, _ ballot: String
    ) throws(StoreError) -> String? {
        let filter = Logbook.Filter(
            election: register.election.election.id, action: "poll.round", principal: "",
            text: "\"ballot\":\"\(ballot)\"", before: nil)
        guard let entry = try Logbook.page(reading, filter, limit: 1).first,
            let details = try? JSONDecoder().decode([String: String].self, from: Data(entry.details.utf8))
        else { return nil }
        let time = LocalTime.short(entry.at, zone: register.election.election.timeZone)
        return """
            \(ballot)  #\(details["round"] ?? "")  \(time)
            \(details["votes"] ?? "") = \(details["votes"] ?? "")
            \(details["box"] ?? "")
            \(details["list"] ?? "")
            """
    }
}
