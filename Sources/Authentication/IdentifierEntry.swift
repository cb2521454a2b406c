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

    /// Longest entry in Unicode scalars that is looked at: an identifier with a mail's worth of words around it.
    private static let longest = TextLimit(scalars: 500)

    /// Never fails: what cannot be an identifier is a case of its own.
    /// - Parameter typed: as it came from the form, of any length. Identifiers of our own symbols or digits are
    ///   found among
    ///   spaces, hyphens and words; names and mail addresses among spaces alone.
    package init(_ typed: String, scheme: AccessPolicy.Scheme) {
        guard IdentifierEntry.longest.admits(typed) else {
            self = .malformed
            return
        }
        let text = PlainForm.of(typed).trimmingPrefix { $0.isWhitespace }
        if text.isEmpty {
            self = .empty
        } else {
            self = IdentifierEntry.read(String(text), scheme)
        }
    }

    /// The identifier in a text that is neither empty nor too long.
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
