package import Compliance
import Elections
import Issuance
import Journal
package import Polling
import Staff
package import Store
import VoterRoll

/// Gathers the facts, keeps answers and acceptances.
package struct PolicyService: Sendable {
    let context: OperationContext
    /// The points and questions of the policy, from `Templates/policy`.
    package let text: PolicyText
    private let trustees: TrusteeRegister
    private let takesBounces: Bool

    /// - Parameter takesBounces: whether the server's settings name a mailbox whose bounces are read.
    package init(_ context: OperationContext, text: PolicyText, trustees: TrusteeRegister, takesBounces: Bool) {
        (self.context, self.text, self.trustees, self.takesBounces) = (context, text, trustees, takesBounces)
    }

    private var election: StoredElection { context.election }

    /// How the election stands. Reads the whole roll.
    package func report(_ reading: borrowing Reading, level: Int? = nil) throws(StoreError) -> PolicyReport {
        var report = PolicyReport(text, election.election, try facts(reading), level: level)
        let accepted = try reading.all(
            "SELECT point, by, reason FROM bureau_acceptance WHERE election = ?", election.number
        ) { (row: borrowing Row) throws(StoreError) -> (point: String, by: String, why: String) in
            (try row[0], try row[1], try row[2])
        }
        for entry in accepted { report.accept(entry.point, by: entry.by, why: entry.why) }
        return report
    }

    /// What the rooms below know of the election; nothing that a person must say. Reads the whole roll.
    private func facts(_ reading: borrowing Reading) throws(StoreError) -> PolicyFacts {
        var facts = PolicyFacts()
        let members = try context.register.members(reading).filter { !$0.isWaiting }
        facts.bureau = members.count { $0.role == .bureau }
        facts.auditors = members.count { $0.role == .auditor }
        facts.trustees = try trustees.all(reading, election).count { $0.provenAt != nil }
        facts.takesBounces = takesBounces
        facts.closes = try PollHours.find(reading, election).closes
        facts.hasExpertise = try Expertise.find(reading, election: election.number) != nil
        facts.elections = try ElectionRepository(journal: context.journal, clock: context.clock).names(reading).count
        var (voters, letterOnly, oneChannel) = (0, 0, 0)
        var holders: [String: [Int: Int]] = [:]
        try context.registrar.each(reading, election) { voter, sealed throws(StoreError) in
            voters += 1
            for ballot in election.election.ballots where ballot.admits(college: voter.college, site: voter.site) {
                holders[ballot.id, default: [:]][voter.weight, default: 0] += 1
            }
            if sealed.reaches == 0 { letterOnly += 1 }
            if sealed.reaches + (sealed.hasAddress ? 1 : 0) < 2 { oneChannel += 1 }
        }
        facts.voters = voters
        (facts.letterOnly, facts.oneChannel) = (letterOnly, oneChannel)
        facts.smallBallots = election.election.ballots.filter {
            !SmallGroup.all(of: $0, holders: holders[$0.id] ?? [:]).isEmpty
        }.map(\.id)
        facts.fewConfirmed = election.election.ballots.map(\.id).filter { ballot in
            let voters = (holders[ballot] ?? [:]).values.reduce(0, +)
            return election.election.confirmingWarning(ballot, voters: voters) != nil
        }
        facts.answers = try answers(reading)
        return facts
    }

    /// The answers that were given.
    package func answers(_ reading: borrowing Reading) throws(StoreError) -> [String: Bool] {
        var answers: [String: Bool] = [:]
        try reading.each("SELECT question, holds FROM bureau_answer WHERE election = ?", election.number) {
            (row: borrowing Row) throws(StoreError) in answers[try row[0]] = try row[1]
        }
        return answers
    }

    /// Keeps a person's answers to the grid's questions; false when one is of no question.
    package func answer(_ answers: [String: Bool], by actor: Actor) throws(StoreError) -> Bool {
        let asked = text.questions.filter { $0.voters == nil }.map(\.id)
        guard answers.keys.allSatisfy(asked.contains) else { return false }
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for (question, holds) in answers {
                try transaction.execute(
                    """
                    INSERT INTO bureau_answer (election, question, holds, by, at) VALUES (?1, ?2, ?3, ?4, ?5)
                    ON CONFLICT (election, question) DO UPDATE SET holds = ?3, by = ?4, at = ?5
                    """, election.number, question, holds, actor.principal.text, context.clock.now)
            }
            try context.journal.record(
                transaction, election: election.election.id, by: actor.principal, .policyAnswer,
                answers.mapValues { $0 ? "yes" : "no" })
        }
        return true
    }

    /// Keeps that a member of the bureau accepts an open point in writing; false when there is no such point. At the command line
    /// the reason stands behind the name of whoever accepts.
    package func accept(point id: String, reason: String, by actor: Actor) throws(StoreError) -> Bool {
        // What is met, or not looked at, is not accepted in advance.
        let isOpen = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try report(reading, level: 3).open.contains { $0.point.id == id }
        }
        guard isOpen else { return false }
        let reason = actor.signed(reason)
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO bureau_acceptance (election, point, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (election, point) DO UPDATE SET reason = ?3, by = ?4, at = ?5
                """, election.number, id, reason, actor.principal.text, context.clock.now)
            try context.journal.record(
                transaction, election: election.election.id, by: actor.principal, .policyAccept,
                ["point": id, "reason": reason])
        }
        return true
    }
}
