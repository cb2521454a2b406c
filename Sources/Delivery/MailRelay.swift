package import Crypto

/// The relay that takes our mail, and how to talk to it.
package struct MailRelay: Sendable {
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
        package var connect = 60
        package var greeting = 300
        package var command = 300
        package var data = 120
        package var finalReply = 600

        package init() {}
    }

    package var host: String
    package var port: Int
    package var encryption: Encryption
    package var user: String?
    package var password: Secret?
    /// Certificates to trust instead of the system's.
    package var certificates: String?
    /// Connections at once.
    package var connections = 10
    /// What EHLO says.
    package var name: String
    package var timeouts = Timeouts()

    package init(host: String, port: Int, encryption: Encryption, name: String) {
        (self.host, self.port, self.encryption, self.name) = (host, port, encryption, name)
    }
}

/// What came of handing a message over.
package enum Handover: Sendable, Equatable {
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
