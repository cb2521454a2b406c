import Crypto
package import Elections
package import Store

/// Where a poll stands. No clock brings an earlier state back.
package enum PollState: String, Sendable, CaseIterable {
    /// Being sealed: an interrupted sealing is begun anew.
    case sealing
    case sealed, open, suspended
    /// The hour has come: only those vote who signed in before it, for the election's grace.
    case closing
    /// Hour and grace are over by a clock that nothing vouches for: no vote is taken, and nothing is final.
    case ended
    case closed
    /// Ended for good without a result, on the word of two members of the bureau.
    case abandoned
    case destroyed

    /// Whether no vote will ever be taken again.
    package var isFinal: Bool { [.closed, .abandoned, .destroyed].contains(self) }
    /// Whether the clock is asked: from the opening to the close.
    package var isUnderWay: Bool { [.open, .suspended, .closing, .ended].contains(self) }
    /// Whether the close can be moved to a later hour.
    package var isExtendable: Bool { [.sealed, .open, .suspended, .ended].contains(self) }
}

/// A poll as it is stored.
package struct Poll: Sendable {
    /// Row number of the election's definition.
    package let election: Int
    /// As stored; `PollStateMachine.change` alone moves it on.
    package let state: PollState
    /// When the sealing ended, in seconds since 1970; while it runs, when it began.
    package let sealedAt: Int
    /// Seconds since 1970; nil before the opening.
    package let openedAt: Int?
    /// The hour of closing in force, without the grace, in seconds since 1970: the announced one, a later one by
    /// extension, or an earlier one by a close that was ordered.
    package let closesAt: Int
    /// When the final close or the abandonment was, in seconds since 1970; nil before.
    package let closedAt: Int?
    /// Since when no ballot is taken any more, in a poll that is being closed.
    package let stoppedAt: Int?
    /// When a person ordered the close: no clock is asked any more.
    package let orderedAt: Int?
    /// The last sign of life of a program whose clock was believed.
    package let seenAt: Int?
    /// The same with the machine's start; nil where none was written yet.
    let seen: SteadyClock.Witness?
    /// Why the running program does not take its clock's word; nil while it does, and for a poll that ended for good: no clock is
    /// asked there.
    package let clockDoubt: ClockDoubt?
    /// When the last round of publication was.
    package let roundAt: Int?
    /// The bytes whose SHA-256 is the seal (`SealManifest` reads them); empty while the poll is being sealed.
    package let manifest: [UInt8]
    /// What the seal is known by: eight groups of four hexadecimal digits.
    package let fingerprint: String

    /// - Parameter election: row number of its definition.
    /// - Returns: nil where the election was never sealed, or its seal was undone.
    /// - Throws: `.damaged` for a state that this version does not know.
    package static func find(_ reading: borrowing Reading, election: Int) throws(StoreError) -> Poll? {
        try reading.first(
            "SELECT state, sealed_at, opened_at, closes_at, closed_at, stopped_at, round_at, manifest, fingerprint, ordered_at, seen_at, clock_doubt, seen_ticks, seen_boot FROM polling_poll WHERE election = ?",
            election
        ) { (row: borrowing Row) throws(StoreError) -> Poll in
            let name: String = try row[0]
            guard let state = PollState(rawValue: name) else {
                throw StoreError(.damaged, "The poll's state is \"\(name)\".", cure: "Restore the latest backup.")
            }
            let doubt: String? = state.isFinal ? nil : try row[11]
            let (seenAt, ticks, boot): (Int?, Int?, String?) = (try row[10], try row[12], try row[13])
            var seen: SteadyClock.Witness?
            if let seenAt, let ticks, let boot { seen = SteadyClock.Witness(time: seenAt, ticks: ticks, boot: boot) }
            return Poll(
                election: election, state: state, sealedAt: try row[1], openedAt: try row[2], closesAt: try row[3],
                closedAt: try row[4], stoppedAt: try row[5], orderedAt: try row[9], seenAt: seenAt,
                seen: seen, clockDoubt: doubt.flatMap(ClockDoubt.init(rawValue:)), roundAt: try row[6],
                manifest: try row[7],
                fingerprint: try row[8])
        }
    }

    /// Whether a voter whose session was opened at `openedAt` may cast now.
    /// - Parameters:
    ///   - now: seconds since 1970.
    ///   - election: for the announced opening, before which nobody votes, and the grace.
    package func takes(sessionOpenedAt openedAt: Int, now: Int, election: Election) -> Bool {
        stoppedAt == nil
            && Poll.takes(state, closesAt: closesAt, sessionOpenedAt: openedAt, now: now, election: election)
    }

    /// State and hour alone: what a vote asks for. Nil where ballots are not taken any more, whatever the hour.
    static func hours(_ reading: borrowing Reading, election: Int) throws(StoreError) -> (PollState, closesAt: Int)? {
        let found = try reading.first(
            "SELECT state, closes_at FROM polling_poll WHERE election = ? AND stopped_at IS NULL", election
        ) { (row: borrowing Row) throws(StoreError) -> (String, Int) in (try row[0], try row[1]) }
        return found.flatMap { name, closes in PollState(rawValue: name).map { ($0, closes) } }
    }

    /// The same from state and hour alone: of a poll that is not stopped.
    static func takes(
        _ state: PollState, closesAt: Int, sessionOpenedAt openedAt: Int, now: Int, election: Election
    ) -> Bool {
        switch state {
        case .open where now < closesAt: now >= election.announcedOpening
        case .open, .closing: openedAt <= closesAt && now < closesAt + election.graceMinutes * 60
        default: false
        }
    }
}

