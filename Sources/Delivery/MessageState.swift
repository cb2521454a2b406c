/// What happened to a message.
package enum MessageState: String, Sendable, CaseIterable {
    /// To be sent; a mail also while it is being handed over.
    case waiting
    /// A letter in a printed batch.
    case printed
    /// On its way: a letter that the post has, or an SMS whose gateway has not answered yet.
    case sent
    /// The relay or gateway took it over.
    case accepted
    /// `delivered`: by a receipt of the gateway or the recipient's server. `bounced`: it came back after the relay had
    /// taken it. `failed`: refused for good, or too often.
    case delivered, bounced, failed
    /// The connection was lost after the body had been handed over: nobody knows.
    case unknown
    /// Too late to be sent; its text is wiped.
    case expired
    /// Taken back: the voter left the roll, or has a newer one.
    case withdrawn
    /// A letter whose secrets were wiped after posting.
    case confirmed
}
