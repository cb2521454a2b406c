/// Warnings that would stand in every row are told once, at the first of them, with their number.
final class WarningTally {
    /// One for each reason and column, in the order in which they occurred first.
    private var entries:
        [(line: Int, column: String, value: String, reason: String, weight: RollFault.Weight, count: Int)] = []

    /// Counts an occurrence; line and value are those of the first.
    func add(
        line: Int, _ column: String, _ value: String, _ reason: String,
        _ weight: RollFault.Weight = .detail
    ) {
        if let known = entries.firstIndex(where: { $0.reason == reason && $0.column == column }) {
            entries[known].count += 1
        } else {
            entries.append((line, column, value, reason, weight, 1))
        }
    }

    /// Hands the warnings to the report and forgets them.
    func tell(_ report: RollReport) {
        for entry in entries {
            let more = entry.count > 1 ? " (on \(entry.count) lines, of which this is the first)" : ""
            report.warn(
                RollFault(
                    line: entry.line, column: entry.column, value: entry.value, reason: entry.reason + more,
                    weight: entry.weight))
        }
        entries = []
    }
}
