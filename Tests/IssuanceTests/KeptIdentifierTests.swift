import Contacts
import Crypto
import Delivery
import Elections
import Issuance
import Journal
import Store
import Testing
import VoterRoll

/// A reissue by letter that leaves the old identifier until the letter is posted.
struct KeptIdentifierTests {
    private let by = Principal.system("test")

    private func reissue(
        _ bureau: Bureau, _ reference: String, by route: Channel = .letter, keepsOld: Bool = true
    ) throws -> Issuer.Reissue {
        let (issuer, election, key, messageTemplates, by) = (
            bureau.issuer, bureau.election, bureau.key, bureau.messageTemplates, by
        )
        return try bureau.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try issuer.reissue(
                transaction, IssuanceContext(election, key: key, messageTemplates: messageTemplates),
                reference: reference,
                ReissueOrder(by: route, contact: nil, reason: "lost", principal: by, keepsOld: keepsOld))
        }
    }

    private func letterBatches(_ bureau: Bureau) -> LetterBatches {
        let clock = Clock { 1_760_000_000 }
        return LetterBatches(
            store: bureau.store, outbox: Outbox(clock: clock, randomness: .system), registrar: bureau.registrar,
            issuer: bureau.issuer, journal: AuditJournal(clock: clock, randomness: .system), clock: clock)
    }

    private func print(_ bureau: Bureau) throws -> PrintBatch {
        let letterBatches = letterBatches(bureau)
        let batch = try #require(
            try letterBatches.openBatch(bureau.election, key: bureau.key, noticesApart: false, by: by))
        try letterBatches.finish(batch)
        return batch
    }

    private func post(_ bureau: Bureau, _ batch: PrintBatch) throws {
        _ = try letterBatches(bureau).posted(
            bureau.election, batch: batch.number, on: "2025-10-09", before: 1_760_050_000, by: by
        ).get()
    }

    /// Generations of a voter and their states, the oldest first: `1 active`.
    private func states(_ bureau: Bureau, _ reference: String) throws -> [String] {
        let (issuer, voter) = (bureau.issuer, try bureau.voter(reference))
        return try bureau.store.read { (reading: borrowing Reading) throws(StoreError) in
            try issuer.history(reading, voter: voter)
        }.reversed().map { "\($0.generation) \($0.state)" + ($0.isPrinted ? " printed" : "") }
    }

    private func isLive(_ bureau: Bureau, _ reference: String, _ generation: Int) throws -> Bool {
        let (issuer, voter) = (bureau.issuer, try bureau.voter(reference))
        return try bureau.store.read { (reading: borrowing Reading) throws(StoreError) in
            try issuer.isLive(reading, voter: voter, generation: generation)
        }
    }

    /// V2 has a letter that was posted.
    private func posted(_ change: (String, String)? = nil) throws -> Bureau {
        let bureau = try Bureau(change)
        try post(bureau, try print(bureau))
        return bureau
    }

    private func journal(_ bureau: Bureau) throws -> [String] {
        try bureau.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all("SELECT action FROM journal_entry ORDER BY number") {
                (row: borrowing Row) throws(StoreError) -> String in try row[0]
            }
        }
    }

    @Test func `the old one works until the letter is posted, and the new one from then on`() throws {
        let bureau = try posted()
        #expect(try states(bureau, "V2") == ["1 active printed"])
        #expect(
            try reissue(bureau, "V2") == .done(generation: 2, noticeBy: nil, sheets: [], keepsOld: true))
        #expect(try states(bureau, "V2") == ["1 active printed", "2 unposted"])
        let batch = try print(bureau)
        #expect(try states(bureau, "V2") == ["1 active printed", "2 unposted printed"])
        #expect(try isLive(bureau, "V2", 1))
        #expect(try !isLive(bureau, "V2", 2))
        #expect(try !journal(bureau).contains("identifier.replaced"))
        try post(bureau, batch)
        #expect(try states(bureau, "V2") == ["1 revoked printed", "2 active printed"])
        #expect(try !isLive(bureau, "V2", 1))
        #expect(try isLive(bureau, "V2", 2))
        #expect(try journal(bureau).suffix(2) == ["identifier.replaced", "letters.posted"])
    }

    @Test func `without the option the old one ends at once`() throws {
        let bureau = try posted()
        #expect(
            try reissue(bureau, "V2", keepsOld: false)
                == .done(generation: 2, noticeBy: nil, sheets: [], keepsOld: false))
        #expect(try states(bureau, "V2") == ["1 revoked printed", "2 unposted"])
    }

    @Test func `nothing but a letter keeps it`() throws {
        let bureau = try posted()
        #expect(
            try reissue(bureau, "V1", by: .email)
                == .refused(.onlyLettersKeep))
        #expect(
            ReissueRefusal.onlyLettersKeep.description
                == "only a letter leaves the old identifier until it is posted")
        #expect(try states(bureau, "V1") == ["1 active"])
    }

    @Test func `the code on the new letter opens nothing yet, and the old letter stays as it was`() throws {
        let bureau = try posted()
        let (issuer, election, key, voter) = (bureau.issuer, bureau.election, bureau.key, try bureau.voter("V2"))
        func codes() throws -> [Int] {
            try bureau.store.read { (reading: borrowing Reading) throws(StoreError) -> [Int] in
                let hashes = try issuer.hashes(reading, voter: voter)
                var generations: [Int] = []
                for hash in hashes {
                    for holder in try issuer.holders(reading, election, hash: hash) where holder.codeHash != nil {
                        generations.append(holder.generation)
                    }
                }
                return generations
            }
        }
        _ = key
        _ = try reissue(bureau, "V2")
        #expect(try codes() == [1])
        #expect(try bureau.messages("V2") == ["identifierCode sent sealed", "identifierCode waiting sealed"])
        try post(bureau, try print(bureau))
        #expect(try codes() == [2])
        // The first letter's words are as dead as its identifier.
        #expect(try bureau.messages("V2") == ["identifierCode withdrawn", "identifierCode sent sealed"])
    }

    @Test func `a spoiled letter leaves the old one, and who has it needs no other`() throws {
        let bureau = try posted()
        _ = try reissue(bureau, "V2")
        let (batch, letterBatches, election, by) = (try print(bureau), letterBatches(bureau), bureau.election, by)
        let loss = try bureau.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try letterBatches.lose(
                transaction, election,
                LostSheet(batch: batch.number, letter: 1, isReturned: false, destroyed: true, reason: "torn"), by: by)
        }.get()
        #expect(loss.endedIdentifier && loss.keepsOld)
        try post(bureau, batch)
        #expect(try states(bureau, "V2") == ["1 active printed", "2 revoked"])
        let again = try bureau.issuer.issueAll(
            bureau.store, IssuanceContext(election, key: bureau.key, messageTemplates: bureau.messageTemplates),
            forced: nil, by: by)
        #expect(again.issuedCount == 0 && again.alreadyHad == 3)
    }

    @Test(arguments: [true, false])
    func `a second reissue before posting replaces the letter`(keepsOld: Bool) throws {
        let bureau = try posted()
        _ = try reissue(bureau, "V2")
        let first = try print(bureau)
        let outcome = try reissue(bureau, "V2", keepsOld: keepsOld)
        guard case .done(generation: 3, noticeBy: nil, let sheets, keepsOld) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(sheets.map { [$0.batch, $0.number] } == [[first.number, 1]])
        let old = keepsOld ? "active" : "revoked"
        #expect(try states(bureau, "V2") == ["1 \(old) printed", "2 revoked", "3 unposted"])
        try post(bureau, first)
        #expect(try states(bureau, "V2") == ["1 \(old) printed", "2 revoked", "3 unposted"])
        try post(bureau, try print(bureau))
        #expect(try states(bureau, "V2") == ["1 revoked printed", "2 revoked", "3 active printed"])
    }

    @Test func `a voter who has no identifier in use keeps none`() throws {
        let bureau = try Bureau()
        #expect(
            try reissue(bureau, "V2") == .done(generation: 2, noticeBy: nil, sheets: [], keepsOld: false))
        #expect(try states(bureau, "V2") == ["1 revoked", "2 unposted"])
    }

    @Test func `a renewal that its voter asked for and uses ends both`() throws {
        let bureau = try posted()
        _ = try reissue(bureau, "V2")
        let (issuer, election, voter) = (bureau.issuer, bureau.election, try bureau.voter("V2"))
        try bureau.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO issuance_identifier (election, voter, generation, state, hash, route, contact, created_at)
                VALUES (?, ?, 3, 'pending', x'03', 'email', x'', 1760000000)
                """, election.number, voter)
            try issuer.complete(transaction, election, voter: voter, generation: 3)
        }
        #expect(try states(bureau, "V2") == ["1 revoked printed", "2 revoked", "3 active"])
        // What waited on the letter waits no more.
        #expect(try letterBatches(bureau).openBatch(election, key: bureau.key, noticesApart: false, by: by) == nil)
    }

    @Test func `an identifier that is kept for good stands on both, and each voter is counted once`() throws {
        let bureau = try posted(("renewal: replace", "renewal: keep"))
        _ = try reissue(bureau, "V2")
        #expect(try states(bureau, "V2") == ["1 active printed", "2 unposted"])
        let (issuer, election) = (bureau.issuer, bureau.election)
        func held(_ which: Issuer.Held) throws -> [String] {
            try bureau.store.read { (reading: borrowing Reading) throws(StoreError) -> [String] in
                var held: [String] = []
                try issuer.eachHeld(reading, election, which) { voter, generation, _, _ throws(StoreError) in
                    held.append("\(voter):\(generation)")
                }
                return held.sorted()
            }
        }
        #expect(try held(.inUse) == ["1:1", "2:1", "3:1"])
        #expect(try held(.latest) == ["1:1", "2:2", "3:1"])
        try post(bureau, try print(bureau))
        #expect(try states(bureau, "V2") == ["1 revoked printed", "2 active printed"])
    }

    @Test func `a store of an earlier version takes a second identifier on a letter, and no second one in use`() throws
    {
        let bureau = try Bureau(without: "issuance-4")
        let (election, voter) = (bureau.election, try bureau.voter("V1"))
        func add(_ store: Store, _ state: String, _ generation: Int) throws {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute(
                    """
                    INSERT INTO issuance_identifier (election, voter, generation, state, hash, route, contact, created_at)
                    VALUES (?, ?, ?, ?, randomblob(32), 'letter', x'', 1)
                    """, election.number, voter, generation, state)
            }
        }
        #expect(throws: StoreError.self) { try add(bureau.store, "unposted", 2) }
        let store = try bureau.opened()
        try add(store, "unposted", 2)
        #expect(throws: StoreError.self) { try add(store, "unposted", 3) }
        #expect(throws: StoreError.self) { try add(store, "active", 3) }
        #expect(try states(bureau, "V1") == ["1 active", "2 unposted"])
    }

    @Test(arguments: Language.allCases, [Channel.email, .sms, .letter])
    func `the word to the old contact says that it still works`(language: Language, route: Channel) throws {
        let bureau = try Bureau()
        let hours = PollHours(announced: bureau.election.election)
        func words(_ isUntilPosted: Bool) throws -> String {
            let frame = try bureau.messageTemplates.frame(.notice, language, route, hours, isUntilPosted: isUntilPosted)
            return frame.text.isEmpty ? "" : try LoadedFrame(frame, route: route).text(["greeting": "X"])
        }
        let ended = language == .fr ? "ne fonctionne plus" : "no longer works"
        let works = language == .fr ? "l'ancien" : "old"
        let (kept, usual) = (try words(true), try words(false))
        #expect(usual.contains(ended), "\(usual)")
        #expect(!kept.contains(ended), "\(kept)")
        #expect(kept.lowercased().replacing("\u{2019}", with: "'").contains(works), "\(kept)")
    }
}
