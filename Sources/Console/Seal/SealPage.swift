import Crypto
import Elections
import Journal
import Operations
import Polling
import Staff
import Store
import Tally
import WebContent

/// The page of seal, box, trustees and notes. It audits the box, at most once a minute.
struct SealPage: ConsolePage {
    static let path = "seal"
    static let permission = Permission.seeSeal
    static let template = "seal"
    let context: ConsoleContext

    /// What is read at once.
    private struct Found: Sendable {
        let poll: Poll?
        let hours: PollHours
        let ballots: [PollStanding.Box]
        /// What anybody can compare with the published box, line by line.
        let heads: [String]
        let journal: AuditJournal.Verification
        let restores: [PollRestore]
        let trustees: [TrusteeProgress]
        let removals: [SealManifest.Removal]
    }

    func title(_ model: SealModel, _ wording: Wording) -> String { wording("menu.seal") }
    func isLive(_ model: SealModel) -> Bool { true }

    func model(_ call: ConsoleRequest) throws -> SealModel? {
        let (found, audit, say) = (try found(call), try audit(), wording(call.language))
        return SealModel(
            poll: found.poll?.state, clockDoubt: found.poll?.clockDoubt, fingerprint: found.poll?.fingerprint,
            opened: Moment(found.poll?.openedAt, .wordsWithZone), closes: Moment(found.hours.closes, .wordsWithZone),
            restores: found.restores.map { SealModel.Restore($0) },
            journal: PollWords(context).head(found.journal, say), findings: audit.findings.map(\.description),
            trustees: found.trustees.map { TrusteeLine($0, say) },
            removals: found.removals.map { SealModel.Removal(name: $0.name, by: $0.by) },
            notes: SealModel.Notes(audit.chronicle),
            ballots: found.ballots.map { ballot($0, say) }, view: OnPage(view(found, audit.findings, call)))
    }

    /// The box of one ballot.
    private func ballot(_ box: PollStanding.Box, _ say: Wording) -> SealModel.Ballot {
        let (ballot, rounds) = (box.ballot, box.rounds)
        let title = election.ballots.first { $0.id == ballot.name }?.title[say.language] ?? ballot.name
        return SealModel.Ballot(
            ballot: ballot.name, electors: ballot.electors, ballots: box.published, signatures: box.signatures,
            rounds: rounds.count, head: rounds.last?.head, height: rounds.last?.height ?? 0,
            lastRound: Moment(rounds.last?.at), view: OnPage(SealModel.BallotView(title: title)))
    }

    /// Reads what the page shows.
    private func found(_ call: ConsoleRequest) throws(StoreError) -> Found {
        let export = JournalExport(store: store, journal: parts.journal, clock: parts.clock, own: election.id)
        let (station, number) = (parts.operations.station, parts.operations.election.number)
        return try store.read { (reading: borrowing Reading) throws(StoreError) -> Found in
            let standing = try PollStanding(reading, station)
            var heads: [String] = []
            for box in standing.boxes {
                heads += try RoundMail.head(reading, parts.operations.election, box.ballot.name, call.language) ?? []
            }
            return Found(
                poll: standing.poll, hours: standing.hours, ballots: standing.boxes, heads: heads,
                journal: try export.told(AuditJournal.verifyHead(reading), reading, to: call.viewer),
                restores: try PollRestore.all(reading, election: number),
                trustees: try parts.tallyService.progress(reading), removals: try parts.tallyService.removals(reading))
        }
    }

    /// What the box's and the lists' seals say, and what the bureau noted, at most a minute old.
    private func audit() throws(StoreError) -> KeptAudits.Audit {
        try context.audits.audit { () throws(StoreError) in
            let chronicle = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollChronicle(reading, election: election.id)
            }
            return (try parts.operations.station.integrity.audit(), chronicle)
        }
    }

    /// What the page says in sentences, and what can be decided there.
    private func view(_ found: Found, _ findings: [AuditFinding], _ call: ConsoleRequest) -> SealModel.View {
        let (poll, say) = (found.poll, wording(call.language))
        let decisions = decisions(poll, call)
        var audit: Notice?
        if poll != nil {
            let words = findings.map { say($0) }.joined(separator: " ")
            audit =
                findings.isEmpty ? Notice(say("seal.intact")) : Notice("\(say("seal.broken")) \(words)", isBad: true)
        }
        return SealModel.View(
            state: PollWords(context).state(poll, found.hours, say),
            isDoubted: poll?.clockDoubt != nil && poll?.state.isFinal == false,
            restores: found.restores.map { notice($0, poll, say) }, audit: audit, trustees: notices(found, say),
            hasHeads: !found.heads.isEmpty, heads: found.heads, hasNotes: poll != nil,
            hasDecisions: !decisions.isEmpty, decisions: decisions)
    }

    /// That the store came out of a backup, and whether voting went on since.
    private func notice(_ restore: PollRestore, _ poll: Poll?, _ say: Wording) -> Notice {
        let isOver = restore.resumedAt == nil && poll?.state.isFinal == true
        let held = poll?.state == .sealed ? "seal.restoredSealed" : "seal.restored"
        let over = restore.holds ? "seal.restoredOver" : "seal.restoredAfter"
        let key = isOver || !restore.holds ? over : restore.resumedAt == nil ? held : "seal.restoredResumed"
        return Notice("\(say(key)) \(say.time(restore.backupAt)) (SHA-256 \(restore.sha256))", isBad: true)
    }

    /// Whose proven keys were replaced or taken away, on whose word, and whose part of the count nobody can check.
    private func notices(_ found: Found, _ say: Wording) -> [Notice] {
        let colon = say.language.colon
        let replaced = found.trustees.compactMap { entry in
            entry.trustee.replacedAt.map { at in
                "\(entry.trustee.name)\(colon)\(say("trustees.replaced")) \(say.time(at)) (\(entry.trustee.replacedBy ?? ""))"
            }
        }
        let removed = found.removals.map { "\($0.name)\(colon)\(say("trustees.removed")) \($0.by)" }
        let unbound = found.trustees.filter { $0.part == .unbound }.map {
            "\($0.trustee.name)\(colon)\(say("trustees.unboundText"))"
        }
        return (replaced + removed + unbound).map { Notice($0, isBad: true) }
    }

    /// What can be decided, noted and taken away in the poll's state.
    private func decisions(_ poll: Poll?, _ call: ConsoleRequest) -> [SealModel.Link] {
        guard let state = poll?.state, ![.sealing, .destroyed].contains(state) else { return [] }
        var names: [(String, String)] = []
        if call.viewer.may(.suspendPoll) {
            switch state {
            case .sealed: names.append(("extendPoll.title", "poll/extend"))
            case .open: names += [("suspend.title", "poll/suspend"), ("extendPoll.title", "poll/extend")]
            case .suspended: names += [("resume.title", "poll/resume"), ("extendPoll.title", "poll/extend")]
            case .ended: names += [("closePoll.title", "poll/close"), ("extendPoll.title", "poll/extend")]
            default: break
            }
            names += [("incident.title", "poll/incident"), ("presence.title", "poll/presence")]
        }
        return (names + [("minutes.file", "minutes.pdf")]).map { .init(text: text($0.0, call.language), path: $0.1) }
    }
}
