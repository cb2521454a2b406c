import BallotCore
import Elections
import Foundation
import Journal
import Polling
import Store
import Synchronization
import Tally
import Testing

struct CastingTests {
    @Test func `a ballot is taken, receipted and signed for`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        let receipt = try #require(receipt(try poll.cast(text, by: 0)))
        #expect(receipt.isGenuine(poll.station.receiptKey))
        #expect(receipt.tracker == string(Base64.digest(text.span)))
        #expect(try poll.stored().votes == 1)
        #expect(try poll.station.audit() == [])
        #expect(throws: PollFixture.Trouble.self) { try poll.booth(0) }
    }

    @Test func `a forged receipt is not genuine`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        let real = try #require(receipt(try poll.cast(text, by: 0)))
        let forged = Receipt(
            election: real.election, ballot: real.ballot, tracker: String(real.tracker.reversed()),
            signature: real.signature)
        #expect(!forged.isGenuine(poll.station.receiptKey))
    }

    @Test func `the same bytes again bring the same receipt until they are public`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        let first = try #require(receipt(try poll.cast(text, by: 0)))
        #expect(receipt(try poll.cast(text, by: 0)) == first)
        #expect(try poll.station.close(atOnce: true, by: .system("test")) == nil)
        // Anybody could send a public text.
        guard case .voted = try poll.cast(text, by: 0) else {
            Issue.record("a receipt was given for a public ballot")
            return
        }
        #expect(try poll.stored().votes == 1)
    }

    @Test func `another ballot of a used credential is refused with the tracker that counts`() throws {
        let poll = try PollFixture()
        let booth = try poll.booth(0)
        let first = try #require(receipt(try poll.cast(try poll.seal(booth, 1), by: 0)))
        guard case .otherCounts(let tracker) = try poll.cast(try poll.seal(booth, 2), by: 0) else {
            Issue.record("a second ballot was not refused")
            return
        }
        #expect(tracker == first.tracker)
        #expect(try poll.stored().votes == 1)
    }

    @Test func `another voter's credential is refused`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(1)
        guard case .notYours = try poll.cast(text, by: 0) else {
            Issue.record("a stranger's ballot was taken")
            return
        }
        // Nor does a voter who has voted get at another's unused credential.
        _ = try poll.cast(try poll.ballot(0), by: 0)
        guard case .voted = try poll.cast(text, by: 0) else {
            Issue.record("a voter voted with a second credential")
            return
        }
        #expect(try poll.stored().votes == 1)
        #expect(receipt(try poll.cast(text, by: 1)) != nil)
    }

    @Test func `a ballot of one ballot box is refused by the other`() throws {
        let poll = try PollFixture()
        guard case .refused(.otherElection) = try poll.cast(try poll.ballot(0), by: 0, PollFixture.other) else {
            Issue.record("the wrong box took it")
            return
        }
    }

    @Test(arguments: BallotChange.allCases)
    func `a changed ballot is refused with a reason, and nothing is stored`(change: BallotChange) throws {
        let poll = try PollFixture()
        let text = try change.made(try poll.ballot(0), other: try poll.ballot(1))
        guard case .refused(let fault) = try poll.cast(text, by: 0) else {
            Issue.record("it was not refused")
            return
        }
        #expect(change.expected(fault), "\(fault)")
        #expect(try poll.stored().votes == 0)
        #expect(try poll.station.audit() == [])
        #expect(receipt(try poll.cast(try poll.ballot(0), by: 0)) != nil)
    }

    @Test func `a stranger to the roll is not eligible`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        guard
            case .notEligible = try poll.station.cast(
                text, voter: 999, ballot: PollFixture.ballot, sessionOpenedAt: poll.now)
        else {
            Issue.record("a stranger voted")
            return
        }
    }
}

/// Changes of each kind of bytes of a ballot.
enum BallotChange: CaseIterable {
    case choice, individualProof, overallProof, blankProof, signature, hash, uuid, fingerprint, credential
    case space, newline, order, outsideGroup, zero, outOfRange, leadingZero, copied, empty, long, escaped

