import Contacts
import Crypto
import Elections
import Foundation
import Journal
import Store
import TestSupport
import Testing
import VoterRoll

private let head =
    "reference;civility;last_name;first_name;email;phone;address2;town;country;college;site;weight;language;channel\n"
private let good =
    "A1;Mme;Martin;Zo\u{E9};zoe@example.org;06 39 98 12 34;1 rue A;59000 Lille;;ouvriers;lille;1;fr;email\n"

struct RollImportTests {
    @Test func `a published roll is found and its contacts open`() throws {
        let fixture = try RollFixture()
        let roll = try fixture.load(head + good)
        #expect(try fixture.voters().isEmpty)
        #expect(roll.rows == 1 && roll.report.faultCount == 0 && roll.added.count == 1)
        try fixture.publish(roll)
        #expect(try fixture.voters().map(\.reference) == ["A1"])
        let contacts = try fixture.contacts("A1")
        #expect(contacts.mail?.text == "zoe@example.org")
        #expect(contacts.phone?.text == "+33639981234")
        #expect(contacts.address?.lines == ["Mme Zo\u{E9} MARTIN", "1 RUE A", "59000 LILLE"])
    }

    @Test func `an answer that cannot be hashed is never stored as it was written`() throws {
        let fixture = try RollFixture(hasher: PassphraseHasher(limit: 0))
        let roll =
            head.trimmingCharacters(in: .newlines) + ";challenge\n"
            + good.trimmingCharacters(in: .newlines) + ";rosebudette\n"
        #expect(throws: ImportFailure.self) { try fixture.load(roll) }
        for ending in ["", "-wal"] {
            guard let bytes = try? Data(contentsOf: fixture.folder.appending(path: "s.sqlite\(ending)")) else {
                continue
            }
            #expect(bytes.range(of: Data("rosebudette".utf8)) == nil)
        }
    }

    @Test func `contacts are not in the file in clear, whether published or not`() throws {
        let fixture = try RollFixture()
        let first = try fixture.load(head + good)
        try fixture.publish(first)
        _ = try fixture.load(head + good.replacing("zoe@example.org", with: "neu@example.org"))
        for ending in ["", "-wal"] {
            guard let bytes = try? Data(contentsOf: fixture.folder.appending(path: "s.sqlite\(ending)")) else {
                continue
            }
            for word in ["zoe@example.org", "neu@example.org", "39981234", "1 RUE A"] {
                #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word) in \(ending)")
            }
        }
    }

    @Test(arguments: [
        ("A1;", ";", "reference", "is missing"), ("A1;", "=cmd|x;", "reference", "holds a character"),
        ("Mme", "Zz", "civility", "is no civility"), ("Martin", "", "last_name", "is missing"),
        ("Martin", "=cmd|' /C calc'!A0", "last_name", "no name has"), ("Martin", "Martin2", "last_name", "digit"),
        ("zoe@example.org", "zoe@example", "email", "invalid domain"),
        ("zoe@example.org", "zoe@example.c0m", "email", "invalid domain"),
        ("zoe@example.org", "zoe@10.0.0.7", "email", "invalid domain"),
        ("zoe@example.org", "zoe", "email", "needs one @"),
        ("06 39 98 12 34", "\"06 39 98 12 34; 112\"", "phone", "more than one number"),
        ("06 39 98 12 34", "06 39 98 12", "phone", "has not the digits"),
        ("06 39 98 12 34", "abc", "phone", "character"),
        ("59000 Lille", "Lille", "address2", "postcode"), ("ouvriers", "autres", "college", "is no college"),
        ("lille", "rome", "site", "is no site"), (";1;fr", ";0;fr", "weight", "is no weight"),
        (";1;fr", ";x;fr", "weight", "is no weight"), (";fr;", ";de;", "language", "is no language"),
        (";email\n", ";fax\n", "channel", "is no channel"),
        (
            "zoe@example.org;06 39 98 12 34;1 rue A", ";;\(String(repeating: "a", count: 39))", "address2",
            "38 characters"
        ),
    ])
    func `a fault names line, column, value and reason`(old: String, new: String, column: String, reason: String) throws
    {
        let fixture = try RollFixture()
        let range = try #require(good.range(of: old))
        let roll = try fixture.load(
            head + good + good.replacingCharacters(in: range, with: new).replacing("A1", with: "A2"))
        let fault = try #require(roll.report.faults.first)
        #expect(fault.line == 3)
        #expect(fault.column == column)
        #expect(fault.reason.contains(reason), "\(fault.reason)")
    }

