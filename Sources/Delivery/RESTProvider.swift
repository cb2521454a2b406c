package import Crypto
import FoundationEssentials
import HTTPClient

/// A gateway with a JSON interface: one POST with `to`, `text`, `from`, `unicode`, `reference`, authorised by a bearer
/// token; any 2xx accepts. Where receipts are wanted, `receipt` is the address that it calls, with `&status=` and what became of
/// the message behind it. The whole contract stands in `Channels.md`.
package struct RESTProvider: SMSProvider {
    private let url: String
    private let token: Secret
    private let sender: String
    /// Where delivery receipts are asked to go; nil when none are wanted.
    package let receipts: String?

    /// - Parameters:
    ///   - url: takes the POST, by HTTP or HTTPS.
    ///   - token: of the account, sent as a bearer token.
    ///   - sender: the number or name that a telephone shows.
    ///   - receipts: the address of our page for receipts, without a query; nil where none are wanted.
    package init(url: String, token: Secret, sender: String, receipts: String?) {
        (self.url, self.token, self.sender, self.receipts) = (url, token, sender, receipts)
    }

    private struct Answer: Decodable { let id: String? }
    private struct Request: Encodable {
        let to, text, from, reference: String, unicode: Bool
        /// Not sent where it is nil.
        let receipt: String?
    }

    /// Posts an empty object, which a gateway refuses, and reads from its refusal whether the account is good.
    package func probe() -> GatewayVerdict {
        WebClient.post(
            url,
            headers: [
                "Authorization: Bearer \(token.text)", "Content-Type: application/json", "Accept: application/json",
            ], body: "{}"
        ).verdict(isTold: false)
    }

    /// Gateways that are no Kannel write words, or hand on the numbers of the short message protocol.
    package var receiptNumbers: ReceiptStatus.Numbers { .none }

    /// Posts one SMS.
    package func send(_ message: SMS) -> DeliveryOutcome {
        let request = Request(
            to: message.number, text: message.text, from: sender, reference: message.reference,
            unicode: message.isUnicode,
            receipt: receipts.map { "\($0)?id=\(message.reference)&tag=\(message.tag)" })
        let body: String
        do { body = String(decoding: try JSONEncoder().encode(request), as: UTF8.self) } catch {
            return .failed("the message could not be written as JSON")
        }
        let headers = [
            "Authorization: Bearer \(token.text)", "Content-Type: application/json", "Accept: application/json",
        ]
        switch WebClient.post(url, headers: headers, body: body) {
        case .unsent(let reason): return .temporary(reason)
        case .unknown(let reason): return .unknown(reason)
        case .response(let response):
            guard 200..<300 ~= response.status else { return response.refusal }
            // A receipt names the message as its address does; without any, the gateway's own name helps whoever asks there.
            let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body.utf8))
            return .accepted(providerID: receipts == nil ? answer?.id ?? message.reference : message.reference)
        }
    }
}