    func made(_ ballot: [UInt8], other: [UInt8]) throws -> [UInt8] {
        let text = string(ballot)
        func digit(after mark: String, skipping: Int = 20) throws -> [UInt8] {
            let end = try #require(text.range(of: mark)).upperBound
            let place = text.index(end, offsetBy: skipping)
            let changed = text[place] == "1" ? "2" : "1"
            return Array((text[..<place] + changed + text[text.index(after: place)...]).utf8)
        }
        func replacing(_ old: String, _ new: String) -> [UInt8] {
            guard let range = text.range(of: old) else { return ballot }
            return Array(text.replacingCharacters(in: range, with: new).utf8)
        }
        func number(after mark: String, with new: String) throws -> [UInt8] {
            let start = try #require(text.range(of: mark)).upperBound
            let end = try #require(text[start...].firstIndex(of: "\""))
            return Array((text[..<start] + new + text[end...]).utf8)
        }
        switch self {
        case .choice: return try digit(after: "\"alpha\":\"")
        case .individualProof: return try digit(after: "\"individual_proofs\":[[{\"challenge\":\"")
        case .overallProof: return try digit(after: "\"overall_proof\":[{\"challenge\":\"")
        case .blankProof: return try digit(after: "\"blank_proof\":[{\"challenge\":\"")
        case .signature: return try digit(after: "\"proof\":{\"challenge\":\"")
        case .hash: return try digit(after: "\"hash\":\"")
        case .uuid: return try digit(after: "\"election_uuid\":\"", skipping: 5)
        case .fingerprint: return try digit(after: "\"election_hash\":\"")
        case .credential: return try digit(after: "\"credential\":\"")
        case .space: return replacing("\",\"answers\":", "\", \"answers\":")
        case .newline: return ballot + [10]
        case .order: return replacing("\"challenge\"", "\"response\"")
        case .outsideGroup: return try number(after: "\"alpha\":\"", with: "2")
        case .zero: return try number(after: "\"beta\":\"", with: "0")
        case .outOfRange:
            return try number(
                after: "\"challenge\":\"",
                with: "78571733251071885079927659812671450121821421258408794611510081919805623223441")
        case .leadingZero: return replacing("\"challenge\":\"", "\"challenge\":\"0")
        case .copied:
            // Another voter's choices and proofs under this voter's credential.
            let theirs = string(other)
            let mine = try #require(text.range(of: "\"answers\":"))
            let their = try #require(theirs.range(of: "\"answers\":"))
            return Array((text[..<mine.lowerBound] + theirs[their.lowerBound...]).utf8)
        case .empty: return []
        case .long: return ballot + [UInt8](repeating: 32, count: 100_000)
        case .escaped: return replacing("\"election_uuid\":\"", "\"election_uuid\":\"\\u0031")
        }
    }

    func expected(_ fault: BallotFault) -> Bool {
        switch (self, fault) {
        case (.uuid, .otherElection), (.fingerprint, .otherFingerprint), (.outOfRange, .outOfRange),
            (.leadingZero, .outOfRange):
            true
        case (.space, .notCanonical), (.newline, .notCanonical), (.order, .notCanonical), (.empty, .notCanonical),
            (.long, .notCanonical), (.escaped, .notCanonical), (.signature, .wrongSignature),
            (.hash, .wrongHash), (.copied, .wrongHash):
            true
        case (.choice, .wrongHash), (.individualProof, .wrongHash), (.overallProof, .wrongHash),
            (.blankProof, .wrongHash), (.credential, .wrongHash), (.outsideGroup, .wrongHash), (.zero, .wrongHash):
            true
        default: false
        }
    }
}

struct PollStateTests {
    @Test func `nothing is taken before the opening, and nothing is opened twice`() throws {
        let poll = try PollFixture(isOpen: false)
        let text = try poll.ballot(0)
        guard case .shut = try poll.cast(text, by: 0) else {
            Issue.record("a sealed poll took a ballot")
            return
        }
        #expect(try poll.station.open(by: .system("test")) == nil)
        #expect(try poll.station.open(by: .system("test"))?.contains("this needs one that is sealed") == true)
        #expect(receipt(try poll.cast(text, by: 0)) != nil)
    }

