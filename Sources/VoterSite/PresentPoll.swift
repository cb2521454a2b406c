import Elections
import Foundation
import HTTPServer
import Polling
package import Store
import Synchronization
import Templating

extension VoterSite {
    /// The poll as it stood at the last look, and what there is to say of its hours.
    struct Present: Sendable {
        var poll: Poll?
        var hours: PollHours
        var hasResult = false
        /// Words that were put together since the last change: dates take time to write.
        var words: [Moment: PollWords] = [:]
    }

    /// What words depend on, while nothing changes.
    struct Moment: Hashable, Sendable {
        let phase: PollHours.Phase
        let language: Language
    }

    /// The poll; nil before it is sealed.
    var poll: Poll? { present.withLock { $0.poll } }

    /// The hours in force.
    var hours: PollHours { present.withLock { $0.hours } }

    /// What the poll's hours are to voters now.
    var phase: PollHours.Phase { hours.phase(parts.clock.now) }

    /// Whether the hour has come at which the bureau should have opened the sealed poll.
    package var isOpeningOverdue: Bool { hours.isOpeningOverdue(parts.clock.now) }

    /// Whether the clock's word is not taken for a poll that is not final.
    package var isClockDoubted: Bool { poll.map { $0.clockDoubt != nil && !$0.state.isFinal } ?? false }

    /// What pages say of the hours now.
    /// Made once for each phase and language, until the poll changes.
    func words(_ language: Language) -> PollWords {
        let now = parts.clock.now
        return present.withLock { present in
            let moment = Moment(phase: present.hours.phase(now), language: language)
            if let known = present.words[moment] { return known }
            let words = pages.words(
                present.hours, moment.phase, election, language, hasResult: present.hasResult)
            present.words[moment] = words
            return words
        }
    }

    /// What a ballot page asks before it says that the poll has ended.
    private struct CloseToCome: Encodable {
        /// Seconds until the close while votes are taken, and until the end of the grace while it runs; else 0.
        let close, seconds: Int
        let until: String
        /// What is to be said in place of the grace; nil while there is one, and before it.
        let notice: String?
    }

    /// `/hours`: the close in force, for a page that came before it was moved.
    /// It says nothing of single voters, and needs no session.
    /// - Throws: an error of the store.
    func closeToCome(_ visit: VoterRequest) throws -> Response {
        let now = parts.clock.now
        let (hours, hasResult) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (PollHours, Bool) in
            (
                try PollHours.find(reading, parts.station.election),
                try PollBallot.haveResult(reading, election: parts.station.election.number)
            )
        }
        let phase = hours.phase(now)
        // Closed at once, suspended past its hour, given up: nobody may be told that they can still finish.
        let isToCome = [.ahead, .overdue, .open, .extended].contains(phase)
        let words = pages.words(hours, phase, election, visit.language, hasResult: hasResult)
        let told = CloseToCome(
            close: isToCome ? max(0, hours.closes - now) : 0,
            seconds: phase == .grace ? max(0, hours.graceEnds - now) : 0,
            until: election.clockWords(hours.graceEnds, visit.language),
            notice: isToCome || phase == .grace ? nil : words.notice ?? words.line)
        return Response(200, type: "application/json", body: [UInt8](try JSONEncoder().encode(told)))
    }

    /// Looks how the poll stands.
    /// Called about once a second by the server, and after each change of state that it makes itself.
    package func look() throws(StoreError) {
        let (found, hours, hasResult) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Poll?, PollHours, Bool) in
            (
                try Poll.find(reading, election: parts.station.election.number),
                try PollHours.find(reading, parts.station.election),
                try PollBallot.haveResult(reading, election: parts.station.election.number)
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
}
