package import Delivery
package import HTTPServer
import Store

/// `/receipts/sms?id=TOKEN&tag=TAG&status=S`: what an SMS gateway says of a message, as a number or a word.
package enum ReceiptRoutes {
    /// Nil for every other path. 200 when the receipt was taken or says nothing final, 400 when it is incomplete, 403
    /// when it answers no message of ours, 503 when the store failed.
    /// - Parameter numbers: whose numbers the gateway writes.
    package static func response(
        _ request: Request, _ receipts: ReceiptService, numbers: ReceiptStatus.Numbers
    ) -> Response? {
        guard request.path == "/receipts/sms" else { return nil }
        guard let token = request.parameter("id"), let tag = request.parameter("tag"),
            let text = request.parameter("status"), token.utf8.count <= 64,
            text.utf8.count <= ReceiptStatus.mostBytes
        else { return .text(400, "id, tag and status are needed\n") }
        let status = ReceiptStatus(text, numbers: numbers)
        guard status != .open else { return .text(200, "noted\n") }
        do throws(StoreError) {
            let outcome = try receipts.take(token: token, tag: tag, delivered: status == .delivered)
            return outcome == .taken ? .text(200, "taken\n") : .text(403, "unknown\n")
        } catch { return .text(503, "try again later\n") }
    }
}
