package import Crypto
import HTTPClient

/// A gateway that speaks as Kannel's `sendsms` does, by POST: number, account and receipts' address travel in headers
/// and the text in the body, so that nothing secret stands in an address.
package struct KannelProvider: SMSProvider {
    private let url: String
    private let user: String
    private let password: Secret
    private let sender: String
    /// Where delivery receipts are asked to go; nil when none are wanted.
    package let receipts: String?

    /// - Parameters:
    ///   - url: of `sendsms`, by HTTP or HTTPS.
    ///   - user: Kannel's account.
    ///   - sender: the number or name that a telephone shows.
    ///   - receipts: the address of our page for receipts, without a query; nil where none are wanted.
    package init(url: String, user: String, password: Secret, sender: String, receipts: String?) {
        (self.url, self.user, self.password, self.sender, self.receipts) = (url, user, password, sender, receipts)
    }

    /// Posts one SMS. Kannel's 202 accepts it.
    package func send(_ message: SMS) -> DeliveryOutcome {
        var headers = [
            "X-Kannel-Username: \(user)", "X-Kannel-Password: \(password.text)", "X-Kannel-To: \(message.number)",
            "X-Kannel-From: \(sender)", "X-Kannel-Coding: \(message.isUnicode ? 2 : 0)",
            "Content-Type: text/plain; charset=utf-8",
        ]
        headers.append("X-Kannel-Charset: UTF-8")
        if let receipts {
            headers.append("X-Kannel-DLR-Mask: 31")
            headers.append("X-Kannel-DLR-Url: \(receipts)?id=\(message.reference)&tag=\(message.tag)&status=%d")
        }
        switch WebClient.post(url, headers: headers, body: message.text) {
        case .unsent(let reason): return .temporary(reason)
        case .unknown(let reason): return .unknown(reason)
        case .response(let response):
            // 202 with "0: Accepted for delivery" or "3: Queued for later delivery".
            let first = response.body.first
            if response.status == 202, first == "0" || first == "3" { return .accepted(providerID: message.reference) }
            return KannelProvider.refusal(response)
        }
    }

    /// Posts a message to nobody, which Kannel refuses, and reads from its refusal whether the account is good.
    package func probe() -> GatewayVerdict {
        WebClient.post(
            url,
            headers: [
                "X-Kannel-Username: \(user)", "X-Kannel-Password: \(password.text)", "X-Kannel-From: \(sender)",
                "Content-Type: text/plain; charset=utf-8",
            ], body: ""
        ).verdict(isTold: true)
    }

    /// Its own.
    package var receiptNumbers: ReceiptStatus.Numbers { .kannel }

    /// What an answer other than an acceptance means: for this message, or for the channel.
    private static func refusal(_ response: WebClient.Response) -> DeliveryOutcome {
        // A number that no centre serves is that number's fault (Kannel's user guide, 6.2: "Not routable. Do not try again.").
        response.status == 403 && response.body.hasPrefix("Not routable")
            ? .failed("the number is not routable: HTTP 403") : response.refusal
    }
}
