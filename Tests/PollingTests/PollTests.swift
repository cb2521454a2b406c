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

struct PollStateTests {
    @Test func `nothing is taken before the opening, and nothing is opened twice`() throws {
        let poll = try PollFixture(isOpen: false)
        let text = try poll.ballot(0)
        guard case .shut = try poll.cast(text, by: 0) else {
            Issue.record("a sealed poll took a ballot")
            return
        }
        #expect(try poll.station.opener.open(by: .system("test")) == nil)
        #expect(try poll.station.opener.open(by: .system("test"))?.contains("this needs one that is sealed") == true)
        #expect(receipt(try poll.cast(text, by: 0)) != nil)
    }

    @Test func `a suspended poll takes nothing until it is resumed`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        #expect(try poll.station.decisions.suspend(by: .system("test")) == nil)
        guard case .shut = try poll.cast(text, by: 0) else {
            Issue.record("a suspended poll took a ballot")
            return
        }
        #expect(try poll.station.decisions.resume(by: .system("test")) == nil)
        #expect(receipt(try poll.cast(text, by: 0)) != nil)
    }

    @Test func `those who signed in before the hour may finish within the grace, and nobody else`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let (early, late) = (try poll.ballot(0), try poll.ballot(1))
        poll.move(to: closes + 14 * 60)
        #expect(try poll.station.closer.followClock(by: .system("clock")))
        #expect(receipt(try poll.cast(early, by: 0, openedAt: closes)) != nil)
        guard case .shut = try poll.cast(late, by: 1, openedAt: closes + 1) else {
            Issue.record("a session of after the hour voted")
            return
        }
        // No clock opens the poll again.
        poll.move(to: closes - 3600)
        guard case .shut = try poll.cast(late, by: 1, openedAt: closes + 1) else {
            Issue.record("the clock opened the poll again")
            return
        }
        poll.move(to: closes + 15 * 60)
        #expect(try poll.station.closer.followClock(by: .system("clock")))
        guard case .shut = try poll.cast(late, by: 1, openedAt: closes - 1) else {
            Issue.record("the grace had no end")
            return
        }
        poll.move(to: closes - 3600)
        guard case .shut = try poll.cast(late, by: 1, openedAt: closes - 7200) else {
            Issue.record("the clock opened a closed poll")
            return
        }
    }

    @Test func `a suspended poll stays suspended past its hour`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let text = try poll.ballot(0)
        #expect(try poll.station.decisions.suspend(by: .system("test")) == nil)
        poll.move(to: closes + 60)
        #expect(try !poll.station.closer.followClock(by: .system("clock")))
        guard case .shut = try poll.cast(text, by: 0, openedAt: closes - 60) else {
            Issue.record("the clock opened a suspended poll")
            return
        }
        #expect(
            try poll.station.decisions.resume(by: .system("test"))?.contains("The hour of closing has passed") == true)
        #expect(try poll.station.decisions.extend(to: closes + 7200, by: .system("test")) == nil)
        #expect(try poll.station.decisions.resume(by: .system("test")) == nil)
        #expect(receipt(try poll.cast(text, by: 0)) != nil)
    }

    @Test func `a poll is only ever extended`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        #expect(try poll.station.decisions.extend(to: closes - 60, by: .system("test")) != nil)
        #expect(try poll.station.decisions.extend(to: closes + 3600, by: .system("test")) == nil)
        let text = try poll.ballot(0)
        poll.move(to: closes + 1800)
        #expect(try !poll.station.closer.followClock(by: .system("clock")))
        #expect(receipt(try poll.cast(text, by: 0)) != nil)
    }

    @Test func `a close among votes in flight keeps every acknowledged one and takes none after`() throws {
        let poll = try PollFixture()
        let ballots = try (0..<12).map { try poll.ballot($0) }
        let acknowledged = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 13) { number in
            if number == 6 {
                _ = try? poll.station.closer.close(atOnce: true, by: .system("test"))
            } else {
                let voter = number > 6 ? number - 1 : number
                if let receipt = (try? poll.cast(ballots[voter], by: voter)).flatMap(receipt) {
                    acknowledged.withLock { $0.append(receipt.tracker) }
                }
            }
        }
        #expect(Set(try poll.trackers()) == Set(acknowledged.withLock { $0 }))
        #expect(try poll.station.integrity.audit() == [])
    }
}

