package import Crypto
import FoundationEssentials

/// A gateway with a JSON interface: one POST with `to`, `text`, `from`, `unicode`, `reference`, authorised by a bearer
/// token; any 2xx accepts, and `id` in the answer is kept for receipts.
package struct RESTProvider: SMSProvider {
    private let url: String
    private let token: Secret
    private let sender: String

    package init(url: String, token: Secret, sender: String) {
        (self.url, self.token, self.sender) = (url, token, sender)
    }

    private struct Request: Encodable { let to, text, from, reference: String, unicode: Bool }
    private struct Answer: Decodable { let id: String? }

    package func send(_ message: SMS) -> Handover {
        let request = Request(
            to: message.number, text: message.text, from: sender, reference: message.reference,
            unicode: message.isUnicode)
        let body: String
        do { body = String(decoding: try JSONEncoder().encode(request), as: UTF8.self) } catch {
            return .failed("the message could not be written as JSON")
        }
        let headers = [
            "Authorization: Bearer \(token.text)", "Content-Type: application/json", "Accept: application/json",
        ]
        switch HTTPClient.post(url, headers: headers, body: body) {
        case .unsent(let reason): return .temporary(reason)
        case .unknown(let reason): return .unknown(reason)
        case .response(let response):
            switch response.status {
            case 200..<300:
                let answer = try? JSONDecoder().decode(Answer.self, from: Data(response.body.utf8))
                return .accepted(providerID: answer?.id ?? message.reference)
            case 401, 403: return .paused("the SMS gateway refuses our account: HTTP \(response.status)")
            case 408, 429: return .temporary("HTTP \(response.status)")
            case 400..<500: return .failed("HTTP \(response.status)")
            default: return .temporary("HTTP \(response.status)")
            }
        }
    }
}
