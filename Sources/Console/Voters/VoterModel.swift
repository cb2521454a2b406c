import Contacts
import Delivery
import Elections
import Issuance
import Operations
import VoterRoll

/// One voter. Whether somebody voted stands here only for whom that may be known.
struct VoterModel: PageModel {
    let voter: VoterSummary
    /// Masked; null for none.
    let mail: String?
    /// Masked; null for none.
    let phone: String?
    let hasAddress: Bool
    /// How much the voter's vote counts.
    let weight: Int
    /// Whether the post brought a letter back.
    let hasReturnedLetter: Bool
    /// Whether the roll has their answer; null where the election asks no question.
    let hasAnswer: Bool?
    /// Whether a request about them waits for a second person.
    let isWaiting: Bool
    /// Null before the first.
    let firstSignIn: Moment?
    /// Whether they have chosen a passphrase.
    let hasSecret: Bool
    /// For which they must wait after wrong attempts.
    let slowedSeconds: Int
    /// Whether their secrets travel by different channels.
    let channels: ChannelProof.Verdict
    /// By which the identifier in use came; null where there is none.
    let identifierChannel: Channel?
    /// By which the connection code can come.
    let codeChannels: [Channel]
    /// The latest first; never the identifiers themselves.
    let identifiers: [Identifier]
    let messages: [Message]
    /// Null where they may not be known.
    let signatures: [Signature]?
    let view: OnPage<View>

    /// What became of an identifier.
    enum IdentifierState: String, CaseIterable, Choice {
        case unposted, active, pending, revoked
        static var texts: String? { "identifier" }
    }

    /// An identifier that the voter was given.
    struct Identifier: PageModel {
        /// Counts a voter's identifiers from 1.
        let generation: Int
        let state: IdentifierState
        /// Whether it stands on a letter of a batch whose files are complete.
        let isPrinted: Bool
        let channel: Channel
        let createdAt: Moment
        /// Null while it is not revoked.
        let endedAt: Moment?
        /// Why it was revoked; null while it is not.
        let reason: String?
        let view: OnPage<IdentifierView>
    }

    /// What the page says of it in its own way.
    struct IdentifierView: PageModel {
        /// What is printed is called so when its batch is complete, not before.
        let state: String
        /// Since when it is in that state.
        let since: Moment
    }

    /// A message to the voter.
    struct Message: PageModel {
        /// Its row in the outbox.
        let id: Int
        let kind: MessageKind
        let channel: Channel
        let state: MessageState
        let createdAt: Moment
        let acceptedAt: Moment?
        let endedAt: Moment?
        /// Every state that it was in.
        let steps: [Step]
        /// Whether the reader may have it sent again.
        let canRetry: Bool
        let view: OnPage<MessageView>
    }

    /// What the page says of it in its own way.
    struct MessageView: PageModel {
        /// A line for each step.
        let steps: String
    }

    /// A state that a message came to.
    struct Step: PageModel {
        let state: MessageState
        let at: Moment
        /// The relay's or gateway's code.
        let reply: String?
    }

    /// A ballot that is open to the voter.
    struct Signature: PageModel {
        let ballot: String
        /// Null before they voted.
        let signedAt: Moment?
    }

    /// What can be done for the voter.
    struct Link: PageModel {
        let text: String
        /// The end of its address.
        let segment: String
    }

    /// What the page says beside that.
    struct View: PageModel {
        let site: String
        let slowed: Bool
        let channels: String
        /// Whether the roll has their answer, in words; null where the election asks no question.
        let answer: String?
        /// What is weak about their channels; null where nothing is.
        let weakness: String?
        let hasDeeds: Bool
        let actions: [Link]
    }
}

extension VoterModel.Identifier {
    /// - Throws: `ModelError` for a state that this version does not know.
    init(_ record: IdentifierRecord, _ say: Wording) throws {
        (generation, state) = (record.generation, try VoterModel.IdentifierState.read(record.state))
        (isPrinted, channel) = (record.isPrinted, record.route)
        (createdAt, endedAt) = (Moment(record.createdAt), Moment(record.endedAt))
        reason = record.reason
        let isWaiting = state == .unposted && !record.isPrinted
        view = OnPage(
            VoterModel.IdentifierView(
                state: isWaiting ? say("identifier.unprinted") : state.said(say),
                since: Moment(record.endedAt ?? record.createdAt)))
    }
}

extension VoterModel.Message {
    init(_ record: MessageRecord, _ say: Wording, mayRetry: Bool) {
        (id, kind, channel, state) = (record.id, record.kind, record.route, record.state)
        (createdAt, acceptedAt) = (Moment(record.createdAt), Moment(record.acceptedAt))
        endedAt = Moment(record.endedAt)
        steps = record.steps.map { VoterModel.Step(state: $0.state, at: Moment($0.at), reply: $0.reply) }
        let lines = steps.map { step in
            "\(step.at.said(say)) \(step.state.said(say))" + (step.reply.map { " (\($0))" } ?? "")
        }
        canRetry = mayRetry && record.canRetry && [.failed, .unknown].contains(record.state)
        view = OnPage(VoterModel.MessageView(steps: lines.joined(separator: "\n")))
    }
}
