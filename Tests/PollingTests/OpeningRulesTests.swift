import BallotCore
import BallotEngine
import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import Tally
import TestSupport
import Testing

/// What a trustee's program opens, and what it does not.
struct OpeningRulesTests {
    private struct Given {
        let poll: PollFixture
        let seal: SealManifest
        let record: ClosingRecord
        let archive: VerifiedArchive
        var entry: ClosingRecord.Entry { record.entries[0] }

        func faults(
            _ archive: VerifiedArchive? = nil, acceptance: [UInt8]? = nil, heads: [String]? = nil,
            digests: [String]? = nil
        ) -> String {
            let rules = OpeningRules(
                seal: seal, record: record,
                acceptances: acceptance.flatMap { BureauStatement(file: $0) }.map { [$0] } ?? [])
            return rules.faults(
                archive ?? self.archive, heads: heads ?? [entry.head ?? ""], digests: digests ?? [entry.tally]
            ).joined(separator: "; ")
        }
    }

    private func verified(_ poll: PollFixture, _ bytes: [UInt8]) throws -> VerifiedArchive {
        let path = poll.folder.appending(path: UUID().uuidString).path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try ArchiveVerifier(threads: 2).verify(path)
    }

    private func given(voters: Int = 12, members: [BureauMember] = [], weights: [Int] = []) throws -> Given {
        let poll = try PollFixture(voters: 12, members: members, weights: weights)
        for voter in 0..<voters { _ = try poll.cast(try poll.ballot(voter, voter % 4), by: voter) }
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        _ = try poll.tallyService.tally(by: .system("test"))
        let manifest = try #require(try poll.manifest())
        let seal = try #require(SealManifest(manifest))
        let text = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.records.record(reading, .closing)
        }
        let signed = try #require(text)
        let record = try #require(ClosingRecord(Array(signed.utf8), by: seal.receiptKey))
        return Given(poll: poll, seal: seal, record: record, archive: try verified(poll, try poll.archive()))
    }

    /// The archive's ballots under other documents: what a dishonest server gives to honest trustees.
    private func remade(
        _ poll: PollFixture, ballots: Int, weights: [Int]? = nil
    ) throws -> [UInt8] {
        let stored = try poll.stored()
        let credentials = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try stored.credentials(reading)
        }
        var texts: [(text: [UInt8], weight: Int)] = []
        try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.rounds.eachPublished(reading, stored) { text, _ throws(StoreError) in
                texts.append((text, 1))
            }
        }
        texts = Array(texts.prefix(ballots))
        var document = credentials
        let checker = try poll.station.checkers.checker(stored)
        if let weights {
            let keys = (JSON.read(credentials)?.list ?? []).compactMap(\.bytes).map(string)
            let voted = try texts.map { string(try checker.read($0.text).credential) }
            let entries = keys.map { key in
                "\"\(key),\(voted.firstIndex(of: key).map { weights[$0] } ?? 0)\""
            }
            document = Array("[\(entries.joined(separator: ","))]".utf8)
            for index in texts.indices { texts[index].weight = weights[index] }
        }
        var sum = EncryptedTally(checker.form.questions)
        for (text, weight) in texts { sum.add(try checker.read(text), weight: weight) }
        var writer = ArchiveWriter(time: 1_795_600_000)
        var bytes = writer.setup(election: stored.document, trustees: stored.trustees, credentials: document)
        for (text, _) in texts { bytes += writer.ballot(text) }
        bytes += writer.endBallots()
        return bytes + writer.encryptedTally(sum.document, ballots: sum.ballots, weight: sum.weight)
    }

    @Test func `an honest archive may be opened`() throws {
        let given = try given()
        #expect(given.faults() == "")
        // As it is typed from paper.
        let typed = given.entry.tally.uppercased().enumerated().map { $0 % 4 == 3 ? "\($1) " : "\($1)" }.joined()
        #expect(given.faults(digests: [typed]) == "")
        #expect(given.faults(digests: [String(given.entry.tally.prefix(31))]).contains("--tally"))
        #expect(given.faults(digests: []).contains("--tally"))
        #expect(given.faults(heads: []).contains("--head"))
        #expect(given.faults(heads: [String(repeating: "0", count: 64)]).contains("no head that was given"))
    }

    /// With weights 1, 2, 4 ... the totals are the votes: twenty of twenty were read so.
    @Test func `weights that spell out single votes are not opened`() throws {
        let given = try given()
        let weights = (0..<12).map { 1 << $0 }
        let archive = try verified(given.poll, try remade(given.poll, ballots: 12, weights: weights))
        // By itself nothing is wrong with it.
        #expect(archive.ballots == 12 && archive.countedWeight == 4095 && archive.stage == .tallied)
        let faults = given.faults(archive, digests: [string(archive.tallyDigest), given.entry.tally])
        #expect(faults.contains("credentials or their weights are not the sealed ones"))
        #expect(faults.contains("weigh 4095"))
    }

    /// Sealed so from the beginning, with a small group accepted on paper: two members must sign for it all the same.
    @Test(arguments: [(0..<12).map { 1 << $0 }, [100, 100], [2]])
    func `sealed weights that part the voters need two members`(weights: [Int]) throws {
        let bureau = Bureau()
        let given = try given(members: bureau.members, weights: weights)
        #expect(given.faults().contains(" of weight "))
        #expect(given.record.entries[0].byWeight == given.archive.ballotsByWeight)
        // The record alone, as an earlier version had it, or with other numbers, is no acceptance of these.
        for subject in [
            given.record.digest, "\(given.record.digest) \(PollFixture.ballot): 12 ballots",
            "\(given.record.digest) \(PollFixture.other): 12 ballots, 1 of weight 2",
        ] {
            #expect(
                given.faults(acceptance: try bureau.statement(.countFewBallots, subject)).contains("something else"))
        }
        let few = FewBallots(given.record, given.seal, ballots: nil)
        #expect(few.items.count == 1 && few.items[0].hasPrefix("\(PollFixture.ballot): 12 ballots, "))
        #expect(given.faults(acceptance: try bureau.statement(.countFewBallots, few.subject)) == "")
        #expect(given.archive.weightLines.contains { $0.contains("FEWER THAN 10") })
    }

    /// A reason or a file's name must not write into the record that trustees' programs read.
    @Test func `lines slipped into the closing record are none`() throws {
        let poll = try PollFixture(voters: 12)
        let trap = "minutes\n  tally 00\n  ballots 9\nballot phantom"
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try poll.journal.record(
                transaction, election: nil, by: .system("test"), .storeBackup,
                ["file": "b.bak\nelection other", "sha256": String(repeating: "a", count: 64)])
        }
        #expect(
            try poll.station.custody.reportDestroyed(
                backup: "aaaaaaaa", who: "Max", reason: trap, by: .system("test"))?.contains("one line") == true)
        for voter in 0..<12 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        _ = try poll.tallyService.tally(by: .system("test"))
        let manifest = try #require(try poll.manifest())
        let seal = try #require(SealManifest(manifest))
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.records.record(reading, .closing)
        }
        let text = try #require(found)
        #expect(text.contains("b.bak?election other"))
        let record = try #require(ClosingRecord(Array(text.utf8), by: seal.receiptKey))
        #expect(record.election == "cse-2026" && record.entries.map(\.ballots) == [12, 0])
        #expect(ClosingRecord(Array((text + "ballot more\n").utf8), by: seal.receiptKey) == nil)
        let custody = try poll.station.custody.record()
        #expect(ClosingRecord(Array((text + "\n" + custody).utf8), by: seal.receiptKey) != nil)
    }

    @Test(arguments: [1, 2, 11])
    func `an archive with ballots left out is not opened`(ballots: Int) throws {
        let given = try given()
        let archive = try verified(given.poll, try remade(given.poll, ballots: ballots))
        let faults = given.faults(archive, digests: [string(archive.tallyDigest), given.entry.tally])
        #expect(faults.contains("it holds \(ballots) ballots, the closing record says 12"))
        #expect(faults.contains("public are missing") && faults.contains("tally is not the closing record's"))
    }

    @Test func `an open archive and one of another ballot or seal are not opened`() throws {
        let given = try given()
        let other = try self.given()
        #expect(other.faults(given.archive).contains("knows no ballot"))
        let second = try verified(given.poll, try given.poll.archive(PollFixture.other))
        // Nobody voted on the second: there is nothing to protect, and nothing to type.
        #expect(given.faults(second, heads: [], digests: []) == "")
        let open = try PollFixture()
        #expect(given.faults(try verified(open, try open.archive())).contains("knows no ballot"))
    }

    @Test func `few ballots are opened on two members' word for this record alone`() throws {
        let bureau = Bureau()
        let given = try given(voters: 3, members: bureau.members)
        #expect(given.faults().contains("\(PollFixture.ballot): 3 ballots: fewer than 10 stand together"))
        func faults(_ act: BureauStatement.Act, _ subject: String, _ count: Int = 2) throws -> String {
            given.faults(acceptance: try bureau.statement(act, subject, signedBy: count))
        }
        let subject = "\(given.record.digest) \(PollFixture.ballot): 3 ballots"
        #expect(FewBallots(given.record, given.seal, ballots: nil).subject == subject)
        #expect(FewBallots(given.record, given.seal, ballots: [PollFixture.other]).items.isEmpty)
        #expect(try faults(.countFewBallots, subject) == "")
        #expect(
            try faults(.countFewBallots, "\(given.record.digest) conseil: 2 ballots; \(PollFixture.ballot): 3 ballots")
                == "")
        #expect(try faults(.countFewBallots, subject, 1).contains("2 members"))
        for other in [
            "\(hex(sha256([1]))) \(PollFixture.ballot): 3 ballots",
            "\(given.record.digest) \(PollFixture.other): 3 ballots",
            "\(given.record.digest) \(PollFixture.ballot): 2 ballots", given.record.digest,
        ] {
            #expect(try faults(.countFewBallots, other).contains("something else"))
        }
        #expect(try faults(.openWithoutCheck, subject).contains("accepts"))
        let strangers = try Bureau().statement(.countFewBallots, subject)
        #expect(given.faults(acceptance: strangers).contains("2 members"))
        // Accepted for three ballots, it serves for no fewer.
        let fewer = try verified(given.poll, try remade(given.poll, ballots: 2))
        let accepted = try bureau.statement(.countFewBallots, subject)
        #expect(given.faults(fewer, acceptance: accepted).contains("it holds 2 ballots, the closing record says 3"))
    }

    @Test func `a closing record that somebody changed is none`() throws {
        let given = try given()
        let found = try given.poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try given.poll.station.records.record(reading, .closing)
        }
        let text = try #require(found)
        #expect(
            ClosingRecord(Array(text.replacing("ballots 12", with: "ballots 11").utf8), by: given.seal.receiptKey)
                == nil)
        #expect(ClosingRecord(Array(text.utf8), by: [UInt8](repeating: 1, count: 32)) == nil)
        #expect(given.entry.electors == 12 && given.entry.signatures == 12 && given.entry.ballots == 12)
    }
}
