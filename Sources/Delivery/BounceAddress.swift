/// The envelope sender by which a bounce names the message that it answers: `bounces+TOKEN.TAG@vote.example.org`.
package struct BounceAddress: Sendable {
    private let local: String
    /// What receivers look up in their check of the envelope (SPF).
    package let domain: String

    /// - Parameter address: `bounces@vote.example.org`; nil when it is no address or has a `+` already.
    package init?(_ address: String) {
        let parts = address.split(separator: "@").map(String.init)
        guard parts.count == 2, !parts[0].contains("+"), parts[0].utf8.count <= BounceAddress.longestLocal else {
            return nil
        }
        (local, domain) = (parts[0], parts[1])
    }

    /// What leaves room for token and tag in the 64 octets that RFC 5321, 4.5.3.1.1, allows.
    private static let longestLocal = 20

    /// The envelope sender of one message.
    /// - Parameters:
    ///   - token: of the message's Message-ID, hexadecimal.
    ///   - tag: of `ReceiptKey`, by which the token is recognised when it comes back.
    func sender(_ token: String, tag: String) -> String { "\(local)+\(token).\(tag)@\(domain)" }

    /// Token and tag of a recipient; nil when it is not one of ours.
    func read(_ recipient: String) -> (token: String, tag: String)? {
        // An empty part is another spelling, and no other spelling is ours.
        let parts = recipient.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, parts[1].lowercased() == domain.lowercased(), parts[0].hasPrefix(local + "+") else {
            return nil
        }
        let inner = parts[0].dropFirst(local.count + 1).split(separator: ".", omittingEmptySubsequences: false)
            .map(String.init)
        return inner.count == 2 && inner.allSatisfy { !$0.isEmpty } ? (inner[0], inner[1]) : nil
    }
}
