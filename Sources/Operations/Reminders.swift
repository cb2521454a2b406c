import Authentication
import Delivery
import Elections
import Issuance
import Journal
import Polling
import Staff
package import Store
import Turnout
import VoterRoll

/// Reminders to those who have not signed in, or not voted. The system works out who they are; a manager sees a preview and
/// a rounded number, never a list, and a voter's page does not show them while the poll is open.
package struct Reminders: Sendable {
    /// Whom a reminder is for.
    package enum Target: String, Sendable, CaseIterable { case notSignedIn, notVoted }

    /// Whom one reminder goes to.
    package struct Order: Sendable, Equatable {
        /// Who is left out of it: those who have signed in, or who have no ballot left to cast.
        package let target: Target
        /// Empty for all.
        package let college: String
        /// A site of the election; empty for all.
        package let site: String

        /// - Parameters:
        ///   - college: a college of the election; empty for all.
        ///   - site: likewise.
        package init(target: Target, college: String, site: String) {
            (self.target, self.college, self.site) = (target, college, site)
        }
    }

    /// A reminder that was asked for.
    package struct Run: Sendable {
        /// Of `bureau_reminder`.
        package let id: Int
        /// As it was asked for.
        package let order: Order
        /// Rounded to tens.
        package let about: Int
        /// As the journal has them: `staff:name`.
        package let askedBy: String
        /// Seconds since 1970.
        package let askedAt: Int
        /// When the last message of it was queued, seconds since 1970; nil while it goes on.
        package let endedAt: Int?
    }

    private let context: OperationContext

    /// Seconds between two reminders to the same voters: a reminder a day is more than enough.
    private static let pause = 20 * 3600
    /// Voters handled in one transaction.
    private static let chunk = 500

    /// The reminders of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    private var election: StoredElection { context.election }

    /// What asking came to.
    package enum Outcome: Sendable, Equatable {
        case asked(about: Int)
        /// Fewer than ten would get it: that would tell of persons.
        case tooFew
        /// The last one to them was too recent.
        case tooSoon(at: Int)
        /// There is no poll that is open.
        case notOpen
        case unknownGroup
    }

    /// Whether a reminder may be asked for one group: who has voted is not to be found out group by group.
    private static func isWhole(_ order: Order) -> Bool { order.college.isEmpty && order.site.isEmpty }

    /// About how many a reminder would go to, rounded to tens; nil below ten. Votes count as of the last round, and the
    /// number is named only where ten at least would not get it either. Each preview is in the journal.
    package func preview(_ order: Order, by actor: Actor) throws(StoreError) -> Int? {
        if order.target == .notVoted, !Reminders.isWhole(order) { return nil }
        let (voted, count) = try context.store.read { (reading: borrowing Reading) throws(StoreError) -> (Int, Int) in
            (
                order.target == .notVoted ? try electors(reading).voted : 0,
                try recipients(reading, order, after: 0, limit: .max).count
            )
        }
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try context.journal.record(
                transaction, election: election.election.id, by: actor.principal, .reminderPreview,
                ["target": order.target.rawValue, "college": order.college, "site": order.site])
        }
        // Of those who voted, not of those whom no message reaches.
        if voted > 0, voted < TurnoutSnapshot.small { return nil }
        return SmallCells.rounded(count)
    }

    /// Asks for a reminder; `follow` sends it.
    package func ask(_ order: Order, by actor: Actor) throws(StoreError) -> Outcome {
        guard order.college.isEmpty || election.election.colleges[order.college] != nil,
            order.site.isEmpty || election.election.sites[order.site] != nil
        else { return .unknownGroup }
        if order.target == .notVoted {
            let poll = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
                try Poll.find(reading, election: election.number)
            }
            guard poll?.state == .open else { return .notOpen }
        }
        guard let about = try preview(order, by: actor) else { return .tooFew }
        return try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            let last = try transaction.reading.number(
                "SELECT coalesce(max(asked_at), 0) FROM bureau_reminder WHERE election = ?", election.number)
            let next = last + Reminders.pause
            if last > 0, next > context.clock.now { return .tooSoon(at: next) }
            try transaction.execute(
                """
                INSERT INTO bureau_reminder (election, target, college, site, about, asked_by, asked_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """, election.number, order.target.rawValue, order.college, order.site, about, actor.principal.text,
                context.clock.now)
            try context.journal.record(
                transaction, election: election.election.id, by: actor.principal, .reminderAsk,
                [
                    "target": order.target.rawValue, "college": order.college, "site": order.site, "about": "\(about)",
                ])
            return .asked(about: about)
        }
    }

    /// The reminders that were asked for, the latest first.
    package func runs(_ reading: borrowing Reading) throws(StoreError) -> [Run] {
        try reading.all(
            """
            SELECT id, target, college, site, about, asked_by, asked_at, ended_at FROM bureau_reminder
            WHERE election = ? ORDER BY id DESC
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) in
            Run(
                id: try row[0], order: Order(target: try row.value(1), college: try row[2], site: try row[3]),
                about: try row[4], askedBy: try row[5], askedAt: try row[6], endedAt: try row[7])
        }
    }

    /// The next piece of a reminder.
    private struct Piece {
        let run: Run
        /// The voter behind whom it begins.
        let last: Int
        let voters: [Int]
        let closes: Int
    }

    /// Queues the next piece of a reminder that was asked for; returns whether there was any, and what went wrong with
    /// single voters, who must not keep it from the others. One that was interrupted goes on behind the last voter it had
    /// reached; one that the close overtook ends.
    package func follow() throws(StoreError) -> (hasWorked: Bool, faults: [String]) {
        let found = try context.store.read { (reading: borrowing Reading) throws(StoreError) in try nextPiece(reading) }
        guard let found else { return (false, []) }
        return try context.store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (hasWorked: Bool, faults: [String]) in
            try queue(transaction, found)
        }
    }

    /// Works out who comes next. That reads the whole roll and all signatures, for which no writer should have to wait.
    private func nextPiece(_ reading: borrowing Reading) throws(StoreError) -> Piece? {
        guard let run = try runs(reading).last(where: { $0.endedAt == nil }) else { return nil }
        let last = try lastVoter(reading, run)
        guard let closes = try closes(reading) else { return nil }
        let voters =
            closes <= context.clock.now ? [] : try recipients(reading, run.order, after: last, limit: Reminders.chunk)
        return Piece(run: run, last: last, voters: voters, closes: closes)
    }

    /// Queues a piece. Between its reading and now others may have gone on with it, the poll may have been held up, and voters may
    /// have come: each is looked at again.
    private func queue(
        _ transaction: borrowing Transaction, _ piece: Piece
    ) throws(StoreError) -> (hasWorked: Bool, faults: [String]) {
        guard try runs(transaction.reading).contains(where: { $0.id == piece.run.id && $0.endedAt == nil }),
            try lastVoter(transaction.reading, piece.run) == piece.last
        else { return (true, []) }
        guard let closes = try closes(transaction.reading) else { return (false, []) }
        var faults: [String] = []
        if closes > context.clock.now {
            let rounds = try lastRounds(transaction.reading)
            for voter in piece.voters {
                let principal = Principal.voter(voter)
                do throws(StoreError) {
                    guard try isStillFor(transaction.reading, piece.run.order, voter, rounds),
                        let route = try context.directory.routes(transaction.reading, principal).first
                    else { continue }
                    var note = VoterNotification(.reminder, by: route, priority: .batch, generation: piece.run.id)
                    note.expiresAt = closes
                    _ = try context.directory.send(transaction, principal, note)
                } catch {
                    // Not who it is: the log would tell who did not vote.
                    faults.append(
                        "a reminder cannot be queued (\(error.kind)): `store check` says whose contact does not open")
                }
            }
        }
        let isOver = piece.voters.isEmpty || closes <= context.clock.now
        try transaction.execute(
            "UPDATE bureau_reminder SET last_voter = ?, ended_at = ? WHERE id = ?", piece.voters.last ?? piece.last,
            isOver ? context.clock.now : nil as Int?, piece.run.id)
        return (true, faults)
    }

    /// The last voter that a reminder has reached.
    private func lastVoter(_ reading: borrowing Reading, _ run: Run) throws(StoreError) -> Int {
        try reading.number("SELECT last_voter FROM bureau_reminder WHERE id = ?", run.id)
    }

    /// When the poll closes, 0 where it has; nil where a reminder waits: it says that the poll is open, and that is not so just now.
    private func closes(_ reading: borrowing Reading) throws(StoreError) -> Int? {
        let hours = try PollHours.find(reading, election)
        switch hours.phase(context.clock.now) {
        case .suspended, .halted: return nil
        case .grace, .ended, .closedEarly, .abandoned: return 0
        default: return hours.closes
        }
    }

    /// When the last round of each ballot was published, by the ballot's row number; 0 before the first.
    private func lastRounds(_ reading: borrowing Reading) throws(StoreError) -> [Int: Int] {
        var times: [Int: Int] = [:]
        for ballot in try PollBallot.all(reading, election: election.number) {
            times[ballot.id] = try context.station.rounds.all(reading, ballot).last?.at ?? 0
        }
        return times
    }

    /// Whether a reminder is for one voter now.
    /// - Parameter rounds: as `lastRounds` has them.
    private func isStillFor(
        _ reading: borrowing Reading, _ order: Order, _ voter: Int, _ rounds: [Int: Int]
    ) throws(StoreError) -> Bool {
        switch order.target {
        case .notSignedIn: try !context.authenticator.hasSignedIn(reading, .voter(voter))
        case .notVoted: try context.station.signatureList.hasBallotLeft(reading, voter: voter, before: rounds)
        }
    }

    /// Who may vote, as of the last round of each ballot: those with a ballot left to cast, by number, and how many have
    /// none left.
    private func electors(_ reading: borrowing Reading) throws(StoreError) -> (open: Set<Int>, voted: Int) {
        var (open, all): (Set<Int>, Set<Int>) = ([], [])
        for ballot in try PollBallot.all(reading, election: election.number) {
            var signed: Set<Int> = []
            let end = try context.station.rounds.all(reading, ballot).last?.at ?? 0
            try context.station.signatureList.eachSignature(reading, ballot, before: end) {
                voter, _ throws(StoreError) in
                signed.insert(voter)
            }
            try context.station.signatureList.eachElector(reading, ballot) { voter throws(StoreError) in
                all.insert(voter)
                if !signed.contains(voter) { open.insert(voter) }
            }
        }
        return (open, all.count - open.count)
    }

    /// The voters whom a reminder is for, by number.
    private func recipients(
        _ reading: borrowing Reading, _ order: Order, after last: Int, limit: Int
    ) throws(StoreError) -> [Int] {
        var out: Set<Int> = []
        var isElector: Set<Int>?
        switch order.target {
        case .notSignedIn:
            try context.authenticator.eachSignedIn(reading) { principal throws(StoreError) in
                if case .voter(let id) = principal { out.insert(id) }
            }
        case .notVoted:
            isElector = try electors(reading).open
        }
        var found: [Int] = []
        try context.registrar.each(reading, election, after: last) { voter, sealed throws(StoreError) in
            guard found.count < limit, sealed.reaches > 0, !out.contains(voter.id),
                isElector?.contains(voter.id) ?? true,
                order.college.isEmpty || voter.college == order.college, order.site.isEmpty || voter.site == order.site
            else { return }
            found.append(voter.id)
        }
        return found
    }
}
