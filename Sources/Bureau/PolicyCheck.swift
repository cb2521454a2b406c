package import Elections
import Issuance
import Journal
package import Polling
import Staff
package import Store
import VoterRoll

/// What an election has and has not, as the recommendation asks.
package struct PolicyFacts: Sendable {
    package var voters: Int?
    package var trustees: Int?
    package var bureau: Int?
    package var auditors: Int?
    package var takesBounces: Bool?
    package var elections: Int?
    /// Whether an independent expert's report was noted.
    package var hasExpertise: Bool?
    /// Voters whom letters alone reach, and voters with one channel.
    package var letterOnly: Int?
    package var oneChannel: Int?
    /// Ballots with fewer than ten voters, by their names.
    package var smallBallots: [String]?
    /// A person's answers to the questions.
    package var answers: [String: Bool] = [:]

    package init() {}
}

/// The level of an election, and what its settings lack for it.
package struct PolicyReport: Sendable {
    package enum State: String, Sendable {
        case met, missing
        /// Not to be told from what is known here.
        case unknown
    }

    package struct Line: Sendable {
        package let point: PolicyText.Point
        package let state: State
        /// The bureau's acceptance, where there is one.
        package var acceptedBy: String?
        package var acceptedWhy: String?
    }

    /// Points of the grid; nil while a question has no answer.
    package let points: Int?
    /// The level of the grid; nil while a question has no answer.
    package let computedLevel: Int?
    /// The level that is checked.
    package let level: Int
    package private(set) var lines: [Line]

    /// The lines that are neither met nor accepted.
    package var open: [Line] { lines.filter { $0.state == .missing && $0.acceptedBy == nil } }

    mutating func accept(_ point: String, by: String, why: String) {
        for index in lines.indices where lines[index].point.id == point {
            lines[index].acceptedBy = by
            lines[index].acceptedWhy = why
        }
    }

    /// - Parameter level: which level to check; nil for the declared one or the grid's, whichever is higher.
    package init(_ text: PolicyText, _ election: Election, _ facts: PolicyFacts, level: Int? = nil) {
        let answers = text.questions.map { question -> Bool? in
            if let limit = question.voters, let voters = facts.voters { return voters < limit }
            return facts.answers[question.id]
        }
        let points = answers.contains(nil) ? nil : answers.count { $0 == false }
        self.points = points
        let computed = points.map { text.level(points: $0) }
        computedLevel = computed
        let checked = level ?? max(election.level, computed ?? 0)
        self.level = checked
        lines = text.points.filter { $0.level <= checked }.map { point in
            Line(point: point, state: PolicyReport.state(point.id, election, facts, computed))
        }
    }

    private static func state(_ id: String, _ election: Election, _ facts: PolicyFacts, _ computed: Int?) -> State {
        let access = election.access
        func from(_ condition: Bool?) -> State { condition.map { $0 ? .met : .missing } ?? .unknown }
        switch id {
        case "declaredLevel": return from(computed.map { $0 <= election.level })
        case "answered": return computed == nil ? .missing : .met
        case "https": return from(election.address.hasPrefix("https://"))
        case "secretChosen": return from(access.secretKind != .generated || access.secretMustChange)
        case "code": return from(access.codeChannel != .none)
        case "trustees": return from(facts.trustees.map { $0 >= 2 })
        case "threeTrustees": return from(facts.trustees.map { $0 >= 3 })
        case "ballots": return from(election.ballots.allSatisfy { !$0.questions.isEmpty })
        case "smallGroups":
            return from(
                facts.smallBallots.map { small in
                    election.ballots.allSatisfy { !small.contains($0.id) || $0.smallGroupAccepted != nil }
                })
        case "twoChannels":
            if access.challenge != nil { return .met }
            guard access.codeChannel == .other || access.codeChannel == .choice else { return .missing }
            return from(facts.oneChannel.map { $0 == 0 })
        case "challenge":
            if access.challenge != nil || !election.channels.contains(.letter) { return .met }
            return from(facts.letterOnly.map { $0 == 0 })
        case "identifier": return from(access.scheme == .random || access.scheme == .digits)
        case "fourEyes": return from(access.fourEyes)
        // Every value of the setting is one of the ways.
        case "reset": return .met
        case "bureau": return from(facts.bureau.map { $0 >= 2 })
        case "auditor": return from(facts.auditors.map { $0 >= 1 })
        case "bounces":
            return election.channels.contains(.email) ? from(facts.takesBounces) : .met
        case "expertise": return from(facts.hasExpertise)
        case "alone": return from(facts.elections.map { $0 == 1 })
        default: return .unknown
        }
    }
}

