import BallotCore
import BallotEngine
import Elections
import Foundation
import Journal
import Polling
import Store
import Synchronization
import Tally
import Testing

struct CastingPaceTests {
    /// The ballot with a proof's number changed, signed again: only the proofs tell that it is bad.
    private func badProof(_ poll: PollFixture, _ voter: Int) throws -> [UInt8] {
        let material = try poll.material(voter)
        let ballot = string(try poll.seal(material, 1))
        let mark = try #require(ballot.range(of: "\"overall_proof\":[{\"challenge\":\""))
        let digit = ballot[mark.upperBound] == "1" ? "2" : "1"
        let changed = ballot[..<mark.upperBound] + digit + ballot[ballot.index(after: mark.upperBound)...]
        let end = try #require(changed.range(of: ",\"signature\":"))
        let unsigned = Array((changed[..<end.lowerBound] + "}").utf8)
        let document = try #require(ElectionDocument(material.document))
        let (credentialText, uuid) = (material.credential, document.uuid)
        guard let credential = VotingCredential(credentialText.span) else {
            throw PollFixture.Trouble("a credential is none")
        }
        let hash = Base64.digest(unsigned.span)
        var source = SystemScalars()
        let secret = credential.exponent(uuid: uuid.span)
        let nonce = source.next()
        let hashed = Array("sig|".utf8) + hash + Array("|".utf8) + digits(GMPGroup.generatorPower(nonce))
        let digest = SHA256.digest(hashed.span)
        let value = Scalar(reducing: digest.span)
        var text = unsigned.dropLast() + Array(",\"signature\":{\"hash\":\"".utf8) + hash
        text += Array("\",\"proof\":".utf8)
        var proof: [UInt8] = []
        Proof(challenge: value, response: nonce - secret * value).append(to: &proof)
        return Array(text + proof + Array("}}".utf8))
    }

    @Test func `a ballot that is signed but not proven is refused for its proof`() throws {
        let poll = try PollFixture()
        guard case .refused(.wrongOverallProof(question: 0)) = try poll.cast(try badProof(poll, 0), by: 0) else {
            Issue.record("it was taken, or refused for something else")
            return
        }
    }

    @Test func `another's credential is refused before a proof is looked at`() throws {
        let poll = try PollFixture()
        // Proof and signature are bad too; the credential is what is told.
        let theirs = string(try poll.ballot(1))
        let bad = Array(theirs.replacingOccurrences(of: "\"response\":\"1", with: "\"response\":\"2").utf8)
        guard case .notYours = try poll.cast(bad, by: 0) else {
            Issue.record("the credential was not compared first")
            return
        }
    }

    @Test func `one refused ballot keeps nobody from voting at once`() throws {
        let poll = try PollFixture()
        let ballot = try poll.ballot(0)
        for cut in 1..<CastingPace.mostRefused {
            guard case .refused = try poll.cast(Array(ballot.dropLast(cut)), by: 0) else {
                Issue.record("a ballot that was cut short was not refused")
                return
            }
        }
        #expect(receipt(try poll.cast(ballot, by: 0)) != nil)
    }

    @Test func `after a few refused ballots a voter pauses, and nobody else`() throws {
        let poll = try PollFixture()
        let (ballot, bad) = (try poll.ballot(0), try badProof(poll, 0))
        for _ in 0..<CastingPace.mostRefused { _ = try poll.cast(bad, by: 0) }
        poll.wait(10)
        guard case .paused(let seconds) = try poll.cast(ballot, by: 0) else {
            Issue.record("nothing slows a flood of bad ballots")
            return
        }
        #expect(seconds == CastingPace.pauseSeconds - 10)
        #expect(receipt(try poll.cast(try poll.ballot(1), by: 1)) != nil)
        poll.wait(seconds)
        #expect(receipt(try poll.cast(ballot, by: 0)) != nil)
    }

