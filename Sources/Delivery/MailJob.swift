/// A mail to be handed over.
struct MailJob: Sendable {
    let id: Int
    let sender: String
    let recipient: String
    let body: [UInt8]
    /// By which a bounce will name it; nil where bounces do not come back to us.
    var token: String?
}
