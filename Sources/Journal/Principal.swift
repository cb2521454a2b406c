/// Who did something.
package enum Principal: Sendable, Hashable {
    case voter(Int)
    case staff(String)
    /// The program itself, or the person at its command line by their account's name.
    case system(String)

    /// `voter:12`, `staff:name` or `system:name`.
    package var text: String {
        switch self {
        case .voter(let id): "voter:\(id)"
        case .staff(let name): "staff:\(name)"
        case .system(let name): "system:\(name)"
        }
    }

    /// Reads what `text` wrote; nil when it is no such thing.
    package init?(text: String) {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "voter":
            guard let id = Int(parts[1]) else { return nil }
            self = .voter(id)
        case "staff": self = .staff(parts[1])
        case "system": self = .system(parts[1])
        default: return nil
        }
    }
}
