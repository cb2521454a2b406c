package import Authentication
import Contacts
package import Delivery
import Elections
import FoundationEssentials
import Issuance
import Journal
package import Polling
package import Store
import VoterRoll

/// Makes snapshots and keeps the latest.
package struct TurnoutRecorder: Sendable {
    private let store: Store
    private let directory: VoterDirectory
    private let authenticator: Authenticator
    private let station: PollingStation
    private let outbox: Outbox
    private let clock: Clock

    /// Seconds between two snapshots before the poll opens.
    private static let everySeconds = 60

    /// - Parameter directory: brings the election whose voters are counted.
    package init(
        store: Store, directory: VoterDirectory, authenticator: Authenticator, station: PollingStation, outbox: Outbox,
        clock: Clock
    ) {
        (self.store, self.directory, self.authenticator) = (store, directory, authenticator)
        (self.station, self.outbox, self.clock) = (station, outbox, clock)
    }

    private var election: StoredElection { directory.election }

    /// The latest snapshot; nil before the first.
    package func latest(_ reading: borrowing Reading) throws(StoreError) -> TurnoutSnapshot? {
        let found = try reading.first("SELECT content FROM turnout_snapshot WHERE election = ?", election.number) {
            (row: borrowing Row) throws(StoreError) -> String in try row[0]
        }
        guard let found else { return nil }
        do { return try JSONDecoder().decode(TurnoutSnapshot.self, from: Data(found.utf8)) } catch {
            throw StoreError(
                .damaged, "The snapshot of the figures is not readable: \(error).", cure: "Run `store check`.")
        }
    }

    /// Makes a new snapshot where it is time; returns whether it did. Run by one worker: it reads all voters.
    package func follow() throws(StoreError) -> Bool {
        let counted = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Counted, TurnoutSnapshot?)? in
            let poll = try Poll.find(reading, election: election.number)
            let before = try latest(reading)
            guard isDue(before, poll) else { return nil }
            return (try count(reading, poll), before)
        }
        guard let (counted, before) = counted else { return false }
        // Outside the reading, which nobody should have to wait for.
        let made = make(counted, before)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        let text: String
        do { text = String(decoding: try encoder.encode(made), as: UTF8.self) } catch {
            throw StoreError(.failed, "The figures could not be written as JSON: \(error).")
        }
        try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO turnout_snapshot (election, at, round_at, content) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (election) DO UPDATE SET at = ?2, round_at = ?3, content = ?4
                """, election.number, made.at, made.roundAt, text)
        }
        return true
    }

    /// Takes away what the figures were made of: a college of one voter would tell how that one voted or did not.
    package static func erase(_ transaction: borrowing Transaction, election: Int) throws(StoreError) {
        try transaction.execute(
            "UPDATE turnout_snapshot SET content = json_set(content, '$.history', json('[]')) WHERE election = ?",
            election)
    }

    /// Whether a new picture is to be made: with a new state, with a new round of a poll that goes on, and each minute
    /// before it opens. Of a closed poll one is made, and of an abandoned one, whose figures move no more.
    private func isDue(_ before: TurnoutSnapshot?, _ poll: Poll?) -> Bool {
        if poll?.state == .destroyed { return false }
        guard let before, before.poll == poll?.state.rawValue else { return true }
        switch poll?.state {
        case .open, .suspended, .closing, .ended: return before.roundAt != poll?.roundAt
        case .closed, .abandoned: return false
        default: return clock.now - before.at >= TurnoutRecorder.everySeconds
        }
    }

    // MARK: Counting

    /// What is known of a voter, one bit each, and the way of the first identifier.
    private struct Mark: OptionSet {
        let rawValue: UInt8
        static let issued = Mark(rawValue: 1)
        static let delivered = Mark(rawValue: 2)
        static let signedIn = Mark(rawValue: 4)
        static let voted = Mark(rawValue: 8)
        static let email = Mark(rawValue: 16)
        static let sms = Mark(rawValue: 32)
        static let letter = Mark(rawValue: 64)

        /// The way of the first identifier.
        var route: Channel? { contains(.email) ? .email : contains(.sms) ? .sms : contains(.letter) ? .letter : nil }
    }

    /// A byte for each voter, by number.
    /// Grows with the highest number that was marked: some bytes for each voter, and no dictionary.
    private struct Marks {
        private var bytes: [UInt8] = []

        subscript(_ voter: Int) -> Mark { voter < bytes.count ? Mark(rawValue: bytes[voter]) : [] }

        mutating func insert(_ mark: Mark, _ voter: Int) {
            guard voter > 0 else { return }
            if voter >= bytes.count {
                bytes.append(contentsOf: [UInt8](repeating: 0, count: max(voter - bytes.count + 1, bytes.count)))
            }
            bytes[voter] |= mark.rawValue
        }
    }

    /// What one reading of the store gave.
    private struct Counted {
        let poll: Poll?
        var all = TurnoutSnapshot.Funnel()
        var kinds: [[String?]: SmallCells.Count] = [:]
        let ballots: [BallotTurnout]
        let hours: [TurnoutSnapshot.Hour]

        /// Whether the figures are held against earlier ones. An abandoned poll's are, for ever: its box is never opened to
        /// anybody's eyes.
        var isMoving: Bool {
            poll.map { [.open, .suspended, .closing, .ended, .abandoned].contains($0.state) } ?? false
        }
    }

    /// Reads identifiers, messages, sign-ins, signatures and the roll, each once.
    private func count(_ reading: borrowing Reading, _ poll: Poll?) throws(StoreError) -> Counted {
        var marks = Marks()
        try directory.issuer.eachHeld(reading, election) { voter, _, _, _ throws(StoreError) in
            marks.insert(.issued, voter)
        }
        // A reissue moves nobody from one channel to another: who moves alone between two pictures is told by them.
        try directory.issuer.eachFirstRoute(reading, election) { voter, route throws(StoreError) in
            marks.insert(route == .email ? .email : route == .sms ? .sms : .letter, voter)
        }
        try outbox.reports.eachIdentifier(reading, election: election.number) { message throws(StoreError) in
            // A mail relay says no more than that it took the message; a bounce takes that back.
            if [.accepted, .delivered, .sent, .confirmed].contains(message.state) {
                marks.insert(.delivered, message.subject)
            }
        }
        try authenticator.eachSignedIn(reading) { principal throws(StoreError) in
            if case .voter(let id) = principal { marks.insert(.signedIn, id) }
        }
        let (turnouts, hours) = try votes(reading, poll, &marks)
        var counted = Counted(poll: poll, ballots: turnouts, hours: hours)
        let isMoving = counted.isMoving
        try directory.registrar.each(reading, election) { voter, _ throws(StoreError) in
            let mark = marks[voter.id]
            TurnoutRecorder.add(mark, to: &counted.all)
            let hasVoted = mark.contains(.voted)
            // After the close an election manager sees who has voted.
            let isKnown = isMoving ? mark.contains(.signedIn) || hasVoted : true
            counted.kinds[[voter.college, voter.site, mark.route?.rawValue], default: .init()] += SmallCells.Count(
                eligible: 1, signedIn: isKnown ? 1 : 0, voted: hasVoted ? 1 : 0)
        }
        return counted
    }

    /// The picture that may be kept, after the one that is shown until now.
    private func make(_ counted: Counted, _ before: TurnoutSnapshot?) -> TurnoutSnapshot {
        // The first picture after the close is seen by people who must not know who has voted, too.
        let isClosed = counted.poll?.state == .closed
        let held = counted.isMoving || isClosed ? before : nil
        var total = counted.all
        if let was = held?.all.voted, !isClosed, abs(total.voted - was) < TurnoutSnapshot.small {
            total.voted = was
        }
        let kinds = counted.kinds.map { Stratum(names: $0.key, count: $0.value, least: 0) }.sorted {
            $0.names.map { $0 ?? "" }.lexicographicallyPrecedes($1.names.map { $0 ?? "" })
        }
        let scopes = counted.ballots.isEmpty ? [] : election.election.ballots.map { ($0.colleges, $0.sites) }
        let choice = DisclosureFilter(kinds, scopes: scopes, after: held, isLast: isClosed)
        return TurnoutSnapshot(
            at: clock.now, poll: counted.poll?.state.rawValue, roundAt: counted.poll?.roundAt, all: total,
            partitions: choice.partitions, ballots: counted.ballots,
            hours: isClosed ? counted.hours : TurnoutRecorder.calm(counted.hours, held?.hours),
            final: isClosed ? DisclosureFilter(kinds, scopes: scopes, after: nil, isLast: true).partitions : nil,
            // What is not shown is not kept longer than it is needed.
            history: counted.isMoving ? choice.history : [])
    }

    /// Marks who has voted, up to the last round or, once closed, to the end; the turnout of each ballot, and the
    /// hours.
    private func votes(
        _ reading: borrowing Reading, _ poll: Poll?, _ marks: inout Marks
    ) throws(StoreError) -> ([BallotTurnout], [TurnoutSnapshot.Hour]) {
        guard let poll, ![.sealing, .destroyed].contains(poll.state) else { return ([], []) }
        var turnouts: [BallotTurnout] = []
        var hours: [Int: Int] = [:]
        var made = marks
        for ballot in try PollBallot.all(reading, election: election.number) {
            let rounds = try station.rounds.all(reading, ballot)
            // What came after the last round is nobody's business yet.
            let end = poll.state == .closed ? Int.max : rounds.last?.at ?? 0
            try station.signatureList.eachSignature(reading, ballot, before: end) { voter, at throws(StoreError) in
                // Whoever votes on two ballots is one person of the ten.
                if !made[voter].contains(.voted) { hours[at / 3600, default: 0] += 1 }
                made.insert(.voted, voter)
            }
            turnouts.append(
                BallotTurnout(
                    ballot: ballot.name, electors: ballot.electors,
                    signatures: poll.state == .closed ? ballot.votes : rounds.last?.signatures ?? 0,
                    rounds: rounds.map { TurnoutSnapshot.Step(at: $0.at, signatures: $0.signatures) }))
        }
        marks = made
        return (
            turnouts, hours.sorted { $0.key < $1.key }.map { TurnoutSnapshot.Hour(at: $0.key * 3600, votes: $0.value) }
        )
    }

    /// Counts one voter in each step that they have reached.
    private static func add(_ mark: Mark, to funnel: inout TurnoutSnapshot.Funnel) {
        funnel.eligible += 1
        if mark.contains(.issued) { funnel.issued += 1 }
        if mark.contains(.delivered) { funnel.delivered += 1 }
        if mark.contains(.signedIn) { funnel.signedIn += 1 }
        if mark.contains(.voted) { funnel.voted += 1 }
    }

    /// The hours of the poll as they may be shown while it is open: the sum up to the end of each moves by nothing or by ten
    /// at least. What an hour had over goes to the next one.
    static func calm(_ hours: [TurnoutSnapshot.Hour], _ before: [TurnoutSnapshot.Hour]?) -> [TurnoutSnapshot.Hour] {
        guard let before else { return hours }
        let ends = Set(hours.map(\.at)).union(before.map(\.at)).sorted()
        func sum(_ hours: [TurnoutSnapshot.Hour], to end: Int) -> Int {
            hours.reduce(0) { $0 + ($1.at <= end ? $1.votes : 0) }
        }
        var shown: [TurnoutSnapshot.Hour] = []
        var reached = 0
        for end in ends {
            let (was, now) = (sum(before, to: end), sum(hours, to: end))
            let next = max(reached, now - was >= TurnoutSnapshot.small ? now : was)
            if next > reached { shown.append(TurnoutSnapshot.Hour(at: end, votes: next - reached)) }
            reached = next
        }
        return shown
    }
}
