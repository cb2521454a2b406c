/// A trustee as registered.
package struct Trustee: Sendable {
    /// Row number; their number in the trustees' document is their place in `TrusteeRegister.all`.
    package let id: Int
    /// A line in NFC, at most 100 bytes; no two of an election have the same.
    package let name: String
    /// When they showed that they hold the private keys; nil before.
    package let provenAt: Int?
    /// When a proven key was replaced, and on whose word; nil where none was.
    package let replacedAt: Int?
    /// `old key`, or `bureau:` with the members' names, keys and reason; the seal repeats it.
    package let replacedBy: String?
    /// When they said that the sealed election is made with their key; nil before.
    package let checkedAt: Int?
    /// Why the bureau opened without that; nil where it did not.
    package let waived: String?
}