    @Test(arguments: [
        "reference", "civility", "last_name", "first_name", "email", "phone", "address2", "college", "site",
    ])
    func `a cell that is too long or piles up marks is refused before anything is made of it`(column: String) throws {
        let roll = try RollFixture()
        let place = try #require(head.split(separator: ";").firstIndex { $0 == column })
        for (value, word) in [
            ("e" + String(repeating: "\u{301}", count: 100_000), "is longer than 500 characters"),
            ("e" + String(repeating: "\u{301}", count: 60), "piles up more than 30 combining marks"),
            (String(repeating: "a", count: 501), "is longer than 500 characters"),
        ] {
            var cells = good.dropLast().split(separator: ";", omittingEmptySubsequences: false).map(String.init)
            cells[place] = value
            var faults: [RollFault] = []
            let seconds = try processorSeconds {
                faults = try roll.load(head + cells.joined(separator: ";") + "\n").report.faults
            }
            // Work that grows with the square of the marks takes minutes.
            #expect(seconds < 10)
            #expect(faults.count == 1 && faults[0].column == column && faults[0].reason.contains(word), "\(faults)")
            #expect(faults[0].value.utf8.count <= 200)
        }
    }

    @Test func `a heading that piles up marks is refused`() throws {
        let text = "e" + String(repeating: "\u{301}", count: 60) + ";" + head + "x;" + good
        #expect(throws: ImportFailure.self) { try RollFixture().load(text) }
    }

    @Test func `a reference used twice is refused with the first line`() throws {
        let fixture = try RollFixture()
        let roll = try fixture.load(head + good + good)
        #expect(roll.report.rejected == 1)
        #expect(roll.report.faults.first?.reason == "is used twice: first on line 2")
    }

    @Test func `what resembles is a warning, not a fault`() throws {
        let fixture = try RollFixture()
        let twin = good.replacing("A1", with: "A2").replacing("Martin;Zo\u{E9}", with: "MARTIN;Zoe")
        let roll = try fixture.load(head + good + twin)
        #expect(roll.report.faultCount == 0)
        let reasons = roll.report.warnings.map(\.reason)
        for word in ["the same mailbox", "the same phone", "nearly the same name"] {
            #expect(reasons.contains { $0.contains(word) && $0.contains("line 2") }, "\(reasons)")
        }
    }

    @Test func `a name that no font here can print is a warning that names its letters`() throws {
        let fixture = try RollFixture()
        let strange = good.replacing("Martin", with: "\u{1E4D0}\u{1E4D1}")
        let greek = good.replacing("A1", with: "A2").replacing("Martin", with: "\u{39A}\u{3B1}\u{3B6}")
        let roll = try fixture.load(head + strange + greek)
        #expect(roll.report.faultCount == 0)
        let found = roll.report.warnings.filter { $0.reason.contains("no font of this machine") }
        #expect(found.map(\.line) == [2])
        #expect(found.first?.reason.contains("\"\u{1E4D0}\", \"\u{1E4D1}\"") == true, "\(found)")
    }

    @Test func `a second import finds what is added, changed and removed, and applies it at once`() throws {
        let fixture = try RollFixture()
        let lines = (1...5).map { good.replacing("A1", with: "A\($0)").replacing("zoe@", with: "z\($0)@") }
        try fixture.publish(try fixture.load(head + lines.joined()))
        let changed =
            lines[0] + lines[1].replacing("Martin", with: "Durand") + lines[3] + lines[4]
            + good.replacing("A1", with: "A9")
        let roll = try fixture.load(head + changed)
        #expect((roll.added.count, roll.changed.count, roll.removed.count) == (1, 1, 1))
        #expect(roll.removed.names.first?.hasPrefix("A3") == true)
        #expect(try fixture.voters().map(\.lastName) == Array(repeating: "Martin", count: 5))
        #expect(try fixture.publish(roll).count == 1)
        #expect(try fixture.voters().map(\.reference) == ["A1", "A2", "A4", "A5", "A9"])
        #expect(try fixture.voters()[1].lastName == "Durand")
        let same = try fixture.load(head + changed)
        #expect((same.added.count, same.changed.count, same.removed.count) == (0, 0, 0))
    }