    @Test func `a suspended poll takes nothing until it is resumed`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        #expect(try poll.station.suspend(by: .system("test")) == nil)
        guard case .shut = try poll.cast(text, by: 0) else {
            Issue.record("a suspended poll took a ballot")
            return
        }
        #expect(try poll.station.resume(by: .system("test")) == nil)
        #expect(receipt(try poll.cast(text, by: 0)) != nil)
    }

    @Test func `those who signed in before the hour may finish within the grace, and nobody else`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.closes
        let (early, late) = (try poll.ballot(0), try poll.ballot(1))
        poll.move(to: closes + 14 * 60)
        #expect(try poll.station.followClock(by: .system("clock")))
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
        #expect(try poll.station.followClock(by: .system("clock")))
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
        let closes = poll.election.election.closes
        let text = try poll.ballot(0)
        #expect(try poll.station.suspend(by: .system("test")) == nil)
        poll.move(to: closes + 60)
        #expect(try !poll.station.followClock(by: .system("clock")))
        guard case .shut = try poll.cast(text, by: 0, openedAt: closes - 60) else {
            Issue.record("the clock opened a suspended poll")
            return
        }
        #expect(try poll.station.resume(by: .system("test"))?.contains("The hour of closing has passed") == true)
        #expect(try poll.station.extend(to: closes + 7200, by: .system("test")) == nil)
        #expect(try poll.station.resume(by: .system("test")) == nil)
        #expect(receipt(try poll.cast(text, by: 0)) != nil)
    }

    @Test func `a poll is only ever extended`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.closes
        #expect(try poll.station.extend(to: closes - 60, by: .system("test")) != nil)
        #expect(try poll.station.extend(to: closes + 3600, by: .system("test")) == nil)
        let text = try poll.ballot(0)
        poll.move(to: closes + 1800)
        #expect(try !poll.station.followClock(by: .system("clock")))
        #expect(receipt(try poll.cast(text, by: 0)) != nil)
    }

    @Test func `a close among votes in flight keeps every acknowledged one and takes none after`() throws {
        let poll = try PollFixture()
        let ballots = try (0..<12).map { try poll.ballot($0) }
        let acknowledged = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 13) { number in
            if number == 6 {
                _ = try? poll.station.close(atOnce: true, by: .system("test"))
            } else {
                let voter = number > 6 ? number - 1 : number
                if let receipt = (try? poll.cast(ballots[voter], by: voter)).flatMap(receipt) {
                    acknowledged.withLock { $0.append(receipt.tracker) }
                }
            }
        }
        #expect(Set(try poll.trackers()) == Set(acknowledged.withLock { $0 }))
        #expect(try poll.station.audit() == [])
    }
}

struct RoundTests {
    @Test func `rounds wait for fifteen minutes and ten ballots, and are in the order of hashes`() throws {
        let poll = try PollFixture(voters: 24)
        for voter in 0..<9 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.wait(3600)
        #expect(try poll.station.turnRounds() == [])
        _ = try poll.cast(try poll.ballot(9), by: 9)
        #expect(try poll.station.turnRounds() == [PollFixture.ballot])
        let first = try poll.trackers()
        #expect(first.count == 10)
        #expect(first == first.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
        for voter in 10..<24 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.wait(899)
        #expect(try poll.station.turnRounds() == [])
        poll.wait(1)
        #expect(try poll.station.turnRounds() == [PollFixture.ballot])
        #expect(Array(try poll.trackers().prefix(10)) == first)
        #expect(try poll.station.audit() == [])
    }

