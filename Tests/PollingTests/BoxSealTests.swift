import BallotCore
import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import Testing

/// Somebody who may write the store's file and has no key.
struct BoxSealTests {
    private let broken =
        "titulaires-ouvriers: the seals of box and list do not open: they were changed by hand, or belong to another ballot or round."
    private let earlier = "titulaires-ouvriers: the seals of box and list were put back to an earlier moment."

    private func filled(_ votes: Int = 3) throws -> PollFixture {
        let poll = try PollFixture()
        for voter in 0..<votes { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        return poll
    }

    private func sums(_ poll: PollFixture) throws -> [UInt8] {
        try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.first("SELECT sums FROM polling_count WHERE ballot = 1") {
                (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
            } ?? []
        }
    }

    private func put(_ sums: [UInt8], into poll: PollFixture) throws {
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try transaction.execute("UPDATE polling_count SET sums = ? WHERE ballot = 1", sums)
        }
    }

    /// Slots with ballots and signed lines of the first ballot, with their rows' numbers.
    private func members(_ poll: PollFixture) throws -> (box: [[UInt8]], list: [[UInt8]]) {
        func number(_ value: Int) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> (56 - 8 * $0)) } }
        return try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            let box = try reading.all(
                "SELECT id, content FROM polling_slot WHERE ballot = 1 AND content >= x'0000000000000001'"
            ) { (row: borrowing Row) throws(StoreError) -> [UInt8] in
                let content: [UInt8] = try row[1]
                let count = content[4..<8].reduce(0) { $0 << 8 | Int($1) }
                return number(try row[0]) + sha256(Array(content[8..<8 + count]))
            }
            let list = try reading.all(
                "SELECT id, voter, entry FROM polling_elector WHERE ballot = 1 AND entry >= x'0000000000000001'"
            ) { (row: borrowing Row) throws(StoreError) -> [UInt8] in
                let entry: [UInt8] = try row[2]
                return number(try row[0]) + number(try row[1]) + Array(entry[..<8])
            }
            return (box, list)
        }
    }

    @Test func `neither store nor log nor journal holds a sum from which a term could be subtracted`() throws {
        let poll = try PollFixture()
        let seal = MultisetSeal(poll.key.subkey(.box))
        var sums: [[UInt8]] = []
        for voter in 0..<11 {
            _ = try poll.cast(try poll.ballot(voter), by: voter)
            let (box, list) = try members(poll)
            #expect(box.count == voter + 1 && list.count == voter + 1)
            for members in [box, list] { sums.append(members.reduce(MultisetSeal.empty) { seal.adding($1, to: $0) }) }
        }
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        for name in ["s.sqlite", "s.sqlite-wal"] {
            let file = try Data(contentsOf: poll.folder.appending(path: name))
            for sum in sums {
                #expect(file.range(of: Data(sum)) == nil && file.range(of: Data(hex(sum).utf8)) == nil)
            }
        }
    }

    @Test func `a vote taken away, with its terms subtracted, is found`() throws {
        let poll = try filled(2)
        let before = try sums(poll)
        _ = try poll.cast(try poll.ballot(2), by: 2)
        let after = try sums(poll)
        // The difference of two rows, byte by byte and as long numbers, taken off the later one.
        let bytewise = zip(after, zip(after, before)).map { $0 &- ($1.0 &- $1.1) }
        let mixed = zip(after, before).map { $0 ^ $1 }
        try poll.execute(
            """
            UPDATE polling_slot SET content = zeroblob(length(content))
            WHERE id = (SELECT max(id) FROM polling_slot WHERE ballot = 1 AND content > x'0000000000000001')
            """)
        try poll.execute(
            "UPDATE polling_elector SET entry = zeroblob(length(entry)) WHERE id = (SELECT max(id) FROM polling_elector WHERE ballot = 1 AND entry > x'0000000000000001')"
        )
        try poll.execute("UPDATE polling_count SET votes = votes - 1 WHERE ballot = 1")
        #expect(try !poll.another().integrity.audit().map(\.description).isEmpty)
        for changed in [mixed, Array(after.reversed()), [], [UInt8](repeating: 0, count: after.count)] {
            try put(changed, into: poll)
            #expect(try poll.another().integrity.audit().map(\.description) == [broken])
        }
        try put(bytewise, into: poll)
        #expect(try poll.station.integrity.audit().map(\.description) == [earlier])
    }

    @Test func `an earlier row with all that belonged to it is found by the station that runs`() throws {
        let poll = try filled(2)
        try poll.execute("CREATE TABLE slots AS SELECT * FROM polling_slot")
        try poll.execute("CREATE TABLE electors AS SELECT * FROM polling_elector")
        try poll.execute("CREATE TABLE counts AS SELECT * FROM polling_count")
        _ = try poll.cast(try poll.ballot(2), by: 2)
        #expect(try poll.station.integrity.audit().map(\.description) == [])
        try poll.execute(
            "UPDATE polling_slot SET content = (SELECT content FROM slots WHERE slots.id = polling_slot.id)")
        try poll.execute(
            "UPDATE polling_elector SET entry = (SELECT entry FROM electors WHERE electors.id = polling_elector.id)")
        try poll.execute(
            """
            UPDATE polling_count SET (votes, sums) =
                (SELECT votes, sums FROM counts WHERE counts.ballot = polling_count.ballot)
            """)
        #expect(try poll.station.integrity.audit().map(\.description) == [earlier])
        // Nothing is written over it: a later vote would make it look whole.
        #expect(throws: StoreError.self) { try poll.cast(try poll.ballot(3), by: 3) }
        #expect(try poll.station.integrity.audit().map(\.description) == [earlier])
    }

    @Test func `an earlier row is found by who comes later once a round is between`() throws {
        let poll = try filled(11)
        let before = try sums(poll)
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        #expect(try poll.another().integrity.audit().map(\.description) == [])
        try put(before, into: poll)
        #expect(try poll.another().integrity.audit().map(\.description) == [broken])
    }

    @Test func `rows of two ballots that were swapped are found`() throws {
        let poll = try filled(2)
        let other = PollFixture.other
        for voter in 0..<2 { _ = try poll.cast(try poll.ballot(voter, 1, other), by: voter, other) }
        try poll.execute("CREATE TABLE copy AS SELECT * FROM polling_count")
        try poll.execute(
            "UPDATE polling_count SET sums = (SELECT sums FROM copy WHERE copy.ballot <> polling_count.ballot)")
        let findings = try poll.another().integrity.audit().map(\.description)
        #expect(findings.contains(broken) && findings.count == 2)
    }

    @Test func `a round does not mend seals that were changed`() throws {
        let poll = try filled(10)
        try put(Array(try sums(poll).reversed()), into: poll)
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        #expect(try poll.another().integrity.audit().map(\.description) == [broken])
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(try poll.another().integrity.audit().map(\.description) == [broken])
    }

    @Test func `the seals of an election do not open under another key`() throws {
        let (one, other) = (try filled(1), try filled(1))
        try put(try sums(other), into: one)
        #expect(try one.another().integrity.audit().map(\.description) == [broken])
    }
}
