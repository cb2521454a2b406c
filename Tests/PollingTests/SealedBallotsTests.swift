import BallotCore
import Crypto
import Elections
import Polling
import Store
import TestSupport
import Testing

/// What browsers are given of a seal, and that nothing but the seal's manifest determines it.
struct SealedBallotsTests {
    private static func manifest(_ poll: PollFixture) throws -> [UInt8] {
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: poll.election.number)
        }
        return try #require(found).manifest
    }

    @Test func `the manifest carries the text whole, and its digest among the files`() throws {
        let poll = try PollFixture()
        let manifest = try SealedBallotsTests.manifest(poll)
        let sealed = try #require(SealedBallots(manifest: manifest))
        #expect(!sealed.text.contains(10))
        let files = JSON.read(manifest)?["files"]?.list ?? []
        let digest = files.first { $0["path"]?.bytes == Array("served/sealed.json".utf8) }?["sha256"]?.bytes
        #expect(digest == Array(hex(sha256(sealed.text)).utf8) && sealed.file.path == "served/sealed.json")
    }

    @Test func `every ballot stands there with its document and its words in both languages`() throws {
        let poll = try PollFixture()
        let sealed = try #require(SealedBallots(manifest: try SealedBallotsTests.manifest(poll)))
        let json = try #require(JSON.read(sealed.text))
        #expect(json["isoloir"]?.bytes == Array("sealed-ballots-1".utf8))
        #expect(json["election"]?.bytes == Array("cse-2026".utf8))
        #expect(json["receipts.ed25519"]?.bytes == Array(hex(poll.station.receiptKey).utf8))
        #expect(json["blank"]?["fr"]?.bytes == Array("Vote blanc".utf8))
        let ballots = try #require(json["ballots"]?.list)
        #expect(ballots.count == 2)
        let stored = try poll.stored()
        let document = try #require(ElectionDocument(stored.document))
        #expect(ballots[0]["uuid"]?.bytes == document.uuid && ballots[0]["fingerprint"]?.bytes == document.fingerprint)
        let french = ballots[0]["texts"]?["fr"]?["questions"]?.list?.first
        #expect(french?["title"]?.bytes == document.questions[0].text)
        #expect((french?["answers"]?.list ?? []).map { $0.bytes ?? [] } == document.questions[0].answers)
        let english = poll.election.election.ballots[0].questions[0]
        let other = ballots[0]["texts"]?["en"]?["questions"]?.list?.first
        #expect(other?["title"]?.bytes == Array(english.title.en.utf8))
        #expect((other?["answers"]?.list ?? []).map { $0.bytes ?? [] } == english.answers.map { Array($0.en.utf8) })
    }

    @Test func `another document in the store changes nothing of it`() throws {
        let poll = try PollFixture()
        let before = try #require(SealedBallots(manifest: try SealedBallotsTests.manifest(poll))).text
        let stored = try poll.stored()
        _ = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "UPDATE polling_ballot SET document = ? WHERE id = ?", stored.document + [32], stored.id)
        }
        #expect(try #require(SealedBallots(manifest: try SealedBallotsTests.manifest(poll))).text == before)
        #expect(try poll.station.integrity.audit().contains { $0.contains("the sealed documents were changed") })
    }

    @Test func `a manifest without it gives nothing`() {
        #expect(SealedBallots(manifest: Array("{\"isoloir\":\"seal-1\"}".utf8)) == nil)
        #expect(SealedBallots(manifest: [1, 2, 3]) == nil)
    }
}
