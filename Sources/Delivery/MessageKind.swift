package import Templating

/// What a message is about; its raw value is part of what is stored and names its templates.
package enum MessageKind: String, Sendable, CaseIterable {
    /// The identifier, at its first sending or after a reissue.
    case identifier
    /// Identifier and printed connection code, for letter voters without mail or phone.
    case identifierCode
    /// Identifier and generated secret, by the policy `generated`.
    case activation
    /// Word to the old contact that a new identifier was made.
    case notice
    /// The same word to a contact given on the phone that is no longer used.
    case noticeHeld
    /// A new identifier that its voter asked for at the site; the old one lives until this one has been used.
    case renewal
    /// The same with a generated secret.
    case renewedActivation
    /// A connection code.
    case code
    /// A code with which a forgotten passphrase is replaced.
    case resetCode
    /// Word that a new passphrase was asked for and may be chosen after a delay.
    case resetAsked
    /// Word that the delay is over.
    case resetReady
    /// Word that the passphrase was changed.
    case secretChanged
    /// Word that a vote was recorded, to everybody who voted.
    case voteRecorded
    /// Word to the contacts known until now that one of them was changed.
    case contactChanged
    /// Word to voters who have not signed in, or not voted; which of the two does not show.
    case reminder
    /// Word to every voter that the poll ends later, is suspended, or goes on.
    case pollExtended, pollSuspended, pollResumed
    /// Word to every voter that a poll goes on whose box came from a backup, and that it was abandoned.
    case pollRestored, pollAbandoned
    /// The console's identifier, to a member of the staff.
    case staffIdentifier
    /// A connection code for the console.
    case staffCode
    /// The head of a round, to the bureau.
    case staffRound
    /// Word that a request waits for a second person.
    case staffApproval
    /// Word to a printer that a batch is ready.
    case staffParcel
    /// Word to all members that an account was added that decides, and waits for a second person.
    case staffWaiting
    /// Word to all members that such an account is in force.
    case staffNewcomer

    /// Word to a member of the staff that their passphrase was changed.
    case staffSecretChanged

    /// Names that differ from voter to voter; the rest is frozen once for all in the frame.
    package var personalNames: [String] {
        switch self {
        case .identifier: ["greeting", "identifier"]
        case .identifierCode: ["greeting", "identifier", "code"]
        case .renewal: ["greeting", "identifier"]
        case .activation, .renewedActivation: ["greeting", "identifier", "secret"]
        case .code, .resetCode: ["greeting", "code", "label"]
        case .resetAsked: ["greeting", "ready"]
        case .notice, .noticeHeld, .resetReady, .secretChanged, .voteRecorded, .contactChanged, .reminder,
            .pollExtended, .pollSuspended, .pollResumed, .pollRestored, .pollAbandoned:
            ["greeting"]
        case .staffIdentifier: ["greeting", "identifier", "console", "role", "days"]
        case .staffCode: ["greeting", "code", "label"]
        case .staffSecretChanged: ["greeting"]
        case .staffRound: ["greeting", "heads"]
        case .staffApproval: ["greeting", "console", "until"]
        case .staffParcel: ["greeting", "console", "batch"]
        case .staffWaiting, .staffNewcomer: ["greeting", "console", "name", "role", "by"]
        }
    }

    /// What its templates are called.
    package var template: String {
        switch self {
        case .noticeHeld: MessageKind.notice.rawValue
        case .renewal: MessageKind.identifier.rawValue
        case .renewedActivation: MessageKind.activation.rawValue
        case .pollExtended, .pollSuspended, .pollResumed, .pollRestored, .pollAbandoned: "hours"
        default: rawValue
        }
    }

    /// Whether it warns of what somebody did in the voter's name: such a message is never taken back, since whoever got
    /// hold of somebody's identifier could call back the word that warns of it.
    package var isWarning: Bool {
        switch self {
        case .notice, .noticeHeld, .resetAsked, .secretChanged, .voteRecorded, .contactChanged, .staffSecretChanged:
            true
        // What goes to all goes to all.
        case .pollExtended, .pollSuspended, .pollResumed, .pollRestored, .pollAbandoned: true
        default: false
        }
    }

    /// Whether it goes to staff, not to voters.
    package var isForStaff: Bool {
        switch self {
        case .staffIdentifier, .staffCode, .staffRound, .staffApproval, .staffParcel, .staffWaiting, .staffNewcomer,
            .staffSecretChanged:
            true
        default: false
        }
    }

    /// Whether the voter can sign in with what stands on it.
    package var carriesIdentifier: Bool {
        switch self {
        case .identifier, .identifierCode, .activation, .renewal, .renewedActivation: true
        default: false
        }
    }

    /// What a template of this kind may use.
    package var shape: [String: Shape] {
        var shape: [String: Shape] = [:]
        for name in personalNames + MessageEnvelope.sharedNames { shape[name] = .text }
        for name in MessageEnvelope.flagNames { shape[name] = .flag }
        shape["senderLines"] = .list(.text)
        return shape
    }
}

/// Who goes first, and whose budget is charged: connection codes, then recovery, then batches.
package enum Priority: Int, Sendable, CaseIterable, Comparable {
    /// Connection codes: somebody waits at a screen. Their budget is counted, never enforced, and a held channel lets
    /// them pass.
    case code = 0
    /// What a voter or the bureau asked for: renewals, reissues, notices.
    case recovery = 1
    /// What an order sends to many voters at once.
    case batch = 2

    /// More urgent is less.
    package static func < (left: Priority, right: Priority) -> Bool { left.rawValue < right.rawValue }
}

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
