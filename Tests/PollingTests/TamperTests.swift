import BallotCore
import Elections
import Foundation
import Journal
import Polling
import Store
import Synchronization
import Tally
import TestSupport
import Testing

struct TamperTests {
    @Test func `a ballot taken away is found`() throws {
        let poll = try PollFixture()
        for voter in 0..<3 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        #expect(try poll.station.integrity.audit().map(\.description) == [])
        try poll.execute(
            """
            UPDATE polling_slot SET content = zeroblob(length(content))
            WHERE id = (SELECT max(id) FROM polling_slot WHERE content > x'0000000000000001')
            """)
        #expect(
            try poll.station.integrity.audit().map(\.description).first?.contains(
                "2 ballots in the box, 3 signatures, 3 votes") == true)
    }

    @Test func `a signature taken away is found`() throws {
        let poll = try PollFixture()
        _ = try poll.cast(try poll.ballot(0), by: 0)
        try poll.execute(
            "UPDATE polling_elector SET entry = zeroblob(length(entry)) WHERE entry >= x'0000000000000001' AND ballot = 1"
        )
        #expect(
            try poll.station.integrity.audit().map(\.description).contains {
                $0.contains("the signature list was changed by hand")
            })
    }

    @Test func `a signature moved to another voter is found`() throws {
        let poll = try PollFixture()
        _ = try poll.cast(try poll.ballot(0), by: 0)
        try poll.execute(
            """
            UPDATE polling_elector SET entry = (SELECT entry FROM polling_elector WHERE entry >= x'0000000000000001' LIMIT 1)
            WHERE id = (SELECT max(id) FROM polling_elector WHERE ballot = 1)
            """)
        try poll.execute(
            "UPDATE polling_elector SET entry = zeroblob(length(entry)) WHERE id = (SELECT min(id) FROM polling_elector WHERE entry >= x'0000000000000001')"
        )
        #expect(
            try poll.station.integrity.audit().map(\.description) == [
                "titulaires-ouvriers: voters of the list, their sealed credentials, or the slots' are not the sealed ones.",
                "titulaires-ouvriers: the signature list was changed by hand: its seal does not fit.",
            ])
    }

    @Test func `a ballot moved to another slot is found`() throws {
        let poll = try PollFixture()
        _ = try poll.cast(try poll.ballot(0), by: 0)
        try poll.execute(
            """
            UPDATE polling_slot SET content = (SELECT max(content) FROM polling_slot) WHERE id =
                (SELECT min(id) FROM polling_slot WHERE ballot = 1 AND content < x'0000000000000001')
            """)
        #expect(
            try poll.station.integrity.audit().map(\.description).contains {
                $0.contains("the box was changed by hand")
            })
    }

    /// Changes of what stands around box and list, each after votes, a round, the close and the count.
    static let changes: [(StaticString, String)] = [
        ("DELETE FROM polling_tracker WHERE place = 1", "what is published is not what is in the box"),
        ("UPDATE polling_tracker SET round = 2 WHERE place = 1", "what is published is not what is in the box"),
        ("UPDATE polling_tracker SET tracker = 'x' WHERE place = 1", "what is published is not what is in the box"),
        ("UPDATE polling_round SET ballots = ballots + 1", "what is published is not what is in the box"),
        ("UPDATE polling_elector SET voter = -voter WHERE ballot = 1", "the signature list was changed by hand"),
        ("UPDATE polling_slot SET weight = 2 WHERE id = 1", "1 slots do not belong to a sealed credential"),
        ("UPDATE polling_slot SET content = x'00' WHERE id = 1", "1 slots were cut short"),
        ("UPDATE polling_elector SET entry = x'00' WHERE id = 1", "11 lines of the list for 12 electors"),
        ("UPDATE polling_ballot SET electors = 13", "the sealed documents were changed"),
        ("UPDATE polling_poll SET state = 'open'", "The poll is open, by the journal closed"),
        ("UPDATE polling_poll SET closes_at = closes_at + 1000000", "hour of closing was changed"),
        ("UPDATE polling_poll SET stopped_at = NULL", "That ballots are taken, or not any more"),
        ("UPDATE polling_ballot SET tally = x'5b5d'", "the encrypted tally is not the journal's"),
        ("UPDATE polling_ballot SET tallied_weight = -1000", "the encrypted tally is not the journal's"),
        ("UPDATE polling_ballot SET tallied_weight = 4000000000000", "the encrypted tally is not the journal's"),
        (
            "UPDATE polling_part SET binding = NULL",
            "the part of trustee 1 is bound by nothing, and nobody accepted that"
        ),
        (
            "UPDATE polling_part SET binding = NULL, waiver = 'Irene, Hugo: minutes'",
            "the part of trustee 1 is bound by nothing, and the bureau's word that lets it in does not hold"
        ),
        ("UPDATE polling_round SET at = at - 60 WHERE number = 1", "not the one of the journal's last round"),
        ("UPDATE polling_round SET signatures = signatures + 1", "not the one of the journal's last round"),
        ("UPDATE polling_round SET height = height + 1", "the head of round 1"),
        ("UPDATE polling_poll SET sealed_at = sealed_at - 60", "at which the poll was sealed"),
        ("UPDATE polling_poll SET opened_at = opened_at + 60", "at which the poll was opened"),
        ("UPDATE polling_poll SET closed_at = closed_at + 60", "at which the poll was closed"),
        ("DELETE FROM polling_record WHERE kind = 'opening'", "The opening record is not the one of the journal"),
        ("DELETE FROM polling_record WHERE kind = 'closing'", "The closing record is not the one of the journal"),
        ("UPDATE polling_trustee SET checked_at = NULL", "Anne's check of the seal is not what was signed"),
        ("UPDATE polling_trustee SET waived = 'Irene: x', check_file = NULL", "Anne's check of the seal"),
        (
            "INSERT INTO polling_restore (election, at, backup_at, file, sha256, mark, holds) VALUES (1, 5, 4, 'b', 'c', 'd', 0)",
            "What is stored of a restored backup was changed by hand"
        ),
        ("UPDATE polling_ballot SET result = x'7b7d'", "the result is not the journal's"),
    ]

    @Test(arguments: changes.indices)
    func `what stands around the box is compared too`(number: Int) throws {
        let poll = try PollFixture()
        for voter in 0..<12 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        _ = try poll.tallyService.tally(by: .system("test"))
        for trustee in 0...1 {
            _ = try poll.tallyService.decryptions.take(try poll.decryptions(trustee), by: .system("test"))
        }
        #expect(try poll.station.integrity.audit().map(\.description) == [])
        let (change, expected) = TamperTests.changes[number]
        try poll.execute("PRAGMA defer_foreign_keys = ON")
        do { try poll.execute(change) } catch {
            // What the store's own rules refuse cannot be done by hand without switching them off.
            #expect("\(error)".contains("FOREIGN KEY"))
            return
        }
        let found = try poll.station.integrity.audit().map(\.description).joined(separator: "; ")
        #expect(found.contains(expected), "\(found)")
    }

    @Test func `a box that was put back to an earlier state is found`() throws {
        let poll = try PollFixture()
        try poll.execute("CREATE TABLE empty AS SELECT sums FROM polling_count WHERE ballot = 1")
        try poll.execute("CREATE TABLE lines AS SELECT id, entry FROM polling_elector WHERE ballot = 1")
        for voter in 0..<11 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        try poll.execute("UPDATE polling_slot SET content = zeroblob(length(content)) WHERE ballot = 1")
        try poll.execute(
            "UPDATE polling_elector SET entry = (SELECT entry FROM lines WHERE lines.id = polling_elector.id) WHERE ballot = 1"
        )
        try poll.execute(
            "UPDATE polling_count SET votes = 0, sums = (SELECT sums FROM empty) WHERE ballot = 1")
        try poll.execute("DELETE FROM polling_tracker")
        try poll.execute("DELETE FROM polling_round")
        #expect(
            try poll.station.integrity.audit().map(\.description) == [
                "titulaires-ouvriers: the seals of box and list were put back to an earlier moment.",
                "titulaires-ouvriers: the published box is not the one of the journal's last round.",
            ])
        // Who was not there meanwhile still has the journal.
        #expect(
            try poll.another().integrity.audit().map(\.description) == [
                "titulaires-ouvriers: the published box is not the one of the journal's last round."
            ])
    }

    @Test func `an open poll that was stopped by hand is found`() throws {
        let poll = try PollFixture()
        try poll.execute("UPDATE polling_poll SET stopped_at = 1")
        #expect(
            try poll.station.integrity.audit().map(\.description).contains(
                "That ballots are taken, or not any more, was changed by hand.")
        )
    }

    @Test func `a count and a vote made up without the key are found`() throws {
        let poll = try PollFixture()
        try poll.execute("UPDATE polling_count SET votes = votes + 1 WHERE ballot = 1")
        #expect(
            try poll.station.integrity.audit().map(\.description) == [
                "titulaires-ouvriers: 0 ballots in the box, 0 signatures, 1 votes recorded."
            ])
    }

    @Test func `other credentials, trustees or another election document are found`() throws {
        let poll = try PollFixture()
        try poll.execute("UPDATE polling_ballot SET credentials = x'5b5d' WHERE name = 'titulaires-ouvriers'")
        #expect(
            try poll.station.integrity.audit().map(\.description).first
                == "titulaires-ouvriers: the sealed documents were changed.")
        try poll.execute("UPDATE polling_poll SET manifest = x'7b7d'")
        #expect(
            try poll.station.integrity.audit().map(\.description).contains {
                $0.hasPrefix("The seal's manifest was changed by hand")
            })
    }
}
