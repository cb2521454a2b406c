import Delivery
package import Elections
import FoundationEssentials
import Issuance
import Journal
package import Polling
package import Staff
package import Store

/// Sends the head of a round to the members of the bureau: who keeps the mail can show later that a ballot was left out.
package struct RoundMail: Sendable {
    private let register: StaffRegister

    /// - Parameter register: whose members of the bureau get the mail.
    package init(_ register: StaffRegister) { self.register = register }

    /// Queues the mail in the transaction that publishes.
    /// - Parameters:
    ///   - ballots: the names of those that got a round.
    ///   - at: the time of the round.
    package func send(_ transaction: borrowing Transaction, _ ballots: [String], at: Int) throws(StoreError) {
        let members = try register.members(transaction.reading).filter { $0.role == .bureau && !$0.isWaiting }
        guard !members.isEmpty, !ballots.isEmpty else { return }
        for member in members {
            var heads: [String] = []
            for name in ballots {
                if let lines = try RoundMail.head(transaction.reading, register.election, name, member.language) {
                    heads.append(lines.joined(separator: "\n"))
                }
            }
            try register.queue(
                transaction, member,
                VoterNotification(
                    .staffRound, by: .email, priority: .recovery, generation: at,
                    values: ["heads": heads.joined(separator: "\n\n")]))
        }
    }

    /// For whoever publishes. A mail that cannot be queued is told to `complain`; it never keeps a round or a close from being
    /// made.
    package func announcement(complain: @escaping (String) -> Void) -> PollingStation.Announcement {
        { transaction, ballots, at throws(StoreError) in
            do throws(StoreError) { try send(transaction, ballots, at: at) } catch {
                complain("the bureau cannot be told of the round: \(error)")
            }
        }
    }

    /// The last round of a ballot as the journal has it, line by line: title; round and time; ballots = signatures; head in
    /// groups of four digits, two lines. Nil before the first.
    package static func head(
        _ reading: borrowing Reading, _ election: StoredElection, _ ballot: String, _ language: Language
    ) throws(StoreError) -> [String]? {
        let filter = AuditJournal.Filter(
            of: .pollRound, election: election.election.id, text: "\"ballot\":\"\(ballot)\"")
        guard let entry = try AuditJournal.page(reading, filter, limit: 1).first,
            let details = try? JSONDecoder().decode([String: String].self, from: Data(entry.details.utf8))
        else { return nil }
        func detail(_ name: String) -> String { details[name] ?? "" }
        let title = election.election.ballots.first { $0.id == ballot }?.title[language] ?? ballot
        let time = LocalTime.short(entry.at, zone: election.election.timeZone)
        return ["\(title) (\(ballot))", "#\(detail("round"))  \(time)", "\(detail("votes")) = \(detail("signatures"))"]
            + RoundMail.grouped(detail("head"))
    }

    /// 64 digits as two lines of eight groups.
    package static func grouped(_ head: String) -> [String] {
        let digits = Array(head)
        let groups = stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<min(digits.count, $0 + 4)]) }
        return stride(from: 0, to: groups.count, by: 8).map {
            groups[$0..<min(groups.count, $0 + 8)].joined(separator: " ")
        }
    }
}
