import Authentication
import Elections
import HTTPServer
import Polling
import Store
import Synchronization
import Templating
import WebContent

/// The poll as it stood at the last look, and what there is to say of it to everybody.
final class PresentPoll: Sendable {
    /// What was seen.
    private struct Look: Sendable {
        var poll: Poll?
        var hours: PollHours
        var hasResult = false
        /// Whether the poll came from a backup.
        var isRestored = false
        /// Words that were put together since the last change: dates take time to write.
        var words: [Moment: PollWords] = [:]
    }

    /// What words depend on, while nothing changes.
    private struct Moment: Hashable, Sendable {
        let phase: PollHours.Phase
        let language: Language
    }

    private let store: Store
    private let station: PollingStation
    private let clock: Clock
    private let pages: PageSet
    /// As it was when the server started.
    private let election: Election
    private let present: Mutex<Look>
    /// Nil before the seal; made again when another seal is seen.
    private let sealed = Mutex<SealFiles?>(nil)

    /// - Parameter pages: whose texts say how the poll stands.
    init(_ parts: SiteParts, _ pages: PageSet) {
        (store, station, clock, self.pages) = (parts.store, parts.station, parts.clock, pages)
        election = parts.authenticator.election.election
        present = Mutex(Look(hours: PollHours(announced: election)))
    }

    /// The poll; nil before it is sealed.
    var poll: Poll? { present.withLock { $0.poll } }

    /// What the poll's hours are to voters now.
    var phase: PollHours.Phase { hours.phase(clock.now) }

    /// The hours in force.
    private var hours: PollHours { present.withLock { $0.hours } }

    /// Whether the hour has come at which the bureau should have opened the sealed poll.
    var isOpeningOverdue: Bool { hours.isOpeningOverdue(clock.now) }

    /// Whether the clock's word is not taken for a poll that is not final.
    var isClockDoubted: Bool { poll.map { $0.clockDoubt != nil && !$0.state.isFinal } ?? false }

    /// What the seal gives browsers; nil before there is one.
    var sealFiles: SealFiles? { sealed.withLock { $0 } }

    /// Looks how the poll stands.
    /// Called about once a second by the server, and after each change of state that it makes itself.
    func look() throws(StoreError) {
        let (found, hours, hasResult) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Poll?, PollHours, Bool) in
            (
                try Poll.find(reading, election: station.election.number),
                try PollHours.find(reading, station.election),
                try PollBallot.haveResult(reading, election: station.election.number)
            )
        }
        present.withLock { present in
            present.poll = found?.state == .sealing ? nil : found
            guard present.hours != hours || present.hasResult != hasResult else { return }
            (present.hours, present.hasResult, present.words) = (hours, hasResult, [:])
        }
        try lookForRestore()
        sealed.withLock { sealed in
            guard let found, found.state != .sealing else { return sealed = nil }
            if sealed?.fingerprint != found.fingerprint { sealed = SealFiles(found) }
        }
    }

    /// Looks whether the poll came from a backup, and votes may be lost: a backup made after the last vote has them all.
    private func lookForRestore() throws(StoreError) {
        let isRestored = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollRestore.all(reading, election: station.election.number).contains(where: \.holds)
        }
        present.withLock { $0.isRestored = isRestored }
    }

    // MARK: Words

    /// What pages say of the hours now.
    /// Made once for each phase and language, until the poll changes.
    func words(_ language: Language) -> PollWords {
        let now = clock.now
        return present.withLock { present in
            let moment = Moment(phase: present.hours.phase(now), language: language)
            if let known = present.words[moment] { return known }
            let words = pages.words(
                present.hours, moment.phase, election, language, hasResult: present.hasResult)
            present.words[moment] = words
            return words
        }
    }

    /// What voters of a restored poll are told on every page: whose ballot was lost must vote again.
    /// - Returns: nothing for a poll that did not come from a backup.
    func restored(_ language: Language) -> TemplateValue {
        guard present.withLock({ $0.isRestored }), let poll else { return .nothing }
        switch poll.state {
        case .suspended: return .text(pages.text("restoredHeld", language))
        case .open: return .text(pages.text("restoredOpen", language))
        // Nobody signs in any more who has not yet.
        case .closing, .ended, .closed: return .text(pages.text("restoredOver", language))
        case .sealed: return .text(pages.text("restoredSealed", language))
        // What the hours say of an abandoned poll stands above everything.
        case .sealing, .abandoned, .destroyed: return .nothing
        }
    }

    /// The key of what is said of a vote that was taken: once no ballot is taken any more, nothing is said of a next publication,
    /// and of an abandoned poll nothing is promised.
    func receiptKey(_ name: String) -> String {
        let answers = words(election.languages.first ?? .fr).answers
        if answers.isNever { return name + "Abandoned" }
        return answers.isToVote ? name : name + "Over"
    }

    /// What stands beside a receipt.
    func receiptWords(_ language: Language) -> [String: TemplateValue] {
        [
            "doneText": .text(pages.text(receiptKey("voteDoneText"), language)),
            "trackerText": .text(pages.text(receiptKey("voteTrackerText"), language)),
        ]
    }

    /// When the next round is published at the earliest; nil where none comes any more.
    /// - Parameter last: the round published last; nil before the first.
    /// - Returns: an hour of the day, as people read it.
    func comingRound(after last: Round?, _ language: Language) -> String? {
        guard let poll, [.open, .suspended, .closing, .ended].contains(poll.state), let opened = poll.openedAt else {
            return nil
        }
        let earliest = (last?.at ?? opened) + BoxRounds.roundSeconds
        return election.clockWords(max(earliest, clock.now), language)
    }
}
