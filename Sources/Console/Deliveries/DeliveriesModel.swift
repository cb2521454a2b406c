import Contacts
import Delivery
import Elections
import Operations

/// What became of the messages.
struct DeliveriesModel: PageModel {
    /// When it was counted.
    let at: Moment
    /// Messages by channel and state.
    let channels: [String: [String: Int]]
    /// By mail domain and operator's prefix.
    let places: [Place]
    /// By what one order sent to many.
    let mailings: [MailingLine]
    /// The codes that came back, the commonest first.
    let replies: [Reply]
    /// Channels that a person holds back.
    let held: [Channel]
    /// Channels that stopped by themselves.
    let paused: [Channel]
    /// Who holds a channel back, and since when.
    let holds: [Hold]
    /// Why a channel stopped by itself.
    let pauses: [Pause]
    /// States that are too frequent somewhere.
    let warnings: [Warning]
    /// Vote confirmations that failed or came back, by channel; empty until the poll has ended, and for whoever may not know who
    /// voted.
    let undeliveredConfirmations: [String: Int]
    /// The same by what became of them, as far as those may be known.
    let undelivered: [Undelivered]
    let view: OnPage<View>

    /// Messages to one place.
    struct Place: PageModel {
        let channel: Channel
        /// Empty for all small places together.
        let place: String
        let states: [String: Int]
    }

    /// Messages of one mailing.
    struct MailingLine: PageModel {
        /// Null for what went out one by one.
        let mailing: Int?
        let purpose: Mailing.Purpose?
        /// As the journal has them.
        let startedBy: String?
        let startedAt: Moment?
        let channel: Channel
        let states: [String: Int]
    }

    /// A code of a relay or gateway.
    struct Reply: PageModel {
        let channel: Channel
        let state: MessageState
        let reply: String
        let count: Int
    }

    /// A share above its threshold.
    struct Warning: PageModel {
        let channel: Channel
        /// Empty for all small places together.
        let place: String
        let state: MessageState
        /// Of what came to an end.
        let percent: Int
        /// The per cent from which on it is shown.
        let threshold: Int
    }

    /// Vote confirmations of a channel that did not arrive, or may not have.
    struct Undelivered: PageModel {
        let channel: Channel
        /// A retry sends these again.
        let failed: Int
        /// Nobody can say whether these arrived.
        let unknown: Int
        /// These came back: the contact is wrong.
        let bounced: Int
    }

    /// A channel that a person holds back.
    struct Hold: PageModel {
        let channel: Channel
        /// As the journal has them.
        let by: String
        let since: Moment
    }

    /// A channel that stopped by itself.
    struct Pause: PageModel {
        let channel: Channel
        /// In English.
        let reason: String
    }

    /// What the page shows of that: notices in sentences, and three tables of the same columns.
    struct View: PageModel {
        /// Warnings, pauses and holds.
        let notices: [String]
        /// The states that have a column.
        let states: [String]
        let tables: [Counts]
    }

    /// One table of counts.
    struct Counts: PageModel {
        let caption: String
        /// What its first column holds.
        let first: String
        let rows: [Row]
    }

    /// One line of counts.
    struct Row: PageModel {
        let name: String
        /// A cell for each state.
        let counts: [Int]
        let total: Int
    }
}
