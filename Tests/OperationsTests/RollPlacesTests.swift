import Elections
import Issuance
import Journal
import Operations
import Staff
import Store
import Synchronization
import Testing
import VoterRoll

/// Somebody who would stand where somebody else stood: neither is lost while a second person has not decided, by whatever interface.
struct RollPlacesTests {
    private let alone = ("fourEyes: true", "fourEyes: false")

    private func file(_ numbers: ClosedRange<Int>, _ more: String = "") -> String {
        numbers.map { ContactFixture.row($0) }.joined() + more
    }

    /// A row of somebody under a reference of their own.
    private func row(_ reference: String, mail: String, name: String = "Martin", phone: String = "") -> String {
        "\(reference);\(name);Anne;\(mail);\(phone);;;ouvriers;lille\n"
    }

    private func isOnRoll(_ office: ContactFixture, _ reference: String) throws -> Bool {
        let operations = office.operations
        return try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try operations.registrar.voter(reading, operations.election, reference: reference) != nil
        }
    }

    private func number(_ office: ContactFixture, _ reference: String) throws -> Int {
        let operations = office.operations
        return try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try operations.registrar.voter(reading, operations.election, reference: reference)?.id ?? 0
        }
    }

    private func add(
        _ office: ContactFixture, _ reference: String, mail: String = "", name: String = "Martin"
    ) throws -> RollChangeOutcome {
        var values: [Column: String] = [.lastName: name, .firstName: "Anne", .college: "ouvriers", .site: "lille"]
        if !mail.isEmpty { values[.email] = mail }
        return try RollAddition(office.operations).add(
            reference: reference, values: values, reason: "left out", by: office.viewer("one")
        ).0
    }

    private func strike(_ office: ContactFixture, _ voter: Int) throws {
        _ = try RollStrike(office.operations).strike(
            voter: voter, reason: "left", by: office.viewer("one"))
    }

    private func correct(
        _ office: ContactFixture, _ reference: String, _ values: [Column: String]
    ) throws -> RollChangeOutcome {
        try RollCorrection(office.operations).correct(
            voter: number(office, reference), values, reason: "called", by: office.viewer("one"))
    }

    // MARK: Whoever leaves for another

    /// V3 leaves, and W3 comes with another contact.
    private func exchange(_ office: ContactFixture, actsAlone: Bool = false) throws
        -> AppliedRoll
    {
        try office.apply(file(1...2, row("W3", mail: "else@example.net")), by: "one", actsAlone: actsAlone)
    }

    @Test(arguments: ["refused", "taken back", "expired"])
    func `whoever another one would replace stays where that is not approved`(end: String) throws {
        let office = try ContactFixture()
        let applied = try exchange(office)
        let request = try #require(applied.request)
        #expect(applied.kept == 1)
        #expect(try isOnRoll(office, "V3") && !isOnRoll(office, "W3"))
        switch end {
        case "refused": #expect(try office.decide(request, approved: false, by: "two") == .refusedRequest)
        case "taken back":
            #expect(try ApprovalDecision(office.operations).takeBack(request: request, by: office.viewer("one")))
        default:
            office.wait(Approvals.lifetime)
            try HeldRolls(office.operations).dropLapsed()
        }
        #expect(try isOnRoll(office, "V3") && !isOnRoll(office, "W3"))
        #expect(try office.told().isEmpty)
        #expect(try office.texts("SELECT state FROM issuance_identifier WHERE voter = 3") == ["active"])
    }

    @Test func `they leave with the approval, are told, and their identifier ends`() throws {
        let office = try ContactFixture()
        let request = try #require(try exchange(office).request)
        let operations = office.operations
        let file = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try operations.approvals.request(reading, request).flatMap { request throws(StoreError) in
                try HeldRolls(operations).file(reading, request)
            }
        }
        #expect(file?.replaced == ["W3": ["V3"]])
        #expect(
            try office.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: [], struck: ["V3"]))
        #expect(try !isOnRoll(office, "V3") && isOnRoll(office, "W3"))
        #expect(try office.told() == [3])
        #expect(try office.texts("SELECT state FROM issuance_identifier WHERE voter = 3") == ["revoked"])
        #expect(try office.texts("SELECT details FROM journal_entry WHERE action = 'roll.strike'").count == 1)
    }

    @Test func `one of them is kept where the row that would replace them is left out`() throws {
        let office = try ContactFixture()
        let request = try #require(
            try office.apply(
                file(1...1, row("W3", mail: "else@example.net"))
                    + ContactFixture.row(2, mail: "b@example.net"), by: "one"
            ).request)
        #expect(
            try office.decide(request, leavingOut: ["W3"], by: "two")
                == .appliedFile(voters: 1, overtaken: [], leftOut: ["W3"]))
        #expect(try isOnRoll(office, "V3") && !isOnRoll(office, "W3"))
    }

    @Test func `a command line that takes no odd row takes nobody off in its place`() throws {
        let office = try ContactFixture()
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE staff_member SET removed_at = 1 WHERE name <> 'one'")
        }
        let applied = try office.apply(
            file(1...2, row("W3", mail: "one@staff.example.org")), by: "one", actsAlone: true)
        #expect(applied.leftOut == ["W3"] && applied.kept == 1)
        #expect(try isOnRoll(office, "V3") && office.told().isEmpty)
    }

    @Test func `one contact in common with whoever they replace makes nobody the bureau's`() throws {
        let phone = "+33612345678"
        let office = try ContactFixture(
            rows: file(1...2) + ContactFixture.row(3, phone: phone))
        let request = try #require(
            try office.apply(file(1...2, row("W3", mail: "else@example.net", phone: phone)), by: "one")
                .request)
        #expect(
            try office.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: [], struck: ["V3"]))
    }

    @Test func `of several of one name that leave, whoever has the contact is the one`() throws {
        let office = try ContactFixture()
        let applied = try office.apply(
            file(1...1, row("W2", mail: "v2@example.org") + row("W3", mail: "v3@example.org")), by: "one")
        #expect(applied.request == nil && applied.kept == 0)
        #expect(
            try isOnRoll(office, "W2") && isOnRoll(office, "W3")
                && !isOnRoll(office, "V3"))
    }

    @Test func `somebody struck off before is told when another one takes their place`() throws {
        let office = try ContactFixture(alone)
        try strike(office, 3)
        #expect(try add(office, "W3", mail: "else@example.net") == .done(messages: 0))
        #expect(try office.told() == [3])
        #expect(try !isOnRoll(office, "V3"))
        let files = try ContactFixture()
        try strike(files, 3)
        let request = try #require(try exchange(files).request)
        #expect(try files.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: []))
        #expect(try files.told() == [3])
        #expect(try !isOnRoll(files, "V3"))
    }

    // MARK: In steps

    @Test func `struck off, added without a contact, then corrected: a second person sees it`() throws {
        let office = try ContactFixture()
        try strike(office, 3)
        #expect(try add(office, "W3") == .done(messages: 0))
        #expect(try correct(office, "W3", [.weight: "2"]) == .done(messages: 0))
        guard
            case .asked(let request, byBureau: false) = try correct(
                office, "W3", [.email: "else@example.net"])
        else {
            Issue.record("nobody was asked")
            return
        }
        let operations = office.operations
        let replaced = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try operations.approvals.request(reading, request).map { request throws(StoreError) in
                try ReplacementSearch(operations).replacedReferences(reading, request)
            }
        }
        #expect(replaced == ["V3"])
        #expect(try office.decide(request, by: "two") == .carriedOut(.done(noticeBy: nil, sheets: [])))
        #expect(try office.mail(number(office, "W3")) == "else@example.net")
        #expect(try office.told() == [3])
    }

    @Test func `the command line says of the same correction that two persons see it at the console`() throws {
        let office = try ContactFixture()
        try strike(office, 3)
        #expect(try add(office, "W3") == .done(messages: 0))
        let (operations, id) = (office.operations, try number(office, "W3"))
        let change = try RollCorrection(operations).correct(
            voter: id, [.email: "else@example.net"], reason: "called", by: Actor(account: .staff("one")))
        #expect(change == .done(messages: 0, without: .another))
        #expect(try office.told() == [3])
    }

    @Test(arguments: [true, false])
    func `a name by which somebody stands where another stood is seen, by hand`(isIssued: Bool) throws {
        let office = try ContactFixture()
        #expect(try add(office, "W3", mail: "else@example.net", name: "Durand") == .done(messages: 0))
        if isIssued { _ = try MissingIdentifiers(office.operations).issueMissing(by: office.viewer("one")) }
        // Another name than that of whoever is struck off is nothing to look at.
        try strike(office, 3)
        #expect(try correct(office, "W3", [.lastName: "Dupont"]) == .done(messages: 0))
        guard case .asked(let request, byBureau: false) = try correct(office, "W3", [.lastName: "MARTIN"])
        else {
            Issue.record("nobody was asked")
            return
        }
        #expect(try office.decide(request, by: "two") == .carriedOut(.done(noticeBy: nil, sheets: [])))
        #expect(try office.texts("SELECT last_name FROM roll_voter WHERE reference = 'W3'") == ["MARTIN"])
        #expect(try office.told() == [3])
    }

    @Test(arguments: [true, false])
    func `and by a file`(isIssued: Bool) throws {
        let office = try ContactFixture()
        _ = try office.apply(file(1...3, row("W3", mail: "else@example.net", name: "Durand")), by: "one")
        if isIssued { _ = try MissingIdentifiers(office.operations).issueMissing(by: office.viewer("one")) }
        let renamed = file(1...2, row("W3", mail: "else@example.net"))
        let applied = try office.apply(renamed, by: "one")
        #expect(applied.held == 1 && applied.kept == 1 && applied.moved == 0)
        #expect(try office.texts("SELECT last_name FROM roll_voter WHERE reference = 'W3'") == ["Durand"])
        let request = try #require(applied.request)
        #expect(
            try office.decide(request, by: "two") == .appliedFile(voters: 1, overtaken: [], struck: ["V3"]))
        #expect(try office.texts("SELECT last_name FROM roll_voter WHERE reference = 'W3'") == ["Martin"])
        // The same file again changes nothing.
        #expect(try office.apply(renamed, by: "one").request == nil)
    }

    @Test func `a name first, and the strike after it, raises the alert of the exchange`() throws {
        let office = try ContactFixture(
            rows: file(1...3, row("X4", mail: "x4@example.org", name: "Durand")))
        #expect(try correct(office, "X4", [.lastName: "Martin"]) == .done(messages: 0))
        #expect(try office.texts("SELECT kind FROM bureau_alert").isEmpty)
        try strike(office, 3)
        #expect(try office.texts("SELECT kind FROM bureau_alert") == ["voterReplaced"])
        // People who always had one name raise none.
        let homonyms = try ContactFixture()
        try strike(homonyms, 3)
        #expect(try homonyms.texts("SELECT kind FROM bureau_alert").isEmpty)
    }

    // MARK: Rows that wait no longer

    @Test func `a newcomer who came by another way, was sent an identifier and struck off is not deleted`() throws {
        let office = try ContactFixture()
        guard
            case .asked(let request, byBureau: true) = try add(
                office, "L1", mail: "v2@example.org", name: "Roy")
        else {
            Issue.record("nobody was asked")
            return
        }
        _ = try office.apply(file(1...3, row("L1", mail: "l1@example.org", name: "Roy")), by: "one")
        let late = try number(office, "L1")
        #expect(late > 0)
        _ = try MissingIdentifiers(office.operations).issueMissing(by: office.viewer("one"))
        // Without a contact the row is as when it was put aside.
        let cleared = try correct(office, "L1", [.email: ""])
        if case .asked(let other, _) = cleared { _ = try office.decide(other, by: "two") }
        try strike(office, late)
        #expect(try office.decide(request, approved: false, by: "bureau") == .refusedRequest)
        #expect(try office.numbers("SELECT count(*) FROM roll_change") == [0])
        #expect(try office.numbers("SELECT count(*) FROM roll_voter WHERE reference = 'L1'") == [1])
    }

    @Test func `whoever gets the number of a refused newcomer is found by their name`() throws {
        let office = try ContactFixture()
        let registrar = office.operations.registrar
        guard case .asked(let request, _) = try add(office, "L1", mail: "v2@example.org", name: "Roy") else {
            Issue.record("nobody was asked")
            return
        }
        while try registrar.search.index() {}
        #expect(try office.decide(request, approved: false, by: "bureau") == .refusedRequest)
        #expect(try add(office, "L2", mail: "l2@example.org", name: "Lefebvre") == .done(messages: 0))
        while try registrar.search.index() {}
        let operations = office.operations
        let found = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try registrar.search.find(reading, operations.election, "lefebvre").voters
        }
        #expect(found.map(\.reference) == ["L2"])
    }

    @Test func `rows of one voter are found by an index`() throws {
        let office = try ContactFixture()
        let plan = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all("EXPLAIN QUERY PLAN SELECT last_name FROM roll_change WHERE voter = 1") {
                (row: borrowing Row) throws(StoreError) -> String in try row[3]
            }
        }
        #expect(plan.allSatisfy { $0.contains("USING INDEX roll_change_voter") })
    }

    @Test func `what nobody decided in time is listed as long as it lies there`() throws {
        let office = try ContactFixture()
        let request = try #require(try exchange(office).request)
        let operations = office.operations
        func undecided() throws -> [Int] {
            try office.store.read { (reading: borrowing Reading) throws(StoreError) in
                try HeldRolls(operations).undecided(reading).map(\.id)
            }
        }
        #expect(try undecided().isEmpty)
        office.wait(Approvals.lifetime)
        #expect(try undecided() == [request])
        try HeldRolls(operations).dropLapsed()
        #expect(try undecided().isEmpty)
    }

    // MARK: Who refuses

    @Test func `whoever gave a file may refuse what another person applied, also where it is the bureau's`() throws {
        let office = try ContactFixture()
        for mail in ["a@example.net", "v2@example.org"] {
            let changed = ContactFixture.row(1, mail: mail) + file(2...3)
            let request = try #require(try office.apply(changed, by: "one", hands: ["two"]).request)
            let denied = try office.decide(request, by: "two")
            #expect(denied == .denied(.samePerson) || denied == .denied(.bureauOnly))
            #expect(try office.decide(request, approved: false, by: "two") == .refusedRequest)
        }
        let own = try #require(
            try office.apply(ContactFixture.row(1, mail: "a@example.net") + file(2...3), by: "one").request)
        #expect(try office.decide(own, approved: false, by: "one") == .denied(.samePerson))
    }

    @Test func `a long list of references is one plain line`() {
        let references = (1...330).map { "V\($0)" }.joined(separator: ", ")
        #expect(references.utf8.count > 1000 && StaffReason.isPlain(references))
        #expect(!StaffReason.isPlain(references + "\u{202E}") && !StaffReason.isFine(references))
    }

    // MARK: Printed sheets

    @Test func `the sheet of a row that was not taken is right, and is not named`() throws {
        let office = try ContactFixture(
            rows: (1...3).map { ContactFixture.row($0, mail: "", street: "\($0) rue A") }.joined())
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE staff_member SET removed_at = 1 WHERE name <> 'one'")
            let batch = try transaction.insert(
                "INSERT INTO issuance_batch (election, number, state, letters, created_at) VALUES (?, 7, 'printed', 3, 1)",
                office.operations.election.number)
            try transaction.execute(
                """
                INSERT INTO issuance_letter (batch, number, voter, generation, message, carries, state)
                SELECT ?, subject, subject, 1, id, 1, 'printed' FROM outbox_message WHERE channel = 'letter'
                """, batch)
        }
        let applied = try office.apply(
            ContactFixture.row(1, mail: "", street: "1 rue B")
                + ContactFixture.row(2, mail: "one@staff.example.org", street: "2 rue B")
                + ContactFixture.row(3, mail: "", street: "3 rue A"), by: "one", actsAlone: true)
        #expect(applied.leftOut == ["V2"])
        #expect(applied.sheets == [Issuer.Sheet(batch: 7, number: 1)])
    }
}