    @Test func `a ballot that counts is answered again without the writer, and a flood of it pauses`() throws {
        let poll = try PollFixture()
        let ballot = try poll.ballot(0)
        let first = try #require(receipt(try poll.cast(ballot, by: 0)))
        // Answers get lost: the same receipt comes, while another holds the writer's place.
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for _ in 0..<CastingPace.mostRepeated {
                let again = receipt(
                    try poll.station.cast(
                        ballot, voter: poll.voters[0], ballot: PollFixture.ballot, sessionOpenedAt: poll.now))
                #expect(again?.signature == first.signature)
            }
        }
        for _ in 0..<CastingPace.mostRefused { #expect(receipt(try poll.cast(ballot, by: 0)) != nil) }
        guard case .paused(let seconds) = try poll.cast(ballot, by: 0) else {
            Issue.record("nothing slows a flood of one good ballot")
            return
        }
        #expect(receipt(try poll.cast(try poll.ballot(1), by: 1)) != nil)
        poll.wait(seconds)
        #expect(receipt(try poll.cast(ballot, by: 0))?.signature == first.signature)
        guard case .paused = try poll.cast(ballot, by: 0) else {
            Issue.record("the pause was forgiven at once")
            return
        }
    }

    @Test func `a pause does not grow by what is sent in it`() throws {
        let poll = try PollFixture()
        let bad = try poll.ballot(1)
        for _ in 0..<CastingPace.mostRefused + 50 { _ = try poll.cast(bad, by: 0) }
        poll.wait(CastingPace.pauseSeconds)
        #expect(receipt(try poll.cast(try poll.ballot(0), by: 0)) != nil)
    }

    @Test func `a clock that was set back lengthens no pause`() throws {
        let poll = try PollFixture()
        let (ballot, bad) = (try poll.ballot(0), try poll.ballot(1))
        for _ in 0..<CastingPace.mostRefused { _ = try poll.cast(bad, by: 0) }
        poll.wait(-3600)
        guard case .paused(let seconds) = try poll.cast(ballot, by: 0) else {
            Issue.record("it is no pause any more")
            return
        }
        #expect(seconds <= CastingPace.pauseSeconds)
    }

    @Test func `ballots sent all at once are counted before they are checked`() throws {
        let poll = try PollFixture()
        let bad = try badProof(poll, 0)
        let checked = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 24) { _ in
            if case .refused? = try? poll.cast(bad, by: 0) { checked.withLock { $0 += 1 } }
        }
        #expect(checked.withLock { $0 } == CastingPace.mostRefused)
    }

    @Test func `an admission that comes to nothing is given back`() throws {
        let poll = try PollFixture()
        for _ in 0..<100 {
            guard case .admitted = poll.station.pace.admit(poll.voters[0]) else {
                Issue.record("a dropped request counts as a refused ballot")
                return
            }
        }
    }

    @Test func `three at once are the most of one voter`() throws {
        let poll = try PollFixture()
        var held: [CastingPace.Admission] = []
        while case .admitted(let admission) = poll.station.pace.admit(1) { held.append(admission) }
        #expect(held.count == CastingPace.mostRefused)
        guard case .underWay = poll.station.pace.admit(1), case .admitted = poll.station.pace.admit(2) else {
            Issue.record("what is under way was called a refusal, or holds up another voter")
            return
        }
        held.removeAll()
        guard case .admitted = poll.station.pace.admit(1) else {
            Issue.record("what ended is still counted")
            return
        }
    }

    @Test func `after the close nobody's proofs are checked`() throws {
        let poll = try PollFixture()
        let bad = try badProof(poll, 0)
        #expect(try poll.station.close(atOnce: true, by: .system("test")) == nil)
        guard case .shut = try poll.cast(bad, by: 0) else {
            Issue.record("a closed poll checks proofs")
            return
        }
    }

    @Test func `a tracker is found only while its ballot is the one that counts`() throws {
        let poll = try PollFixture()
        let texts = try (0..<10).map { try poll.ballot($0) }
        for (voter, text) in texts.enumerated() { _ = try poll.cast(text, by: voter) }
        #expect(try poll.station.close(atOnce: true, by: .system("test")) == nil)
        func round(_ text: [UInt8]) throws -> Int? {
            let ballot = try poll.stored()
            return try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
                try poll.station.round(
                    reading, ballot, tracker: String(decoding: Base64.digest(text.span), as: UTF8.self))
            }
        }
        for text in texts { #expect(try round(text) == 1) }
        // Each tracker is made to stand for the next ballot: none of the ten counts as what it says.
        try poll.execute(
            """
            UPDATE polling_slot SET content = (SELECT content FROM polling_slot AS other WHERE other.ballot =
            polling_slot.ballot AND other.id <> polling_slot.id AND substr(other.content, 5, 4) <> x'00000000' LIMIT 1)
            WHERE substr(content, 5, 4) <> x'00000000'
            """)
        #expect(try texts.compactMap { try round($0) }.count < 2)
    }
}
