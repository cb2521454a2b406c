package import BallotCore
package import BallotEngine
package import Crypto
package import Elections
package import Journal
package import Store
import Synchronization

/// Who decided a change of the poll, and why: for the journal; the reason of a suspension is told to voters as well.
package struct PollDecision: Sendable {
    /// The member of the bureau, by name; nil where the command line was not told.
    package let by: String?
    /// In the member's own words, told to voters where the poll is suspended; nil where none was given.
    package let reason: String?

    /// Both nil for what the clock or a program does by itself. French writes a no-break blank before its colons: blanks of every
    /// kind become plain ones.
    package init(by: String? = nil, reason: String? = nil) {
        (self.by, self.reason) = (by.map(PlainLine.spaced), reason.map(PlainLine.spaced))
    }

    /// Why the name or the reason cannot stand in records, on pages and in messages; nil where they can, or where none was given.
    package var fault: PollingStation.Refusal? {
        let isFine = [by, reason].allSatisfy { text in
            text.map { PlainLine.isPlain($0) && PollingStation.isShort($0) && $0.contains { $0 != " " } } ?? true
        }
        return isFine
            ? nil
            : "A name or a reason is one line of \(PollingStation.longestReason) characters at most that can be read: not empty, and without characters that nobody sees."
    }

    var details: [String: String] { ["by": by, "reason": reason].compactMapValues { $0 } }

    /// Whether a member of the bureau stands for it: a poll whose hour came by a clock in doubt needs that.
    var isOrdered: Bool { [by, reason].allSatisfy { $0.map(PlainLine.isPlain) ?? false } }
}

