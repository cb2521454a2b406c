import Crypto
import Elections
import Foundation
import Journal
package import Store

/// What happened to a poll from its seal on, and what the bureau noted: read from the journal, where nothing is changed
/// afterwards. Records and minutes are written from it.
package struct PollChronicle: Sendable, Equatable {
    /// What an event is.
    package enum Kind: String, Sendable, CaseIterable {
        case sealed, unsealed, opened, suspended, resumed, extended
        /// Sign-ins ended; voters under way may finish.
        case closing
        /// The hour came by a clock that nothing vouches for.
        case ended
        /// That clock was wrong: votes are taken again.
        case reopened
        /// No ballot is taken any more.
        case stopped
        case closed, abandoned
        /// The store was brought back from a backup.
        case restored
        /// Word to every voter was ordered.
        case told
        /// The bureau noted something.
        case incident
    }

    /// Something that happened.
    package struct Event: Sendable, Equatable {
        /// Seconds since 1970, when it was written down.
        package let at: Int
        /// What happened; the journal's action is not kept.
        package let kind: Kind
        /// The member of the bureau who ordered or noted it, or the account that did it.
        package let who: String
        /// The bureau's own words; nil where it gave none.
        package let words: String?
        /// The new close of an extension, or when an incident happened.
        package let time: Int?

        /// - Parameters:
        ///   - at: seconds since 1970.
        ///   - time: see the property; nil for kinds that have none.
        package init(at: Int, kind: Kind, who: String, words: String? = nil, time: Int? = nil) {
            (self.at, self.kind, self.who, self.words, self.time) = (at, kind, who, words, time)
        }
    }

    /// Who was there.
    package struct Presence: Sendable, Equatable {
        /// In the order in which they were noted, each once.
        package let names: [String]
        /// The member of the bureau who noted it, or the account where none was given.
        package let notedBy: String

        /// As read from the journal, or for a page's example.
        package init(names: [String], notedBy: String) { (self.names, self.notedBy) = (names, notedBy) }
    }

    /// The oldest first; an undone seal and what was before it stay in.
    package private(set) var events: [Event]
    /// By moment; what was noted last counts.
    package private(set) var present: [PollMoment: Presence]

    /// Given whole: for tests and samples. The journal's own comes from the initializer below.
    package init(events: [Event] = [], present: [PollMoment: Presence] = [:]) {
        (self.events, self.present) = (events, present)
    }

    /// What the journal says of an election's poll, the oldest first.
    /// - Parameter election: its name. Restores of the store are taken in from the first seal on.
    /// - Throws: `.damaged` for an entry whose details cannot be read.
    package init(_ reading: borrowing Reading, election: String) throws(StoreError) {
        var chronicle = PollChronicle()
        var isSealed = false
        let actions = Set(PollChronicle.kinds.keys).union([.pollPresence])
        try AuditJournal.each(reading, of: actions) { entry throws(StoreError) in
            guard entry.election == election || entry.election == nil && entry.kind == .storeRestore else { return }
            if entry.kind == .pollSeal { isSealed = true }
            if isSealed { try chronicle.take(entry) }
        }
        self = chronicle
    }

    private static let kinds: [JournalAction: Kind] = [
        .pollSeal: .sealed, .pollUnseal: .unsealed, .pollOpen: .opened, .pollSuspend: .suspended,
        .pollResume: .resumed,
        .pollExtend: .extended, .pollClosing: .closing, .pollEnded: .ended, .pollReopen: .reopened,
        .pollStop: .stopped, .pollClose: .closed, .pollAbandon: .abandoned, .storeRestore: .restored,
        .pollAnnounce: .told, .pollIncident: .incident,
    ]

    private mutating func take(_ entry: JournalEntry) throws(StoreError) {
        let isPresence = entry.kind == .pollPresence
        let event = entry.kind.flatMap { PollChronicle.kinds[$0] }
        guard isPresence || event != nil else { return }
        let details = try entry.texts()
        let who = details["by"] ?? entry.principal
        if isPresence, let moment = details["moment"].flatMap(PollMoment.init(rawValue:)) {
            let names = (details["names"] ?? "").split(separator: "\n").map(String.init)
            present[moment] = Presence(names: names, notedBy: who)
        }
        guard let kind = event else { return }
        // A restore's own word is the program's, in English: the event before it says it.
        let isOwn = entry.principal == Principal.system("restore").text
        events.append(
            Event(
                at: entry.at, kind: kind, who: who, words: isOwn ? details["file"] : details["reason"],
                time: (details["to"] ?? details["happened"]).flatMap { Int($0) }))
    }
}

extension JournalEntry {
    /// The details as texts by their names.
    /// - Throws: `.damaged` where they are no object of texts.
    func texts() throws(StoreError) -> [String: String] {
        do { return try JSONDecoder().decode([String: String].self, from: Data(details.utf8)) } catch {
            throw StoreError(
                .damaged, "Journal entry \(number) is not readable: \(error).", cure: "Run `journal verify`.")
        }
    }
}
