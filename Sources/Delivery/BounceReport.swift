/// What a delivery status notification says (RFC 3464, and RFC 6533 where addresses are not ASCII), read as it comes: nothing
/// but its machine-readable part counts. It is read as bytes: what a stranger piles up in a letter costs no work on text.
struct BounceReport: Equatable {
    enum Action: String { case failed, delayed, delivered, relayed, expanded }

    let action: Action
    /// `5.1.1`.
    let status: String

    /// Longest status in characters.
    private static let longestStatus = 12
    private static let types = [
        "content-type:message/delivery-status", "content-type:message/global-delivery-status",
    ].map { Array($0.utf8) }

    /// The first recipient's fate; nil when the lines are no such notification (an automatic reply, say).
    init?(lines: [[UInt8]]) {
        guard let start = lines.firstIndex(where: BounceReport.isStatusPart) else { return nil }
        var (action, status): (Action?, String?)
        for line in lines[(start + 1)...] {
            if line.starts(with: [45, 45]) { break }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            let value = line[(colon + 1)...].drop(while: BounceReport.isBlank).prefix { !BounceReport.isBlank($0) }
            switch String(decoding: line[..<colon].map(BounceReport.lower), as: UTF8.self) {
            case "action" where action == nil:
                action = Action(rawValue: String(decoding: value.map(BounceReport.lower), as: UTF8.self))
            case "status" where status == nil: status = BounceReport.status(value)
            default: continue
            }
        }
        guard let action, let status else { return nil }
        (self.action, self.status) = (action, status)
    }

    private static func isStatusPart(_ line: [UInt8]) -> Bool {
        // The longest that can be one, with its blanks.
        let plain = line.prefix(200).filter { !isBlank($0) }.map(lower)
        return types.contains { plain.starts(with: $0) }
    }

    /// Digits and dots, as RFC 3463 has them.
    private static func status(_ bytes: ArraySlice<UInt8>) -> String? {
        guard 1...longestStatus ~= bytes.count, bytes.allSatisfy({ 48...57 ~= $0 || $0 == 46 }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    private static func lower(_ byte: UInt8) -> UInt8 { 65...90 ~= byte ? byte | 32 : byte }
}
