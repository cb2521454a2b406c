import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import Tally
import TestSupport
import Testing

/// A backup brought back over an open poll.
struct RestoreTests {
    private let bureau = Bureau()

    /// An open poll with one published round, marked as restored.
    private func restored(voters: Int = 12) throws -> (poll: PollFixture, head: String) {
        let poll = try PollFixture(members: bureau.members)
        for voter in 0..<voters { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.move(to: poll.now + 3 * 3600)
        #expect(try !poll.station.rounds.turn(announce: { _, _, _ in }).isEmpty)
        let head = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            let ballot = try PollBallot.find(reading, election: poll.election.number, name: PollFixture.ballot)
            return try ballot.flatMap { ballot throws(StoreError) in
                try poll.station.rounds.all(reading, ballot).last?.head
            }
        }
        try mark(poll)
        return (poll, try #require(head))
    }

    private func mark(_ poll: PollFixture) throws {
        let held = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try PollRestore.mark(
                transaction, AuditJournal(clock: Clock { poll.now }, randomness: .system), clock: Clock { poll.now },
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
        let held = try poll.station.opener.open(by: .system("test"))
        #expect(held?.contains("restored from a backup") == true)
        let lost = try proof(poll, [String(repeating: "ab", count: 32)])
        let refused = try poll.station.opener.open(by: .system("test"), proof: lost)
        #expect(refused?.contains("does not contain") == true)
        // A sealed poll is not closed: no text may say that it can be.
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test"))?.contains("is sealed") == true)
        #expect(try poll.station.closer.close(atOnce: false, by: .system("test"))?.contains("is sealed") == true)
        for text in [held, refused] {
            #expect(
                text?.contains("poll abandon") == true && text?.contains("close") == false, "\(text?.description ?? "")"
            )
        }
        #expect(
            try poll.station.opener.open(by: .system("test"), proof: try proof(poll, [], signedBy: 1))?.contains(
                "2 members")
                == true)
        #expect(try poll.station.opener.open(by: .system("test"), proof: try proof(poll, [])) == nil)
    }

