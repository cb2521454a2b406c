package import Delivery
import Store

/// `/receipts/sms?id=TOKEN&tag=TAG&status=N`: what an SMS gateway says of a message.
package enum ReceiptRoutes {
    /// Kannel's numbers for what is final (user guide, table 6-8): delivered, not delivered, refused by the centre.
    private static let (delivered, failed, refused) = ("1", "2", "16")

    package static func response(_ request: Request, _ desk: ReceiptDesk) -> Response? {
        guard request.path == "/receipts/sms" else { return nil }
        guard let token = request.parameter("id"), let tag = request.parameter("tag"),
            let status = request.parameter("status"), token.utf8.count <= 64
        else { return .text(400, "id, tag and status are needed\n") }
        // Further numbers say that a message is on its way, which we know.
        guard [delivered, failed, refused].contains(status) else { return .text(200, "noted\n") }
        do throws(StoreError) {
            let outcome = try desk.take(token: token, tag: tag, delivered: status == delivered)
            return outcome == .taken ? .text(200, "taken\n") : .text(403, "unknown\n")
        } catch { return .text(503, "try again later\n") }
    }
}
