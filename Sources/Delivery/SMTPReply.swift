/// A relay's reply: the code, and the text of all its lines with blanks between them.
struct SMTPReply {
    let code: Int
    let text: String

    /// The code and the enhanced code (RFC 3463) alone: what follows may repeat the recipient's address.
    var summary: String {
        let enhanced = text.prefix { $0.isNumber || $0 == "." }
        return enhanced.split(separator: ".").count == 3 ? "\(code) \(enhanced)" : "\(code)"
    }

    /// Whether it is never the recipient's fault: being asked to authenticate, losing step, or not being allowed to relay at all.
    /// For the last there is no code of its own (550 or 554 with 5.7.1 mean a single mailbox too), but every server says it in
    /// words.
    var isRelayWide: Bool { [503, 530, 534, 535, 538].contains(code) || code >= 500 && refusesToRelay }

    /// Behind "relay" or "relaying": "relay access denied", "relaying to <v@example.org> is not allowed".
    private static let denials: Set<String> = [
        "denied", "prohibited", "forbidden", "disallowed", "permitted", "allowed", "refused",
    ]
    /// Before it: "unable to relay", "we do not relay", "not authorised to relay".
    private static let negations: Set<String> = [
        "unable", "cannot", "not", "don't", "won't", "never", "no", "refuse", "refuses",
    ]
    /// What may stand between them and the word. A noun is none of these: "unknown in relay recipient table" says nothing of
    /// relaying.
    private static let fillers: Set<String> = [
        "access", "to", "for", "from", "through", "via", "is", "are", "was", "not", "mail", "here", "attempt", "this",
        "server",
        "host", "by", "permitted", "allowed", "authorized", "authorised", "authenticated", "able",
    ]

    /// Whether the text says that mail is not passed on for us.
    private var refusesToRelay: Bool {
        let words = plainWords
        return words.indices.contains { index in
            guard ["relay", "relaying"].contains(words[index]) else { return false }
            let behind = words[(index + 1)...].first {
                !SMTPReply.fillers.contains($0) || SMTPReply.denials.contains($0)
            }
            let before = words[..<index].last { !SMTPReply.fillers.contains($0) || SMTPReply.negations.contains($0) }
            return [behind.map(SMTPReply.denials.contains), before.map(SMTPReply.negations.contains)].contains(true)
        }
    }

    /// The words of the text in small letters, without what stands in angle brackets, and without addresses and hosts: anybody's
    /// may have "relay" in it.
    private var plainWords: [String] {
        var bare = ""
        var isInside = false
        // What a relay quotes of the recipient's own server is that server's word, not the relay's.
        let own = text.lowercased()
        let end = own.firstRange(of: " said:")?.lowerBound ?? own.endIndex
        for character in own[..<end] {
            if character == "<" { isInside = true }
            bare.append(isInside ? " " : character)
            if character == ">" { isInside = false }
        }
        return bare.split(whereSeparator: \.isWhitespace).compactMap { word in
            let start = word.drop { !$0.isLetter }
            let end = start.lastIndex(where: \.isLetter).map { start[...$0] } ?? ""
            return !end.isEmpty && end.allSatisfy({ $0.isLetter || $0 == "'" }) ? String(end) : nil
        }
    }

    /// What it means for the message.
    /// - Parameter relay: whether a refusal is the relay's to everybody, which pauses the channel.
    func outcome(relay: Bool) -> DeliveryOutcome {
        switch code {
        case 200..<300: .accepted(providerID: nil)
        case 500... where relay: .paused(summary)
        case 500...: .failed(summary)
        default: .temporary(summary)
        }
    }
}
