/// What a delivery status notification says (RFC 3464), read as it comes: nothing but its machine-readable part counts.
struct BounceReport: Equatable {
    enum Action: String { case failed, delayed, delivered, relayed, expanded }

    let action: Action
    /// `5.1.1`.
    let status: String

    /// Longest status in characters.
    private static let longestStatus = 12

    /// The first recipient's fate; nil when the lines are no such notification (an automatic reply, say).
    init?(lines: [String]) {
        guard
            let start = lines.firstIndex(where: {
                $0.lowercased().replacing(" ", with: "").hasPrefix("content-type:message/delivery-status")
            })
        else { return nil }
        var (action, status): (Action?, String?)
        for line in lines[(start + 1)...] {
            if line.hasPrefix("--") { break }
            let halves = line.split(separator: ":", maxSplits: 1).map(String.init)
            guard halves.count == 2 else { continue }
            let value = halves[1].split(separator: " ").first.map(String.init) ?? ""
            switch halves[0].lowercased() {
            case "action" where action == nil: action = Action(rawValue: value.lowercased())
            case "status" where status == nil: status = value
            default: continue
            }
        }
        guard let action, let status, status.count <= BounceReport.longestStatus,
            status.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") })
        else { return nil }
        (self.action, self.status) = (action, status)
    }
}
