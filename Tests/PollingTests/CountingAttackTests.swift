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

/// What dishonest servers and trustees do at the count, by programs of our own.
struct CountingAttackTests {
    private func closed(voters: Int = 4, members: [BureauMember] = []) throws -> PollFixture {
        let poll = try PollFixture(members: members)
        for voter in 0..<voters { _ = try poll.cast(try poll.ballot(voter, 1 + voter % 3), by: voter) }
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        _ = try poll.tallyService.tally(by: .system("test"))
        return poll
    }

    // MARK: A false factor

    private func opened(_ poll: PollFixture, _ name: String) throws -> (tally: EncryptedTally, form: BallotForm) {
        let ballot = try poll.stored(name)
        let stored = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.tallies.tally(reading, ballot)
        }
        let form = try poll.station.checkers.checker(ballot).form
        let document = try #require(stored).document
        return (try #require(EncryptedTally(document: document, questions: form.questions)), form)
    }

    /// 1/c modulo q, by Fermat: q is prime.
    private func inverse(_ number: Scalar) -> Scalar {
        // q - 2 in binary, from the decimal digits of the protocol's note.
        var bits: [Bool] = []
        var words = (0..<8).map { GroupNumbers.q[$0] }
        words[0] -= 2
        for word in words.reversed() { for bit in (0..<32).reversed() { bits.append(word >> UInt32(bit) & 1 == 1) } }
        var result = Scalar(1)
        for bit in bits {
            result = result * result
            if bit { result = result * number }
        }
        return result
    }

    /// A decryption whose first factor is false although the protocol's proof of it is valid: commitments are chosen at random
    /// and the factor is computed from the challenge, which holds neither alpha nor the factor.
    private func falsePart(
        _ tally: EncryptedTally, _ form: BallotForm, _ key: TrusteeKey
    ) throws -> PartialDecryption {
        var source = SystemScalars()
        let honest = PartialDecryption(tally, key: key, fingerprint: form.fingerprint, from: &source)
        let (a, b) = (source.next(), source.next())
        let (first, second) = (GMPGroup.generatorPower(a), GMPGroup.generatorPower(b))
        var hash = SHA256()
        let text =
            Array("decrypt|".utf8) + form.fingerprint + Array("|".utf8) + key.publicDecimal + Array("|".utf8)
            + digits(first) + Array(",".utf8) + digits(second)
        hash.update(text.span)
        let digest = hash.finish()
        let challenge = Scalar(reducing: digest.span)
        let response = a - key.secret * challenge
        let alpha = tally.sums[0][0].alpha
        let rest = GMPGroup.product(second, GMPGroup.secretPower(alpha, Scalar.zero - response))
        let factor = GMPGroup.secretPower(rest, inverse(challenge))
        var proof: [UInt8] = []
        Proof(challenge: challenge, response: response).append(to: &proof)
        var document = string(honest.document)
        document = document.replacingOccurrences(
            of: "{\"decryption_factors\":[[\"\(string(digits(honest.factors[0][0])))\"",
            with: "{\"decryption_factors\":[[\"\(string(digits(factor)))\"")
        let start = try #require(document.range(of: "\"decryption_proofs\":[[")).upperBound
        let end = try #require(document[start...].firstIndex(of: "}"))
        document.replaceSubrange(start...end, with: string(proof))
        return try #require(PartialDecryption(document: Array(document.utf8), tally: tally))
    }

    private func file(_ poll: PollFixture, falseBy number: Int) throws -> [UInt8] {
        var source = SystemScalars()
        var parts: [[(String, [UInt8])]] = []
        for (index, name) in [PollFixture.ballot, PollFixture.other].enumerated() {
            let (tally, form) = try opened(poll, name)
            let key = poll.pairs[number].keys[index].key
            let part =
                index == 0
                ? try falsePart(tally, form, key)
                : PartialDecryption(tally, key: key, fingerprint: form.fingerprint, from: &source)
            let binding = BoundDecryption(tally, part, key: key, fingerprint: form.fingerprint, from: &source)
            parts.append(
                TrusteeFiles.entry(
                    uuid: form.uuid, tally: sha256(tally.document), part: part, binding: binding,
                    election: "cse-2026", key))
        }
        return TrusteeFiles.decryptions(election: "cse-2026", trustee: poll.pairs[number].trustee, parts: parts)
    }

