import Elections
import Foundation
import Journal
import Operations
import Staff
import Store
import VoterRoll

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
    let view: OnPage<JournalLineView>
}

/// What the page says of an entry in its own way.
struct JournalLineView: PageModel {
    /// The details in words.
    let details: [JournalDetailModel]
}

/// What the page of the journal has beside the entries.
struct JournalView: PageModel {
    /// As they were asked for.
    let action: String
    /// All that can be asked for, by their words.
    let actions: [JournalActionOption]
    let who: String
    let text: String
    /// The number of the voter whom all entries name; null where others are shown as well.
    let voter: String?
    /// Where older entries are; null on the last page.
    let older: String?
}

/// Something that was done, as one may ask for it.
struct JournalActionOption: PageModel {
    let value: String
    let text: String
    let isChosen: Bool
}

/// A page of the journal, the latest entry first.
struct JournalPage: ConsolePage {
    static let path = "journal"
    static let permission = Permission.seeJournal
    static let query = [
        FormField("action", .text(maximum: 60), isRequired: false),
        FormField("who", .text(maximum: 60), isRequired: false),
        FormField("text", .text(maximum: 100), isRequired: false),
        FormField("voter", .number(1...Int(Int32.max)), isRequired: false),
        FormField("before", .number(1...1_000_000_000), isRequired: false),
    ]
    static let template = "journal"
    let context: ConsoleContext

    /// Entries on one page.
    private static let length = 100

    func title(_ model: WithView<[JournalLine], JournalView>, _ wording: Wording) -> String { wording("menu.journal") }

    func model(_ call: ConsoleRequest) throws -> WithView<[JournalLine], JournalView>? {
        // What tells of a single vote or sign-in during the poll is not in the journal at all.
        let (entries, isHidden) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([JournalEntry], Bool) in
            let filter = try filter(reading, call)
            return (
                try AuditJournal.page(reading, filter, limit: JournalPage.length),
                try VoteSecrecy(parts.operations).isSecret(reading) && !call.viewer.may(.seeVotes)
            )
        }
        // Nor does a search find what is hidden: that would be a way of asking for it.
        let shown = entries.filter { JournalExport.finds(call["text"].trimmed, in: $0, isHidden: isHidden) }
        let said = JournalWords(wording: wording(call.language))
        let lines = shown.map { entry in
            let details = JournalExport.details(entry, isHidden: isHidden)
            return JournalLine(
                number: entry.number, at: Moment(entry.at), principal: entry.principal,
                action: Worded(entry.action, words(entry, call.language)),
                details: details, view: OnPage(JournalLineView(details: said.lines(details, of: entry.kind))))
        }
        let last = entries.count == JournalPage.length ? entries.last : nil
        return WithView(
            lines,
            JournalView(
                action: call["action"], actions: options(call), who: call["who"], text: call["text"],
                voter: call.number("voter").map { "\($0)" },
                older: last.map { older($0.number, call) }))
    }

    /// What an entry says that was done, in words and as the journal has it.
    private func words(_ entry: JournalEntry, _ language: Language) -> String {
        entry.kind.map { "\(pages.words($0, language)) (\(entry.action))" } ?? entry.action
    }

    /// What the reader asks for.
    private func filter(_ reading: borrowing Reading, _ call: ConsoleRequest) throws(StoreError) -> AuditJournal.Filter
    {
        var voter: AuditJournal.Filter.Voter?
        if let number = call.number("voter") {
            let found = try parts.operations.registrar.voter(reading, id: number)
            voter = AuditJournal.Filter.Voter(number: number, reference: found?.reference)
        }
        return AuditJournal.Filter(
            election: election.id, action: call["action"].trimmed, principal: call["who"].trimmed,
            text: call["text"].trimmed, voter: voter, before: call.number("before"))
    }

    /// Everything that was ever written, by its words. A part of a name, as programs ask for it, stands for itself.
    private func options(_ call: ConsoleRequest) -> [JournalActionOption] {
        let asked = call["action"].trimmed
        let known = JournalAction.allCases.map { (value: $0.rawValue, text: pages.words($0, call.language)) }
            .sorted { $0.text.localizedStandardCompare($1.text) == .orderedAscending }
        let part = known.contains { $0.value == asked } || asked.isEmpty ? [] : [(value: asked, text: asked)]
        return ([(value: "", text: wording(call.language)("journal.all"))] + part + known).map {
            JournalActionOption(value: $0.value, text: $0.text, isChosen: $0.value == asked)
        }
    }

    /// The address of the entries before one, with what was searched for.
    private func older(_ number: Int, _ call: ConsoleRequest) -> String {
        let query = ["action", "who", "text", "voter"].filter { !call[$0].isEmpty }
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
        let export = JournalExport(store: store, journal: parts.journal, clock: parts.clock, own: election.id)
        let verdict = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try export.told(AuditJournal.verify(reading), reading, to: call.viewer)
        }
        var isIntact = false
        if case .intact = verdict { isIntact = true }
        return JournalCheck(isIntact: isIntact, head: PollWords(context).head(verdict, wording(call.language)))
    }
}
