/// A message that did not arrive, or of which nobody knows.
package struct UndeliveredMessage: Sendable {
    /// The voter's number; negative for a member of the staff.
    package let subject: Int
    /// Raw value of a `Channel`.
    package let route: String
    /// Raw value of a `MessageKind`.
    package let kind: String
    /// `failed`, `unknown` or `bounced`.
    package let state: String
    /// The relay's or gateway's codes; never their text, which may repeat the address.
    package let reply: String?
    /// Seconds since 1970.
    package let endedAt: Int
    /// Whether `retry` can send it again.
    package let canRetry: Bool
}