    @Test func `a false factor with a valid proof is refused by name, and the honest part is taken after it`() throws {
        let poll = try closed()
        let (tally, form) = try opened(poll, PollFixture.ballot)
        let key = poll.pairs[0].keys[0].key
        var source = SystemScalars()
        let trustee = try #require(TrusteePublicKey(key.document(from: &source)))
        // The attack's own test: the protocol's proof finds nothing.
        let forged = try falsePart(tally, form, key)
        #expect(forged.isProven(tally, by: trustee, fingerprint: form.fingerprint))
        let honest = PartialDecryption(tally, key: key, fingerprint: form.fingerprint, from: &source)
        #expect(digits(forged.factors[0][0]) != digits(honest.factors[0][0]))
        guard
            case .refused(let reason) = try poll.tallyService.decryptions.take(
                try file(poll, falseBy: 0), by: .system("test"))
        else {
            Issue.record("a false factor was taken")
            return
        }
        #expect(reason.contains("Anne, ballot titulaires-ouvriers: the factor of question 1, choice 1 is FALSE"))
        for trustee in 0...1 {
            _ = try poll.tallyService.decryptions.take(try poll.decryptions(trustee), by: .system("test"))
        }
        let results = try poll.store.read { (r: borrowing Reading) throws(StoreError) in
            try poll.tallyService.results.all(r)
        }
        #expect(results.count == 2 && results[0].questions[0].lines.map(\.votes) == [2, 1, 1])
    }

