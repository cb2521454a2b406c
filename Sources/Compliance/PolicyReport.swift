import Contacts
package import Elections

/// What an election has and has not, as the recommendation asks.
package struct PolicyFacts: Sendable {
    /// When the poll closes by the hours in force, in seconds since 1970; nil where the announced ones are.
    package var closes: Int?
    /// On the roll; nil, here and below, where it was not looked at.
    package var voters: Int?
    /// Trustees who have proven that they hold their key.
    package var trustees: Int?
    /// Members of the bureau who are in force.
    package var bureau: Int?
    /// Auditors who are in force.
    package var auditors: Int?
    /// Whether bounces are read from a mailbox.
    package var takesBounces: Bool?
    /// Elections in the same store, this one among them.
    package var elections: Int?
    /// Whether an independent expert's report was noted.
    package var hasExpertise: Bool?
    /// Voters whom letters alone reach, and voters with one channel.
    package var letterOnly: Int?
    /// Voters whom one of mail, SMS and letter reaches at most.
    package var oneChannel: Int?
    /// Ballots of which the small-group rule says something that nobody accepted, by their names.
    package var smallBallots: [String]?
    /// Ballots of so few voters that word of each vote at once would tell who votes when, by their names.
    package var fewConfirmed: [String]?
    /// A person's answers to the questions.
    package var answers: [String: Bool] = [:]

    /// Nothing is known yet.
    package init() {}
}

/// The level of an election, and what its settings lack for it.
package struct PolicyReport: Sendable {
    /// How a point stands.
    package enum State: String, Sendable, CaseIterable {
        case met, missing
        /// Not met, and said as a warning alone: nobody must cure or accept it.
        case warned
        /// Not to be told from what is known here.
        case unknown
    }

    /// One point that is asked for at the level, and how it stands.
    package struct Line: Sendable {
        /// The point, with its words and cure.
        package let point: PolicyText.Point
        /// Met, missing, warned of or unknown; an acceptance does not change it.
        package let state: State
        /// The bureau's acceptance, where there is one.
        package var acceptedBy: String?
        /// The reason that was given with the acceptance.
        package var acceptedWhy: String?
    }

    /// Points of the grid; nil while a question has no answer.
    package let points: Int?
    /// The level of the grid; nil while a question has no answer.
    package let computedLevel: Int?
    /// The level that is checked.
    package let level: Int
    /// The last day on which the recommendation applies, `2026-12-31`, where the election closes later; nil where it applies.
    package let outdatedSince: String?
    /// The points up to the level, in the order of the recommendation.
    package private(set) var lines: [Line]

    /// The lines that are neither met nor accepted.
    package var open: [Line] { lines.filter { $0.state == .missing && $0.acceptedBy == nil } }

    /// Notes that the bureau accepts a point; one that is not asked for is passed over.
    package mutating func accept(_ point: String, by: String, why: String) {
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
        outdatedSince =
            text.isOutdated(at: facts.closes ?? PollHours(announced: election).closes) ? text.applicableUntil : nil
        let checked = level ?? max(election.level, computed ?? 0)
        self.level = checked
        lines = text.points.filter { $0.level <= checked }.map { point in
            Line(point: point, state: PolicyReport.state(point.id, election, facts, computed))
        }
    }

    /// How one point stands; `unknown` for a point that this program does not know.
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
            return from(facts.smallBallots.map(\.isEmpty))
        case "confirming":
            return election.confirm == .rounds
                ? .met : facts.fewConfirmed.map { $0.isEmpty ? .met : .warned } ?? .unknown
        case "twoChannels": return apart(access, facts)
        case "challenge":
            if access.challenge != nil || !election.channels.contains(.letter) { return .met }
            return from(facts.letterOnly.map { $0 == 0 })
        case "identifier": return from(access.scheme == .random || access.scheme == .digits)
        case "onePage": return from(access.signIn == .steps)
        case "recovery": return access.sendsAnew ? apart(access, facts) : .met
        case "renewal": return access.secretKind == .generated && access.secretRenew ? apart(access, facts) : .met
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

extension PolicyReport {
    /// Whether nobody who reads one channel of a voter can sign in by it alone.
    private static func apart(_ access: AccessPolicy, _ facts: PolicyFacts) -> State {
        if access.challenge != nil { return .met }
        guard access.codeChannel == .other || access.codeChannel == .choice else { return .missing }
        return facts.oneChannel.map { $0 == 0 ? .met : .missing } ?? .unknown
    }
}