/// Gathers the facts, keeps answers and acceptances.
package struct PolicyDesk: Sendable {
    let desk: VoterDesk
    package let text: PolicyText
    private let trustees: TrusteeRegister
    private let takesBounces: Bool

    package init(_ desk: VoterDesk, text: PolicyText, trustees: TrusteeRegister, takesBounces: Bool) {
        (self.desk, self.text, self.trustees, self.takesBounces) = (desk, text, trustees, takesBounces)
    }

    private var election: StoredElection { desk.election }

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

    private func facts(_ reading: borrowing Reading) throws(StoreError) -> PolicyFacts {
        var facts = PolicyFacts()
        let members = try desk.register.members(reading).filter { !$0.isWaiting }
        facts.bureau = members.count { $0.role == .bureau }
        facts.auditors = members.count { $0.role == .auditor }
        facts.trustees = try trustees.all(reading, election).count { $0.provenAt != nil }
        facts.takesBounces = takesBounces
        facts.hasExpertise = try Expertise.find(reading, election: election.number) != nil
        facts.elections = try ElectionDesk(logbook: desk.logbook, clock: desk.clock).names(reading).count
        var (voters, letterOnly, oneChannel) = (0, 0, 0)
        var eligible: [String: Int] = [:]
        try desk.registrar.each(reading, election) { voter, sealed throws(StoreError) in
            voters += 1
            for ballot in election.election.ballots where ballot.admits(college: voter.college, site: voter.site) {
                eligible[ballot.id, default: 0] += 1
            }
            if sealed.reaches == 0 { letterOnly += 1 }
            if sealed.reaches + (sealed.hasAddress ? 1 : 0) < 2 { oneChannel += 1 }
        }
        facts.voters = voters
        (facts.letterOnly, facts.oneChannel) = (letterOnly, oneChannel)
        facts.smallBallots = election.election.ballots.map(\.id).filter { (eligible[$0] ?? 0) < Election.smallGroup }
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
    package func answer(_ answers: [String: Bool], by viewer: Viewer) throws(StoreError) -> Bool {
        let asked = text.questions.filter { $0.voters == nil }.map(\.id)
        guard answers.keys.allSatisfy(asked.contains) else { return false }
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for (question, holds) in answers {
                try transaction.execute(
                    """
                    INSERT INTO bureau_answer (election, question, holds, by, at) VALUES (?1, ?2, ?3, ?4, ?5)
                    ON CONFLICT (election, question) DO UPDATE SET holds = ?3, by = ?4, at = ?5
                    """, election.number, question, holds, viewer.principal.text, desk.clock.now)
            }
            try desk.logbook.record(
                transaction, election: election.election.id, by: viewer.principal, "policy.answer",
                answers.mapValues { $0 ? "yes" : "no" })
        }
        return true
    }

    /// Keeps that a member of the bureau accepts an open point in writing; false when there is no such point.
    package func accept(point id: String, reason: String, by viewer: Viewer) throws(StoreError) -> Bool {
        // What is met, or not looked at, is not accepted in advance.
        let isOpen = try desk.store.read { (reading: borrowing Reading) throws(StoreError) in
            try report(reading, level: 3).open.contains { $0.point.id == id }
        }
        guard isOpen else { return false }
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO bureau_acceptance (election, point, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5)
                ON CONFLICT (election, point) DO UPDATE SET reason = ?3, by = ?4, at = ?5
                """, election.number, id, reason, viewer.principal.text, desk.clock.now)
            try desk.logbook.record(
                transaction, election: election.election.id, by: viewer.principal, "policy.accept",
                ["point": id, "reason": reason])
        }
        return true
    }
}
