import Elections
package import Journal
package import Store

/// A moment at which the bureau meets, and at which it notes who is there.
package enum PollMoment: String, Sendable, CaseIterable {
    case opening, closing, count
}

/// What the bureau notes for the minutes: it stands in the journal at once, and in every record and paper written after it.
package struct BureauNotes: Sendable {
    let election: StoredElection
    let store: Store
    let journal: AuditJournal
    let clock: Clock

    /// People whom a meeting of the bureau can hold: bureau, candidates' delegates, expert.
    static let mostPresent = 50
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
    ) throws(StoreError) -> NoteRefusal? {
        let (words, who) = (PlainLine.spaced(words), PlainLine.spaced(who))
        guard PlainLine.isPlain(words), PlainLine.isName(who) else { return .notPlain }
        return try note(.pollIncident, by: principal) { poll in
            let happened = time ?? clock.now
            guard happened >= poll.sealedAt - 60, happened <= clock.now + BureauNotes.watchDifference else {
                return .failure(.hour)
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
    ) throws(StoreError) -> NoteRefusal? {
        let names = names.map(PlainLine.spaced)
        guard !names.isEmpty, names.count <= BureauNotes.mostPresent, Set(names).count == names.count else {
            return .names
        }
        let who = PlainLine.spaced(who)
        guard names.allSatisfy(PlainLine.isName), PlainLine.isName(who) else { return .notPlain }
        return try note(.pollPresence, by: principal) { poll in
            let isEarly = moment == .count && poll.state != .closed
            guard !isEarly else { return .failure(.countToCome) }
            return .success(["by": who, "moment": moment.rawValue, "names": names.joined(separator: "\n")])
        }
    }

    /// Why a note is not taken, or its details.
    private enum Draft {
        case success([String: String])
        case failure(NoteRefusal)
    }

    /// Writes one journal entry and no table.
    /// - Parameter body: gives the entry's details, or why there is none, from the poll as it is.
    private func note(
        _ action: JournalAction, by principal: Principal, _ body: (Poll) -> Draft
    ) throws(StoreError) -> NoteRefusal? {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> NoteRefusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number),
                ![.sealing, .destroyed].contains(poll.state)
            else { return .noPoll }
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
