package import Delivery
package import HTTPServer
import Store

/// `/receipts/sms?id=TOKEN&tag=TAG&status=S`: what an SMS gateway says of a message, as a number or a word.
package enum ReceiptRoutes {
    /// What is final: Kannel's numbers (user guide, table 6-8: delivered; not delivered, refused by the centre), the words of
    /// the short message protocol (SMPP 3.4, 5.2.28 and appendix B), and those that gateways write out.
    private static let delivered: Set<String> = ["1", "delivrd", "delivered"]
    /// Words and numbers that say that the message never arrived.
    private static let failed: Set<String> = [
        "2", "16", "undeliv", "undelivered", "undeliverable", "expired", "deleted", "rejectd", "rejected", "failed",
    ]

    /// Bytes of a status: the longest word has thirteen.
    private static let longestStatus = 20

    /// Nil for every other path. 200 when the receipt was taken or says nothing final, 400 when it is incomplete, 403
    /// when it answers no message of ours, 503 when the store failed.
    package static func response(_ request: Request, _ desk: ReceiptDesk) -> Response? {
        guard request.path == "/receipts/sms" else { return nil }
        guard let token = request.parameter("id"), let tag = request.parameter("tag"),
            let status = request.parameter("status"), token.utf8.count <= 64,
            status.utf8.count <= ReceiptRoutes.longestStatus
        else { return .text(400, "id, tag and status are needed\n") }
        // Further ones say that a message is on its way, which we know, or that nobody knows.
        let word = status.lowercased()
        guard delivered.contains(word) || failed.contains(word) else { return .text(200, "noted\n") }
        do throws(StoreError) {
            let outcome = try desk.take(token: token, tag: tag, delivered: delivered.contains(word))
            return outcome == .taken ? .text(200, "taken\n") : .text(403, "unknown\n")
        } catch { return .text(503, "try again later\n") }
    }
}
