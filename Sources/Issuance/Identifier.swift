import Contacts
import Crypto
import Elections
import Store
import VoterRoll

/// An identifier in the form that is hashed, and in the form that is shown.
package struct Identifier: Sendable, Equatable {
    /// What is hashed and compared: of symbols and digits without separators, of names in small letters.
    package let canonical: String
    /// What a voter reads and may type: symbols in groups of four with hyphens.
    package let shown: String

    /// A random identifier with its check symbol.
    init(_ code: SymbolCode) { (canonical, shown) = (code.canonical, code.grouped) }

    /// Ten digits, the last of them a check digit.
    init(_ code: DigitCode) { (canonical, shown) = (code.canonical, code.canonical) }

    /// A name, a mail address, or an identifier that was kept: shown as it is hashed.
    init(name: String) { (canonical, shown) = (name, name) }

    /// Symbols of a random identifier, check symbol included: 55 bits, so that a guess hits one of a million voters
    /// with a probability of 3e-11.
    package static let randomCount = 12
    /// Symbols of a printed connection code, check symbol included.
    package static let printedCodeCount = 8
}