    @Test func `the archive only grows, and is verified at every round`() throws {
        let poll = try PollFixture(voters: 24)
        var earlier = try poll.archive()
        for group in [0..<12, 12..<23] {
            for voter in group { _ = try poll.cast(try poll.ballot(voter, voter % 4), by: voter) }
            poll.wait(900)
            #expect(try !poll.station.turnRounds().isEmpty)
            let later = try poll.archive()
            #expect(later.starts(with: earlier) && later.count > earlier.count)
            earlier = later
        }
        _ = try poll.cast(try poll.ballot(23), by: 23)
        #expect(try poll.archive() == earlier)
        #expect(try poll.station.close(atOnce: true, by: .system("test")) == nil)
        #expect(try poll.archive().starts(with: earlier))
    }
}

struct TamperTests {
    @Test func `a ballot taken away is found`() throws {
        let poll = try PollFixture()
        for voter in 0..<3 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        #expect(try poll.station.audit() == [])
        try poll.execute(
            """
            UPDATE polling_slot SET content = zeroblob(length(content))
            WHERE id = (SELECT max(id) FROM polling_slot WHERE content > x'0000000000000001')
            """)
        #expect(try poll.station.audit().first?.contains("2 ballots in the box, 3 signatures, 3 votes") == true)
    }

    @Test func `a signature taken away is found`() throws {
        let poll = try PollFixture()
        _ = try poll.cast(try poll.ballot(0), by: 0)
        try poll.execute(
            "UPDATE polling_elector SET entry = zeroblob(length(entry)) WHERE entry >= x'0000000000000001' AND ballot = 1"
        )
        #expect(try poll.station.audit().contains { $0.contains("the signature list was changed by hand") })
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
            try poll.station.audit() == [
                "titulaires-ouvriers: the signature list was changed by hand: its seal does not fit."
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
        #expect(try poll.station.audit().contains { $0.contains("the box was changed by hand") })
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
        ("UPDATE polling_ballot SET tally = x'5b5d'", "the encrypted tally is not the journal's"),
        ("UPDATE polling_ballot SET result = x'7b7d'", "the result is not the journal's"),
    ]

    @Test(arguments: changes.indices)
    func `what stands around the box is compared too`(number: Int) throws {
        let poll = try PollFixture()
        for voter in 0..<12 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.wait(900)
        #expect(try poll.station.turnRounds() == [PollFixture.ballot])
        #expect(try poll.station.close(atOnce: true, by: .system("test")) == nil)
        _ = try poll.teller.tally(by: .system("test"))
        for trustee in 0...1 { _ = try poll.teller.take(try poll.decryptions(trustee), by: .system("test")) }
        #expect(try poll.station.audit() == [])
        let (change, expected) = TamperTests.changes[number]
        try poll.execute("PRAGMA defer_foreign_keys = ON")
        do { try poll.execute(change) } catch {
            // What the store's own rules refuse cannot be done by hand without switching them off.
            #expect("\(error)".contains("FOREIGN KEY"))
            return
        }
        let found = try poll.station.audit().joined(separator: "; ")
        #expect(found.contains(expected), "\(found)")
    }

    @Test func `a box that was put back to an earlier state is found`() throws {
        let poll = try PollFixture()
        for voter in 0..<11 { _ = try poll.cast(try poll.ballot(voter), by: voter) }
        poll.wait(900)
        #expect(try poll.station.turnRounds() == [PollFixture.ballot])
        try poll.execute("UPDATE polling_slot SET content = zeroblob(length(content)) WHERE ballot = 1")
        try poll.execute("UPDATE polling_elector SET entry = zeroblob(length(entry)) WHERE ballot = 1")
        try poll.execute(
            "UPDATE polling_count SET votes = 0, box_sum = zeroblob(32), list_sum = zeroblob(32) WHERE ballot = 1")
        try poll.execute("DELETE FROM polling_tracker")
        try poll.execute("DELETE FROM polling_round")
        #expect(
            try poll.station.audit() == [
                "titulaires-ouvriers: the published box is not the one of the journal's last round."
            ])
    }

