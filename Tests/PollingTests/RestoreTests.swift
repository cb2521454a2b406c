import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import Tally
import Testing

/// A backup brought back over an open poll.
struct RestoreTests {
    private let bureau = Bureau()

    /// An open poll with one published round, marked as restored.
    private func restored(voters: Int = 12) throws -> (poll: PollFixture, head: String) {
        let poll = try PollFixture(members: bureau.members)
        for voter in 0..<voters { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.move(to: poll.now + 3 * 3600)
        #expect(try !poll.station.turnRounds(announce: { _, _, _ in }).isEmpty)
        let head = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            let ballot = try PollBallot.find(reading, election: poll.election.number, name: PollFixture.ballot)
            return try ballot.flatMap { ballot throws(StoreError) in try poll.station.rounds(reading, ballot).last?.head
            }
        }
        try mark(poll)
        return (poll, try #require(head))
    }

    private func mark(_ poll: PollFixture) throws {
        let held = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try PollRestore.mark(
                transaction, Logbook(clock: Clock { poll.now }, randomness: .system), clock: Clock { poll.now },
                file: "b.isoloir",
                sha256: "ab12")
        }
        #expect(held.map(\.election) == ["cse-2026"])
    }

    private func restoreMark(_ poll: PollFixture) throws -> String {
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollRestore.all(reading, election: poll.election.number).last
        }
        return try #require(found).mark
    }

    /// The backup is from before the opening: whoever voted would vote once more.
    @Test func `a poll that was sealed in the backup is opened on two members' word alone`() throws {
        let poll = try PollFixture(isOpen: false, members: bureau.members)
        try mark(poll)
        #expect(try poll.station.open(by: .system("test"))?.contains("restored from a backup") == true)
        let lost = try proof(poll, [String(repeating: "ab", count: 32)])
        #expect(try poll.station.open(by: .system("test"), proof: lost)?.contains("does not contain") == true)
        #expect(
            try poll.station.open(by: .system("test"), proof: try proof(poll, [], signedBy: 1))?.contains("2 members")
                == true)
        #expect(try poll.station.open(by: .system("test"), proof: try proof(poll, [])) == nil)
    }

    /// The same backup brought back once more is another restore: what was signed for the first serves for it no more.
    @Test func `what members signed serves for one restore`() throws {
        let (poll, head) = try restored(voters: 11)
        let first = try proof(poll, [head])
        try mark(poll)
        #expect(try poll.station.resume(by: .system("test"), proof: first)?.contains("does not serve") == true)
        #expect(try poll.station.resume(by: .system("test"), proof: try proof(poll, [head])) == nil)
    }

    /// Each restore is a line of its own in the closing record, which trustees' programs read all the same.
    @Test func `a poll restored twice can be counted`() throws {
        let (poll, _) = try restored(voters: 11)
        try mark(poll)
        #expect(
            try poll.station.close(atOnce: true, by: .system("test"), word: PollDecision(by: "I", reason: "r")) == nil)
        _ = try poll.teller.tally(by: .system("test"))
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.record(reading, .closing)
        }
        let text = try #require(found)
        #expect(text.contains("restore-2 mark"))
        #expect(ClosingRecord(Array(text.utf8), by: poll.station.receiptKey) != nil)
    }

    private func proof(_ poll: PollFixture, _ heads: [String], signedBy count: Int = 2) throws -> ResumeProof {
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: poll.election.number)
        }
        let digest = sha256(try #require(found).manifest)
        let subject = try #require(ResumeProof.subject(manifest: digest, mark: try restoreMark(poll), heads: heads))
        let file = try bureau.statement(.resumeAfterRestore, subject, signedBy: count)
        let statement = try #require(BureauStatement(file: file))
        return try #require(ResumeProof(heads: heads, statement: statement))
    }

    private func state(_ poll: PollFixture) throws -> PollState? {
        try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: poll.election.number)?.state
        }
    }

    @Test func `a restored poll takes no vote and is not resumed by anybody's word alone`() throws {
        let (poll, head) = try restored(voters: 11)
        let late = try poll.ballot(11)
        guard case .shut = try poll.cast(late, by: 11) else {
            Issue.record("a restored poll took a vote")
            return
        }
        let word = PollDecision(by: "Irene", reason: "we need it")
        #expect(try poll.station.resume(by: .system("test"), word)?.contains("restored from a backup") == true)
        #expect(try poll.station.resume(by: .system("test"), proof: try proof(poll, [head], signedBy: 1)) != nil)
        #expect(try state(poll) == .suspended)
        #expect(try poll.station.resume(by: .system("test"), proof: try proof(poll, [head])) == nil)
        #expect(try state(poll) == .open)
        let casting = try poll.cast(late, by: 11)
        guard case .cast = casting else {
            Issue.record("a resumed poll took no vote: \(casting)")
            return
        }
        #expect(try poll.station.audit().isEmpty)
        let lines = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.restoreLines(reading)
        }
        #expect(lines.count == 1 && lines[0].contains("SHA-256 ab12; voting went on"))
        // An ordinary suspension afterwards is an ordinary one.
        #expect(try poll.station.suspend(by: .system("test")) == nil)
        #expect(try poll.station.resume(by: .system("test")) == nil)
    }

    @Test func `a box that lacks what was published is closed, never resumed`() throws {
        let (poll, head) = try restored(voters: 11)
        let lost = hex(sha256(Array("a later round".utf8)))
        #expect(
            try poll.station.resume(by: .system("test"), proof: try proof(poll, [head, lost]))?
                .contains("not resumed") == true)
        // The head that the store itself published last cannot be left out.
        #expect(
            try poll.station.resume(by: .system("test"), proof: try proof(poll, []))?.contains("must be given") == true)
        #expect(try state(poll) == .suspended)
        #expect(try poll.station.close(atOnce: false, by: .system("test")) == nil)
        // Without the grace, in which voters under way would vote again.
        #expect(try state(poll) == .closed)
        #expect(try poll.station.audit().isEmpty)
    }

    @Test func `signatures for other heads do not serve`() throws {
        let (poll, head) = try restored(voters: 11)
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: poll.election.number)
        }
        let digest = sha256(try #require(found).manifest)
        let subject = try #require(ResumeProof.subject(manifest: digest, mark: try restoreMark(poll), heads: []))
        let file = try bureau.statement(.resumeAfterRestore, subject)
        let statement = try #require(BureauStatement(file: file))
        let proof = try #require(ResumeProof(heads: [head], statement: statement))
        #expect(try poll.station.resume(by: .system("test"), proof: proof)?.contains("does not serve") == true)
    }

    @Test func `heads are read as members type them, and nothing else is one`() {
        let head = hex(sha256([1]))
        let typed = head.uppercased().enumerated().map { $0.offset % 4 == 0 ? " \($0.element)" : "\($0.element)" }
            .joined()
        let digest = sha256([2])
        #expect(
            ResumeProof.subject(manifest: digest, mark: "ab", heads: [typed])
                == ResumeProof.subject(manifest: digest, mark: "ab", heads: [head]))
        #expect(ResumeProof.subject(manifest: digest, mark: "ab", heads: ["\(head)0"]) == nil)
        #expect(ResumeProof.subject(manifest: digest, mark: "ab", heads: [String(head.dropLast()) + "g"]) == nil)
    }
}
