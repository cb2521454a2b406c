import Turnout

/// Figures made ready to be shown: small ones left out.
/// What the pages, the sheet, the report and the API show is taken from here, so that none of them tells more.
struct ShownPicture {
    /// A line of a table: group, eligible, voted (nil where it must not be shown).
    typealias Line = (name: String, eligible: Int, voted: Int?)

    /// The figures that were taken last.
    let snapshot: TurnoutSnapshot
    /// By college, site and channel.
    let groups: [(key: String, lines: [Line])]
    /// Hours with ten votes at least: smaller ones are put together with those after them.
    let hours: [(from: Int, to: Int, votes: Int)]

    /// - Parameter knowsVotes: whether it is for somebody who may know who has voted.
    init(_ snapshot: TurnoutSnapshot, knowsVotes: Bool) {
        self.snapshot = snapshot
        groups = zip(["college", "site", "channel"], (knowsVotes ? snapshot.final : nil) ?? snapshot.partitions).map {
            key, cells in
            (key, cells.map { ($0.name, $0.eligible, $0.voted) })
        }
        var hours: [(from: Int, to: Int, votes: Int)] = []
        for hour in snapshot.hours {
            if let last = hours.last, last.votes < TurnoutSnapshot.small {
                hours[hours.count - 1] = (last.from, hour.at + 3600, last.votes + hour.votes)
            } else {
                hours.append((hour.at, hour.at + 3600, hour.votes))
            }
        }
        // A small rest goes to the hours before it.
        if let last = hours.last, last.votes < TurnoutSnapshot.small, hours.count > 1 {
            hours.removeLast()
            hours[hours.count - 1].to = last.to
            hours[hours.count - 1].votes += last.votes
        }
        self.hours = hours.count == 1 && (hours.first?.votes ?? 0) < TurnoutSnapshot.small ? [] : hours
    }
}
