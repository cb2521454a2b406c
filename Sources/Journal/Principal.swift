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
}
