import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import Tally
import TestSupport
import Testing

/// A poll that two members end without a result.
struct AbandonTests {
    private let bureau = Bureau()

    private func statement(
        _ poll: PollFixture, _ act: BureauStatement.Act = .abandonPoll, signedBy count: Int = 2
    ) throws -> BureauStatement {
        let manifest = try poll.manifest()
        let file = try bureau.statement(act, hex(sha256(try #require(manifest))), signedBy: count)
        return try #require(BureauStatement(file: file))
    }

    private func look(_ poll: PollFixture) throws -> (state: PollState?, hours: PollHours) {
        try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            (
                try Poll.find(reading, election: poll.election.number)?.state,
                try PollHours.find(reading, poll.election)
            )
        }
    }

    /// It stands in a message to every voter. Counted as letters and marks: one letter with a thousand marks is long.
    @Test(arguments: [
        (String(repeating: "x", count: 300), true), (String(repeating: "x", count: 301), false),
        (String(repeating: "e\u{301}", count: 150), true), ("e" + String(repeating: "\u{301}", count: 300), false),
    ])
    func `the reason of an abandonment is short`(reason: String, isShort: Bool) throws {
        let poll = try PollFixture(members: bureau.members)
        let manifest = try poll.manifest()
        let subject = hex(sha256(try #require(manifest)))
        let statement = try #require(
            BureauStatement(file: try bureau.statement(.abandonPoll, subject, reason: reason)))
        let refusal = try poll.station.decisions.abandon(by: .system("test"), statement: statement)
        #expect((refusal == nil) == isShort, "\(refusal?.description ?? "")")
        #expect(try look(poll).state == (isShort ? .abandoned : .open))
        if !isShort { #expect(refusal?.contains("at most 300 characters") == true) }
    }

    @Test func `two members abandon a poll for good: no vote, no count, no box key, and voters are told why`() throws {
        let poll = try PollFixture(members: bureau.members)
        let late = try poll.ballot(11)
        for voter in 0..<11 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        #expect(try poll.station.decisions.suspend(by: .system("test")) == nil)
        #expect(try poll.station.decisions.abandon(by: .system("test"), statement: try statement(poll)) == nil)
        let (state, hours) = try look(poll)
        #expect(state == .abandoned && hours.phase(poll.now) == .abandoned)
        #expect(hours.phase(poll.now + 400 * 86_400) == .abandoned)
        #expect(hours.reason == "minutes of 20 November")
        guard case .shut = try poll.cast(late, by: 11) else {
            Issue.record("an abandoned poll took a vote")
            return
        }
        #expect(poll.erasures() == 1)
        #expect(try poll.tallyService.tally(by: .system("test")).isEmpty)
        let word = PollDecision(by: "Irene", reason: "we changed our mind")
        #expect(try poll.station.decisions.resume(by: .system("test"), word) != nil)
        #expect(try poll.station.decisions.extend(to: poll.now + 86_400, by: .system("test"), word) != nil)
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test"), word: word) != nil)
        #expect(try !poll.station.closer.followClock(by: .system("clock")))
        #expect(try poll.station.integrity.audit().isEmpty)
        let text = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.records.record(reading, .abandonment)
        }
        let signed = SignedRecord.lines(Array(try #require(text).utf8), by: poll.station.receiptKey)
        let lines = try #require(signed)
        #expect(
            lines.contains {
                $0.contains("abandon d\u{E9}finitif, sans r\u{E9}sultat, par Irene, Hugo : minutes of 20 November")
            })
        let turnout = "11 \u{E9}margements pour 12 inscrits, abstentions : 1, 91,67 %"
        #expect(lines.contains("participation \(PollFixture.ballot) : \(turnout)"))
        // A program that died before the record: whoever looks next writes it.
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("DELETE FROM polling_record WHERE kind = 'abandonment'")
        }
        _ = try poll.station.closer.followClock(by: .system("clock"))
        let again = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.records.record(reading, .abandonment)
        }
        #expect(again == text)
    }

    @Test func `one member, another statement or a closed poll abandon nothing`() throws {
        let poll = try PollFixture(members: bureau.members)
        #expect(
            try poll.station.decisions.abandon(by: .system("test"), statement: try statement(poll, signedBy: 1))?
                .contains("2 members") == true)
        #expect(
            try poll.station.decisions.abandon(by: .system("test"), statement: try statement(poll, .boxKeyDestroyed))?
                .contains("does not serve") == true)
        #expect(try look(poll).state == .open)
        #expect(poll.erasures() == 0)
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(try poll.station.decisions.abandon(by: .system("test"), statement: try statement(poll)) != nil)
        #expect(try look(poll).state == .closed)
    }

    @Test func `a state that somebody changed to abandoned by hand is found`() throws {
        let poll = try PollFixture(members: bureau.members)
        try poll.execute("UPDATE polling_poll SET state = 'abandoned'")
        #expect(try poll.station.integrity.audit().contains { $0.contains("by the journal open") })
    }
}