    @Test func `a discarded import leaves nothing`() throws {
        let fixture = try RollFixture()
        try fixture.registrar.imports.discard(try fixture.load(head + good))
        let rows = try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number("SELECT (SELECT count(*) FROM roll_voter) + (SELECT count(*) FROM roll_import)")
        }
        #expect(rows == 0)
    }

    @Test func `headings are known in French and English, and can be mapped`() throws {
        let fixture = try RollFixture()
        var options = ImportOptions()
        options.map[Column.fold("Nom de naissance")] = .lastName
        let roll = try fixture.load(
            "Matricule,Pr\u{E9}nom,Nom de naissance,Courriel,Coll\u{E8}ge,Site,Couleur\nB1,Jean,\"L'H\u{E9}ritier, dit \"\"Jo\"\"\",j@example.org,Premier coll\u{E8}ge (ouvriers et employ\u{E9}s),Lille,bleu\n",
            options)
        #expect(roll.report.faults.map(\.reason) == ["holds a character that no name has"])
        #expect(roll.ignoredHeadings == ["Couleur"])
        #expect(roll.separator == ",")
    }

    @Test func `Windows-1252 is read and said`() throws {
        let fixture = try RollFixture()
        let text = head + good.replacing("Martin", with: "Lef\u{E8}vre-\u{152}uvre")
        let bytes = text.unicodeScalars.map { $0.value == 0x152 ? 0x8C : UInt8($0.value) }
        let roll = try fixture.registrar.imports.load(
            try fixture.file("w.csv", Data(bytes)), into: fixture.election, keys: fixture.keys, options: ImportOptions()
        )
        #expect(roll.encoding == "Windows-1252")
        try fixture.publish(roll)
        #expect(try fixture.voters().first?.lastName == "Lef\u{E8}vre-\u{152}uvre")
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `every line end and a missing last one will do`(end: String) throws {
        let fixture = try RollFixture()
        let text = (head + good).replacing("\n", with: end)
        #expect(try fixture.load(String(text.dropLast(end.count))).added.count == 1)
    }

    @Test func `a quoted field may hold separators, quotes and line ends, and lines are counted`() throws {
        let fixture = try RollFixture()
        let roll = try fixture.load(
            head + good.replacing("1 rue A", with: "\"1 rue\nA\"")
                + good.replacing("A1", with: "A2").replacing("Mme", with: "Zz"))
        #expect(roll.report.faults.map(\.line) == [4])
    }

    @Test(arguments: [
        ("", "empty"), ("\u{0}\u{1}\u{2}", "no text file"), (head + "\"A1;Mme\n", "never closed"),
        (head + "\"A1\"x;Mme\n", "closing quote"),
        (Array(repeating: "a", count: 10_000).joined(separator: ";") + "\n", "columns"),
        ("a;b;c\n1;2;3\n", "no column for reference"),
        ("nom;nom;prenom;ref\n", "two columns"),
    ])
    func `a file that cannot be a roll is refused with its reason`(text: String, word: String) throws {
        let fixture = try RollFixture()
        do {
            _ = try fixture.load(text)
            Issue.record("was read")
        } catch { #expect("\(error)".contains(word), "\(error)") }
    }

    @Test func `a report never lets a spreadsheet run a formula`() throws {
        let fixture = try RollFixture()
        for value in ["=cmd|x", "+1", "-1", "@SUM(A1)", "\t=1"] {
            var options = ImportOptions()
            let path = fixture.folder.appending(path: "report.csv").path
            options.report = try ReportFile(path)
            _ = try fixture.load(head + good.replacing("zoe@example.org", with: value), options)
            try options.report?.finish()
            let text = try String(contentsOfFile: path, encoding: .utf8)
            #expect(text.contains("refused"))
            for line in text.split(whereSeparator: \.isNewline).dropFirst() {
                for field in line.split(separator: ";") { #expect(!"=+-@\t".contains(field.first ?? "x"), "\(line)") }
            }
        }
        #expect(SpreadsheetField.quoted("=cmd|'/C calc'!A0") == "'=cmd|'/C calc'!A0")
        // A mark with an accent on it is the same mark to a spreadsheet.
        #expect(SpreadsheetField.quoted("=\u{301}1+1") == "'=\u{301}1+1")
        #expect(SpreadsheetField.quoted("-") == "-" && SpreadsheetField.quoted("-1") == "'-1")
    }

    @Test func `a correction is kept, journalled, and opens again`() throws {
        let fixture = try RollFixture()
        try fixture.publish(try fixture.load(head + good))
        func correct(_ column: Column, _ value: String) throws -> RollCorrections.Outcome {
            try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try fixture.registrar.corrections.correct(
                    transaction, fixture.election,
                    FieldCorrection(reference: "A1", column: column, value: value, reason: "called"), key: fixture.key,
                    randomness: .system, by: .staff("anne"))
            }
        }
        #expect(try correct(.email, "new@example.org") == .done)
        #expect(try correct(.address1, "Mme Martin|2 rue B|75003 Paris") == .done)
        #expect(try correct(.address1, "Mme Martin|2 rue B|1000 Bruxelles|Belgique") == .done)
        #expect(try fixture.contacts("A1").address?.lines.last == "BELGIQUE")
        #expect(try fixture.contacts("A1").mail?.text == "new@example.org")
        guard case .refused = try correct(.email, "nobody") else {
            Issue.record("was accepted")
            return
        }
        let same = try fixture.load(head + good)
        #expect(same.changed.count == 0)
    }

    /// Written as a word processor writes it, and typed on any keyboard.
    @Test(arguments: [
        ("L\u{2019}\u{E9}cole  des\u{A0}mines", "L'\u{E9}cole des mines"), ("L\u{2019}e\u{301}cole", "L'\u{E9}cole"),
        ("rosebudette", "rosebudette"),
    ])
    func `an answer is hashed in the form in which its voter's is compared`(written: String, typed: String) throws {
        let fixture = try RollFixture()
        try fixture.publish(
            try fixture.load(
                head.trimmingCharacters(in: .newlines) + ";challenge\n" + good.trimmingCharacters(in: .newlines)
                    + ";\(written)\n"))
        let hash = try fixture.store.read { (reading: borrowing Reading) throws(StoreError) -> String? in
            guard let voter = try fixture.registrar.voter(reading, fixture.election, reference: "A1") else {
                return nil
            }
            return try fixture.registrar.challenge(reading, voter: voter.id)
        }
        guard case .done(let isRight) = PassphraseHasher().verify(Secret(typed), against: try #require(hash)) else {
            Issue.record("busy")
            return
        }
        #expect(isRight)
    }

    /// A national number is at home where the address is, whichever stands first in the form.
    @Test func `a late voter's number is read as one of the country of their address`() throws {
        let fixture = try RollFixture()
        let added = try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try fixture.registrar.lateVoters.add(
                transaction, fixture.election,
                LateVoter(
                    reference: "Z1",
                    values: [
                        .lastName: "Peeters", .firstName: "An", .college: "ouvriers", .site: "lille",
                        .phone: "0470 12 34 56",
                        .address1: "Mme An Peeters|Rue X 1|1000 Bruxelles|Belgique",
                    ], reason: "left out"), key: fixture.key, randomness: .system, by: .staff("anne"))
        }
        guard case .added = added else {
            Issue.record("\(added)")
            return
        }
        #expect(try fixture.contacts("Z1").phone?.text == "+32470123456")
    }

    /// A file that was read and never applied waits with names and contacts of its own.
    @Test func `nothing of a person is left after the destruction, nor of a change that waits`() throws {
        let fixture = try RollFixture()
        try fixture.publish(try fixture.load(head + good))
        let changed = try fixture.load(head + good.replacing("Martin", with: "Nouveaunom"))
        #expect(changed.changed.count == 1)
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try fixture.registrar.erase(transaction, fixture.election)
        }
        let left = try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number("SELECT count(*) FROM roll_change")
        }
        #expect(left == 0)
        #expect(try fixture.store.truncateLog())
        let bytes = try Data(contentsOf: fixture.folder.appending(path: "s.sqlite"))
        for word in ["Nouveaunom", "Martin"] { #expect(bytes.range(of: Data(word.utf8)) == nil, "\(word)") }
    }

    @Test func `warnings are put in order by what they may lead to, not by their words`() throws {
        let fixture = try RollFixture()
        let roll = try fixture.load(
            head + good + "A2;;Martin;Zo\u{E9};;+33 692 12 34 56;2 rue A;59000 Lille;;ouvriers;lille;1;fr;email\n"
                + "a1;Mme;Blanc;L\u{E9}a;;06 39 98 12 34;3 rue A;59000 Lille;;ouvriers;lille;1;fr;\n")
        let weights = Dictionary(roll.report.warnings.map { ("\($0.line) \($0.column)", $0.weight) }) { min($0, $1) }
        #expect(weights["3 phone"] == .wrongPerson && weights["3 channel"] == .unreachable, "\(roll.report.warnings)")
        #expect(weights["4 reference"] == .wrongPerson && weights["4 phone"] == .sharedContact)
        #expect(roll.report.warnings.contains { $0.weight == .likeness && $0.line == 3 })
    }

    @Test func `a contact moved to another voter does not open`() throws {
        let fixture = try RollFixture()
        try fixture.publish(try fixture.load(head + good + good.replacing("A1", with: "A2")))
        try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "UPDATE roll_voter SET mail = (SELECT mail FROM roll_voter WHERE reference = 'A1') WHERE reference = 'A2'"
            )
        }
        #expect(throws: StoreError.self) { try fixture.contacts("A2") }
    }
}
