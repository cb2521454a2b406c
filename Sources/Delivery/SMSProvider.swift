/// One SMS on its way.
package struct SMS: Sendable {
    /// E.164, with `+`.
    package let number: String
    /// In UTF-8, whatever alphabet it travels in.
    package let text: String
    /// Whether UCS-2 must be asked for.
    package let isUnicode: Bool
    /// Our own number of the message, which the gateway may repeat in its delivery receipt.
    package let reference: String
    /// Shows that a receipt with this reference answers a message of ours.
    package let tag: String
}

/// A gateway that sends SMS.
package protocol SMSProvider: Sendable {
    /// Hands a message over and waits for the gateway's answer.
    func send(_ message: SMS) -> Handover

    /// Asks whether the gateway takes our account, and sends nothing; nil where it does.
    func probe() -> String?
}

extension SMSProvider {
    /// A way without an account takes everything.
    package func probe() -> String? { nil }
}
