package import Elections
package import Issuance
package import Journal
package import Store

/// Letters that the post brought back: their identifiers end, their addresses are marked on the roll. Console, interface for
/// programs and command line all come here.
package struct LetterReturns: Sendable {
    /// How a line of the post's list names a letter.
    package enum Place: Sendable, Equatable {
        case letter(batch: Int, number: Int)
        /// The latest letter of a voter.
        case voter(reference: String)
        /// By nothing that we know.
        case unreadable
    }

    /// One line of the list.
    package struct Entry: Sendable, Equatable {
        /// The line of the list, from 1: where a refusal is told.
        package let line: Int
        /// Which letter it means.
        package let place: Place

        /// - Parameter line: from 1.
        package init(line: Int, place: Place) { (self.line, self.place) = (line, place) }
    }

    /// What a list came to.
    package struct Outcome: Sendable {
        /// Letters whose identifier ended.
        package var done = 0
        /// The lines of which nothing was done, and why; nil where the line names no letter.
        package var refused: [(line: Int, why: PrintRefusal?)] = []
    }

    /// Lines taken in one transaction: a few hundredths of a second, so that no vote waits for a list, and no list waits for
    /// the disk at each of its lines.
    package static let chunk = 100

    private let letterBatches: LetterBatches
    private let store: Store
    private let election: StoredElection

    /// Of one election, whose batches the list names.
    package init(letterBatches: LetterBatches, store: Store, election: StoredElection) {
        (self.letterBatches, self.store, self.election) = (letterBatches, store, election)
    }

    /// Takes a list in. What was done stays done where a later line is refused.
    package func take(_ entries: [Entry], by principal: Principal) throws(StoreError) -> Outcome {
        var outcome = Outcome()
        var rest = entries[...]
        while !rest.isEmpty {
            let chunk = rest.prefix(LetterReturns.chunk)
            rest = rest.dropFirst(LetterReturns.chunk)
            let answers = try store.write {
                (transaction: borrowing Transaction) throws(StoreError) -> [(line: Int, result: Answer)] in
                var answers: [(line: Int, result: Answer)] = []
                for entry in chunk {
                    answers.append((entry.line, try take(transaction, entry.place, by: principal)))
                }
                return answers
            }
            for answer in answers {
                switch answer.result {
                case .done: outcome.done += 1
                case .refused(let why): outcome.refused.append((answer.line, why))
                }
            }
        }
        return outcome
    }

    /// What one line came to.
    private enum Answer: Sendable {
        case done
        case refused(PrintRefusal?)
    }

    /// Ends the identifier of one letter, in the caller's transaction.
    private func take(
        _ transaction: borrowing Transaction, _ place: Place, by principal: Principal
    ) throws(StoreError) -> Answer {
        let letter: (batch: Int, number: Int)
        switch place {
        case .letter(let batch, let number): letter = (batch, number)
        case .unreadable: return .refused(nil)
        case .voter(let reference):
            guard let found = try letterBatches.latestLetter(transaction.reading, election, reference: reference) else {
                return .refused(.noVoterLetter(reference: reference))
            }
            letter = found
        }
        let loss = try letterBatches.lose(
            transaction, election,
            LostSheet(
                batch: letter.batch, letter: letter.number, isReturned: true, destroyed: false,
                reason: "returned by the post"), by: principal)
        switch loss {
        case .success: return .done
        case .failure(let why): return .refused(why)
        }
    }
}