    @Test func `a part that nothing binds needs two members, is the first suspect, and can be replaced`() throws {
        let bureau = Bureau()
        let poll = try closed(members: bureau.members)
        let (tally, form) = try opened(poll, PollFixture.ballot)
        let document = try falsePart(tally, form, poll.pairs[0].keys[0].key).document
        func take(_ waiver: [UInt8]?) throws -> TrusteeDecryptions.Taking {
            try poll.tallyService.decryptions.take(
                foreign: document, trustee: "Anne", ballot: PollFixture.ballot, waiver: waiver, by: .system("test"))
        }
        let subject = "\(hex(sha256(document))) Anne"
        for waiver in [
            nil, try bureau.statement(.takeUnboundPart, subject, signedBy: 1),
            try Bureau().statement(.takeUnboundPart, subject),
            try bureau.statement(.takeUnboundPart, "\(hex(sha256([1]))) Anne"),
            try bureau.statement(.countFewBallots, subject),
        ] {
            guard case .refused = try take(waiver) else {
                Issue.record("an unbound part was taken")
                return
            }
        }
        guard case .taken = try take(try bureau.statement(.takeUnboundPart, subject)) else {
            Issue.record("two members' word does not serve")
            return
        }
        guard
            case .noResult(let ballots, let unbound) = try poll.tallyService.decryptions.take(
                try poll.decryptions(1), by: .system("test"))
        else {
            Issue.record("a false factor gave a result")
            return
        }
        #expect(ballots == [PollFixture.ballot] && unbound == ["Anne"])
        // Nothing of it stands in the archive, so that nothing is spoiled.
        #expect(!string(try poll.archive()).contains("PartialDecryption"))
        guard
            case .taken(_, let missing) = try poll.tallyService.decryptions.take(
                try poll.decryptions(0), by: .system("test"))
        else {
            Issue.record("the honest part was not taken")
            return
        }
        #expect(missing == [])
        let results = try poll.store.read { (r: borrowing Reading) throws(StoreError) in
            try poll.tallyService.results.all(r)
        }
        #expect(results.count == 2)
        #expect(string(try poll.archive()).components(separatedBy: "\"type\":\"PartialDecryption\"").count == 3)
        let kept = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number("SELECT count(*) FROM polling_part WHERE replaced_at IS NOT NULL")
        }
        #expect(kept == 1)
        guard
            case .refused(let reason) = try poll.tallyService.decryptions.take(
                try poll.decryptions(0), by: .system("test"))
        else {
            Issue.record("a part was replaced after the result")
            return
        }
        #expect(reason.contains("The result is there"))
        #expect(try poll.station.integrity.audit() == [])
    }

    @Test func `a bound part is not replaced by one that nothing binds`() throws {
        let bureau = Bureau()
        let poll = try closed(members: bureau.members)
        let (tally, form) = try opened(poll, PollFixture.ballot)
        var source = SystemScalars()
        let document = PartialDecryption(
            tally, key: poll.pairs[0].keys[0].key, fingerprint: form.fingerprint, from: &source
        ).document
        _ = try poll.tallyService.decryptions.take(try poll.decryptions(0), by: .system("test"))
        let waiver = try bureau.statement(.takeUnboundPart, "\(hex(sha256(document))) Anne")
        guard
            case .refused(let reason) = try poll.tallyService.decryptions.take(
                foreign: document, trustee: "Anne", ballot: PollFixture.ballot, waiver: waiver, by: .system("test"))
        else {
            Issue.record("a bound part was replaced")
            return
        }
        #expect(reason.contains("does not replace it"))
    }

    /// Computed from a part that somebody replaced meanwhile.
    @Test func `a result is kept only with the parts that gave it, and once`() throws {
        let poll = try closed()
        _ = try poll.tallyService.decryptions.take(try poll.decryptions(0), by: .system("test"))
        let ballot = try poll.stored()
        func parts() throws -> [StoredPart] {
            try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
                try poll.station.tallies.parts(reading, ballot)
            }
        }
        let before = try parts()
        #expect(
            try !poll.tallyService.decryptions.keep(result: [[1, 1, 2]], from: [], of: ballot, by: .system("test")))
        _ = try poll.tallyService.decryptions.take(try poll.decryptions(1), by: .system("test"))
        #expect(try parts().count == 2)
        for stale in [before, try parts()] {
            #expect(
                try !poll.tallyService.decryptions.keep(
                    result: [[4, 0, 0]], from: stale, of: ballot, by: .system("test")))
        }
        #expect(try poll.station.integrity.audit() == [])
        let results = try poll.store.read { (r: borrowing Reading) throws(StoreError) in
            try poll.tallyService.results.all(r)
        }
        #expect(results[0].questions[0].lines.map(\.votes) == [2, 1, 1])
    }

    @Test func `what stands beside a decryption is refused`() throws {
        let poll = try closed()
        let file = string(try poll.decryptions(0)).replacing(
            "\"decryption\":{", with: "\"decryption\":{\"x\":\"AAAA\",")
        guard case .refused = try poll.tallyService.decryptions.take(Array(file.utf8), by: .system("test")) else {
            Issue.record("junk was taken into the archive")
            return
        }
    }

    /// Factors changed by hand, one up and one down, would move every vote from one list to another.
    @Test func `a part that was changed in the store gives no result`() throws {
        let poll = try closed()
        _ = try poll.tallyService.decryptions.take(try poll.decryptions(0), by: .system("test"))
        #expect(try poll.station.integrity.audit() == [])
        let ballot = try poll.stored()
        let parts = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.tallies.parts(reading, ballot)
        }
        let (tally, _) = try opened(poll, PollFixture.ballot)
        let part = try #require(PartialDecryption(document: parts[0].document, tally: tally))
        let moved = GMPGroup.product(part.factors[0][1], GMPGroup.generatorPower(Scalar(2)))
        let changed = string(parts[0].document).replacing(
            string(digits(part.factors[0][1])), with: string(digits(moved)))
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try transaction.execute(
                "UPDATE polling_part SET document = ? WHERE ballot = ?", Array(changed.utf8), ballot.id)
        }
        #expect(try poll.station.integrity.audit().contains { $0.contains("the part of trustee 1 is not proven") })
        guard
            case .refused(let reason) = try poll.tallyService.decryptions.take(
                try poll.decryptions(1), by: .system("test"))
        else {
            Issue.record("a changed part gave a result")
            return
        }
        #expect(reason.contains("Anne's part") && reason.contains("changed by hand"))
        guard
            case .taken(_, let missing) = try poll.tallyService.decryptions.take(
                try poll.decryptions(0), by: .system("test"))
        else {
            Issue.record("the trustee's own file was not taken")
            return
        }
        #expect(missing == [])
        #expect(try poll.station.integrity.audit() == [])
    }

    /// A tally or record that was taken out of the store is not made a second time.
    @Test(
        arguments: [
            "DELETE FROM polling_record WHERE kind = 'closing'",
            "UPDATE polling_ballot SET tally = NULL, tallied = NULL, tallied_weight = NULL",
        ] as [StaticString])
    func `a second record or tally is never signed`(change: StaticString) throws {
        let poll = try closed()
        try poll.execute(change)
        #expect(throws: StoreError.self) { try poll.tallyService.tally(by: .system("test")) }
    }

    @Test func `two tallies of one ballot by one trustee are told apart`() throws {
        let poll = try closed()
        let (_, form) = try opened(poll, PollFixture.ballot)
        let other = EncryptedTally(form.questions)
        let file = TrusteeFiles.decryptions(
            election: "cse-2026", trustee: "Anne",
            parts: [TrusteeFiles.part(other, form: form, election: "cse-2026", key: poll.pairs[0].keys[0].key)])
        guard case .refused(let reason) = try poll.tallyService.decryptions.take(file, by: .system("test")) else {
            Issue.record("another tally was taken")
            return
        }
        #expect(reason.contains("signed that they opened ANOTHER tally"))
        // A file whose tally somebody else changed is not the trustee's word.
        let forged = string(try poll.decryptions(0)).replacing(
            hex(sha256(try opened(poll, PollFixture.ballot).tally.document)), with: hex(sha256([9])))
        guard case .refused(let other) = try poll.tallyService.decryptions.take(Array(forged.utf8), by: .system("test"))
        else {
            Issue.record("a changed file was taken")
            return
        }
        #expect(other.contains("not signed by the trustee"))
    }
}
