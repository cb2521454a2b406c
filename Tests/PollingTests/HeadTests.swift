import BallotCore
import BallotEngine
import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import Tally
import Testing

struct HeadTests {
    private func rounds(_ poll: PollFixture) throws -> [Round] {
        let ballot = try poll.stored()
        return try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.rounds.all(reading, ballot)
        }
    }

    /// Hashes of an archive's events in their order, by their contents alone.
    private func events(_ archive: [UInt8]) -> [(hash: String, height: Int)] {
        var events: [(String, Int)] = []
        var at = 0
        while at < archive.count {
            let name = string(Array(archive[at..<at + 100].prefix { $0 != 0 }))
            let count = Int(string(Array(archive[at + 124..<at + 135])), radix: 8) ?? 0
            let content = Array(archive[at + 512..<at + 512 + count])
            at += 512 + (count + 511) / 512 * 512
            guard name.hasSuffix(".event.json"), let height = JSON.read(content)?["height"]?.integer else { continue }
            events.append((hex(sha256(content)), height))
        }
        return events
    }

    private func filled(_ votes: Range<Int>, _ poll: PollFixture) throws {
        for voter in votes { _ = try poll.cast(try poll.ballot(voter), by: voter) }
    }

    @Test func `the head of each round is the hash of an event of the archive`() throws {
        let poll = try PollFixture(voters: 24)
        try filled(0..<10, poll)
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        #expect(events(try poll.archive()).last?.hash == (try rounds(poll)).last?.head)
        try filled(10..<22, poll)
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        try filled(22..<23, poll)
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        let (rounds, events) = (try rounds(poll), events(try poll.archive()))
        #expect(rounds.map(\.height) == [10, 22, 23] && rounds.map(\.ballots) == [10, 12, 1])
        #expect(rounds.map(\.signatures) == [10, 22, 23])
        for round in rounds {
            #expect(round.head.utf8.count == 64)
            #expect(events.first { $0.hash == round.head }?.height == round.height)
        }
        #expect(try poll.station.integrity.audit().map(\.description) == [])
    }

    @Test func `an archive from which a ballot was left out does not hold the head`() throws {
        let poll = try PollFixture()
        try filled(0..<10, poll)
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        let (ballot, head) = (try poll.stored(), try #require(try rounds(poll).last?.head))
        let forged = try poll.store.read { (reading: borrowing Reading) throws(StoreError) -> [UInt8] in
            var writer = ArchiveWriter(time: 1)
            var bytes = writer.setup(
                election: ballot.document, trustees: ballot.trustees, credentials: try ballot.credentials(reading))
            var place = 0
            try poll.station.rounds.eachPublished(reading, ballot) { text, _ in
                place += 1
                if place != 4 { bytes += writer.ballot(text) }
            }
            return bytes
        }
        #expect(events(forged).count == 10 && !events(forged).contains { $0.hash == head })
    }

    /// Changes of what is published, and what is said of them.
    private static let changes: [(StaticString, String)] = [
        ("UPDATE polling_round SET head = upper(head)", "the head of round 1 is not that"),
        ("UPDATE polling_round SET height = height + 1", "the head of round 1 is not that"),
        ("UPDATE polling_round SET ballots = ballots - 1", "what is published is not what is in the box"),
        ("UPDATE polling_tracker SET place = 100 WHERE place = 1", "the head of round 1 is not that"),
        (
            "UPDATE polling_tracker SET slot = (SELECT slot FROM polling_tracker WHERE place = 2) WHERE place = 1",
            "what is published is not what is in the box"
        ),
        ("DELETE FROM polling_round", "not the one of the journal's last round"),
    ]

    @Test(arguments: changes.indices)
    func `a change of what is published is found`(number: Int) throws {
        let poll = try PollFixture()
        try filled(0..<10, poll)
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        try poll.execute(HeadTests.changes[number].0)
        let found = try poll.another().integrity.audit().map(\.description).joined(separator: "; ")
        #expect(found.contains(HeadTests.changes[number].1), "\(found)")
    }

    @Test func `the journal keeps round, counts and head, and nothing of the sums`() throws {
        let poll = try PollFixture()
        try filled(0..<10, poll)
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        let details = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try AuditJournal.lastDetails(reading, action: .pollRound)
        }
        let round = try #require(try rounds(poll).last)
        #expect(
            details == [
                "ballot": PollFixture.ballot, "round": "1", "ballots": "10", "votes": "10", "signatures": "10",
                "head": round.head, "height": "10", "at": "\(round.at)",
            ])
    }

    @Test func `a round that its program did not live to publish counts for nothing and is made anew`() throws {
        let poll = try PollFixture()
        try filled(0..<10, poll)
        try poll.execute(
            """
            INSERT INTO polling_tracker (ballot, place, tracker, round, slot)
            SELECT 1, row_number() OVER (), 'unfinished' || id, 1, id FROM polling_slot
            WHERE ballot = 1 AND content >= x'0000000000000001' LIMIT 6
            """)
        #expect(try poll.trackers() == [] && poll.another().integrity.audit().map(\.description) == [])
        #expect(events(try poll.archive()).count == 1)
        // Not public: the voter gets the same receipt again.
        let text = try poll.ballot(10)
        for _ in 0...1 { #expect(receipt(try poll.cast(text, by: 10)) != nil) }
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        #expect(try poll.trackers().count == 11 && poll.trackers() == poll.trackers().sorted())
        #expect(try poll.another().integrity.audit().map(\.description) == [])
        guard case .voted = try poll.cast(text, by: 10) else {
            Issue.record("a receipt was given for a public ballot")
            return
        }
    }

    @Test func `two programs do not publish at once`() throws {
        let poll = try PollFixture()
        try filled(0..<10, poll)
        poll.wait(900)
        let lock = try ProcessLock(store: poll.store.path, name: "rounds-\(poll.election.number)")
        #expect(try poll.station.rounds.turn() == [])
        withExtendedLifetime(lock) {}
    }

    @Test func `rounds of two ballots have one time, and the bureau is told in their transaction`() throws {
        let poll = try PollFixture()
        for name in [PollFixture.ballot, PollFixture.other] {
            for voter in 0..<10 { _ = try poll.cast(try poll.ballot(voter, 1, name), by: voter, name) }
        }
        poll.wait(900)
        var told: [String] = []
        let turned = try poll.station.rounds.turn { _, names, at throws(StoreError) in
            told += names
            #expect(at == poll.now)
        }
        #expect(turned == [PollFixture.ballot, PollFixture.other] && told == turned)
        _ = try poll.cast(try poll.ballot(10), by: 10)
        told = []
        #expect(
            try poll.station.closer.close(atOnce: true, by: .system("test")) { _, names, _ throws(StoreError) in
                told += names
            }
                == nil)
        #expect(told == [PollFixture.ballot])
    }

    @Test func `a poll that was stopped takes nothing, and whoever looks next closes it`() throws {
        let poll = try PollFixture()
        let texts = try (0..<2).map { try poll.ballot($0) }
        _ = try poll.cast(texts[0], by: 0)
        // As a program leaves it that died between the stop and the close.
        try poll.execute("UPDATE polling_poll SET state = 'closing', stopped_at = 1")
        guard case .shut = try poll.cast(texts[1], by: 1) else {
            Issue.record("a stopped poll took a ballot")
            return
        }
        #expect(try poll.station.closer.followClock(by: .system("clock")))
        let state = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: poll.election.number)?.state
        }
        #expect(try state == .closed && poll.trackers().count == 1)
    }
}