    @Test func `a count and a vote made up without the key are found`() throws {
        let poll = try PollFixture()
        try poll.execute("UPDATE polling_count SET votes = votes + 1 WHERE ballot = 1")
        #expect(
            try poll.station.audit() == ["titulaires-ouvriers: 0 ballots in the box, 0 signatures, 1 votes recorded."])
    }

    @Test func `other credentials, trustees or another election document are found`() throws {
        let poll = try PollFixture()
        try poll.execute("UPDATE polling_ballot SET credentials = x'5b5d' WHERE name = 'titulaires-ouvriers'")
        #expect(try poll.station.audit().first == "titulaires-ouvriers: the sealed documents were changed.")
        try poll.execute("UPDATE polling_poll SET manifest = x'7b7d'")
        #expect(try poll.station.audit().first == "The seal's manifest was changed.")
    }
}

struct TrusteeTests {
    @Test func `an answer to a challenge opens nothing`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0, 2)
        // A voter's ciphertext sent as a challenge: the answer must not hold what was decrypted.
        let start = try #require(string(text).range(of: "{\"alpha\":")).lowerBound
        let end = try #require(string(text)[start...].firstIndex(of: "}"))
        let ciphertext = string(text)[start...end]
        let challenge = TrusteeFiles.challenge(
            election: "cse-2026", trustee: "Anne", tests: [(PollFixture.ballot, Array("[[\(ciphertext)]]".utf8))])
        let answer = string(try TrusteeFiles.answer(challenge, poll.pairs[0]))
        let hash = try #require(answer.range(of: "\"hash\":\"")).upperBound
        #expect(answer[hash...].prefix { $0 != "\"" }.count == 43)
        #expect(!answer.contains("decryption"))
    }

    @Test func `a trustee who does not hold the key cannot answer for it`() throws {
        let poll = try PollFixture()
        let challenge = TrusteeFiles.challenge(election: "cse-2026", trustee: "Anne", tests: [])
        #expect(throws: TrusteeFiles.Fault.self) { try TrusteeFiles.answer(challenge, poll.pairs[1]) }
        // A right name with a wrong key gives a wrong hash.
        let impostor = TrusteeFiles.KeyPair(
            election: "cse-2026", trustee: "Anne", ballots: [PollFixture.ballot, PollFixture.other])
        let pending = try PollFixture(isOpen: false)
        let addition = try pending.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try pending.trustees.confirm(
                transaction, pending.election,
                answer: (try? TrusteeFiles.answer(challenge, impostor)) ?? [], by: .system("test"))
        }
        #expect(addition?.contains("does not open the challenge") == true)
    }
}

struct CountingTests {
    private func closed() throws -> PollFixture {
        let poll = try PollFixture()
        for (voter, answer) in [1, 1, 2, 0].enumerated() {
            _ = try poll.cast(try poll.ballot(voter, answer), by: voter)
        }
        #expect(try poll.teller.tally(by: .system("test")) == [])
        #expect(try poll.station.close(atOnce: true, by: .system("test")) == nil)
        #expect(try poll.teller.tally(by: .system("test")).count == 2)
        return poll
    }

    @Test func `both trustees together open the result, and neither alone`() throws {
        let poll = try closed()
        guard case .taken(_, let missing) = try poll.teller.take(try poll.decryptions(0), by: .system("test")) else {
            Issue.record("a good decryption was refused")
            return
        }
        #expect(missing == ["Bruno"])
        #expect(
            try poll.store.read { (r: borrowing Reading) throws(StoreError) in try poll.teller.results(r).count } == 0)
        guard case .taken(_, let nobody) = try poll.teller.take(try poll.decryptions(1), by: .system("test")) else {
            Issue.record("a good decryption was refused")
            return
        }
        #expect(nobody == [])
        let results = try poll.store.read { (r: borrowing Reading) throws(StoreError) in try poll.teller.results(r) }
        #expect(results[0].questions[0].lines.map(\.votes) == [2, 1, 0])
        #expect(results[0].questions[0].blank == 1)
        #expect(results[1].counted == 0)
    }

    @Test func `a trustee with a wrong key, a tampered proof or a stranger's name is refused by name`() throws {
        let poll = try closed()
        func refusal(_ file: [UInt8]) throws -> String {
            guard case .refused(let reason) = try poll.teller.take(file, by: .system("test")) else { return "taken" }
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
                try poll.station.keep(transaction, tally: [], ballots: 0, weight: 0, of: ballot)
            }
        }
        let file = TrusteeFiles.decryptions(election: "cse-2026", trustee: "Anne", parts: [])
        guard case .refused(let reason) = try poll.teller.take(file, by: .system("test")) else {
            Issue.record("an open poll took a decryption")
            return
        }
        #expect(reason.contains("not closed"))
    }
}

