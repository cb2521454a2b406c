/// A relay's reply: the code and its last line.
struct SMTPReply {
    let code: Int
    let text: String

    /// The code and the enhanced code (RFC 3463) alone: what follows may repeat the recipient's address.
    var summary: String {
        let enhanced = text.prefix { $0.isNumber || $0 == "." }
        return enhanced.split(separator: ".").count == 3 ? "\(code) \(enhanced)" : "\(code)"
    }

    /// Whether it is never the recipient's fault: being asked to authenticate, losing step, or not being allowed to relay at all.
    /// For the last there is no code of its own (550 or 554 with 5.7.1 mean a single mailbox too), but every server says it in a
    /// word: "Relay access denied", "Relaying denied", "Unable to relay", "relay not permitted".
    var isRelayWide: Bool {
        [503, 530, 534, 535, 538].contains(code) || code >= 500 && text.lowercased().contains("relay")
    }

    /// What it means for the message.
    /// - Parameter relay: whether a refusal is the relay's to everybody, which pauses the channel.
    func outcome(relay: Bool) -> Handover {
        switch code {
        case 200..<300: .accepted(providerID: nil)
        case 500... where relay: .paused(summary)
        case 500...: .failed(summary)
        default: .temporary(summary)
        }
    }
}
