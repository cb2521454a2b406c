package import Crypto

/// What the pages of one browser carry: a form's token, and whose page it is. Both are keyed hashes of the browser's own token, so
/// that they are of no use in another browser, and tell nobody who that is.
package struct PageTokens: Sendable {
    /// Hexadecimal digits that tell one person's page from another's in one browser.
    private static let ownerDigits = 32

    private let key: LookupKey
    /// What stands before each hashed value: the tokens of one site are of no use at another.
    private let (formMark, ownerMark): (String, String)

    /// - Parameters:
    ///   - form: the site's word for forms.
    ///   - owner: the site's word for owners.
    package init(_ key: LookupKey, form: String, owner: String) { (self.key, formMark, ownerMark) = (key, form, owner) }

    /// What every form of a browser carries.
    package func form(_ browser: String) -> String { hex(key.hash("\(formMark):" + browser)) }

    /// Whose page it is, for this browser alone.
    /// - Parameter who: one person, always written in the same way.
    package func owner(_ who: String, _ browser: String) -> String {
        String(hex(key.hash("\(ownerMark):\(who):" + browser)).prefix(PageTokens.ownerDigits))
    }

    /// Whether two tokens are the same, in a time that says nothing of where they differ.
    package static func match(_ given: String, _ expected: String) -> Bool { Secret(given).matches(Secret(expected)) }
}
