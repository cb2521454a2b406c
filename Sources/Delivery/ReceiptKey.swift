package import Crypto

/// Signs the addresses to which gateways and relays report what became of a message.
package struct ReceiptKey: Sendable {
    private let key: LookupKey
    /// Hexadecimal digits of a tag: 64 bits, which nobody guesses over a network.
    private static let count = 16

    /// - Parameter key: the election's; tags of one election say nothing in another.
    package init(_ key: ElectionKey) { self.key = LookupKey(key.subkey(.receipts)) }

    /// The tag of a message's token.
    package func tag(_ token: String) -> String { String(hex(key.hash("receipt:" + token)).prefix(ReceiptKey.count)) }

    /// Whether a tag belongs to a token, in constant time.
    package func isRight(_ token: String, tag: String) -> Bool { Secret(self.tag(token)).matches(Secret(tag)) }
}
