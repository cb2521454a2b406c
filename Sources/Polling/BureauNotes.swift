import Elections
package import Journal
package import Store

/// A moment at which the bureau meets, and at which it notes who is there.
package enum PollMoment: String, Sendable, CaseIterable {
    case opening, closing, count
}

/// What the bureau notes for the minutes: it stands in the journal at once, and in every record and paper written after it.
extension PollingStation {
    /// People whom a meeting of the bureau can hold: bureau, candidates' delegates, expert.
    private static let mostPresent = 50
    /// Seconds by which the hour of an incident may lie ahead: the bureau's watch and the server's clock differ.
    private static let watchDifference = 600

    /// Notes something that happened; returns why not, nil when it was done.
    /// - Parameters:
    ///   - time: when it happened; nil is now.
    ///   - who: the member of the bureau who notes it.
    /// - Returns: nothing is written where it is refused: words that are no plain line, an hour from before the seal or
    ///   more than ten minutes ahead, a poll that is not sealed yet, or destroyed.
    package func note(
        incident words: String, at time: Int? = nil, who: String, by principal: Principal
    ) throws(StoreError) -> Refusal? {
        let (words, who) = (PlainLine.spaced(words), PlainLine.spaced(who))
        guard PlainLine.isPlain(words), PlainLine.isName(who) else { return PollingStation.notPlain }
        return try note(.pollIncident, by: principal) { poll in
            let happened = time ?? clock.now
            guard happened >= poll.sealedAt - 60, happened <= clock.now + PollingStation.watchDifference else {
                return .failure(
                    "The hour lies before the seal or ahead of now: give the hour at which it happened.")
            }
            return .success(["by": who, "reason": words, "happened": "\(happened)"])
        }
    }

    /// Notes who is there at a moment, in place of what was noted before; returns why not, nil when it was done.
    /// - Parameters:
    ///   - names: 1 to 50 people, each once, in the spelling of `PlainLine.isName`; blanks are made plain before.
    ///   - moment: the count can be noted once the poll is closed for good.
    ///   - who: the member of the bureau who notes it.
    package func note(
        present names: [String], at moment: PollMoment, who: String, by principal: Principal
    ) throws(StoreError) -> Refusal? {
        let names = names.map(PlainLine.spaced)
        guard !names.isEmpty, names.count <= PollingStation.mostPresent, Set(names).count == names.count else {
            return "Give the names of those who are there, each once, \(PollingStation.mostPresent) at most."
        }
        let who = PlainLine.spaced(who)
        guard names.allSatisfy(PlainLine.isName), PlainLine.isName(who) else { return PollingStation.notPlain }
        return try note(.pollPresence, by: principal) { poll in
            let isEarly = moment == .count && poll.state != .closed
            guard !isEarly else { return .failure("The count comes after the final close.") }
            return .success(["by": who, "moment": moment.rawValue, "names": names.joined(separator: "\n")])
        }
    }

    private static let notPlain =
        "Names and words stand on one line each of a signed record: at most \(PlainLine.longestName) bytes for a name and \(PlainLine.longest) for words, without line breaks and without characters that nobody sees."

    /// Why a note is not taken, or its details.
    private enum Draft {
        case success([String: String])
        case failure(Refusal)
    }

    /// Writes one journal entry and no table.
    /// - Parameter body: gives the entry's details, or why there is none, from the poll as it is.
    private func note(
        _ action: JournalAction, by principal: Principal, _ body: (Poll) -> Draft
    ) throws(StoreError) -> Refusal? {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Refusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number),
                ![.sealing, .destroyed].contains(poll.state)
            else { return "Notes are taken from the seal on, until the poll is destroyed." }
            switch body(poll) {
            case .failure(let refusal): return refusal
            case .success(let details):
                try journal.record(
                    transaction, election: election.election.id, by: principal, action, details)
                return nil
            }
        }
    }
}
