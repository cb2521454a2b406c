import Access
import Delivery
import Elections
import FoundationEssentials
import Issuance
import Journal
import Polling
package import Store
import VoterRoll

/// The election in figures, as it stood at one moment.
///
/// While the poll is open it is made anew only when a round was published, and no figure moves by fewer than ten: from two
/// pictures nobody learns who voted between them.
package struct Snapshot: Sendable, Codable, Equatable {
    /// What was reached of a group of voters.
    package struct Funnel: Sendable, Codable, Equatable {
        package var eligible = 0
        package var issued = 0
        package var delivered = 0
        package var signedIn = 0
        package var voted = 0

        package init() {}
    }

    /// One group of a partition.
    package struct Cell: Sendable, Codable, Equatable {
        /// The college's, site's or channel's name in the election; empty for none.
        package let name: String
        package let eligible: Int
        /// Nil where it would tell of persons.
        package let voted: Int?
        /// What was shown last while the poll is open, and the number of that picture.
        let last: Int?
        let lastAt: Int?
    }

    /// Voters who are alike in college, site and channel. Never shown.
    struct Kind: Sendable, Codable, Equatable {
        /// Nil where they have none: a channel before the first identifier.
        let names: [String?]
        var count: SmallCells.Count
        /// How many have voted at least, by all that was shown so far.
        var least: Int
    }

    /// A picture that later ones are compared with.
    struct Kept: Sendable, Codable, Equatable {
        let number: Int
        let kinds: [Kind]
        /// The groups whose votes it showed, by partition.
        let shown: [[String]]
    }

    /// One ballot (scrutin).
    package struct Turnout: Sendable, Codable, Equatable {
        package let ballot: String
        package let electors: Int
        package let signatures: Int
        /// When rounds were published, and how many had signed by then.
        package let rounds: [Step]
    }

    package struct Step: Sendable, Codable, Equatable {
        package let at: Int
        package let signatures: Int
    }

    /// One hour of the poll.
    package struct Hour: Sendable, Codable, Equatable {
        /// When it begins.
        package let at: Int
        package var votes: Int
    }

    package let at: Int
    /// The poll's state; nil before the seal.
    package let poll: String?
    package let roundAt: Int?
    package let all: Funnel
    /// By college, by site, and by the channel of the first identifier.
    package let partitions: [[Cell]]
    package let ballots: [Turnout]
    package let hours: [Hour]
    /// After the close, for those who may know who has voted: compared with no earlier picture.
    package let final: [[Cell]]?
    /// While the poll is open, this picture and the earlier ones from which something is still shown.
    let history: [Kept]

    /// Fewer persons than this could be told apart.
    package static let small = 10
}

