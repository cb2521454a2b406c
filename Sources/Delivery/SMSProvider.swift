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
    func send(_ message: SMS) -> DeliveryOutcome

    /// Asks whether the gateway takes our account, and sends nothing.
    func probe() -> GatewayVerdict

    /// The address of our page that its receipts are asked to go to; nil where none are wanted.
    var receipts: String? { get }

    /// Whose numbers its receipts have.
    var receiptNumbers: ReceiptStatus.Numbers { get }
}

extension SMSProvider {
    /// A way without an account takes everything.
    package func probe() -> GatewayVerdict { .good }

    /// Nor does one without a gateway send receipts.
    package var receipts: String? { nil }

    /// Of no gateway.
    package var receiptNumbers: ReceiptStatus.Numbers { .none }
}
