import Elections
import Foundation
import Journal
import Operations
import Staff
import Store

/// An entry of the journal.
struct JournalLine: PageModel {
    /// From 1, without gaps.
    let number: Int
    let at: Moment
    /// Who did it.
    let principal: String
    /// What was done: `voter.reveal`, `poll.round`; the page says it in words.
    let action: Worded
    /// A JSON object, as a text: it is what the hashes are made of.
    let details: String
}

/// What the page of the journal has beside the entries.
struct JournalView: PageModel {
    /// As they were asked for.
    let action: String
    let who: String
    let text: String
    /// Where older entries are; null on the last page.
    let older: String?
}

/// A page of the journal, the latest entry first.
struct JournalPage: ConsolePage {
    static let path = "journal"
    static let permission = Permission.seeJournal
    static let query = [
        FormField("action", .text(maximum: 60), isRequired: false),
        FormField("who", .text(maximum: 60), isRequired: false),
        FormField("text", .text(maximum: 100), isRequired: false),
        FormField("before", .number(1...1_000_000_000), isRequired: false),
    ]
    static let template = "journal"
    let context: ConsoleContext

    /// Entries on one page.
    private static let length = 100

    func title(_ model: WithView<[JournalLine], JournalView>, _ wording: Wording) -> String { wording("menu.journal") }

    func model(_ call: ConsoleRequest) throws -> WithView<[JournalLine], JournalView>? {
        let filter = AuditJournal.Filter(
            election: election.id, action: call["action"].trimmed, principal: call["who"].trimmed,
            text: call["text"].trimmed, before: call.number("before"))
        // What tells of a single vote or sign-in during the poll is not in the journal at all.
        let (entries, isHidden) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([JournalEntry], Bool) in
            (
                try AuditJournal.page(reading, filter, limit: JournalPage.length),
                try VoteSecrecy(parts.operations).isSecret(reading) && !call.viewer.may(.seeVotes)
            )
        }
        // Nor does a search find what is hidden: that would be a way of asking for it.
        let shown = entries.filter { JournalExport.finds(filter.text, in: $0, isHidden: isHidden) }
        let lines = shown.map {
            JournalLine(
                number: $0.number, at: Moment($0.at), principal: $0.principal,
                action: Worded($0.action, words($0, call.language)),
                details: JournalExport.details($0, isHidden: isHidden))
        }
        let last = entries.count == JournalPage.length ? entries.last : nil
        return WithView(
            lines,
            JournalView(
                action: call["action"], who: call["who"], text: call["text"],
                older: last.map { older($0.number, call) }))
    }

    /// What an entry says that was done, in words and as the journal has it.
    private func words(_ entry: JournalEntry, _ language: Language) -> String {
        entry.kind.map { "\(pages.words($0, language)) (\(entry.action))" } ?? entry.action
    }

    /// The address of the entries before one, with what was searched for.
    private func older(_ number: Int, _ call: ConsoleRequest) -> String {
        let query = ["action", "who", "text"].filter { !call[$0].isEmpty }
            .map { "\($0)=\(call[$0].addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")&" }.joined()
        return "/manager/journal?\(query)before=\(number)"
    }
}

/// Whether the journal's chain of hashes holds.
struct JournalCheck: PageModel {
    let isIntact: Bool
    /// How long it is and its last hash, or where it breaks.
    let head: Worded
}

/// Checks the journal's whole chain of hashes.
struct JournalCheckPage: ConsolePage {
    static let path = "journal/check"
    static let permission = Permission.seeJournal
    static let template = "journalCheck"
    let context: ConsoleContext

    func title(_ model: JournalCheck, _ wording: Wording) -> String { wording("journal.check") }

    func model(_ call: ConsoleRequest) throws -> JournalCheck? {
        let export = JournalExport(store: store, journal: parts.journal, clock: parts.clock)
        let verdict = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try export.told(AuditJournal.verify(reading), reading, to: call.viewer)
        }
        var isIntact = false
        if case .intact = verdict { isIntact = true }
        return JournalCheck(isIntact: isIntact, head: PollWords(context).head(verdict, wording(call.language)))
    }
}
