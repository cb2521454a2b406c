import Compliance
import Crypto
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import Synchronization
import Threads
import Typesetting
import VoterRoll
import WebContent

extension ConsoleSite {
    /// Where the poll stands, in words, with what changed its hours.
    func pollState(_ poll: Poll?, _ hours: PollHours, _ language: Language) -> String {
        let state = poll.map { text("poll.\($0.state.rawValue)", language) } ?? text("poll.none", language)
        let phase = hours.phase(parts.clock.now)
        let changes: [PollHours.Phase] = [.overdue, .extended, .grace, .closedEarly]
        if changes.contains(phase), poll != nil { return "\(state) (\(text("phase.\(phase.rawValue)", language)))" }
        return hours.reason.map { "\(state) (\($0))" } ?? state
    }

    // MARK: Seal

    /// The page of seal, box, trustees and notes. It audits the box, at most once a minute.
    /// For programs: `poll`, `clockDoubt`, `fingerprint`, `journal`, `findings`, `trustees`, `notes`, and `ballots`
    /// with the last round's `head` and `height`.
    func seal(_ call: Call) throws -> Screen {
        let language = call.language
        let station = parts.desk.station
        let (poll, hours, ballots, head) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (
                Poll?, PollHours, [(PollBallot, [Round])], Logbook.Verification
            ) in
            let poll = try Poll.find(reading, election: parts.desk.election.number)
            var ballots: [(PollBallot, [Round])] = []
            if poll != nil {
                for ballot in try PollBallot.all(reading, election: parts.desk.election.number) {
                    ballots.append((ballot, try station.rounds(reading, ballot)))
                }
            }
            return (poll, try PollHours.find(reading, parts.desk.election), ballots, try Logbook.verifyHead(reading))
        }
        let audit = try audit()
        let findings = audit.findings
        let heads = try store.read { (reading: borrowing Reading) throws(StoreError) -> [String] in
            var heads: [String] = []
            for (ballot, _) in ballots {
                heads += try RoundMail.head(reading, parts.desk.election, ballot.name, language) ?? []
            }
            return heads
        }
        var blocks: [Block] = []
        let state = pollState(poll, hours, language)
        blocks.append(
            .facts([
                (text("seal.state", language), state),
                (text("seal.fingerprint", language), poll?.fingerprint ?? text("none", language)),
                (
                    text("seal.opened", language),
                    poll?.openedAt.map { election.timeWordsWithZone($0, language) } ?? text("no", language)
                ),
                (text("seal.closes", language), election.timeWordsWithZone(hours.closes, language)),
                (text("seal.journal", language), headWords(head, language)),
            ]))
        if poll?.clockDoubt != nil, poll?.state.isFinal == false {
            blocks.append(.notice(text("seal.doubt", language), isBad: true))
            blocks.append(.links([(text("clock.title", language), "/manager/\(ClockViews.path)")]))
        }
        let restores = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollRestore.all(reading, election: parts.desk.election.number)
        }
        for restore in restores {
            let isOver = restore.resumedAt == nil && poll?.state.isFinal == true
            let held = poll?.state == .sealed ? "seal.restoredSealed" : "seal.restored"
            let over = restore.holds ? "seal.restoredOver" : "seal.restoredAfter"
            let key = isOver || !restore.holds ? over : restore.resumedAt == nil ? held : "seal.restoredResumed"
            blocks.append(
                .notice(
                    "\(text(key, language)) \(time(restore.backupAt, language)) (SHA-256 \(restore.sha256))",
                    isBad: true))
        }
        if poll != nil {
            blocks.append(
                findings.isEmpty
                    ? .notice(text("seal.intact", language), isBad: false)
                    : .notice(
                        text("seal.broken", language) + " "
                            + findings.map { said($0, language) }.joined(separator: " "),
                        isBad: true))
        }
        // While the poll is open, what came after the last round is not counted here.
        blocks.append(
            .table(
                Table(
                    caption: text("seal.boxes", language),
                    head: [
                        ("picture.ballot", false), ("seal.electors", true), ("seal.ballots", true),
                        ("seal.signatures", true),
                        ("seal.rounds", true), ("seal.lastRound", false),
                    ].map { (text($0.0, language), $0.1) },
                    rows: ballots.map { ballot, rounds in
                        let published = rounds.reduce(0) { $0 + $1.ballots }
                        return [
                            Table.Cell(election.ballots.first { $0.id == ballot.name }?.title[language] ?? ballot.name),
                            .number(ballot.electors), .number(published), .number(rounds.last?.signatures ?? 0),
                            .number(rounds.count), Table.Cell(rounds.last.map { time($0.at, language) } ?? ""),
                        ]
                    }, empty: text("seal.none", language))))
        if !heads.isEmpty {
            blocks += [
                .text(text("seal.heads", language)),
                .codes(heads),
            ]
        }
        let trustees = try trustees(language)
        blocks += trustees.blocks
        let notes = notes(audit.chronicle, language)
        if poll != nil { blocks += notes.blocks }
        let decisions = decisions(poll, call)
        if !decisions.isEmpty { blocks.append(.links(decisions)) }
        return Screen(
            title: text("menu.seal", language), blocks: blocks,
            data: .object([
                "poll": .optional(poll?.state.rawValue), "clockDoubt": .optional(poll?.clockDoubt?.rawValue),
                "fingerprint": .optional(poll?.fingerprint),
                "journal": .text(headWords(head, .en)), "findings": .list(findings.map { .text($0) }),
                "trustees": trustees.data, "notes": notes.data,
                "ballots": .list(
                    ballots.map { ballot, rounds in
                        .object([
                            "ballot": .text(ballot.name), "electors": .number(ballot.electors),
                            "ballots": .number(rounds.reduce(0) { $0 + $1.ballots }),
                            "signatures": .number(rounds.last?.signatures ?? 0), "rounds": .number(rounds.count),
                            "head": .optional(rounds.last?.head), "height": .number(rounds.last?.height ?? 0),
                        ])
                    }),
            ]), isLive: true)
    }

    /// What can be decided, noted and taken away in the poll's state.
    private func decisions(_ poll: Poll?, _ call: Call) -> [(String, String)] {
        guard let state = poll?.state, ![.sealing, .destroyed].contains(state) else { return [] }
        var names: [(String, String)] = []
        if call.viewer.may(.suspendPoll) {
            switch state {
            case .sealed: names.append(("extendPoll.title", "poll/extend"))
            case .open: names += [("suspend.title", "poll/suspend"), ("extendPoll.title", "poll/extend")]
            case .suspended: names += [("resume.title", "poll/resume"), ("extendPoll.title", "poll/extend")]
            case .ended:
                names += [("closePoll.title", "poll/close"), ("extendPoll.title", "poll/extend")]
            default: break
            }
            names += [("incident.title", "poll/incident"), ("presence.title", "poll/presence")]
        }
        return (names + [("minutes.file", "minutes.pdf")]).map { (text($0.0, call.language), "/manager/\($0.1)") }
    }

    /// Seconds for which an audit serves: it reads the whole box.
    private static let auditSeconds = 60.0

    /// What was found at the last look.
    struct KeptAudit: Sendable {
        /// Seconds since the machine's start.
        let at: Double
        let findings: [String]
        let chronicle: PollChronicle
    }

    /// What the box's and the lists' seals say, and what the bureau noted, at most a minute old.
    /// - Throws: an error of the store.
    private func audit() throws(StoreError) -> KeptAudit {
        let now = Monotonic.seconds
        if let kept = kept.withLock({ $0 }), kept.at > now - ConsoleSite.auditSeconds { return kept }
        let chronicle = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollChronicle(reading, election: election.id)
        }
        let made = KeptAudit(at: now, findings: try parts.desk.station.audit(), chronicle: chronicle)
        kept.withLock { $0 = made }
        return made
    }

    /// How long the journal is and its last hash, or where it breaks.
    func headWords(_ head: Logbook.Verification, _ language: Language) -> String {
        switch head {
        case .intact(let entries, let hash): "\(entries)\(language.colon)\(hex(hash))"
        case .broken(let number, let reason): "\(text("journal.broken", language)) \(number)\(language.colon)\(reason)"
        }
    }

    // MARK: Policy

    /// The policy's points at a level, the election's own unless another one is asked for.
    /// For programs: `points`, `computedLevel`, `declaredLevel`, `checkedLevel`, and `lines` with what each lacks and
    /// its `cure`.
    func policy(_ call: Call) throws -> Screen {
        let language = call.language
        let level = call.number("level").flatMap { 1...3 ~= $0 ? $0 : nil }
        let report = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.policy.report(reading, level: level)
        }
        let policy = parts.policy.text
        var blocks: [Block] = [
            .text(text("policy.text", language)),
            .facts([
                (
                    text("policy.points", language),
                    report.points.map { "\($0) / \(policy.questions.count)" } ?? text("policy.unanswered", language)
                ),
                (
                    text("policy.computed", language),
                    report.computedLevel.map(String.init) ?? text("policy.unanswered", language)
                ),
                (text("policy.declared", language), "\(election.level)"),
                (text("policy.checked", language), "\(report.level)"),
                (text("policy.open", language), "\(report.open.count)"),
            ]),
        ]
        if call.viewer.may(.changeRoll) {
            blocks.append(.links([(text("policyAnswers.title", language), "/manager/policy/answers")]))
        }
        let mayAccept = call.viewer.may(.acceptPolicy)
        blocks.append(
            .table(
                Table(
                    caption: text("policy.lines", language),
                    head: ["policy.level", "policy.objective", "policy.point", "f.state", "policy.cure", "staff.deeds"]
                        .map {
                            (text($0, language), false)
                        },
                    rows: report.lines.map { line in
                        let state =
                            line.acceptedBy.map {
                                "\(text("policy.accepted", language)) \($0)\(language.colon)\(line.acceptedWhy ?? "")"
                            }
                            ?? text("policy.\(line.state.rawValue)", language)
                        let canAccept = mayAccept && line.state == .missing && line.acceptedBy == nil
                        return [
                            Table.Cell("\(line.point.level)"), Table.Cell(line.point.objective),
                            Table.Cell(line.point.text[language]),
                            Table.Cell(state), Table.Cell(line.state == .missing ? line.point.cure[language] : ""),
                            Table.Cell(
                                canAccept ? text("acceptPoint.title", language) : "",
                                path: canAccept ? "/manager/policy/points/\(line.point.id)/accept" : nil),
                        ]
                    })))
        blocks.append(
            .links([1, 2, 3].map { ("\(text("policy.check", language)) \($0)", "/manager/policy?level=\($0)") }))
        blocks.append(.hint("\(text("policy.source", language)) \(policy.source) (\(policy.year))"))
        return Screen(
            title: text("menu.policy", language), blocks: blocks,
            data: .object([
                "points": .optional(report.points), "computedLevel": .optional(report.computedLevel),
                "declaredLevel": .number(election.level), "checkedLevel": .number(report.level),
                "lines": .list(
                    report.lines.map {
                        .object([
                            "point": .text($0.point.id), "level": .number($0.point.level),
                            "objective": .text($0.point.objective), "state": .text($0.state.rawValue),
                            "acceptedBy": .optional($0.acceptedBy), "cure": .text($0.point.cure.en),
                        ])
                    }),
            ]))
    }

    /// Keeps the answers from which the level is computed.
    func answerPolicy(_ call: Call) throws -> DeedAnswer {
        let asked = parts.policy.text.questions.filter { $0.voters == nil }.map(\.id)
        let answers = Dictionary(uniqueKeysWithValues: asked.map { ($0, call[$0] == "yes") })
        return try parts.policy.answer(answers, by: call.viewer)
            ? .done(text("policyAnswers.done", call.language), next: "policy")
            : .refused(422, text("fault.choice", call.language))
    }

    /// The point that is to be accepted; nil for one that there is not.
    func aboutPoint(_ call: Call) throws -> [Block]? {
        guard let point = parts.policy.text.points.first(where: { $0.id == call.place["point"] }) else { return nil }
        return [
            .facts([
                (text("policy.objective", call.language), point.objective),
                (text("policy.point", call.language), point.text[call.language]),
                (text("policy.cure", call.language), point.cure[call.language]),
            ])
        ]
    }

    /// Keeps that the bureau accepts what the settings lack, and why.
    func acceptPoint(_ call: Call) throws -> DeedAnswer {
        try parts.policy.accept(
            point: call.place["point"] ?? "", reason: call["reason"].trimmed, by: call.viewer)
            ? .done(text("acceptPoint.done", call.language), next: "policy")
            : .refused(404, text("notFound.text", call.language))
    }
}
