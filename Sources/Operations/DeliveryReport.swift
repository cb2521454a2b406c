import Contacts
import Delivery
import Elections
package import Store

/// What became of the messages by hour, mail domain and operator: evidence of how many voters could be reached.
package struct DeliveryReport: Sendable {
    /// The messages of one hour by one channel to one place.
    package struct Line: Sendable, Equatable {
        /// The beginning of the hour, seconds since 1970.
        package let hour: Int
        /// `email`, `sms` or `letter`.
        package let route: String
        /// A mail's domain, the first digits of a number, or empty for small ones and letters.
        package let place: String
        /// By the states' names.
        package var states: [String: Int]
    }

    /// The states that any line has, in their order.
    package let states: [String]
    /// By hour; a line for each hour, channel and place that had any message.
    package let lines: [Line]
}

extension DeliveryService {
    /// The report of the whole outbox. What tells of votes is left out, and a place of few messages is not named: a domain of
    /// one person is a person.
    package func report() throws(StoreError) -> DeliveryReport {
        let counts = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try context.outbox.reports.hourly(reading, election: context.election.number)
        }.filter { !VoteSecrecy.concernsVote($0.kind) }
        var totals: [String: Int] = [:]
        for count in counts { totals[count.place ?? "", default: 0] += count.count }
        var lines: [DeliveryReport.Line] = []
        for count in counts {
            let place = count.place.flatMap { totals[$0, default: 0] < DeliveryService.smallPlace ? nil : $0 } ?? ""
            let found = lines.lastIndex {
                $0.hour == count.hour && $0.route == count.route.rawValue && $0.place == place
            }
            let index = found ?? lines.endIndex
            if found == nil {
                lines.append(
                    DeliveryReport.Line(hour: count.hour, route: count.route.rawValue, place: place, states: [:]))
            }
            lines[index].states[count.state.rawValue, default: 0] += count.count
        }
        let states = Set(counts.map(\.state.rawValue)).sorted()
        return DeliveryReport(states: states, lines: lines)
    }
}