/// One ballot (scrutin) of a sealed poll.
package struct PollBallot: Sendable {
    /// Row number; slots, lines of the list, rounds and trackers refer to it.
    package let id: Int
    /// Its name in the election's definition (`titulaires-ouvriers`).
    package let name: String
    /// Its identifier in the ballot protocol: 14 base-58 characters, made at the seal (section 2).
    package let uuid: [UInt8]
    /// The election document of the ballot protocol, and the trustees'.
    package let document: [UInt8]
    /// The `trustees` document (section 4), one public key for each trustee.
    package let trustees: [UInt8]
    /// Voters on its list: as many lines of the list as slots and credentials.
    package let electors: Int
    /// Bytes of each of its slots, empty or not; a ballot has `SlotContent.head` less.
    package let slotBytes: Int
    /// Ballots in the box, published or not.
    package let votes: Int

    /// Whether any ballot of an election has a result.
    /// - Parameter election: row number of its definition.
    package static func haveResult(_ reading: borrowing Reading, election: Int) throws(StoreError) -> Bool {
        try reading.number(
            "SELECT EXISTS (SELECT 1 FROM polling_ballot WHERE election = ? AND result IS NOT NULL)", election) == 1
    }

    /// - Parameter election: row number of its definition.
    /// - Returns: in the order of the sealing, which is that of the definition; empty before the seal.
    package static func all(_ reading: borrowing Reading, election: Int) throws(StoreError) -> [PollBallot] {
        try reading.all(
            "SELECT id, name, uuid, document, trustees, electors, slot_bytes, votes FROM polling_ballot JOIN polling_count ON ballot = id WHERE election = ? ORDER BY id",
            election, row: PollBallot.read)
    }

    /// - Parameter name: as in the election's definition; nil is returned where no sealed ballot has it.
    package static func find(
        _ reading: borrowing Reading, election: Int, name: String
    ) throws(StoreError) -> PollBallot? {
        try reading.first(
            "SELECT id, name, uuid, document, trustees, electors, slot_bytes, votes FROM polling_ballot JOIN polling_count ON ballot = id WHERE election = ? AND name = ?",
            election, name, row: PollBallot.read)
    }

    private static func read(_ row: borrowing Row) throws(StoreError) -> PollBallot {
        let uuid: String = try row[2]
        return PollBallot(
            id: try row[0], name: try row[1], uuid: Array(uuid.utf8), document: try row[3], trustees: try row[4],
            electors: try row[5], slotBytes: try row[6], votes: try row[7])
    }

    /// The public credentials' document.
    /// - Returns: a JSON array of decimal numbers, with `,weight` behind each where weights differ (section 3): 620
    ///   bytes for each elector. Empty where the ballot is gone.
    package func credentials(_ reading: borrowing Reading) throws(StoreError) -> [UInt8] {
        try reading.first("SELECT credentials FROM polling_ballot WHERE id = ?", id) {
            (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
        } ?? []
    }
}

/// Numbers as fixed bytes, so that a stored row never changes its size.
enum FixedWidth {
    /// Most significant byte first.
    static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
    }

    /// - Parameter bytes: at most 8, most significant first.
    static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}

