package import Templating

/// Everything of a message that many share: templates, election-wide values, sender. Stored once, by its hash, and never
/// changed: what was queued is what will be sent.
package struct MessageEnvelope: Sendable, Codable, Equatable {
    /// Election-wide names.
    package static let sharedNames = [
        "title", "organiser", "address", "opens", "closes", "supportName", "supportEmail", "supportPhone",
        "supportHours", "contacts", "host", "minimum", "zone", "closesZone", "minutes", "reason",
    ]
    /// Election-wide flags: the identifier's scheme, whether it is kept for good, whether a connection code is asked for,
    /// whether links carry the identifier, the channels beside letters, what the voter chooses at the first sign-in, how a password
    /// is renewed, how pages are laid out, whether an old identifier is kept until a letter is posted, and what happened to the poll.
    package static let flagNames = [
        "isRandom", "isDigits", "isName", "isEmail", "isKept", "hasLink", "hasEmail", "hasSms", "hasCode",
        "choosesPassphrase", "choosesPassword", "isRenewal", "renews", "sendsAnew", "isOnePage", "isOneDesk",
        "mustChange", "isUntilPosted", "hasReason", "isExtension", "isSuspension", "isResumption",
        "isRestoration", "isAbandonment", "isRestored", "ballotsCount",
    ]

    /// The raw value of a `MessageKind`, also of one that a later version took away.
    package let kind: String
    /// `fr` or `en`.
    package let language: String
    /// The name before the address in mails; it holds no control character where a mail is made.
    package let senderName: String
    /// The mail address in From, and of the envelope where bounces have no address of their own.
    package let senderAddress: String
    /// Election-wide values by `sharedNames`, already in the frame's language.
    package let shared: [String: String]
    /// Election-wide conditions by `flagNames`.
    package let flags: [String: Bool]
    /// The sender's postal address, line by line, for letters.
    package let senderLines: [String]
    /// Template sources: `text` and `html` for mail (the first line of `text` is the subject), `text` for SMS and
    /// letters.
    package let text: String
    /// Template source of a mail's second form; nil where there is only text, and for SMS and letters.
    package let html: String?

    /// Nothing is checked here: `LoadedFrame` finds what is wrong with the templates.
    package init(
        kind: MessageKind, language: String, senderName: String, senderAddress: String, shared: [String: String],
        flags: [String: Bool], senderLines: [String], text: String, html: String?
    ) {
        self.kind = kind.rawValue
        (self.language, self.senderName, self.senderAddress) = (language, senderName, senderAddress)
        (self.shared, self.flags, self.senderLines, self.text, self.html) = (shared, flags, senderLines, text, html)
    }

    /// The same with other election-wide values in place of those that it has.
    package func with(shared changes: [String: String]) -> MessageEnvelope {
        MessageEnvelope(
            copying: self, shared: shared.merging(changes.filter { shared[$0.key] != nil }) { $1 })
    }

    private init(copying frame: MessageEnvelope, shared: [String: String]) {
        (kind, language) = (frame.kind, frame.language)
        (senderName, senderAddress, senderLines) = (frame.senderName, frame.senderAddress, frame.senderLines)
        (flags, text, html) = (frame.flags, frame.text, frame.html)
        self.shared = shared
    }

    /// All values for one voter.
    package func values(_ personal: [String: String]) -> [String: TemplateValue] {
        var values = shared.merging(personal) { $1 }.mapValues { TemplateValue.text($0) }
        for (name, flag) in flags { values[name] = .flag(flag) }
        values["senderLines"] = .list(senderLines.map { .text($0) })
        return values
    }
}
