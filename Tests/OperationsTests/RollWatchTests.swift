import Contacts
import Elections
import Issuance
import Journal
import Operations
import Staff
import Store
import Synchronization
import Testing
import VoterRoll

/// What a file may not do past the rules of single corrections: put somebody else in a voter's place, outlive a newer file, be approved
/// by whoever gave it.
struct RollWatchTests {
    private let alone = ("fourEyes: true", "fourEyes: false")

    private func file(_ changed: [Int: String], of count: Int = 3) -> String {
        (1...count).map { ContactFixture.row($0, mail: changed[$0]) }.joined()
    }

    private func add(
        _ messageTemplates: ContactFixture, _ reference: String, mail: String, name: String = "Durand"
    ) throws -> RollService.Change {
        let values: [Column: String] = [
            .lastName: name, .firstName: "Anne", .college: "ouvriers", .site: "lille", .email: mail,
        ]
        return try RollService(messageTemplates.desk).add(
            reference: reference, values: values, reason: "left out", by: messageTemplates.viewer("one")
        ).0
    }

    private func onRoll(_ messageTemplates: ContactFixture, _ reference: String) throws -> Voter? {
        let desk = messageTemplates.desk
        return try messageTemplates.store.read { (reading: borrowing Reading) throws(StoreError) in
            try desk.registrar.voter(reading, desk.election, reference: reference)
        }
    }

    // MARK: Another reference

