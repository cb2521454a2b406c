import Crypto
package import Elections
package import Store

/// Where a poll stands. No clock brings an earlier state back.
package enum PollState: String, Sendable {
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
}

/// A poll as it is stored.
package struct Poll: Sendable {
    package let election: Int
    package let state: PollState
    package let sealedAt: Int
    package let openedAt: Int?
    package let closesAt: Int
    package let closedAt: Int?
    /// Since when no ballot is taken any more, in a poll that is being closed.
    package let stoppedAt: Int?
    /// When a person ordered the close: no clock is asked any more.
    package let orderedAt: Int?
    /// The last sign of life of a program whose clock was believed.
    package let seenAt: Int?
    /// Why the running program does not take its clock's word; nil while it does.
    package let clockDoubt: ClockDoubt?
    /// When the last round of publication was.
    package let roundAt: Int?
    package let manifest: [UInt8]
    /// What the seal is known by: eight groups of four hexadecimal digits.
    package let fingerprint: String

    package static func find(_ reading: borrowing Reading, election: Int) throws(StoreError) -> Poll? {
        try reading.first(
            "SELECT state, sealed_at, opened_at, closes_at, closed_at, stopped_at, round_at, manifest, fingerprint, ordered_at, seen_at, clock_doubt FROM polling_poll WHERE election = ?",
            election
        ) { (row: borrowing Row) throws(StoreError) -> Poll in
            let name: String = try row[0]
            guard let state = PollState(rawValue: name) else {
                throw StoreError(.damaged, "The poll's state is \"\(name)\".", cure: "Restore the latest backup.")
            }
            let doubt: String? = try row[11]
            return Poll(
                election: election, state: state, sealedAt: try row[1], openedAt: try row[2], closesAt: try row[3],
                closedAt: try row[4], stoppedAt: try row[5], orderedAt: try row[9], seenAt: try row[10],
                clockDoubt: doubt.flatMap(ClockDoubt.init(rawValue:)), roundAt: try row[6], manifest: try row[7],
                fingerprint: try row[8])
        }
    }

    /// Whether a voter whose session was opened at `openedAt` may cast now.
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
    package let id: Int
    package let name: String
    package let uuid: [UInt8]
    /// The election document of the ballot protocol, and the trustees'.
    package let document: [UInt8]
    package let trustees: [UInt8]
    package let electors: Int
    package let slotBytes: Int
    /// Ballots in the box, published or not.
    package let votes: Int

    /// Whether any ballot of an election has a result.
    package static func haveResult(_ reading: borrowing Reading, election: Int) throws(StoreError) -> Bool {
        try reading.number(
            "SELECT EXISTS (SELECT 1 FROM polling_ballot WHERE election = ? AND result IS NOT NULL)", election) == 1
    }

    package static func all(_ reading: borrowing Reading, election: Int) throws(StoreError) -> [PollBallot] {
        try reading.all(
            "SELECT id, name, uuid, document, trustees, electors, slot_bytes, votes FROM polling_ballot JOIN polling_count ON ballot = id WHERE election = ? ORDER BY id",
            election, row: PollBallot.read)
    }

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
    package func credentials(_ reading: borrowing Reading) throws(StoreError) -> [UInt8] {
        try reading.first("SELECT credentials FROM polling_ballot WHERE id = ?", id) {
            (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
        } ?? []
    }
}

/// Numbers as fixed bytes, so that a stored row never changes its size.
enum Fixed {
    static func bytes(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * (count - 1 - $0))) }
    }

    static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }
}

/// A slot's content: the ballot, nil before there is one.
struct SlotContent {
    static let head = 8

    let ballot: [UInt8]?

    /// - Throws: `.damaged` for what is shorter than its own head or length.
    init(_ bytes: [UInt8]) throws(StoreError) {
        guard bytes.count > SlotContent.head, Fixed.number(bytes[4..<8]) <= bytes.count - SlotContent.head else {
            throw StoreError(.damaged, "A slot of the ballot box was cut short.", cure: "Run `isoloir poll status`.")
        }
        let count = Fixed.number(bytes[4..<8])
        ballot = count == 0 ? nil : Array(bytes[SlotContent.head..<min(bytes.count, SlotContent.head + count)])
    }

    static func bytes(ballot: [UInt8], size: Int) -> [UInt8] {
        Fixed.bytes(0, 4) + Fixed.bytes(ballot.count, 4) + ballot
            + [UInt8](repeating: 0, count: size - head - ballot.count)
    }
}

/// An elector's entry in the signature list, with the sealed credential until they vote.
struct ElectorEntry {
    private static let head = 9

    /// Seconds since 1970 at the beginning of the minute; nil before the vote.
    let signedAt: Int?
    let isTold: Bool
    let sealed: [UInt8]

    /// - Throws: `.damaged` for what is too short.
    init(_ bytes: [UInt8]) throws(StoreError) {
        guard bytes.count > ElectorEntry.head else {
            throw StoreError(
                .damaged, "A line of the signature list was cut short.", cure: "Run `isoloir poll status`.")
        }
        let time = Fixed.number(bytes[0..<8])
        signedAt = time == 0 ? nil : time
        isTold = bytes[8] != 0
        sealed = Array(bytes[ElectorEntry.head...])
    }

    static func unsigned(_ sealed: [UInt8]) -> [UInt8] { [UInt8](repeating: 0, count: head) + sealed }

    /// The entry of one who voted: the credential is gone.
    static func signed(at time: Int, isTold: Bool, size: Int) -> [UInt8] {
        Fixed.bytes(time - time % 60, 8) + [isTold ? 1 : 0] + [UInt8](repeating: 0, count: size - head)
    }

    /// What the seal covers of a line whose voter has not voted: without its credential they could not vote any more.
    static func waiting(elector: Int, voter: Int, sealed: [UInt8]) -> [UInt8] {
        Array("line".utf8) + Fixed.bytes(elector, 8) + Fixed.bytes(voter, 8) + sha256(sealed)
    }

    /// What the seal covers of a slot: which credential votes into it.
    /// - Parameter credential: what the slot keeps of it.
    static func slot(_ slot: Int, credential: [UInt8]) -> [UInt8] {
        Array("slot".utf8) + Fixed.bytes(slot, 8) + credential
    }

    /// What the list's seal covers of a signature.
    static func member(elector: Int, voter: Int, signedAt: Int) -> [UInt8] {
        Fixed.bytes(elector, 8) + Fixed.bytes(voter, 8) + Fixed.bytes(signedAt, 8)
    }
}
