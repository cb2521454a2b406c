import Contacts
import Crypto
package import Elections
import Inputs
import Issuance
import VoterRoll

/// What somebody typed as an identifier, read by the election's scheme from the text alone.
package enum IdentifierEntry: Sendable, Equatable {
    /// The form that is hashed and looked up.
    case canonical(String)
    case empty
    /// No identifier has this form.
    case malformed
    /// The right form, but the check symbol says that something was mistyped.
    case mistyped

    /// Longest entry in characters that is looked at: an identifier with a mail's worth of words around it.
    private static let longest = TextLimit(scalars: 500)

    package init(_ typed: String, scheme: AccessPolicy.Scheme) {
        guard IdentifierEntry.longest.admits(typed) else {
            self = .malformed
            return
        }
        let text = typed.trimmingPrefix { $0.isWhitespace }
        if text.isEmpty {
            self = .empty
        } else {
            self = IdentifierEntry.read(String(text), scheme)
        }
    }

    private static func read(_ text: String, _ scheme: AccessPolicy.Scheme) -> IdentifierEntry {
        switch scheme {
        case .random:
            switch SymbolCode.read(text, count: Identifier.randomCount) {
            case .code(let code): return .canonical(code.canonical)
            case .mistyped: return .mistyped
            case .malformed:
                return SymbolCode.find(in: text, count: Identifier.randomCount).map { .canonical($0.canonical) }
                    ?? .malformed
            }
        case .digits:
            switch DigitCode.read(text) {
            case .code(let code): return .canonical(code.canonical)
            case .mistyped: return .mistyped
            case .malformed:
                let words = text.split { !$0.isNumber }.map { DigitCode.read(String($0)) }
                for case .code(let code) in words { return .canonical(code.canonical) }
                return .malformed
            }
        case .name:
            let name = Folding.plain(text)
            return name.isEmpty ? .malformed : .canonical(name)
        case .email:
            do throws(EmailAddress.Fault) {
                let bare = text.filter { !$0.isWhitespace }
                return .canonical(try EmailAddress(bare).text.lowercased())
            } catch { return .malformed }
        }
    }
}
