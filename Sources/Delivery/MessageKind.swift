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
