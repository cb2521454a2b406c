package import Crypto

/// The relay that takes our mail, and how to talk to it.
package struct MailRelay: Sendable {
    /// How the connection is kept from being read; never chosen by what a relay happens to offer.
    package enum Encryption: String, Sendable, CaseIterable {
        /// STARTTLS, required: a relay that does not offer it gets no mail.
        case starttls
        /// TLS from the first byte.
        case smtps
        /// Clear text: to the machine itself only.
        case none
    }

    /// Longest waits in seconds, RFC 5321 section 4.5.3.2.
    package struct Timeouts: Sendable {
        /// For the TCP connection.
        package var connect = 60
        /// For the relay's first line; TLS from the first byte has to be ready by then as well.
        package var greeting = 300
        /// For the reply to any command but DATA.
        package var command = 300
        /// For the reply to DATA, before the body.
        package var data = 120
        /// For the reply after the body's end, when a relay filters and stores: giving up early sends a mail twice.
        package var finalReply = 600

        /// As the standard recommends.
        package init() {}
    }

    /// A name or an address. With encryption the relay's certificate must be for it.
    package var host: String
    /// TCP port: 587 or 25 for STARTTLS, 465 for TLS from the first byte.
    package var port: Int
    /// What is required; a relay that cannot do it gets no mail.
    package var encryption: Encryption
    /// The account for AUTH PLAIN or LOGIN; nil where the relay wants none. Used together with `password` alone.
    package var user: String?
    /// Sent over an encrypted connection only.
    package var password: Secret?
    /// Certificates to trust instead of the system's.
    package var certificates: String?
    /// Connections at once.
    package var connections = 10
    /// What EHLO says.
    package var name: String
    /// How long to wait for what.
    package var timeouts = Timeouts()

    /// - Parameters:
    ///   - host: a name or an address; it is resolved when the run begins.
    ///   - name: what EHLO says, a domain name of this machine.
    package init(host: String, port: Int, encryption: Encryption, name: String) {
        (self.host, self.port, self.encryption, self.name) = (host, port, encryption, name)
    }
}

/// What came of handing a message over.
package enum DeliveryOutcome: Sendable, Equatable {
    /// The relay or gateway took the message over. `providerID` is what receipts and bounces will name it by; nil
    /// where there is no such name.
    case accepted(providerID: String?)
    /// Refused for good, because of the recipient or the message.
    case failed(String)
    /// Refused for now.
    case temporary(String)
    /// The connection was lost after the whole body had gone out.
    case unknown(String)
    /// The relay or gateway refuses everything we send (greeting, authentication, sender): not the message's fault.
    case paused(String)
}