struct RoundTests {
    @Test func `rounds wait for fifteen minutes and ten ballots, and are in the order of hashes`() throws {
        let poll = try PollFixture(voters: 24)
        for voter in 0..<9 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.wait(3600)
        #expect(try poll.station.rounds.turn() == [])
        _ = try poll.cast(try poll.ballot(9), by: 9)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        let first = try poll.trackers()
        #expect(first.count == 10)
        #expect(first == first.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        for voter in 10..<24 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.wait(899)
        #expect(try poll.station.rounds.turn() == [])
        poll.wait(1)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        #expect(Array(try poll.trackers().prefix(10)) == first)
        #expect(try poll.station.integrity.audit() == [])
    }

    @Test func `the archive only grows, and is verified at every round`() throws {
        let poll = try PollFixture(voters: 24)
        var earlier = try poll.archive()
        for group in [0..<12, 12..<23] {
            for voter in group { _ = try poll.cast(try poll.ballot(voter, voter % 4), by: voter) }
            poll.wait(900)
            #expect(try !poll.station.rounds.turn().isEmpty)
            let later = try poll.archive()
            #expect(later.starts(with: earlier) && later.count > earlier.count)
            earlier = later
        }
        _ = try poll.cast(try poll.ballot(23), by: 23)
        #expect(try poll.archive() == earlier)
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(try poll.archive().starts(with: earlier))
    }
}

struct CountingTests {
    private func closed() throws -> PollFixture {
        let poll = try PollFixture()
        for (voter, answer) in [1, 1, 2, 0].enumerated() {
            _ = try poll.cast(try poll.ballot(voter, answer), by: voter)
        }
        #expect(try poll.tallyService.tally(by: .system("test")) == [])
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(try poll.tallyService.tally(by: .system("test")).count == 2)
        return poll
    }

    @Test func `both trustees together open the result, and neither alone`() throws {
        let poll = try closed()
        guard
            case .taken(_, let missing) = try poll.tallyService.decryptions.take(
                try poll.decryptions(0), by: .system("test"))
        else {
            Issue.record("a good decryption was refused")
            return
        }
        #expect(missing == ["Bruno"])
        #expect(
            try poll.store.read { (r: borrowing Reading) throws(StoreError) in
                try poll.tallyService.results.all(r).count
            }
                == 0)
        guard
            case .taken(_, let nobody) = try poll.tallyService.decryptions.take(
                try poll.decryptions(1), by: .system("test"))
        else {
            Issue.record("a good decryption was refused")
            return
        }
        #expect(nobody == [])
        let results = try poll.store.read { (r: borrowing Reading) throws(StoreError) in
            try poll.tallyService.results.all(r)
        }
        #expect(results[0].questions[0].lines.map(\.votes) == [2, 1, 0])
        #expect(results[0].questions[0].blank == 1)
        #expect(results[1].counted == 0)
    }

    @Test func `a trustee with a wrong key, a tampered proof or a stranger's name is refused by name`() throws {
        let poll = try closed()
        func refusal(_ file: [UInt8]) throws -> String {
            guard case .refused(let reason) = try poll.tallyService.decryptions.take(file, by: .system("test")) else {
                return "taken"
            }
            return reason
        }
        #expect(
            try refusal(try poll.decryptions(0, key: 1)).contains(
                "Anne, ballot titulaires-ouvriers: the decryption is not proven"))
        let good = string(try poll.decryptions(0))
        let place = try #require(good.range(of: "\"response\":\"")).upperBound
        let digit = good[place] == "1" ? "2" : "1"
        let tampered = good[..<place] + digit + good[good.index(after: place)...]
        #expect(try refusal(Array(tampered.utf8)).contains("Anne"))
        #expect(try refusal(Array(good.replacing("Anne", with: "Zoe").utf8)).contains("Zoe is no trustee"))
        #expect(try refusal(Array("{}".utf8)).contains("no trustee decryption file"))
    }

    @Test func `nothing is counted before the close`() throws {
        let poll = try PollFixture()
        _ = try poll.cast(try poll.ballot(0), by: 0)
        let ballot = try poll.stored()
        #expect(throws: StoreError.self) {
            try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.station.tallies.keep(transaction, tally: [], ballots: 0, weight: 0, of: ballot)
            }
        }
        let file = TrusteeFiles.decryptions(election: "cse-2026", trustee: "Anne", parts: [])
        guard case .refused(let reason) = try poll.tallyService.decryptions.take(file, by: .system("test")) else {
            Issue.record("an open poll took a decryption")
            return
        }
        #expect(reason.contains("not closed"))
    }
}
