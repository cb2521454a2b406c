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
        _ office: ContactFixture, _ reference: String, mail: String, name: String = "Durand"
    ) throws -> RollChangeOutcome {
        let values: [Column: String] = [
            .lastName: name, .firstName: "Anne", .college: "ouvriers", .site: "lille", .email: mail,
        ]
        return try RollAddition(office.operations).add(
            reference: reference, values: values, reason: "left out", by: office.viewer("one")
        ).0
    }

    private func onRoll(_ office: ContactFixture, _ reference: String) throws -> Voter? {
        let operations = office.operations
        return try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try operations.registrar.voter(reading, operations.election, reference: reference)
        }
    }

    // MARK: Another reference

    @Test func `the same person under another reference waits, and whoever had the contact is told`() throws {
        let office = try ContactFixture()
        let moved = ContactFixture.row(3, mail: "else@example.net").replacing("V3;Martin", with: "W3;MARTIN")
        let applied = try office.apply(file([:], of: 2) + moved, by: "one")
        let request = try #require(applied.request)
        #expect(applied.held == 1 && applied.heldNew == 1 && !applied.isForBureau)
        // Nobody is gone before somebody else is there.
        #expect(
            try onRoll(office, "W3") == nil && onRoll(office, "V3") != nil
                && office.told().isEmpty)
        #expect(
            try office.texts("SELECT reference FROM roll_voter WHERE mail IS NOT NULL") == ["V1", "V2", "V3"])
        #expect(
            try office.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: [], struck: ["V3"]))
        #expect(try onRoll(office, "V3") == nil && office.told() == [3])
        let voter = try #require(try onRoll(office, "W3"))
        #expect(try office.mail(voter.id) == "else@example.net")
        #expect(try office.numbers("SELECT id FROM roll_voter WHERE contact_at IS NOT NULL") == [voter.id])
    }

    @Test func `a new reference with the contact that was known is no takeover`() throws {
        let office = try ContactFixture()
        let moved = ContactFixture.row(3).replacing("V3", with: "W3")
        #expect(try office.apply(file([:], of: 2) + moved, by: "one").request == nil)
        #expect(try onRoll(office, "W3") != nil)
    }

    @Test func `a refused newcomer is gone, and their reference is free`() throws {
        let office = try ContactFixture()
        let rows = file([:], of: 2) + ContactFixture.row(3, mail: "else@example.net").replacing("V3", with: "W3")
        for _ in 0..<2 {
            let request = try #require(try office.apply(rows, by: "one").request)
            #expect(try office.decide(request, approved: false, by: "two") == .refusedRequest)
            #expect(try office.numbers("SELECT count(*) FROM roll_voter WHERE reference = 'W3'") == [0])
        }
    }

    @Test func `where one person may, the exchange is noted, told and counted`() throws {
        let office = try ContactFixture(alone)
        let moved = ContactFixture.row(3, mail: "else@example.net").replacing("V3", with: "W3")
        let applied = try office.apply(file([:], of: 2) + moved, by: "one")
        #expect(applied.request == nil && applied.moved == 1)
        #expect(try office.told() == [3])
        #expect(try office.texts("SELECT reference FROM roll_voter WHERE contact_by = 'staff:one'") == ["W3"])
    }

    @Test func `the other order of the exchange raises an alert`() throws {
        let office = try ContactFixture()
        #expect(try add(office, "W3", mail: "else@example.net", name: "Martin") == .done(messages: 0))
        _ = try office.apply(
            file([:], of: 2) + ContactFixture.row(3, mail: "else@example.net").replacing("V3", with: "W3"), by: "one")
        #expect(try office.texts("SELECT kind FROM bureau_alert") == ["voterReplaced"])
    }

    // MARK: Late voters

    @Test(arguments: ["v2@example.org", "two@staff.example.org"])
    func `a late voter with a contact of another or of the staff waits for the bureau`(mail: String) throws {
        let office = try ContactFixture(alone)
        guard case .asked(let request, byBureau: true) = try add(office, "L1", mail: mail) else {
            Issue.record("nobody was asked")
            return
        }
        #expect(try onRoll(office, "L1") == nil)
        #expect(try office.texts("SELECT details FROM journal_entry WHERE action = 'roll.add'").isEmpty)
        #expect(try office.decide(request, by: "two") == .denied(.bureauOnly))
        #expect(try office.decide(request, by: "bureau") == .appliedFile(voters: 1, overtaken: []))
        #expect(try onRoll(office, "L1") != nil)
        #expect(try office.texts("SELECT details FROM journal_entry WHERE action = 'roll.add'").count == 1)
    }

    @Test func `a late voter of their own contact is added at once`() throws {
        let office = try ContactFixture()
        #expect(try add(office, "L1", mail: "l1@example.org") == .done(messages: 0))
        #expect(try onRoll(office, "L1") != nil)
    }

    @Test func `somebody struck off and added under another reference waits for a second person`() throws {
        let office = try ContactFixture()
        _ = try RollStrike(office.operations).strike(voter: 3, reason: "left", by: office.viewer("one"))
        guard
            case .asked(let request, byBureau: false) = try add(
                office, "W3", mail: "else@example.net", name: "Martin")
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(try ApprovalDecision(office.operations).takeBack(request: request, by: office.viewer("one")))
        #expect(try office.numbers("SELECT count(*) FROM roll_voter WHERE reference = 'W3'") == [0])
    }

    // MARK: Shared contacts

    @Test func `one contact for a voter with an identifier and one without is the bureau's`() throws {
        let office = try ContactFixture(alone)
        _ = try office.apply(file([:], of: 4), by: "one")
        let applied = try office.apply(
            file([3: "same@example.net", 4: "s.a.m.e+x@example.net"], of: 4), by: "one")
        #expect(applied.isForBureau && applied.held == 2)
        let newcomers = try ContactFixture(alone)
        let two = try newcomers.apply(
            file([4: "both@example.net", 5: "both@example.net"], of: 5), by: "one")
        #expect(two.isForBureau && two.held == 2 && two.heldNew == 2)
    }

    @Test func `a contact that waits in a file is somebody's for a single correction`() throws {
        let office = try ContactFixture()
        _ = try office.apply(file([1: "wanted@example.net"]), by: "one")
        let change = try RollCorrection(office.operations).correct(
            voter: 2, [.email: "wanted@example.net"], reason: "called", by: office.viewer("two"))
        guard case .asked(_, byBureau: true) = change else {
            Issue.record("\(change)")
            return
        }
    }

    @Test func `another's contact for a voter without an identifier is the bureau's by hand too`() throws {
        let office = try ContactFixture()
        _ = try office.apply(file([:], of: 4), by: "one")
        let correction = RollCorrection(office.operations)
        guard
            case .asked(_, byBureau: true) = try correction.correct(
                voter: 4, [.email: "v1@example.org"], reason: "called", by: office.viewer("one"))
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(
            try correction.correct(
                voter: 4, [.email: "own@example.net"], reason: "called", by: office.viewer("one"))
                == .done(messages: 0))
    }

    // MARK: Newer files

    @Test func `a newer file takes the place of an older one that waits`() throws {
        let office = try ContactFixture()
        let old = try #require(
            try office.apply(file([1: "old@example.net", 2: "b@example.net"]), by: "one").request)
        let applied = try office.apply(file([1: "new@example.net"]), by: "two")
        let new = try #require(applied.request)
        #expect(applied.replaced == [old] && applied.held == 1)
        #expect(try office.decide(old, by: "bureau") == .denied(.gone))
        #expect(try office.decide(new, by: "bureau") == .appliedFile(voters: 1, overtaken: []))
        #expect(try office.mail(1) == "new@example.net" && office.mail(2) == "v2@example.org")
        let operations = office.operations
        let lapsed = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try HeldRolls(operations).lapsed(reading)
        }
        #expect(lapsed.map(\.id) == [old] && lapsed.map(\.replacedBy) == ["new.csv"])
        #expect(
            try office.texts("SELECT action FROM journal_entry WHERE action = 'approval.replace'").count == 1)
    }

    @Test func `a newer file without that change ends the older one too`() throws {
        let office = try ContactFixture()
        let old = try #require(try office.apply(file([1: "old@example.net"]), by: "one").request)
        let applied = try office.apply(file([:]), by: "one")
        #expect(applied.replaced == [old] && applied.request == nil)
        #expect(try office.numbers("SELECT count(*) FROM roll_change") == [0])
    }

    @Test func `nobody decided within the day: the journal and the pages say so`() throws {
        let office = try ContactFixture()
        let request = try #require(try office.apply(file([1: "a@example.net"]), by: "one").request)
        office.wait(Approvals.lifetime)
        try HeldRolls(office.operations).dropLapsed()
        try HeldRolls(office.operations).dropLapsed()
        let noted = try office.texts("SELECT details FROM journal_entry WHERE action = 'approval.expire'")
        #expect(noted.count == 1 && noted.allSatisfy { $0.contains("staff:one") && $0.contains("new.csv") })
        let operations = office.operations
        let lapsed = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try HeldRolls(operations).lapsed(reading)
        }
        #expect(lapsed.map(\.id) == [request])
        #expect(try office.decide(request, by: "two") == .denied(.expired))
    }

    // MARK: Who approves

    @Test func `whoever gave the file does not approve what another person applied`() throws {
        let office = try ContactFixture()
        let request = try #require(
            try office.apply(file([1: "a@example.net"]), by: "one", hands: ["two"]).request)
        #expect(try office.decide(request, by: "two") == .denied(.samePerson))
        #expect(try office.decide(request, by: "bureau") == .appliedFile(voters: 1, overtaken: []))
    }

    @Test func `whoever approves may leave rows out`() throws {
        let office = try ContactFixture()
        let request = try #require(
            try office.apply(file([1: "a@example.net", 2: "b@example.net"]), by: "one").request)
        #expect(try office.decide(request, leavingOut: ["V3"], by: "two") == .unknownRows(["V3"]))
        #expect(
            try office.decide(request, leavingOut: ["V2"], by: "two")
                == .appliedFile(voters: 1, overtaken: [], leftOut: ["V2"]))
        #expect(try office.mail(1) == "a@example.net" && office.mail(2) == "v2@example.org")
        #expect(try office.numbers("SELECT count(*) FROM roll_change") == [0])
    }

    @Test func `a command line alone takes what is not odd, and names what it leaves`() throws {
        let office = try ContactFixture()
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE staff_member SET removed_at = 1 WHERE name <> 'one'")
        }
        let applied = try office.apply(
            file([1: "a@example.net", 2: "v3@example.org"])
                + ContactFixture.row(4, mail: "v3@example.org", name: "Roy"),
            by: "one", actsAlone: true)
        #expect(applied.request == nil && applied.moved == 1 && applied.leftOut == ["V2", "V4"])
        #expect(try office.mail(1) == "a@example.net" && office.mail(2) == "v2@example.org")
        #expect(try onRoll(office, "V4") == nil)
        // The next file has them again.
        #expect(
            try office.apply(file([1: "a@example.net", 2: "v3@example.org"]), by: "one", actsAlone: true)
                .leftOut
                == ["V2"])
    }

    @Test func `without a bureau a second manager still sees what is not odd`() throws {
        let office = try ContactFixture()
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE staff_member SET removed_at = 1 WHERE name = 'bureau'")
        }
        let applied = try office.apply(
            file([1: "a@example.net", 2: "v3@example.org"]), by: "one", actsAlone: true)
        #expect(applied.held == 1 && applied.leftOut == ["V2"] && !applied.isForBureau)
        #expect(
            try office.decide(try #require(applied.request), by: "two")
                == .appliedFile(voters: 1, overtaken: []))
    }

    // MARK: How many

    @Test func `one person alone changes as many contacts by files as by hand, within the hour`() throws {
        let most = ContactRules.mostGivenAnHour
        let office = try ContactFixture(alone, rows: file([:], of: 30))
        func changed(_ numbers: ClosedRange<Int>, of done: Int = 0) -> String {
            let voters = Array(1...done + 1).dropLast() + Array(numbers)
            return file(Dictionary(uniqueKeysWithValues: voters.map { ($0, "n\($0)@example.net") }), of: 30)
        }
        let first = try office.apply(changed(1...most), by: "one")
        #expect(first.request == nil && first.moved == most)
        let second = try office.apply(changed(most + 1...most + 1, of: most), by: "one")
        #expect(second.held == 1 && !second.isForBureau)
        #expect(try office.texts("SELECT kind FROM bureau_alert").contains("manyContacts"))
        let addresses = try ContactFixture(
            alone, rows: (1...30).map { ContactFixture.row($0, street: "\($0) rue A") }.joined())
        let moved = (1...30).map { ContactFixture.row($0, street: "\($0) rue B") }.joined()
        #expect(try addresses.apply(moved, by: "one").held == 30)
        // A postal address by hand counts as well.
        office.wait(1)
        let single = try RollCorrection(office.operations).correct(
            voter: 30, [.address1: "1 rue C|59000 Lille"], reason: "called", by: office.viewer("one"))
        guard case .asked(_, byBureau: true) = single else {
            Issue.record("\(single)")
            return
        }
    }

    // MARK: Printed sheets

    /// An office whose voters' letters are printed and not posted.
    private func printed(_ change: (String, String)?, count: Int = 4) throws -> ContactFixture {
        let office = try ContactFixture(
            change, rows: (1...count).map { ContactFixture.row($0, mail: "", street: "\($0) rue A") }.joined())
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let batch = try transaction.insert(
                "INSERT INTO issuance_batch (election, number, state, letters, created_at) VALUES (?, 7, 'printed', ?, 1)",
                office.operations.election.number, count)
            try transaction.execute(
                """
                INSERT INTO issuance_letter (batch, number, voter, generation, message, carries, state)
                SELECT ?, subject, subject, 1, id, 1, 'printed' FROM outbox_message WHERE channel = 'letter'
                """, batch)
        }
        return office
    }

    private func letters(_ numbers: [Int]) -> [Issuer.Sheet] { numbers.map { Issuer.Sheet(batch: 7, number: $0) } }

    private func rows(_ streets: [Int: String], but left: Set<Int> = [], renamed: Int? = nil) -> String {
        (1...4).filter { !left.contains($0) }.map {
            ContactFixture.row(
                $0, mail: "", street: streets[$0] ?? "\($0) rue A", name: $0 == renamed ? "Durand" : "Martin")
        }.joined()
    }

    @Test func `printed sheets that a file makes wrong are named by batch and number`() throws {
        let office = try printed(alone)
        let applied = try office.apply(rows([2: "2 rue B"], but: [4], renamed: 3), by: "one")
        #expect(applied.sheets == letters([2, 3, 4]))
        #expect(try office.apply(rows([2: "2 rue B"], but: [4], renamed: 3), by: "one").sheets.isEmpty)
    }

    @Test func `those of rows that wait are named when they are approved, as of a single correction`() throws {
        let office = try printed(nil)
        let applied = try office.apply(rows([2: "2 rue B"], renamed: 3), by: "one")
        #expect(applied.sheets == letters([3]))
        #expect(
            try office.decide(try #require(applied.request), by: "two")
                == .appliedFile(voters: 1, overtaken: [], sheets: letters([2])))
        let single = RollCorrection(office.operations)
        #expect(
            try single.correct(voter: 1, [.lastName: "Durand"], reason: "typo", by: office.viewer("one"))
                == .done(messages: 0, sheets: letters([1])))
        #expect(
            try single.correct(voter: 1, [.weight: "2"], reason: "typo", by: office.viewer("one"))
                == .done(messages: 0))
        guard
            case .asked(let request, _) = try single.correct(
                voter: 1, [.address1: "9 rue C|59000 Lille"], reason: "called", by: office.viewer("one"))
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(
            try office.decide(request, by: "two") == .carriedOut(.done(noticeBy: nil, sheets: letters([1]))))
        #expect(
            try RollStrike(office.operations).strike(voter: 4, reason: "left", by: office.viewer("one"))
                == .done(messages: 0, sheets: letters([4])))
    }

    // MARK: Answers

    private let question = (
        "fourEyes: true", "fourEyes: true\n  challenge:\n    fr: Votre premier outil ?\n    en: Your first tool?"
    )

    @Test func `a new answer of somebody with an identifier waits, by a file and by hand`() throws {
        let office = try ContactFixture(question, answer: "truelle bleue")
        let before = try office.texts("SELECT challenge FROM roll_voter ORDER BY id")
        let whole = file([:])
        #expect(try office.apply(whole, by: "one").request == nil)
        // Another name beside the same answer is no new answer.
        let renamed = whole.replacing("V2;Martin", with: "V2;Durand")
        #expect(try office.apply(renamed, by: "one").request == nil)
        #expect(try office.texts("SELECT last_name FROM roll_voter WHERE id = 2") == ["Durand"])
        office.answer = "marteau rouge"
        let applied = try office.apply(renamed, by: "one")
        #expect(applied.held == 3)
        #expect(try office.texts("SELECT challenge FROM roll_voter WHERE id = 1") == [before[0]])
        #expect(
            try office.decide(try #require(applied.request), by: "two")
                == .appliedFile(voters: 3, overtaken: []))
        #expect(try office.texts("SELECT challenge FROM roll_voter WHERE id = 1") != [before[0]])
        // No contact changed: nobody is told of one.
        #expect(try office.told().isEmpty)
        let change = try RollCorrection(office.operations).correct(
            voter: 1, [.challenge: "pelle jaune"], reason: "called", by: office.viewer("one"))
        guard case .asked(_, byBureau: false) = change else {
            Issue.record("\(change)")
            return
        }
    }
}