/// The polling station of one election: opens and closes the poll, hands out credentials, takes ballots.
package final class PollingStation: Sendable {
    /// The definition with its row number, as it was when the station was made: the poll's row is read anew each time.
    package let election: StoredElection
    let store: Store
    /// Where the box key comes from: it arrives at the opening, when the site may long be running.
    private let boxKeySource: @Sendable () -> BoxKey?
    let knownBoxKey = Mutex(KnownBoxKey.unknown)
    /// Whether the key in memory was seen to open credentials.
    let isBoxKeyProven = Mutex(false)
    /// Erases the copies of the box key on this server.
    let eraseBoxKey: @Sendable () -> [BoxKeyErasure]
    /// Where copies lie that `eraseBoxKey` would erase now.
    let boxKeyPlaces: @Sendable () -> [String]
    let journal: AuditJournal
    let clock: Clock
    /// The watched clock behind `clock`, in a program that closes the poll at its hour.
    let steady: SteadyClock?
    let past = Mutex(ClockPast())
    let randomness: Randomness
    let signing: SigningKey
    let seal: MultisetSeal
    let sumsSeal: SumsSeal
    /// The sums that this station last read or wrote, by the ballot's uuid, which no later seal has: an earlier row put back during the run is found.
    let knownSums = Mutex<[[UInt8]: BoxSums]>([:])
    /// What is known of the write-ahead log, which holds the order of the latest votes.
    let log: Mutex<LogState>
    /// The last round whose voters were told.
    let told = Mutex(0)
    /// Results that were found to be what the trustees' parts give, by ballot.
    let shownResults = Mutex<[[UInt8]: [UInt8]]>([:])
    /// Who had ballots refused, and must pause.
    package let pace: CastingPace
    private let checkers = Mutex<[[UInt8]: BallotChecker<GMPGroup>]>([:])

    /// What is known of the box key in memory.
    enum KnownBoxKey: Sendable {
        case unknown
        case here(BoxKey)
        /// The poll is closed: it is not asked for again.
        case gone
    }

    /// - Parameters:
    ///   - boxKey: gives the box key where it is there; commands that only look or count need none.
    ///   - eraseBoxKey: erases the copies that this server has, after the close.
    ///   - boxKeyPlaces: where such copies lie now.
    ///   - steady: the watched clock behind `clock`; nil where the station follows no hour, or its clock is beyond doubt.
    /// - Parameter key: the election's; receipts, sums and seals have subkeys of it.
    package init(
        store: Store, election: StoredElection, key: ElectionKey,
        boxKey: @escaping @Sendable () -> BoxKey? = { nil },
        eraseBoxKey: @escaping @Sendable () -> [BoxKeyErasure] = { [] },
        boxKeyPlaces: @escaping @Sendable () -> [String] = { [] }, journal: AuditJournal, clock: Clock,
        steady: SteadyClock? = nil, randomness: Randomness
    ) {
        (self.store, self.election, boxKeySource, self.journal) = (store, election, boxKey, journal)
        (self.eraseBoxKey, self.boxKeyPlaces) = (eraseBoxKey, boxKeyPlaces)
        log = Mutex(LogState(emptiedAt: store.logFile.emptiedAt ?? 0))
        (self.clock, self.steady, self.randomness) = (clock, steady, randomness)
        pace = CastingPace(clock: clock)
        signing = SigningKey(seed: key.subkey(.voteReceipts))
        seal = MultisetSeal(key.subkey(.box))
        sumsSeal = SumsSeal(key, election: election.election.id, randomness: randomness)
    }

    /// The box key; nil before it was handed over, and after the close.
    var boxKey: BoxKey? {
        knownBoxKey.withLock { known in
            switch known {
            case .here(let key): return key
            case .gone: return nil
            case .unknown:
                guard let key = boxKeySource() else { return nil }
                known = .here(key)
                return key
            }
        }
    }

    /// The public key that signs receipts.
    package var receiptKey: [UInt8] { signing.publicKey }

    /// Checks ballots of one ballot (scrutin); its tables are made once.
    /// - Throws: `.damaged` where the election document cannot be read.
    package func checker(_ ballot: PollBallot) throws(StoreError) -> BallotChecker<GMPGroup> {
        if let known = checkers.withLock({ $0[ballot.uuid] }) { return known }
        guard let document = ElectionDocument(ballot.document), let group = GMPGroup(key: document.publicKey) else {
            throw StoreError(
                .damaged, "The election document of \(ballot.name) was changed.", cure: "Restore the latest backup.")
        }
        let checker = BallotChecker(group: group, form: document.form)
        checkers.withLock { $0[ballot.uuid] = checker }
        return checker
    }

    // MARK: Opening and closing

    /// Why a change of state is refused, in words; nil when it was made.
    package typealias Refusal = String

    /// Opens a sealed poll: the box key must open credentials, box and list must be empty.
    /// - Parameter proof: what frees a poll whose store was restored from a backup.
    /// - Parameter along: runs in the opening's transaction, after every check.
    /// - Returns: why not, or every finding of the audit on a line of its own; nil when the poll is open.
    package func open(
        by principal: Principal, proof: ResumeProof? = nil, along: Along = { _ in }
    ) throws(StoreError) -> Refusal? {
        guard let boxKey else { return "The box key is not there: give its file with --box-key." }
        let undone = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try UndoneSeal.of(boxKey, reading, election: election.election.id)
        }
        if let undone { return "The box key does not serve: \(undone.words). Give the one of the present seal." }
        let findings = try audit()
        guard findings.isEmpty else { return findings.joined(separator: "\n") }
        let at = clock.now
        let hours = ["opens": "\(election.election.announcedOpening)", "opened.at": "\(at)"]
        return try change(StateChange(from: [.sealed], to: .open, .pollOpen, details: hours), by: principal) {
            transaction, poll throws(StoreError) in
            if let refusal = try uncheckedTrustees(transaction.reading, poll) { return refusal }
            for ballot in try PollBallot.all(transaction.reading, election: election.number) {
                guard ballot.votes == 0 else { return "The box of \(ballot.name) is not empty." }
                guard try opensCredentials(transaction.reading, ballot, boxKey) else {
                    return "The box key does not open the credentials of \(ballot.name): it is another poll's."
                }
            }
            // The last of the checks: what it notes stays, and a refused opening must not have used the proof.
            if let refusal = try admitRestored(transaction, poll, proof) { return refusal }
            try transaction.execute(
                "UPDATE polling_poll SET opened_at = ? WHERE election = ?", at, election.number)
            try putHours(transaction)
            let lines = try openingLines(transaction.reading, poll) + (try restoreLines(transaction.reading))
            let people = try minutesLines(transaction.reading, hasTurnout: false)
            let record = try keep(transaction, .opening, lines + people)
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollRecord,
                ["kind": SignedRecord.Kind.opening.rawValue, "sha256": hex(sha256(Array(record.utf8)))])
            try along(transaction)
            return nil
        }
    }

    /// What the opening found, signed with the key that signs receipts: for the bureau's minutes. Empty before the opening.
    package func openingRecord() throws(StoreError) -> String {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try record(reading, .opening) ?? "" }
    }

    /// The opening record's first lines: seal, hours, empty boxes, and what each trustee signed.
    private func openingLines(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> [String] {
        let words = RecordWords(election.election)
        var lines = ["isoloir opening record 1", "election \(election.election.id)", "seal \(poll.fingerprint)"]
        lines += words.opened(at: clock.now, announced: election.election.announcedOpening)
        lines += try PollBallot.all(reading, election: election.number).map {
            words.emptyBox($0.name, electors: $0.electors)
        }
        guard let seal = SealManifest(poll.manifest) else { return lines }
        let register = TrusteeRegister(journal: journal, clock: clock)
        for trustee in try register.all(reading, election) {
            // What they signed, not what is noted beside it.
            lines.append(words.trustee(trustee.name, try register.check(reading, election, trustee, seal)))
        }
        return lines
    }

    /// Tries one line of the list; false where the list is empty.
    private func opensCredentials(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ boxKey: BoxKey
    ) throws(StoreError) -> Bool {
        let first = try reading.first(
            "SELECT voter, entry FROM polling_elector WHERE ballot = ? LIMIT 1", ballot.id
        ) { (row: borrowing Row) throws(StoreError) -> (Int, [UInt8]) in (try row[0], try row[1]) }
        guard let (voter, entry) = first else { return false }
        return boxKey.open(
            try ElectorEntry(entry).sealed, ballot: ballot.id, voter: voter, randomness: randomness) != nil
    }

    /// What is done in the transaction of a change: word to all voters is queued with it or not at all.
    package typealias Along = (borrowing Transaction) throws(StoreError) -> Void

    /// Stops taking ballots for a while; voters are told the decision's reason.
    /// - Returns: why not; nil when it was done. Refused in every state but open.
    package func suspend(
        by principal: Principal, _ decision: PollDecision = PollDecision(), along: Along = { _ in }
    ) throws(StoreError) -> Refusal? {
        if let fault = decision.fault { return fault }
        return try change(
            StateChange(
                from: [.open], to: .suspended, .pollSuspend, details: decision.details, reason: decision.reason),
            by: principal
        ) { transaction, _ throws(StoreError) in
            try along(transaction)
            return nil
        }
    }

    /// Takes ballots again.
    /// - Parameter proof: what two members know of the published heads; needed after a restore.
    /// - Parameter decision: a poll that ended by a clock in doubt needs a member's name and reason.
    /// - Returns: why not; nil when it was done.
    package func resume(
        by principal: Principal, _ decision: PollDecision = PollDecision(), proof: ResumeProof? = nil,
        along: Along = { _ in }
    ) throws(StoreError) -> Refusal? {
        if let fault = decision.fault { return fault }
        return try change(
            StateChange(from: [.suspended, .ended], to: .open, .pollResume, details: decision.details), by: principal
        ) { transaction, poll throws(StoreError) in
            if poll.state == .ended, !decision.isOrdered { return PollingStation.endedNeedsWord }
            guard poll.closesAt > clock.now else {
                return "The hour of closing has passed: close the poll, or extend it first."
            }
            if let refusal = try admitRestored(transaction, poll, proof) { return refusal }
            try along(transaction)
            return nil
        }
    }

    /// Moves the close to a later hour; a poll that had ended takes ballots again.
    /// - Parameters:
    ///   - time: seconds since 1970; later than the close in force and than now.
    ///   - decision: a poll that ended by a clock in doubt needs a member's name and reason.
    ///   - along: runs in the same transaction.
    /// - Returns: why not; nil when it was done.
    package func extend(
        to time: Int, by principal: Principal, _ decision: PollDecision = PollDecision(), along: Along = { _ in }
    ) throws(StoreError) -> Refusal? {
        if let fault = decision.fault { return fault }
        defer { logIsDue() }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Refusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number),
                poll.state.isExtendable
            else { return "A poll is extended while it is sealed, open, suspended or ended; this one is not." }
            if poll.state == .ended, !decision.isOrdered { return PollingStation.endedNeedsWord }
            guard time > poll.closesAt else { return "A poll is only ever extended: the new hour must be later." }
            guard time > clock.now else { return "The new hour has passed already: give one that is still to come." }
            try transaction.execute(
                "UPDATE polling_poll SET closes_at = ? WHERE election = ?", time, election.number)
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollExtend,
                ["from": "\(poll.closesAt)", "to": "\(time)"].merging(decision.details) { $1 })
            if poll.state == .ended {
                try transaction.execute(
                    "UPDATE polling_poll SET state = 'open' WHERE election = ?", election.number)
                try journal.record(
                    transaction, election: election.election.id, by: principal, .pollResume, decision.details)
            }
            try putHours(transaction)
            try along(transaction)
            return nil
        }
    }

    /// Changes the state in one transaction: state, hours that voters are told, and one journal entry, at the end with each
    /// ballot's votes.
    /// - Parameter body: what else is written, or why not; it sees the poll before the change. Its refusal leaves the state
    ///   alone, but what it wrote before stays: it must refuse first.
    func change(
        _ change: StateChange, by principal: Principal,
        _ body: (borrowing Transaction, Poll) throws(StoreError) -> Refusal? = { _, _ in nil }
    ) throws(StoreError) -> Refusal? {
        // Whatever was written before goes out of the log with the change.
        defer { logIsDue() }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Refusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number) else {
                return "The poll is not sealed yet: run `isoloir poll seal`."
            }
            guard change.from.contains(poll.state) else {
                let names = change.from.map(\.rawValue).joined(separator: " or ")
                return "The poll is \(poll.state.rawValue); this needs one that is \(names)."
            }
            if let refusal = try body(transaction, poll) { return refusal }
            try transaction.execute(
                "UPDATE polling_poll SET state = ? WHERE election = ?", change.to.rawValue, election.number)
            try putHours(transaction, reason: change.reason)
            var details = change.details.merging(["fingerprint": poll.fingerprint]) { $1 }
            // Before the end how many votes lie in the box is nobody's to know: the journal has readers.
            for ballot in change.to.isFinal ? try PollBallot.all(transaction.reading, election: election.number) : [] {
                details["votes.\(ballot.name)"] = "\(ballot.votes)"
            }
            try journal.record(transaction, election: election.election.id, by: principal, change.action, details)
            return nil
        }
    }
}
