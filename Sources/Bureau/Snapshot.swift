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
        package var voted: Int?

        package init(name: String, eligible: Int, voted: Int?) {
            (self.name, self.eligible, self.voted) = (name, eligible, voted)
        }
    }

    /// The voters by college, site or channel.
    package struct Partition: Sendable, Codable, Equatable {
        /// All who had voted when these figures were taken, shown and hidden.
        package var voted: Int
        package var cells: [Cell]

        package init(voted: Int, cells: [Cell]) { (self.voted, self.cells) = (voted, cells) }
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
    package let colleges: Partition
    package let sites: Partition
    package let channels: Partition
    package let ballots: [Turnout]
    package let hours: [Hour]

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
        let made = try desk.store.read { (reading: borrowing Reading) throws(StoreError) -> Snapshot? in
            let poll = try Poll.find(reading, election: election.number)
            let before = try latest(reading)
            guard isDue(before, poll) else { return nil }
            return try make(reading, poll, before)
        }
        guard let made else { return false }
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

    private func isDue(_ before: Snapshot?, _ poll: Poll?) -> Bool {
        guard let before, before.poll == poll?.state.rawValue else { return true }
        switch poll?.state {
        case .open, .suspended, .closing: return before.roundAt != poll?.roundAt
        case .closed, .destroyed: return false
        default: return desk.clock.now - before.at >= SnapshotDesk.everySeconds
        }
    }

    // MARK: Counting

    /// What is known of a voter, one bit each, and the way of the identifier.
    private struct Mark: OptionSet {
        let rawValue: UInt8
        static let issued = Mark(rawValue: 1)
        static let delivered = Mark(rawValue: 2)
        static let signedIn = Mark(rawValue: 4)
        static let voted = Mark(rawValue: 8)
        static let sms = Mark(rawValue: 16)
        static let letter = Mark(rawValue: 32)

        var route: Route { contains(.letter) ? .letter : contains(.sms) ? .sms : .email }
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

    private func make(
        _ reading: borrowing Reading, _ poll: Poll?, _ before: Snapshot?
    ) throws(StoreError) -> Snapshot {
        var marks = Marks()
        try desk.issuer.eachHeld(reading, election) { voter, _, route, _ throws(StoreError) in
            marks.insert(.issued, voter)
            if route != .email { marks.insert(route == .sms ? .sms : .letter, voter) }
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
        var all = Snapshot.Funnel()
        var crowd = Crowd()
        try desk.registrar.each(reading, election) { voter, _ throws(StoreError) in
            let mark = marks[voter.id]
            SnapshotDesk.add(mark, to: &all)
            crowd.add(
                [voter.college, voter.site, mark.contains(.issued) ? mark.route.rawValue : nil],
                hasVoted: mark.contains(.voted))
        }
        let partitions = crowd.partitions()
        var total = all
        let isMoving = poll.map { [.open, .suspended, .closing].contains($0.state) } ?? false
        let held = isMoving ? before : nil
        if let was = held?.all.voted, abs(total.voted - was) < Snapshot.small { total.voted = was }
        return Snapshot(
            at: desk.clock.now, poll: poll?.state.rawValue, roundAt: poll?.roundAt, all: total,
            colleges: SnapshotDesk.calm(partitions[0], held?.colleges),
            sites: SnapshotDesk.calm(partitions[1], held?.sites),
            channels: SnapshotDesk.calm(partitions[2], held?.channels), ballots: turnouts,
            hours: SnapshotDesk.calm(hours, held?.hours))
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
                made.insert(.voted, voter)
                hours[at / 3600, default: 0] += 1
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

    /// The voters by everything that figures are shown by.
    private struct Crowd {
        private var counts: [[String?]: SmallCells.Count] = [:]

        mutating func add(_ names: [String?], hasVoted: Bool) {
            counts[names, default: .init()] += SmallCells.Count(eligible: 1, voted: hasVoted ? 1 : 0)
        }

        /// The groups of each partition by name, with what may be shown of them.
        func partitions() -> [Snapshot.Partition] {
            let names = (0..<3).map { place in Set(counts.keys.compactMap { $0[place] }).sorted() }
            let places = names.map { Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($1, $0) }) }
            var sums = names.map { [SmallCells.Count](repeating: .init(), count: $0.count) }
            var parts: [SideBySide.Part] = []
            for (key, count) in counts {
                let groups = key.enumerated().map { place, name in name.flatMap { places[place][$0] } }
                for (place, group) in groups.enumerated() { if let group { sums[place][group] += count } }
                parts.append(SideBySide.Part(groups: groups, count: count))
            }
            let shown = SideBySide.shown(names.map(\.count), parts)
            return names.indices.map { place in
                Snapshot.Partition(
                    voted: sums[place].reduce(0) { $0 + $1.voted },
                    cells: names[place].indices.map { group in
                        let sum = sums[place][group]
                        return Snapshot.Cell(
                            name: names[place][group], eligible: sum.eligible,
                            voted: shown[place][group] ? sum.voted : nil)
                    })
            }
        }
    }

    /// A partition as it may be shown while the poll is open, after `before` was shown: every group that is shown in both,
    /// and all others together, have moved by nothing or by ten at least; else the figures stay as they were.
    static func calm(_ now: Snapshot.Partition, _ before: Snapshot.Partition?) -> Snapshot.Partition {
        guard let before else { return now }
        let old = Dictionary(before.cells.map { ($0.name, $0.voted) }, uniquingKeysWith: { $1 })
        var steps = now.cells.compactMap { cell in
            cell.voted.flatMap { votes in (old[cell.name] ?? nil).map { votes - $0 } }
        }
        steps.append(now.voted - before.voted - steps.reduce(0, +))
        return steps.allSatisfy { $0 == 0 || $0 >= Snapshot.small } ? now : before
    }

    /// The same for the hours of the poll.
    static func calm(_ hours: [Snapshot.Hour], _ before: [Snapshot.Hour]?) -> [Snapshot.Hour] {
        guard let before else { return hours }
        let old = Dictionary(before.map { ($0.at, $0.votes) }, uniquingKeysWith: { $1 })
        let isCalm = hours.allSatisfy { $0.votes == old[$0.at] ?? 0 || $0.votes - (old[$0.at] ?? 0) >= Snapshot.small }
        return isCalm ? hours : before
    }
}