    /// What voters are told is what the poll says, in whatever state the backup has it.
    @Test(arguments: ["sealed", "open", "suspended", "closing", "stopped", "ended", "closed"])
    func `a restored poll of every state is found as it is, and goes on to its end`(state: String) throws {
        let poll = try PollFixture(isOpen: state != "sealed", members: bureau.members)
        if state != "sealed" { for voter in 0..<11 { _ = try poll.cast(try poll.ballot(voter), by: voter) } }
        let word = PollDecision(by: "Irene", reason: "minutes")
        switch state {
        case "suspended": #expect(try poll.station.decisions.suspend(by: .system("test"), word) == nil)
        case "closing": #expect(try poll.station.closer.close(atOnce: false, by: .system("test"), word: word) == nil)
        case "stopped":
            // A round that is under way elsewhere keeps it from being closed.
            let lock = try ProcessLock(store: poll.store.path, name: "rounds-\(poll.election.number)")
            for seconds in [0, 3600] {
                poll.move(to: poll.election.election.announcedClose + seconds)
                _ = try poll.station.closer.followClock(by: .system("test"))
            }
            withExtendedLifetime(lock) {}
        case "ended":
            try poll.change("UPDATE polling_poll SET state = 'ended'")
            try poll.change("UPDATE election_hours SET stage = 'halted'")
            try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.journal.record(
                    transaction, election: poll.election.election.id, by: .system("clock"), .pollEnded, [:])
            }
        case "closed": #expect(try poll.station.closer.close(atOnce: true, by: .system("test"), word: word) == nil)
        default: break
        }
        _ = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try PollRestore.mark(
                transaction, AuditJournal(clock: Clock { poll.now }, randomness: .system), clock: Clock { poll.now },
                file: "b.isoloir", sha256: "ab12")
        }
        #expect(try poll.station.integrity.audit() == [])
        guard state != "sealed" else { return }
        if state != "closed" {
            #expect(try poll.station.closer.close(atOnce: true, by: .system("test"), word: word) == nil)
        }
        #expect(try poll.station.integrity.audit() == [])
        #expect(try !poll.tallyService.tally(by: .system("test")).isEmpty)
    }

    /// The mark of the restore is a row that whoever writes the file can take away: voting goes on with the journal's consent alone.
    @Test(arguments: [
        "UPDATE polling_restore SET resumed_at = 1", "UPDATE polling_restore SET holds = 0",
        "DELETE FROM polling_restore",
        "UPDATE polling_restore SET resumed_at = 1, statement = (SELECT waiver_file FROM polling_trustee LIMIT 1)",
    ])
    func `a mark that was taken away frees nothing`(change: String) throws {
        let (poll, head) = try restored(voters: 11)
        #expect(try poll.station.integrity.audit() == [])
        let word = try proof(poll, [head])
        try poll.change(change)
        #expect(try poll.station.decisions.resume(by: .system("test"))?.contains("changed by hand") == true)
        #expect(
            try poll.station.decisions.resume(by: .system("test"), proof: word)?.contains("changed by hand")
                == true)
        #expect(try poll.station.integrity.audit().contains { $0.contains("restored backup") })
    }

    @Test func `a poll that goes on by two members' word is found as it was left`() throws {
        let (poll, head) = try restored(voters: 11)
        #expect(try poll.station.decisions.resume(by: .system("test"), proof: try proof(poll, [head])) == nil)
        #expect(try poll.station.integrity.audit() == [])
        try mark(poll)
        #expect(try poll.station.integrity.audit() == [])
        try poll.change("UPDATE polling_restore SET statement = x'00' WHERE resumed_at IS NOT NULL")
        #expect(try poll.station.integrity.audit().contains { $0.contains("restored backup") })
    }

    /// The same backup brought back once more is another restore: what was signed for the first serves for it no more.
    @Test func `what members signed serves for one restore`() throws {
        let (poll, head) = try restored(voters: 11)
        let first = try proof(poll, [head])
        try mark(poll)
        #expect(
            try poll.station.decisions.resume(by: .system("test"), proof: first)?.contains("does not serve") == true)
        #expect(try poll.station.decisions.resume(by: .system("test"), proof: try proof(poll, [head])) == nil)
    }

    /// Each restore is a line of its own in the closing record, which trustees' programs read all the same.
    @Test func `a poll restored twice can be counted`() throws {
        let (poll, _) = try restored(voters: 11)
        try mark(poll)
        #expect(
            try poll.station.closer.close(atOnce: true, by: .system("test"), word: PollDecision(by: "I", reason: "r"))
                == nil)
        _ = try poll.tallyService.tally(by: .system("test"))
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.records.record(reading, .closing)
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
        return try #require(ResumeProof(heads: heads, statement: file))
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
        #expect(
            try poll.station.decisions.resume(by: .system("test"), word)?.contains("restored from a backup") == true)
        #expect(
            try poll.station.decisions.resume(by: .system("test"), proof: try proof(poll, [head], signedBy: 1)) != nil)
        #expect(try state(poll) == .suspended)
        #expect(try poll.station.decisions.resume(by: .system("test"), proof: try proof(poll, [head])) == nil)
        #expect(try state(poll) == .open)
        let casting = try poll.cast(late, by: 11)
        guard case .cast = casting else {
            Issue.record("a resumed poll took no vote: \(casting)")
            return
        }
        #expect(try poll.station.integrity.audit().isEmpty)
        let lines = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.records.restoreLines(reading)
        }
        #expect(lines.count == 1 && lines[0].contains("SHA-256 ab12; voting went on"))
        // An ordinary suspension afterwards is an ordinary one.
        #expect(try poll.station.decisions.suspend(by: .system("test")) == nil)
        #expect(try poll.station.decisions.resume(by: .system("test")) == nil)
    }

    @Test func `a box that lacks what was published is closed, never resumed`() throws {
        let (poll, head) = try restored(voters: 11)
        let lost = hex(sha256(Array("a later round".utf8)))
        #expect(
            try poll.station.decisions.resume(by: .system("test"), proof: try proof(poll, [head, lost]))?
                .contains("not resumed") == true)
        // The head that the store itself published last cannot be left out.
        #expect(
            try poll.station.decisions.resume(by: .system("test"), proof: try proof(poll, []))?.contains(
                "must be given") == true)
        #expect(try state(poll) == .suspended)
        #expect(try poll.station.closer.close(atOnce: false, by: .system("test")) == nil)
        // Without the grace, in which voters under way would vote again.
        #expect(try state(poll) == .closed)
        #expect(try poll.station.integrity.audit().isEmpty)
    }

    @Test func `signatures for other heads do not serve`() throws {
        let (poll, head) = try restored(voters: 11)
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: poll.election.number)
        }
        let digest = sha256(try #require(found).manifest)
        let subject = try #require(ResumeProof.subject(manifest: digest, mark: try restoreMark(poll), heads: []))
        let file = try bureau.statement(.resumeAfterRestore, subject)
        let proof = try #require(ResumeProof(heads: [head], statement: file))
        #expect(
            try poll.station.decisions.resume(by: .system("test"), proof: proof)?.contains("does not serve") == true)
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