struct SecrecyTests {
    /// Places of texts in a file, in the order of the texts; nil where one is not there.
    private func places(_ needles: [[UInt8]], in file: [UInt8]) -> [Int?] {
        let data = Data(file)
        return needles.map { data.range(of: Data($0))?.lowerBound }
    }

    /// Spearman's rank correlation of a list with its own order.
    private func correlation(_ values: [Int]) -> Double {
        let ranks = values.indices.sorted { values[$0] < values[$1] }
        var rank = [Int](repeating: 0, count: values.count)
        for (place, index) in ranks.enumerated() { rank[index] = place }
        let count = Double(values.count)
        let squares = rank.enumerated().reduce(0.0) { $0 + pow(Double($1.element - $1.offset), 2) }
        return 1 - 6 * squares / (count * (count * count - 1))
    }

    /// Sixty values in random order correlate more than this once in a million times.
    private static let chance = 0.6
    private static let voters = 60

    @Test func `the store's file tells neither the order of ballots nor whose they are`() throws {
        let poll = try PollFixture(voters: SecrecyTests.voters)
        // Voters come in the order of the list, which whoever reads the file knows.
        var ballots: [[UInt8]] = []
        for voter in 0..<SecrecyTests.voters {
            ballots.append(try poll.ballot(voter))
            _ = try poll.cast(ballots[voter], by: voter)
            poll.wait(60)
        }
        let log = poll.folder.appending(path: "s.sqlite-wal")
        // Before a round the log holds the order: this is the test's own test.
        let before = places(ballots.map { Array($0[700..<760]) }, in: [UInt8](try Data(contentsOf: log)))
        #expect(before.compactMap { $0 }.count > 40 && correlation(before.compactMap { $0 }) > 0.9)
        poll.wait(900)
        #expect(try poll.station.turnRounds() == [PollFixture.ballot])
        try poll.station.emptyLog()
        #expect(try Data(contentsOf: log).count == 0)
        let file = [UInt8](try Data(contentsOf: poll.folder.appending(path: "s.sqlite")))
        let after = places(ballots.map { Array($0[700..<760]) }, in: file)
        #expect(!after.contains { $0 == nil })
        #expect(abs(correlation(after.compactMap { $0 })) < SecrecyTests.chance)
        // Nor do the rows: slots by number, electors by number, both in the order of voting.
        let slots = try slotOrder(poll, ballots)
        #expect(abs(correlation(slots)) < SecrecyTests.chance)
        let published = try poll.trackers()
        let order = ballots.map { string(Base64.digest($0.span)) }.compactMap { published.firstIndex(of: $0) }
        #expect(order.count == SecrecyTests.voters && abs(correlation(order)) < SecrecyTests.chance)
        // Nothing else of a ballot is anywhere in the store: each stands there once.
        for ballot in ballots {
            let needle = Data(ballot[700..<760])
            let first = try #require(Data(file).range(of: needle))
            #expect(Data(file)[first.upperBound...].range(of: needle) == nil)
        }
    }

    private func slotOrder(_ poll: PollFixture, _ ballots: [[UInt8]]) throws -> [Int] {
        let ballot = try poll.stored()
        var texts: [[UInt8]] = []
        try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.each("SELECT content FROM polling_slot WHERE ballot = ? ORDER BY id", ballot.id) {
                (row: borrowing Row) throws(StoreError) in texts.append(try row[0])
            }
        }
        return ballots.compactMap { ballot in texts.firstIndex { Data($0).range(of: Data(ballot[700..<760])) != nil } }
    }
}
