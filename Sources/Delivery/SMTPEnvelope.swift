/// A mail under way on a connection: what was answered to its sender and recipient.
struct SMTPEnvelope {
    let job: MailJob
    var refusal: SMTPReply?
    var relayRefused = false
    /// Its envelope was pipelined behind a message that was then refused at its end. Postfix keeps the refused
    /// transaction, so that MAIL is answered 503 and the recipient joins the one before.
    var followsRefusal = false

    /// Whether the relay takes it for a part of the transaction before.
    var isMixedUp: Bool { followsRefusal && refusal?.code == 503 }
}
