/// Patterns of addresses.
/// `voters/{voter}/reissue` fits `voters/12/reissue`, and gives `voter` as `12`.
enum Pattern {
    /// Words of ours that no name in braces stands for.
    private static let reserved: Set<Substring> = ["fetch"]

    /// What stands where a pattern has names; nil when the path is another.
    /// - Parameter path: without a slash at its beginning.
    static func match(_ pattern: String, _ path: String) -> [String: String]? {
        let (left, right) = (
            pattern.split(separator: "/", omittingEmptySubsequences: false),
            path.split(separator: "/", omittingEmptySubsequences: false)
        )
        guard left.count == right.count else { return nil }
        var found: [String: String] = [:]
        for (part, text) in zip(left, right) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                guard isSegment(text), !reserved.contains(text) else { return nil }
                found[String(part.dropFirst().dropLast())] = String(text)
            } else if part != text {
                return nil
            }
        }
        return found
    }

    /// Letters of a segment that a name stands for.
    private static let longest = 64

    /// Letters, digits, hyphens and dots.
    private static func isSegment(_ text: Substring) -> Bool {
        1...longest ~= text.utf8.count
            && text.utf8.allSatisfy { 97...122 ~= $0 || 65...90 ~= $0 || 48...57 ~= $0 || $0 == 45 || $0 == 46 }
    }
}