    @Test func `the same person under another reference waits, and whoever had the contact is told`() throws {
        let messageTemplates = try ContactFixture()
        let moved = ContactFixture.row(3, mail: "else@example.net").replacing("V3;Martin", with: "W3;MARTIN")
        let applied = try messageTemplates.apply(file([:], of: 2) + moved, by: "one")
        let request = try #require(applied.request)
        #expect(applied.held == 1 && applied.heldNew == 1 && !applied.isForBureau)
        // Nobody is gone before somebody else is there.
        #expect(
            try onRoll(messageTemplates, "W3") == nil && onRoll(messageTemplates, "V3") != nil
                && messageTemplates.told().isEmpty)
        #expect(
            try messageTemplates.texts("SELECT reference FROM roll_voter WHERE mail IS NOT NULL") == ["V1", "V2", "V3"])
        #expect(
            try messageTemplates.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: [], struck: ["V3"]))
        #expect(try onRoll(messageTemplates, "V3") == nil && messageTemplates.told() == [3])
        let voter = try #require(try onRoll(messageTemplates, "W3"))
        #expect(try messageTemplates.mail(voter.id) == "else@example.net")
        #expect(try messageTemplates.numbers("SELECT id FROM roll_voter WHERE contact_at IS NOT NULL") == [voter.id])
    }

    @Test func `a new reference with the contact that was known is no takeover`() throws {
        let messageTemplates = try ContactFixture()
        let moved = ContactFixture.row(3).replacing("V3", with: "W3")
        #expect(try messageTemplates.apply(file([:], of: 2) + moved, by: "one").request == nil)
        #expect(try onRoll(messageTemplates, "W3") != nil)
    }

    @Test func `a refused newcomer is gone, and their reference is free`() throws {
        let messageTemplates = try ContactFixture()
        let rows = file([:], of: 2) + ContactFixture.row(3, mail: "else@example.net").replacing("V3", with: "W3")
        for _ in 0..<2 {
            let request = try #require(try messageTemplates.apply(rows, by: "one").request)
            #expect(try messageTemplates.decide(request, approved: false, by: "two") == .refusedRequest)
            #expect(try messageTemplates.numbers("SELECT count(*) FROM roll_voter WHERE reference = 'W3'") == [0])
        }
    }

    @Test func `where one person may, the exchange is noted, told and counted`() throws {
        let messageTemplates = try ContactFixture(alone)
        let moved = ContactFixture.row(3, mail: "else@example.net").replacing("V3", with: "W3")
        let applied = try messageTemplates.apply(file([:], of: 2) + moved, by: "one")
        #expect(applied.request == nil && applied.moved == 1)
        #expect(try messageTemplates.told() == [3])
        #expect(try messageTemplates.texts("SELECT reference FROM roll_voter WHERE contact_by = 'staff:one'") == ["W3"])
    }

    @Test func `the other order of the exchange raises an alert`() throws {
        let messageTemplates = try ContactFixture()
        #expect(try add(messageTemplates, "W3", mail: "else@example.net", name: "Martin") == .done(messages: 0))
        _ = try messageTemplates.apply(
            file([:], of: 2) + ContactFixture.row(3, mail: "else@example.net").replacing("V3", with: "W3"), by: "one")
        #expect(try messageTemplates.texts("SELECT kind FROM bureau_alert") == ["voterReplaced"])
    }

    // MARK: Late voters

    @Test(arguments: ["v2@example.org", "two@staff.example.org"])
    func `a late voter with a contact of another or of the staff waits for the bureau`(mail: String) throws {
        let messageTemplates = try ContactFixture(alone)
        guard case .asked(let request, byBureau: true) = try add(messageTemplates, "L1", mail: mail) else {
            Issue.record("nobody was asked")
            return
        }
        #expect(try onRoll(messageTemplates, "L1") == nil)
        #expect(try messageTemplates.texts("SELECT details FROM journal_entry WHERE action = 'roll.add'").isEmpty)
        #expect(try messageTemplates.decide(request, by: "two") == .denied(.bureauOnly))
        #expect(try messageTemplates.decide(request, by: "bureau") == .appliedFile(voters: 1, overtaken: []))
        #expect(try onRoll(messageTemplates, "L1") != nil)
        #expect(try messageTemplates.texts("SELECT details FROM journal_entry WHERE action = 'roll.add'").count == 1)
    }

    @Test func `a late voter of their own contact is added at once`() throws {
        let messageTemplates = try ContactFixture()
        #expect(try add(messageTemplates, "L1", mail: "l1@example.org") == .done(messages: 0))
        #expect(try onRoll(messageTemplates, "L1") != nil)
    }

    @Test func `somebody struck off and added under another reference waits for a second person`() throws {
        let messageTemplates = try ContactFixture()
        _ = try RollService(messageTemplates.desk).strike(voter: 3, reason: "left", by: messageTemplates.viewer("one"))
        guard
            case .asked(let request, byBureau: false) = try add(
                messageTemplates, "W3", mail: "else@example.net", name: "Martin")
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(try messageTemplates.desk.takeBack(request: request, by: messageTemplates.viewer("one")))
        #expect(try messageTemplates.numbers("SELECT count(*) FROM roll_voter WHERE reference = 'W3'") == [0])
    }

    // MARK: Shared contacts

    @Test func `one contact for a voter with an identifier and one without is the bureau's`() throws {
        let messageTemplates = try ContactFixture(alone)
        _ = try messageTemplates.apply(file([:], of: 4), by: "one")
        let applied = try messageTemplates.apply(
            file([3: "same@example.net", 4: "s.a.m.e+x@example.net"], of: 4), by: "one")
        #expect(applied.isForBureau && applied.held == 2)
        let newcomers = try ContactFixture(alone)
        let two = try newcomers.apply(
            file([4: "both@example.net", 5: "both@example.net"], of: 5), by: "one")
        #expect(two.isForBureau && two.held == 2 && two.heldNew == 2)
    }

    @Test func `a contact that waits in a file is somebody's for a single correction`() throws {
        let messageTemplates = try ContactFixture()
        _ = try messageTemplates.apply(file([1: "wanted@example.net"]), by: "one")
        let change = try RollService(messageTemplates.desk).correct(
            voter: 2, [.email: "wanted@example.net"], reason: "called", by: messageTemplates.viewer("two"))
        guard case .asked(_, byBureau: true) = change else {
            Issue.record("\(change)")
            return
        }
    }

    @Test func `another's contact for a voter without an identifier is the bureau's by hand too`() throws {
        let messageTemplates = try ContactFixture()
        _ = try messageTemplates.apply(file([:], of: 4), by: "one")
        let desk = RollService(messageTemplates.desk)
        guard
            case .asked(_, byBureau: true) = try desk.correct(
                voter: 4, [.email: "v1@example.org"], reason: "called", by: messageTemplates.viewer("one"))
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(
            try desk.correct(
                voter: 4, [.email: "own@example.net"], reason: "called", by: messageTemplates.viewer("one"))
                == .done(messages: 0))
    }

    // MARK: Newer files

    @Test func `a newer file takes the place of an older one that waits`() throws {
        let messageTemplates = try ContactFixture()
        let old = try #require(
            try messageTemplates.apply(file([1: "old@example.net", 2: "b@example.net"]), by: "one").request)
        let applied = try messageTemplates.apply(file([1: "new@example.net"]), by: "two")
        let new = try #require(applied.request)
        #expect(applied.replaced == [old] && applied.held == 1)
        #expect(try messageTemplates.decide(old, by: "bureau") == .denied(.gone))
        #expect(try messageTemplates.decide(new, by: "bureau") == .appliedFile(voters: 1, overtaken: []))
        #expect(try messageTemplates.mail(1) == "new@example.net" && messageTemplates.mail(2) == "v2@example.org")
        let desk = messageTemplates.desk
        let lapsed = try messageTemplates.store.read { (reading: borrowing Reading) throws(StoreError) in
            try desk.lapsedFiles(reading)
        }
        #expect(lapsed.map(\.id) == [old] && lapsed.map(\.replacedBy) == ["new.csv"])
        #expect(
            try messageTemplates.texts("SELECT action FROM journal_entry WHERE action = 'approval.replace'").count == 1)
    }

    @Test func `a newer file without that change ends the older one too`() throws {
        let messageTemplates = try ContactFixture()
        let old = try #require(try messageTemplates.apply(file([1: "old@example.net"]), by: "one").request)
        let applied = try messageTemplates.apply(file([:]), by: "one")
        #expect(applied.replaced == [old] && applied.request == nil)
        #expect(try messageTemplates.numbers("SELECT count(*) FROM roll_change") == [0])
    }

    @Test func `nobody decided within the day: the journal and the pages say so`() throws {
        let messageTemplates = try ContactFixture()
        let request = try #require(try messageTemplates.apply(file([1: "a@example.net"]), by: "one").request)
        messageTemplates.time.now.withLock { $0 += Approvals.lifetime }
        try messageTemplates.desk.dropHeldFiles()
        try messageTemplates.desk.dropHeldFiles()
        let noted = try messageTemplates.texts("SELECT details FROM journal_entry WHERE action = 'approval.expire'")
        #expect(noted.count == 1 && noted.allSatisfy { $0.contains("staff:one") && $0.contains("new.csv") })
        let desk = messageTemplates.desk
        let lapsed = try messageTemplates.store.read { (reading: borrowing Reading) throws(StoreError) in
            try desk.lapsedFiles(reading)
        }
        #expect(lapsed.map(\.id) == [request])
        #expect(try messageTemplates.decide(request, by: "two") == .denied(.expired))
    }

    // MARK: Who approves

    @Test func `whoever gave the file does not approve what another person applied`() throws {
        let messageTemplates = try ContactFixture()
        let request = try #require(
            try messageTemplates.apply(file([1: "a@example.net"]), by: "one", hands: ["two"]).request)
        #expect(try messageTemplates.decide(request, by: "two") == .denied(.samePerson))
        #expect(try messageTemplates.decide(request, by: "bureau") == .appliedFile(voters: 1, overtaken: []))
    }

    @Test func `whoever approves may leave rows out`() throws {
        let messageTemplates = try ContactFixture()
        let request = try #require(
            try messageTemplates.apply(file([1: "a@example.net", 2: "b@example.net"]), by: "one").request)
        #expect(try messageTemplates.decide(request, leavingOut: ["V3"], by: "two") == .unknownRows(["V3"]))
        #expect(
            try messageTemplates.decide(request, leavingOut: ["V2"], by: "two")
                == .appliedFile(voters: 1, overtaken: [], leftOut: ["V2"]))
        #expect(try messageTemplates.mail(1) == "a@example.net" && messageTemplates.mail(2) == "v2@example.org")
        #expect(try messageTemplates.numbers("SELECT count(*) FROM roll_change") == [0])
    }

    @Test func `a command line alone takes what is not odd, and names what it leaves`() throws {
        let messageTemplates = try ContactFixture()
        try messageTemplates.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE staff_member SET removed_at = 1 WHERE name <> 'one'")
        }
        let applied = try messageTemplates.apply(
            file([1: "a@example.net", 2: "v3@example.org"])
                + ContactFixture.row(4, mail: "v3@example.org", name: "Roy"),
            by: "one", actsAlone: true)
        #expect(applied.request == nil && applied.moved == 1 && applied.leftOut == ["V2", "V4"])
        #expect(try messageTemplates.mail(1) == "a@example.net" && messageTemplates.mail(2) == "v2@example.org")
        #expect(try onRoll(messageTemplates, "V4") == nil)
        // The next file has them again.
        #expect(
            try messageTemplates.apply(file([1: "a@example.net", 2: "v3@example.org"]), by: "one", actsAlone: true)
                .leftOut
                == ["V2"])
    }

    @Test func `without a bureau a second manager still sees what is not odd`() throws {
        let messageTemplates = try ContactFixture()
        try messageTemplates.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE staff_member SET removed_at = 1 WHERE name = 'bureau'")
        }
        let applied = try messageTemplates.apply(
            file([1: "a@example.net", 2: "v3@example.org"]), by: "one", actsAlone: true)
        #expect(applied.held == 1 && applied.leftOut == ["V2"] && !applied.isForBureau)
        #expect(
            try messageTemplates.decide(try #require(applied.request), by: "two")
                == .appliedFile(voters: 1, overtaken: []))
    }

    // MARK: How many

    @Test func `one person alone changes as many contacts by files as by hand, within the hour`() throws {
        let most = VoterSupport.mostGivenAnHour
        let messageTemplates = try ContactFixture(alone, rows: file([:], of: 30))
        func changed(_ numbers: ClosedRange<Int>, of done: Int = 0) -> String {
            let voters = Array(1...done + 1).dropLast() + Array(numbers)
            return file(Dictionary(uniqueKeysWithValues: voters.map { ($0, "n\($0)@example.net") }), of: 30)
        }
        let first = try messageTemplates.apply(changed(1...most), by: "one")
        #expect(first.request == nil && first.moved == most)
        let second = try messageTemplates.apply(changed(most + 1...most + 1, of: most), by: "one")
        #expect(second.held == 1 && !second.isForBureau)
        #expect(try messageTemplates.texts("SELECT kind FROM bureau_alert").contains("manyContacts"))
        let addresses = try ContactFixture(
            alone, rows: (1...30).map { ContactFixture.row($0, street: "\($0) rue A") }.joined())
        let moved = (1...30).map { ContactFixture.row($0, street: "\($0) rue B") }.joined()
        #expect(try addresses.apply(moved, by: "one").held == 30)
        // A postal address by hand counts as well.
        messageTemplates.time.now.withLock { $0 += 1 }
        let single = try RollService(messageTemplates.desk).correct(
            voter: 30, [.address1: "1 rue C|59000 Lille"], reason: "called", by: messageTemplates.viewer("one"))
        guard case .asked(_, byBureau: true) = single else {
            Issue.record("\(single)")
            return
        }
    }

    // MARK: Printed sheets

    /// An office whose voters' letters are printed and not posted.
    private func printed(_ change: (String, String)?, count: Int = 4) throws -> ContactFixture {
        let messageTemplates = try ContactFixture(
            change, rows: (1...count).map { ContactFixture.row($0, mail: "", street: "\($0) rue A") }.joined())
        try messageTemplates.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let batch = try transaction.insert(
                "INSERT INTO issuance_batch (election, number, state, letters, created_at) VALUES (?, 7, 'printed', ?, 1)",
                messageTemplates.desk.election.number, count)
            try transaction.execute(
                """
                INSERT INTO issuance_letter (batch, number, voter, generation, message, carries, state)
                SELECT ?, subject, subject, 1, id, 1, 'printed' FROM outbox_message WHERE channel = 'letter'
                """, batch)
        }
        return messageTemplates
    }

    private func letters(_ numbers: [Int]) -> [Issuer.Sheet] { numbers.map { Issuer.Sheet(batch: 7, number: $0) } }

    private func rows(_ streets: [Int: String], but left: Set<Int> = [], renamed: Int? = nil) -> String {
        (1...4).filter { !left.contains($0) }.map {
            ContactFixture.row(
                $0, mail: "", street: streets[$0] ?? "\($0) rue A", name: $0 == renamed ? "Durand" : "Martin")
        }.joined()
    }

    @Test func `printed sheets that a file makes wrong are named by batch and number`() throws {
        let messageTemplates = try printed(alone)
        let applied = try messageTemplates.apply(rows([2: "2 rue B"], but: [4], renamed: 3), by: "one")
        #expect(applied.sheets == letters([2, 3, 4]))
        #expect(try messageTemplates.apply(rows([2: "2 rue B"], but: [4], renamed: 3), by: "one").sheets.isEmpty)
    }

    @Test func `those of rows that wait are named when they are approved, as of a single correction`() throws {
        let messageTemplates = try printed(nil)
        let applied = try messageTemplates.apply(rows([2: "2 rue B"], renamed: 3), by: "one")
        #expect(applied.sheets == letters([3]))
        #expect(
            try messageTemplates.decide(try #require(applied.request), by: "two")
                == .appliedFile(voters: 1, overtaken: [], sheets: letters([2])))
        let single = RollService(messageTemplates.desk)
        #expect(
            try single.correct(voter: 1, [.lastName: "Durand"], reason: "typo", by: messageTemplates.viewer("one"))
                == .done(messages: 0, sheets: letters([1])))
        #expect(
            try single.correct(voter: 1, [.weight: "2"], reason: "typo", by: messageTemplates.viewer("one"))
                == .done(messages: 0))
        guard
            case .asked(let request, _) = try single.correct(
                voter: 1, [.address1: "9 rue C|59000 Lille"], reason: "called", by: messageTemplates.viewer("one"))
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(
            try messageTemplates.decide(request, by: "two") == .carriedOut(.done(noticeBy: nil, sheets: letters([1]))))
        #expect(
            try single.strike(voter: 4, reason: "left", by: messageTemplates.viewer("one"))
                == .done(messages: 0, sheets: letters([4])))
    }

    // MARK: Answers

    private let question = (
        "fourEyes: true", "fourEyes: true\n  challenge:\n    fr: Votre premier outil ?\n    en: Your first tool?"
    )

    @Test func `a new answer of somebody with an identifier waits, by a file and by hand`() throws {
        let messageTemplates = try ContactFixture(question, answer: "truelle bleue")
        let before = try messageTemplates.texts("SELECT challenge FROM roll_voter ORDER BY id")
        let whole = file([:])
        #expect(try messageTemplates.apply(whole, by: "one").request == nil)
        // Another name beside the same answer is no new answer.
        let renamed = whole.replacing("V2;Martin", with: "V2;Durand")
        #expect(try messageTemplates.apply(renamed, by: "one").request == nil)
        #expect(try messageTemplates.texts("SELECT last_name FROM roll_voter WHERE id = 2") == ["Durand"])
        messageTemplates.answer = "marteau rouge"
        let applied = try messageTemplates.apply(renamed, by: "one")
        #expect(applied.held == 3)
        #expect(try messageTemplates.texts("SELECT challenge FROM roll_voter WHERE id = 1") == [before[0]])
        #expect(
            try messageTemplates.decide(try #require(applied.request), by: "two")
                == .appliedFile(voters: 3, overtaken: []))
        #expect(try messageTemplates.texts("SELECT challenge FROM roll_voter WHERE id = 1") != [before[0]])
        // No contact changed: nobody is told of one.
        #expect(try messageTemplates.told().isEmpty)
        let change = try RollService(messageTemplates.desk).correct(
            voter: 1, [.challenge: "pelle jaune"], reason: "called", by: messageTemplates.viewer("one"))
        guard case .asked(_, byBureau: false) = change else {
            Issue.record("\(change)")
            return
        }
    }
}