/// Makes snapshots and keeps the latest.
package struct SnapshotDesk: Sendable {
    private let desk: VoterDesk

    /// Seconds between two snapshots before the poll opens and after it closed.
    private static let everySeconds = 60

    package init(_ desk: VoterDesk) { self.desk = desk }

    private var election: StoredElection { desk.election }

    /// The latest snapshot; nil before the first.
    package func latest(_ reading: borrowing Reading) throws(StoreError) -> Snapshot? {
        let found = try reading.first("SELECT content FROM bureau_snapshot WHERE election = ?", election.number) {
            (row: borrowing Row) throws(StoreError) -> String in try row[0]
        }
        guard let found else { return nil }
        do { return try JSONDecoder().decode(Snapshot.self, from: Data(found.utf8)) } catch {
            throw StoreError(
                .damaged, "The snapshot of the figures is not readable: \(error).", cure: "Run `store check`.")
        }
    }

    /// Makes a new snapshot where it is time; returns whether it did. Run by one worker: it reads all voters.
    package func follow() throws(StoreError) -> Bool {
        let counted = try desk.store.read { (reading: borrowing Reading) throws(StoreError) -> (Counted, Snapshot?)? in
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
        try desk.store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO bureau_snapshot (election, at, round_at, content) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (election) DO UPDATE SET at = ?2, round_at = ?3, content = ?4
                """, election.number, made.at, made.roundAt, text)
        }
        return true
    }

    /// Takes away what the figures were made of: a college of one voter would tell how that one voted or did not.
    package static func erase(_ transaction: borrowing Transaction, election: Int) throws(StoreError) {
        try transaction.execute(
            "UPDATE bureau_snapshot SET content = json_set(content, '$.history', json('[]')) WHERE election = ?",
            election)
    }

    private func isDue(_ before: Snapshot?, _ poll: Poll?) -> Bool {
        if poll?.state == .destroyed { return false }
        guard let before, before.poll == poll?.state.rawValue else { return true }
        switch poll?.state {
        case .open, .suspended, .closing, .ended: return before.roundAt != poll?.roundAt
        case .closed: return false
        default: return desk.clock.now - before.at >= SnapshotDesk.everySeconds
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
        var route: Route? { contains(.email) ? .email : contains(.sms) ? .sms : contains(.letter) ? .letter : nil }
    }

    /// A byte for each voter, by number.
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
        var all = Snapshot.Funnel()
        var kinds: [[String?]: SmallCells.Count] = [:]
        let ballots: [Snapshot.Turnout]
        let hours: [Snapshot.Hour]

        var isMoving: Bool { poll.map { [.open, .suspended, .closing, .ended].contains($0.state) } ?? false }
    }

    private func count(_ reading: borrowing Reading, _ poll: Poll?) throws(StoreError) -> Counted {
        var marks = Marks()
        try desk.issuer.eachHeld(reading, election) { voter, _, _, _ throws(StoreError) in marks.insert(.issued, voter)
        }
        // A reissue moves nobody from one channel to another: who moves alone between two pictures is told by them.
        try desk.issuer.eachFirstRoute(reading, election) { voter, route throws(StoreError) in
            marks.insert(route == .email ? .email : route == .sms ? .sms : .letter, voter)
        }
        try desk.outbox.eachIdentifier(reading, election: election.number) { message throws(StoreError) in
            // A mail relay says no more than that it took the message; a bounce takes that back.
            if [.accepted, .delivered, .sent, .confirmed].contains(message.state) {
                marks.insert(.delivered, message.subject)
            }
        }
        try desk.door.eachSignedIn(reading) { principal throws(StoreError) in
            if case .voter(let id) = principal { marks.insert(.signedIn, id) }
        }
        let (turnouts, hours) = try votes(reading, poll, &marks)
        var counted = Counted(poll: poll, ballots: turnouts, hours: hours)
        let isMoving = counted.isMoving
        try desk.registrar.each(reading, election) { voter, _ throws(StoreError) in
            let mark = marks[voter.id]
            SnapshotDesk.add(mark, to: &counted.all)
            let hasVoted = mark.contains(.voted)
            // After the close an election manager sees who has voted.
            let isKnown = isMoving ? mark.contains(.signedIn) || hasVoted : true
            counted.kinds[[voter.college, voter.site, mark.route?.rawValue], default: .init()] += SmallCells.Count(
                eligible: 1, signedIn: isKnown ? 1 : 0, voted: hasVoted ? 1 : 0)
        }
        return counted
    }

    private func make(_ counted: Counted, _ before: Snapshot?) -> Snapshot {
        // The first picture after the close is seen by people who must not know who has voted, too.
        let isClosed = counted.poll?.state == .closed
        let held = counted.isMoving || isClosed ? before : nil
        var total = counted.all
        if let was = held?.all.voted, !isClosed, abs(total.voted - was) < Snapshot.small {
            total.voted = was
        }
        let kinds = counted.kinds.map { Snapshot.Kind(names: $0.key, count: $0.value, least: 0) }.sorted {
            $0.names.map { $0 ?? "" }.lexicographicallyPrecedes($1.names.map { $0 ?? "" })
        }
        let scopes = counted.ballots.isEmpty ? [] : election.election.ballots.map { ($0.colleges, $0.sites) }
        let choice = PictureChoice(kinds, scopes: scopes, after: held, isLast: isClosed)
        return Snapshot(
            at: desk.clock.now, poll: counted.poll?.state.rawValue, roundAt: counted.poll?.roundAt, all: total,
            partitions: choice.partitions, ballots: counted.ballots,
            hours: isClosed ? counted.hours : SnapshotDesk.calm(counted.hours, held?.hours),
            final: isClosed ? PictureChoice(kinds, scopes: scopes, after: nil, isLast: true).partitions : nil,
            // What is not shown is not kept longer than it is needed.
            history: counted.isMoving ? choice.history : [])
    }

    private func votes(
        _ reading: borrowing Reading, _ poll: Poll?, _ marks: inout Marks
    ) throws(StoreError) -> ([Snapshot.Turnout], [Snapshot.Hour]) {
        guard let poll, ![.sealing, .destroyed].contains(poll.state) else { return ([], []) }
        var turnouts: [Snapshot.Turnout] = []
        var hours: [Int: Int] = [:]
        var made = marks
        for ballot in try PollBallot.all(reading, election: election.number) {
            let rounds = try desk.station.rounds(reading, ballot)
            // What came after the last round is nobody's business yet.
            let end = poll.state == .closed ? Int.max : rounds.last?.at ?? 0
            try desk.station.eachSignature(reading, ballot, before: end) { voter, at throws(StoreError) in
                // Whoever votes on two ballots is one person of the ten.
                if !made[voter].contains(.voted) { hours[at / 3600, default: 0] += 1 }
                made.insert(.voted, voter)
            }
            turnouts.append(
                Snapshot.Turnout(
                    ballot: ballot.name, electors: ballot.electors,
                    signatures: poll.state == .closed ? ballot.votes : rounds.last?.signatures ?? 0,
                    rounds: rounds.map { Snapshot.Step(at: $0.at, signatures: $0.signatures) }))
        }
        marks = made
        return (turnouts, hours.sorted { $0.key < $1.key }.map { Snapshot.Hour(at: $0.key * 3600, votes: $0.value) })
    }

    private static func add(_ mark: Mark, to funnel: inout Snapshot.Funnel) {
        funnel.eligible += 1
        if mark.contains(.issued) { funnel.issued += 1 }
        if mark.contains(.delivered) { funnel.delivered += 1 }
        if mark.contains(.signedIn) { funnel.signedIn += 1 }
        if mark.contains(.voted) { funnel.voted += 1 }
    }

    /// The hours of the poll as they may be shown while it is open: the sum up to the end of each moves by nothing or by ten
    /// at least. What an hour had over goes to the next one.
    static func calm(_ hours: [Snapshot.Hour], _ before: [Snapshot.Hour]?) -> [Snapshot.Hour] {
        guard let before else { return hours }
        let ends = Set(hours.map(\.at)).union(before.map(\.at)).sorted()
        func sum(_ hours: [Snapshot.Hour], to end: Int) -> Int {
            hours.reduce(0) { $0 + ($1.at <= end ? $1.votes : 0) }
        }
        var shown: [Snapshot.Hour] = []
        var reached = 0
        for end in ends {
            let (was, now) = (sum(before, to: end), sum(hours, to: end))
            let next = max(reached, now - was >= Snapshot.small ? now : was)
            if next > reached { shown.append(Snapshot.Hour(at: end, votes: next - reached)) }
            reached = next
        }
        return shown
    }
}