/// A slot's content: the ballot, nil before there is one.
struct SlotContent {
    /// Bytes before the ballot: four zeros and its length.
    static let head = 8

    let ballot: [UInt8]?

    /// - Throws: `.damaged` for what is shorter than its own head or length.
    init(_ bytes: [UInt8]) throws(StoreError) {
        guard bytes.count > SlotContent.head, FixedWidth.number(bytes[4..<8]) <= bytes.count - SlotContent.head else {
            throw StoreError(.damaged, "A slot of the ballot box was cut short.", cure: "Run `isoloir poll status`.")
        }
        let count = FixedWidth.number(bytes[4..<8])
        ballot = count == 0 ? nil : Array(bytes[SlotContent.head..<min(bytes.count, SlotContent.head + count)])
    }

    /// - Parameter ballot: at most `size - head` bytes; the caller has checked that.
    static func bytes(ballot: [UInt8], size: Int) -> [UInt8] {
        FixedWidth.bytes(0, 4) + FixedWidth.bytes(ballot.count, 4) + ballot
            + [UInt8](repeating: 0, count: size - head - ballot.count)
    }
}

/// An elector's entry in the signature list, with the sealed credential until they vote.
struct ElectorEntry {
    /// Bytes before the credential: time and mark.
    private static let head = 9

    /// Seconds since 1970 at the beginning of the minute; nil before the vote.
    let signedAt: Int?
    /// Whether the voter was sent word of the vote.
    let isTold: Bool
    /// The sealed credential; zeros of the same length after the vote.
    let sealed: [UInt8]

    /// - Throws: `.damaged` for what is too short.
    init(_ bytes: [UInt8]) throws(StoreError) {
        guard bytes.count > ElectorEntry.head else {
            throw StoreError(
                .damaged, "A line of the signature list was cut short.", cure: "Run `isoloir poll status`.")
        }
        let time = FixedWidth.number(bytes[0..<8])
        signedAt = time == 0 ? nil : time
        isTold = bytes[8] != 0
        sealed = Array(bytes[ElectorEntry.head...])
    }

    /// The entry of one who has not voted.
    static func unsigned(_ sealed: [UInt8]) -> [UInt8] { [UInt8](repeating: 0, count: head) + sealed }

    /// The entry of one who voted: the credential is gone.
    /// - Parameters:
    ///   - time: seconds since 1970; rounded down to the minute here.
    ///   - size: of the whole entry, the same as before the vote.
    static func signed(at time: Int, isTold: Bool, size: Int) -> [UInt8] {
        FixedWidth.bytes(time - time % 60, 8) + [isTold ? 1 : 0] + [UInt8](repeating: 0, count: size - head)
    }

    /// What the seal covers of a line whose voter has not voted: without its credential they could not vote any more.
    static func waiting(elector: Int, voter: Int, sealed: [UInt8]) -> [UInt8] {
        Array("line".utf8) + FixedWidth.bytes(elector, 8) + FixedWidth.bytes(voter, 8) + sha256(sealed)
    }

    /// What the seal covers of a slot: which credential votes into it.
    /// - Parameter credential: what the slot keeps of it.
    static func slot(_ slot: Int, credential: [UInt8]) -> [UInt8] {
        Array("slot".utf8) + FixedWidth.bytes(slot, 8) + credential
    }

    /// What the list's seal covers of a signature.
    static func member(elector: Int, voter: Int, signedAt: Int) -> [UInt8] {
        FixedWidth.bytes(elector, 8) + FixedWidth.bytes(voter, 8) + FixedWidth.bytes(signedAt, 8)
    }
}
