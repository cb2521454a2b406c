import Contacts
import Delivery
import Elections
import Operations
import Staff
import Store
import VoterRoll

/// A voter whom somebody gave a new contact.
struct GivenContactLine: PageModel {
    /// Who did it, as the journal has them.
    let by: String
    /// The voter's on the roll.
    let reference: String
    let name: Worded
    let channel: Channel
    let at: Moment
    let reason: String
    /// Null until it may be known.
    let hasVoted: Bool?
    let view: OnPage<View>

    /// What the page says beside that.
    struct View: PageModel {
        let voted: String
    }
}

/// After the close: who gave which voters a new contact, and who of them then voted.
struct GivenContactsPage: ConsolePage {
    static let path = "given"
    static let permission = Permission.exportProof
    static let template = "given"
    let context: ConsoleContext

    /// What the page says beside the list.
    struct View: PageModel {
        /// Whether the list says of nobody whether they voted.
        let isEarly: Bool
    }

    func title(_ model: WithView<[GivenContactLine], View>, _ wording: Wording) -> String { wording("given.title") }

    func model(_ call: ConsoleRequest) throws -> WithView<[GivenContactLine], View>? {
        let rows = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try ContactChangeReport(parts.operations).lines(reading, for: call.viewer)
        }
        let say = wording(call.language)
        let lines = rows.map { row in
            GivenContactLine(
                by: row.by, reference: row.voter.reference,
                name: Worded(row.voter.courteousName, row.voter.courteousName(call.language)), channel: row.route,
                at: Moment(row.at), reason: row.reason,
                hasVoted: row.hasVoted,
                view: OnPage(
                    GivenContactLine.View(
                        voted: row.hasVoted.map { say($0 ? "yes" : "no") } ?? say("given.later"))))
        }
        return WithView(lines, View(isEarly: !rows.isEmpty && rows.allSatisfy { $0.hasVoted == nil }))
    }
}
