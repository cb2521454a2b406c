import BallotCore
import BallotEngine
import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import TestSupport
import Testing

/// The bureau of a test: members whose public halves the election knows.
struct Bureau {
    let keys = [
        SigningKey(seed: Secret(Randomness.system.bytes(32))), SigningKey(seed: Secret(Randomness.system.bytes(32))),
    ]

    var members: [BureauMember] {
        zip(["Irene", "Hugo"], keys).map { BureauMember(name: $0, key: $1.publicKey) }
    }

    func statement(
        _ act: BureauStatement.Act, _ subject: String, signedBy count: Int = 2, election: String = "cse-2026",
        reason: String = "minutes of 20 November"
    ) throws -> [UInt8] {
        var statement = try #require(
            BureauStatement(act: act, election: election, subject: subject, reason: reason))
        for index in 0..<count { statement.sign(name: members[index].name, key: keys[index]) }
        return statement.file
    }
}

/// Trustees come in, are replaced and check the seal.
struct TrusteeTests {
    private func add(_ poll: PollFixture, _ file: [UInt8], replacement: [UInt8]? = nil) throws -> String {
        let addition = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try poll.trustees.add(
                transaction, poll.election, file: file, replacement: replacement, by: .system("test"))
        }
        guard case .refused(let reason) = addition else { return "added" }
        return reason
    }

    private func newPair(_ name: String) -> TrusteeFiles.KeyPair {
        TrusteeFiles.KeyPair(election: "cse-2026", trustee: name, ballots: [PollFixture.ballot, PollFixture.other])
    }

    /// A voter's ciphertext sent as a challenge: with the answers of one trustee and the key of the other it was read before
    /// the close. Nothing is decrypted for a proof any more, whatever the challenge holds.
    @Test func `a challenge made of a voter's ciphertext is not answered, and an answer is a signature alone`() throws {
        let poll = try PollFixture()
        let ballot = string(try poll.ballot(0, 2))
        let start = try #require(ballot.range(of: "{\"alpha\":")).lowerBound
        let end = try #require(ballot[start...].firstIndex(of: "}"))
        let trap =
            "{\"isoloir\":\"trustee-challenge-1\",\"election\":\"cse-2026\",\"trustee\":\"Anne\",\"tests\":[{\"ballot\":\"\(PollFixture.ballot)\",\"tally\":[[\(ballot[start...end])]]}]}\n"
        #expect(throws: TrusteeFiles.Fault.self) { try TrusteeFiles.answer(Array(trap.utf8), poll.pairs[0]) }
        let nonce = [UInt8](repeating: 7, count: 32)
        let honest = TrusteeFiles.challenge(
            election: "cse-2026", trustee: "Anne", nonce: nonce, ballots: [PollFixture.ballot])
        // The same ciphertext slipped in beside the nonce changes nothing.
        let mixed = string(honest).replacing("\"nonce\":", with: "\"tally\":[[\(ballot[start...end])]],\"nonce\":")
        let signed = try TrusteeFiles.answers(try TrusteeFiles.answer(Array(mixed.utf8), poll.pairs[0]))
        let proof = try #require(signed.proof(PollFixture.ballot))
        var source = SystemScalars()
        let key = try #require(TrusteePublicKey(poll.pairs[0].keys[0].key.document(from: &source)))
        #expect(
            key.hasSigned(
                .possession(nonce: nonce, election: "cse-2026", ballot: PollFixture.ballot), proof))
        // For another purpose, ballot, election or nonce it is no signature.
        for other: TrusteeStatement in [
            .possession(nonce: nonce, election: "cse-2026", ballot: PollFixture.other),
            .possession(nonce: nonce, election: "cse-2027", ballot: PollFixture.ballot),
            .possession(nonce: [UInt8](repeating: 8, count: 32), election: "cse-2026", ballot: PollFixture.ballot),
            .check(seal: nonce, election: "cse-2026", ballot: PollFixture.ballot),
            .replacement(file: nonce, election: "cse-2026", ballot: PollFixture.ballot),
        ] { #expect(!key.hasSigned(other, proof)) }
    }

    @Test func `a trustee who does not hold the key cannot answer for it, and an answer serves once`() throws {
        let poll = try PollFixture(isSealed: false)
        let file = newPair("Clara").publicFile
        let addition = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try poll.trustees.add(transaction, poll.election, file: file, by: .system("test"))
        }
        guard case .added(let challenge) = addition else {
            Issue.record("\(addition)")
            return
        }
        #expect(throws: TrusteeFiles.Fault.self) { try TrusteeFiles.answer(challenge, poll.pairs[1]) }
        func confirm(_ answer: [UInt8]) throws -> String? {
            try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.trustees.confirm(transaction, poll.election, answer: answer, by: .system("test"))
            }
        }
        let impostor = try TrusteeFiles.answer(challenge, newPair("Clara"))
        #expect(try confirm(impostor)?.contains("is not signed with the private key") == true)
        // Anne's proof is spent: the same answer proves nothing a second time.
        let again = TrusteeFiles.challenge(
            election: "cse-2026", trustee: "Anne", nonce: [UInt8](repeating: 1, count: 32),
            ballots: [PollFixture.ballot, PollFixture.other])
        #expect(try confirm(try TrusteeFiles.answer(again, poll.pairs[0]))?.contains("no open challenge") == true)
    }

    @Test func `one key under two names is refused, also for another ballot`() throws {
        let poll = try PollFixture(isSealed: false)
        let stolen = string(poll.pairs[0].publicFile).replacing("\"Anne\"", with: "\"Zoe\"")
        #expect(try add(poll, Array(stolen.utf8)).contains("Anne's already"))
        let keys = try TrusteeFiles.publicKeys(poll.pairs[0].publicFile).keys
        func swapped(_ first: Int, _ second: Int) -> [UInt8] {
            Array(
                "{\"isoloir\":\"trustee-public-1\",\"election\":\"cse-2026\",\"trustee\":\"Zoe\",\"keys\":[{\"ballot\":\"\(PollFixture.ballot)\",\"document\":\(string(keys[first].key.document))},{\"ballot\":\"\(PollFixture.other)\",\"document\":\(string(keys[second].key.document))}]}\n"
                    .utf8)
        }
        #expect(try add(poll, swapped(1, 0)).contains("Anne's already"))
        #expect(try add(poll, swapped(0, 0)).contains("one key for two ballots"))
    }

    @Test func `a proven key is replaced on its own word or the bureau's, and on nobody else's`() throws {
        let poll = try PollFixture(isSealed: false)
        let (new, other, bureau) = (newPair("Anne"), newPair("Anne"), Bureau())
        for member in bureau.members {
            let refusal = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.bureau.add(transaction, poll.election, member, by: .system("test"))
            }
            #expect(refusal == nil)
        }
        let file = new.publicFile
        #expect(try add(poll, file).contains("--replacement"))
        // Signed by a stranger, for another file, by one member, by somebody who calls themselves a member.
        #expect(try add(poll, file, replacement: TrusteeFiles.replacement(publicFile: file, other)).contains("old key"))
        #expect(
            try add(poll, file, replacement: TrusteeFiles.replacement(publicFile: other.publicFile, poll.pairs[0]))
                .contains("old key"))
        let old = try TrusteeFiles.publicKeys(poll.pairs[0].publicFile).keys.map(\.key)
        let subject = TrusteeFiles.replacementSubject(file: file, trustee: "Anne", old: old)
        #expect(
            try add(poll, file, replacement: try bureau.statement(.replaceTrusteeKey, subject, signedBy: 1)).contains(
                "2 members"))
        #expect(
            try add(poll, file, replacement: try Bureau().statement(.replaceTrusteeKey, subject)).contains("2 members"))
        #expect(
            try add(poll, file, replacement: try bureau.statement(.openWithoutCheck, subject)).contains("accepts"))
        #expect(
            try add(poll, file, replacement: try bureau.statement(.replaceTrusteeKey, "\(hex(sha256([1]))) Anne"))
                .contains("something else"))
        #expect(try add(poll, file, replacement: try bureau.statement(.replaceTrusteeKey, subject)) == "added")
        let replaced = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.trustees.all(reading, poll.election)
        }
        #expect(
            replaced[0].replacedBy?.hasPrefix("bureau: Irene \(hex(bureau.keys[0].publicKey)), Hugo ") == true
                && replaced[0].provenAt == nil)
        // A lost challenge is made again; the same statement serves for no second replacement, and what was replaced stays so.
        #expect(try add(poll, file) == "added")
        let (third, stale) = (newPair("Anne"), try bureau.statement(.replaceTrusteeKey, subject))
        let later = third.publicFile
        #expect(try add(poll, later, replacement: TrusteeFiles.replacement(publicFile: later, new)) == "added")
        #expect(try add(poll, file, replacement: stale).contains("registered before"))
        // The same keys in a file made anew, signed for by the keys in force.
        let first = poll.pairs[0].publicFile
        let again = TrusteeFiles.replacement(publicFile: first, third)
        #expect(try add(poll, first, replacement: again).contains("registered before"))
        let unused = newPair("Anne").publicFile
        let early = TrusteeFiles.replacementSubject(file: unused, trustee: "Anne", old: old)
        #expect(
            try add(poll, unused, replacement: try bureau.statement(.replaceTrusteeKey, early)).contains(
                "something else"))
        // By the old keys: Bruno's.
        let own = newPair("Bruno").publicFile
        let word = TrusteeFiles.replacement(publicFile: own, poll.pairs[1])
        #expect(try add(poll, own, replacement: word) == "added")
    }

    @Test func `a trustee who has shown the keys goes on two members' word, and comes back as replaced`() throws {
        let (poll, bureau) = (try PollFixture(isSealed: false), Bureau())
        for member in bureau.members {
            _ = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.bureau.add(transaction, poll.election, member, by: .system("test"))
            }
        }
        func remove(_ name: String, _ statement: [UInt8]? = nil) throws -> String? {
            try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.trustees.remove(
                    transaction, poll.election, name: name, statement: statement, by: .system("test"))
            }
        }
        let keys = try TrusteeFiles.publicKeys(poll.pairs[1].publicFile).keys.map(\.key)
        let subject = TrusteeFiles.removalSubject(trustee: "Bruno", old: keys)
        #expect(try remove("Bruno")?.contains("--statement") == true)
        for statement in [
            try bureau.statement(.removeTrustee, subject, signedBy: 1), try Bureau().statement(.removeTrustee, subject),
            try bureau.statement(.replaceTrusteeKey, subject),
            try bureau.statement(.removeTrustee, TrusteeFiles.removalSubject(trustee: "Anne", old: keys)),
        ] {
            #expect(try remove("Bruno", statement) != nil)
        }
        #expect(try remove("Anne", try bureau.statement(.removeTrustee, subject))?.contains("something else") == true)
        #expect(try remove("Bruno", try bureau.statement(.removeTrustee, subject)) == nil)
        let left = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.trustees.all(reading, poll.election)
        }
        #expect(left.map(\.name) == ["Anne"])
        // The keys that were taken away do not come back, and with them the word that took them away.
        #expect(try add(poll, poll.pairs[1].publicFile).contains("registered before"))
        #expect(try add(poll, newPair("Bruno").publicFile) == "added")
        let back = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.trustees.all(reading, poll.election)
        }
        #expect(back[1].replacedBy?.hasPrefix("bureau: Irene ") == true && back[0].replacedBy == nil)
    }

    /// Two members of a moment take a trustee away, somebody else comes in, and the members go before the seal.
    @Test func `who signed that a trustee goes stands in the seal, or nothing is sealed`() throws {
        let (poll, thieves) = (try PollFixture(isSealed: false), Bureau())
        func written(_ body: (borrowing Transaction) throws(StoreError) -> String?) throws -> String? {
            try poll.store.write(body)
        }
        for member in thieves.members {
            let refusal = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.bureau.add(transaction, poll.election, member, by: .system("test"))
            }
            #expect(refusal == nil)
        }
        let keys = try TrusteeFiles.publicKeys(poll.pairs[1].publicFile).keys.map(\.key)
        let word = try thieves.statement(
            .removeTrustee, TrusteeFiles.removalSubject(trustee: "Bruno", old: keys))
        #expect(
            try written { transaction throws(StoreError) in
                try poll.trustees.remove(
                    transaction, poll.election, name: "Bruno", statement: word, by: .system("test"))
            } == nil)
        let other = newPair("Bruno L.")
        let addition = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try poll.trustees.add(transaction, poll.election, file: other.publicFile, by: .system("test"))
        }
        guard case .added(let challenge) = addition else { throw PollFixture.Trouble("\(addition)") }
        let answer = try TrusteeFiles.answer(challenge, other)
        #expect(
            try written { transaction throws(StoreError) in
                try poll.trustees.confirm(transaction, poll.election, answer: answer, by: .system("test"))
            } == nil)
        for name in ["Irene", "Hugo"] {
            let refusal = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.bureau.remove(transaction, poll.election, name: name, by: .system("test"))
            }
            #expect(refusal == .hasSigned(trustee: "Bruno", isRemoval: true))
        }
        // By hand, in the file.
        try poll.execute("CREATE TABLE away AS SELECT * FROM polling_member")
        try poll.execute("DELETE FROM polling_member")
        guard case .refused(let faults) = try poll.seal() else { throw PollFixture.Trouble("sealed") }
        #expect(faults.contains { $0.contains("Bruno's keys were taken away on the word of bureau: Irene") })
        try poll.execute("INSERT INTO polling_member SELECT * FROM away")
        guard case .sealed(let sealed) = try poll.seal() else { throw PollFixture.Trouble("not sealed") }
        let seal = try #require(SealManifest(sealed.manifest))
        #expect(seal.removed.map(\.name) == ["Bruno"] && seal.members.map(\.name) == ["Irene", "Hugo"])
        #expect(try poll.station.integrity.audit() == [])
    }

    @Test func `a manifest that names two alike is none`() throws {
        let poll = try PollFixture(isOpen: false, members: Bureau().members)
        let text = string(try #require(try poll.manifest()))
        #expect(SealManifest(Array(text.utf8)) != nil)
        for (old, new) in [
            ("\"Bruno\"", "\"Anne\""), ("\"Hugo\"", "\"Irene\""),
            ("\"ballot\":\"\(PollFixture.other)\"", "\"ballot\":\"\(PollFixture.ballot)\""),
            // A file with another digest before the sealed one: whoever takes the first is told something else.
            ("\"files\":[", "\"files\":[{\"path\":\"served/sealed.json\",\"sha256\":\"00\"},"),
            ("\"files\":[", "\"files\":[{\"sha256\":\"00\"},"), ("\"files\":", "\"papers\":"),
        ] {
            #expect(text.contains(old))
            #expect(SealManifest(Array(text.replacing(old, with: new).utf8)) == nil, "\(new)")
        }
    }

    /// A public file is no secret: whoever hands it in again must not open the way to other keys.
    @Test func `a proven trustee stays proven when the same keys come in again`() throws {
        let poll = try PollFixture(isSealed: false)
        #expect(try add(poll, poll.pairs[0].publicFile).contains("has shown these keys already"))
        #expect(try add(poll, newPair("Anne").publicFile).contains("--replacement"))
        let refusal = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try poll.trustees.remove(transaction, poll.election, name: "Anne", by: .system("test"))
        }
        #expect(refusal?.contains("--statement") == true)
    }

    @Test func `a poll opens when every trustee has found their key in it, or two members waive that`() throws {
        let bureau = Bureau()
        let poll = try PollFixture(isOpen: false, isChecked: false, members: bureau.members)
        #expect(try poll.station.opener.open(by: .system("test"))?.contains("Anne, Bruno must check") == true)
        func checked(_ file: [UInt8]) throws -> String? {
            try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.trustees.checked(transaction, poll.election, file: file, by: .system("test"))
            }
        }
        let seal = sha256(try #require(try poll.manifest()))
        #expect(try checked(TrusteeFiles.check(seal: sha256([1]), poll.pairs[0]))?.contains("another seal") == true)
        let impostor = TrusteeFiles.KeyPair(
            election: "cse-2026", trustee: "Anne", ballots: [PollFixture.ballot, PollFixture.other])
        #expect(try checked(TrusteeFiles.check(seal: seal, impostor))?.contains("not signed") == true)
        #expect(try checked(TrusteeFiles.check(seal: seal, poll.pairs[0])) == nil)
        #expect(try poll.station.opener.open(by: .system("test"))?.contains("Bruno must check") == true)
        func waive(_ statement: [UInt8]) throws -> String? {
            try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.trustees.waive(transaction, poll.election, statement: statement, by: .system("test"))
            }
        }
        let subject = "\(hex(seal)) Bruno"
        #expect(try waive(try bureau.statement(.openWithoutCheck, subject, signedBy: 1))?.contains("2 members") == true)
        #expect(try waive(try Bureau().statement(.openWithoutCheck, subject))?.contains("2 members") == true)
        #expect(try waive(try bureau.statement(.openWithoutCheck, "\(hex(seal)) Anne"))?.contains("names no") == true)
        let good = try bureau.statement(.openWithoutCheck, subject)
        // A changed word is nobody's any more.
        #expect(try waive(Array(string(good).replacing("minutes", with: "Minutes").utf8)) != nil)
        #expect(try waive(good) == nil)
        #expect(try poll.station.opener.open(by: .system("test")) == nil)
        let waived = "Bruno : n'a pas contr\u{F4}l\u{E9}, dispense de Irene, Hugo"
        #expect(try poll.station.records.opening().contains(waived))
    }

    @Test(arguments: [
        "Andre\u{301}", "Anne ", " Anne", "An\u{200B}ne", "\u{202E}Anne", "Anne\u{85}", "Anne  L", "", "Anne\u{A0}L",
        "Anne\u{3164}", "Anne\u{FE0F}", "Anne\u{2800}", "Anne\u{378}",
    ])
    func `a name that could pass for another is refused`(name: String) throws {
        let poll = try PollFixture(isSealed: false)
        #expect(try add(poll, newPair(name).publicFile).contains("a trustee's name is one line"))
    }

    @Test func `what stands beside a public key is refused, and an unproven trustee can be taken away`() throws {
        let poll = try PollFixture(isSealed: false)
        let file = string(newPair("Clara").publicFile)
        let junk = file.replacing("{\"pok\":", with: "{\"x\":\"AAAA\",\"pok\":")
        #expect(try add(poll, Array(junk.utf8)).contains("more than key and proof"))
        #expect(try add(poll, Array(file.utf8)) == "added")
        func remove(_ name: String) throws -> String? {
            try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try poll.trustees.remove(transaction, poll.election, name: name, by: .system("test"))
            }
        }
        #expect(try remove("Clara") == nil)
        #expect(try remove("Anne")?.contains("has shown the keys") == true)
    }

    /// The check is the signed file; a row changed by hand is none.
    @Test func `a check that was only noted opens nothing`() throws {
        let poll = try PollFixture(isOpen: false, isChecked: false)
        try poll.execute("UPDATE polling_trustee SET checked_at = 1, waived = 'Irene, Hugo', check_file = x'7b7d'")
        #expect(
            try poll.station.opener.open(by: .system("test"))?.contains(
                "Anne's check of the seal is not what was signed")
                == true)
    }

    /// Keys put in the place of the sealed ones after the seal, with checks of their own.
    @Test func `a check by keys that the seal does not name opens nothing`() throws {
        let poll = try PollFixture(isOpen: false, isChecked: false)
        let thief = newPair("Anne")
        let keys = try TrusteeFiles.publicKeys(thief.publicFile).keys
        let seal = sha256(try #require(try poll.manifest()))
        let check = TrusteeFiles.check(seal: seal, thief)
        let refusal = try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) -> String? in
            for (ballot, key) in keys {
                try transaction.execute(
                    "UPDATE polling_trustee_key SET document = ? WHERE trustee = 1 AND ballot = ?", key.document, ballot
                )
            }
            try transaction.execute("UPDATE polling_trustee SET checked_at = 1, check_file = ? WHERE id = 1", check)
            return try poll.trustees.checked(transaction, poll.election, file: check, by: .system("test"))
        }
        #expect(refusal?.contains("are not those of the seal") == true)
        #expect(try poll.station.opener.open(by: .system("test"))?.contains("are not those of the seal") == true)
    }

    @Test func `a replacement that is not shown yet is replaced on a word of its own`() throws {
        let poll = try PollFixture(isSealed: false)
        let (new, thief) = (newPair("Anne").publicFile, newPair("Anne").publicFile)
        let word = TrusteeFiles.replacement(publicFile: new, poll.pairs[0])
        #expect(try add(poll, new, replacement: word) == "added")
        #expect(try add(poll, thief).contains("--replacement"))
        #expect(try add(poll, thief, replacement: word).contains("not signed"))
    }

    /// A list that names one key twice must not make one person two.
    @Test func `one key under two names signs as one`() throws {
        let bureau = Bureau()
        let statement = try #require(
            BureauStatement(file: try bureau.statement(.countFewBallots, "x", signedBy: 1)))
        let twice = ["Irene", "Hugo"].map { BureauMember(name: $0, key: bureau.keys[0].publicKey) }
        #expect(statement.fault(act: .countFewBallots, election: "cse-2026", subject: "x", members: twice) != nil)
    }
}
