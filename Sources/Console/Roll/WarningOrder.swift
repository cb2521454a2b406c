import VoterRoll

/// Orders warnings for whoever reads them from the top.
enum WarningOrder {
    /// By weight, then by line; all that bear the same name in one line.
    /// - Parameter folded: what that line says before the number of others.
    /// - Parameter warnings: at most as many as a report keeps.
    static func sorted(_ warnings: [RollFault], as folded: String) -> [RollFault] {
        let same = warnings.filter { $0.weight == .likeness }
        let rest = warnings.filter { $0.weight != .likeness }.enumerated().sorted {
            ($0.element.weight, $0.element.line, $0.offset) < ($1.element.weight, $1.element.line, $1.offset)
        }.map(\.element)
        guard let first = same.first, same.count > 1 else { return rest + same }
        let lines = same.prefix(20).map { "\($0.line)" }.joined(separator: ", ") + (same.count > 20 ? "..." : "")
        return rest + [
            RollFault(line: first.line, column: first.column, value: "", reason: "\(folded) \(same.count) (\(lines))")
        ]
    }
}
