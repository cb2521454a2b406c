import Elections
import Foundation
package import Journal
import Polling
import Staff
package import Store

/// The journal as a file, as far as its reader may know it. Console, interface for programs and command line come here; each writes the
/// lines as its readers want them.
package struct JournalExport: Sendable {
    /// An entry that leaves.
    package struct Line: Sendable {
        /// As it is stored.
        package let entry: JournalEntry
        /// The details as its reader may know them, a JSON object of texts.
        package let details: String
        /// As it is stored, 32 bytes; nil from the first entry on of which something is hidden from the reader: a number that
        /// is hidden is guessed from the hash over it, and from every later one.
        package let hash: [UInt8]?
        /// The same of the entry before it.
        package let previous: [UInt8]?
    }

    private let store: Store
    private let journal: AuditJournal
    private let elections: ElectionRepository

    /// The election whose staff its readers are; nil where they have the whole store in hand.
    private let own: String?

    /// Of a whole store.
    /// - Parameter own: the election whose staff its readers are: what their role lets them know holds for it alone, and not for
    ///   another one in the same chain. Nil at the command line, where whoever reads has the whole store in hand.
    package init(store: Store, journal: AuditJournal, clock: Clock, own: String?) {
        (self.store, self.journal, self.own) = (store, journal, own)
        elections = ElectionRepository(journal: journal, clock: clock)
    }

    /// Notes who takes the journal out: before they have it.
    /// - Parameters:
    ///   - file: what it is called.
    ///   - election: whose entries leave; nil for all.
    package func note(_ file: String, of election: String?, by actor: Actor) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try journal.record(transaction, election: election, by: actor.principal, .export, ["file": file])
        }
    }

    /// Hands out the entries, oldest first.
    /// - Parameter election: whose entries, with those of no election; nil for all.
    package func each(
        _ reading: borrowing Reading, of election: String?, for actor: Actor,
        _ body: (Line) throws(StoreError) -> Void
    ) throws(StoreError) {
        let hidden = try secretPolls(reading, for: actor)
        var isChainShown = true
        try AuditJournal.each(reading) { entry, hash throws(StoreError) in
            let isHidden = entry.election.map { hidden.contains($0) } ?? false
            let details = JournalExport.details(entry, isHidden: isHidden)
            let previous = isChainShown ? entry.previous : nil
            if details != entry.details { isChainShown = false }
            guard election == nil || entry.election == nil || entry.election == election else { return }
            try body(Line(entry: entry, details: details, hash: isChainShown ? hash : nil, previous: previous))
        }
    }

    /// The elections whose numbers of votes a reader may not know yet. The signed record of an abandoned poll holds its own, and its
    /// journal is what a court asks for.
    private func secretPolls(_ reading: borrowing Reading, for actor: Actor) throws(StoreError) -> Set<String> {
        var hidden: Set<String> = []
        for name in try elections.names(reading) where !actor.may(.seeVotes) || own != nil && name != own {
            guard let number = try elections.number(reading, name),
                let poll = try Poll.find(reading, election: number), poll.isSecret, poll.state != .abandoned
            else { continue }
            hidden.insert(name)
        }
        return hidden
    }

    /// What a check of the chain found, as far as its reader may know: the head is a hash over every number in the journal.
    /// - Returns: an intact chain has an empty head for whom something in it is hidden from.
    package func told(
        _ verdict: AuditJournal.Verification, _ reading: borrowing Reading, to actor: Actor
    ) throws(StoreError) -> AuditJournal.Verification {
        guard case .intact(let entries, _) = verdict else { return verdict }
        let hidden = try secretPolls(reading, for: actor)
        guard !hidden.isEmpty else { return verdict }
        var hidesAny = false
        try AuditJournal.each(reading, of: JournalExport.mayTell) { entry throws(StoreError) in
            guard !hidesAny, let name = entry.election, hidden.contains(name) else { return }
            if JournalExport.details(entry, isHidden: true) != entry.details { hidesAny = true }
        }
        return hidesAny ? .intact(entries: entries, head: []) : verdict
    }

    /// An entry's details as far as its reader may know them: how many votes lie in the box between two rounds is nobody's
    /// but the bureau's while the poll is open. Word of votes that goes out at once has such a number; the states of a poll that began
    /// under an earlier version do.
    /// - Parameter isHidden: whether the poll is open and the reader not of the bureau.
    package static func details(_ entry: JournalEntry, isHidden: Bool) -> String {
        guard isHidden, mayTell(entry), let fields = try? entry.fields() else { return entry.details }
        let kept = fields.filter { !tellsOfVotes($0.key, entry) }
        guard kept.count < fields.count else { return entry.details }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let bytes = try? encoder.encode(kept.merging(["votes": "..."]) { $1 }) else { return "{}" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What entries of a poll are called that tell of votes, or did in an earlier version: no other action has numbers of them.
    private static let mayTell = Set(JournalAction.allCases.filter { $0.rawValue.hasPrefix("poll.") })

    /// How the names of numbers of votes begin.
    private static let votes = "votes."

    /// Whether `tellsOfVotes` may be true of any detail: by the text alone, since a page asks it of every entry of the poll.
    private static func mayTell(_ entry: JournalEntry) -> Bool {
        entry.kind == .pollNotice || entry.details.contains("\"\(votes)")
    }

    /// Whether a detail says how many voted when no round did. A round's own number is published with the round.
    private static func tellsOfVotes(_ name: String, _ entry: JournalEntry) -> Bool {
        name.hasPrefix(votes)
            || name == "lines" && entry.kind == .pollNotice && entry.principal != VoteNotices.roundsPrincipal.text
    }

    /// Whether an entry that a search found is found by what its reader may know of it as well.
    package static func finds(_ text: String, in entry: JournalEntry, isHidden: Bool) -> Bool {
        let shown = details(entry, isHidden: isHidden)
        return text.isEmpty || shown == entry.details || shown.contains(text)
    }
}
