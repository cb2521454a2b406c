import Contacts
import Foundation
import Testing
import VoterRoll

private let columns = [
    "Matricule", "Civilit\u{E9}", "Nom", "Pr\u{E9}nom", "Courriel", "T\u{E9}l\u{E9}phone", "Adresse 1", "Adresse 4",
    "Code postal", "Ville", "Pays", "Coll\u{E8}ge", "Poids", "Canal",
]

/// A roll of one voter with some fields of their own.
private func roll(_ fields: [String: String]) -> String {
    let standard = [
        "Matricule": "A1", "Nom": "Petit", "Pr\u{E9}nom": "Zo\u{E9}", "Courriel": "z@ex.example.org",
        "Coll\u{E8}ge": "ouvriers",
    ]
    let all = standard.merging(fields) { $1 }
    let row = columns.map { "\"" + (all[$0] ?? "").replacing("\"", with: "\"\"") + "\"" }
    return columns.joined(separator: ";") + "\n" + row.joined(separator: ";") + "\n"
}

/// What one field becomes, or why it is refused.
struct Outcome {
    let fixture: RollFixture
    let roll: LoadedRoll

    init(_ fields: [String: String]) throws {
        fixture = try RollFixture()
        roll = try fixture.load(VoterRollTests.roll(fields))
        try fixture.publish(roll)
    }

    var fault: String { roll.report.faults.map(\.reason).joined(separator: ", ") }
    var warning: String { roll.report.warnings.map(\.reason).joined(separator: ", ") }
    func contacts() throws -> VoterContacts { try fixture.contacts(try fixture.voters().first?.reference ?? "?") }
}

struct NumberTests {
    /// Numbers of all plans known here, as their owners may write them.
    private static let spellings: [String] = {
        var numbers: [String] = []
        for index in 0..<25 {
            let tail = String(format: "%02d %02d %02d", index * 3 % 100, index * 7 % 100, (index * 37 + 11) % 100)
            let bare = tail.replacing(" ", with: "")
            numbers += [
                "06 \(39 + index % 50) \(tail)", "07.12.\(tail.replacing(" ", with: "."))", "+33 (0)1 99 \(tail)",
                "+33692\(bare)", "0262 \(tail)", "+33 6 39 \(tail)", "0690\(bare)", "+33 7 09 \(tail)",
                "00 41 79 1\(tail)",
                "+41 (0)79 2\(tail)", "+39 06 \(tail)", "+44 20 79\(tail)", "+212 (0)6 12 \(tail)", "+508 \(tail)",
            ]
        }
        return numbers
    }()

    @Test func `a table of numbers goes in, out and in again without a change`() throws {
        let numbers = NumberTests.spellings
        #expect(numbers.count >= 300)
        let fixture = try RollFixture()
        let head = "reference;last_name;first_name;phone;college\n"
        let first = try fixture.load(
            head + numbers.enumerated().map { "A\($0.offset);Petit;Zo\u{E9};\($0.element);ouvriers\n" }.joined())
        #expect(first.report.faultCount == 0, "\(first.report.faults)")
        try fixture.publish(first)
        var rows = ""
        for index in numbers.indices {
            let phone = try #require(try fixture.contacts("A\(index)").phone)
            #expect(try PhoneNumber(phone.written()) == phone)
            rows += "A\(index);Petit;Zo\u{E9};\(SpreadsheetField.quoted(phone.written()));ouvriers\n"
        }
        let again = try fixture.load(head + rows)
        #expect((again.report.faultCount, again.changed.count) == (0, 0))
    }

    @Test func `a French number of somebody abroad goes out so that it comes in again`() throws {
        let fields = ["Pays": "Suisse", "Adresse 4": "Rue du Lac 3", "Code postal": "1003", "Ville": "Lausanne"]
        let contacts = try Outcome(fields.merging(["T\u{E9}l\u{E9}phone": "+33 6 39 98 00 01"]) { $1 }).contacts()
        let (phone, address) = (try #require(contacts.phone), try #require(contacts.address))
        let written = SpreadsheetField.quoted(phone.written(in: address.phoneHome))
        #expect(written == "'+33639980001")
        #expect(try Outcome(fields.merging(["T\u{E9}l\u{E9}phone": written]) { $1 }).contacts() == contacts)
    }

    @Test(arguments: [
        ("Belgique", "0470 12 34 56", "+32470123456", ""), ("Suisse", "079 123 45 67", "+41791234567", ""),
        ("Suisse", "41791234567", "+41791234567", "+ stood before"), ("Luxembourg", "621 123 456", "+352621123456", ""),
        ("Italie", "333 123 4567", "+393331234567", ""), ("Espagne", "612 34 56 78", "+34612345678", ""),
        ("Allemagne", "0151 23456789", "+4915123456789", ""), ("Guadeloupe", "0690 12 34 56", "+590690123456", ""),
        ("Suisse", "+33 6 39 98 00 01", "+33639980001", ""), ("", "+39 06 698 12345", "+390669812345", ""),
        ("", "+41 079 123 45 67", "+41791234567", "0 between"), ("", "33639980001", "+33639980001", "+ stood before"),
        ("", "3,3639980001E+10", "+33639980001", "+ stood before"), ("", "639980001", "+33639980001", "leading zero"),
        ("", "'+41791234567", "+41791234567", ""), ("Italie", "39061234567", "+39061234567", "+ stood before"),
        ("Italie", "393471234567", "+393471234567", "+ stood before"), ("Italie", "06 1234567", "+39061234567", ""),
        ("Italie", "39347123456", "+39347123456", "+ stood before"), ("IT", "347 123 4567", "+393471234567", ""),
        ("Espagne", "34612345678", "+34612345678", "+ stood before"),
        ("BEL", "32470123456", "+32470123456", "+ stood before"),
        ("Allemagne", "4915123456789", "+4915123456789", "+ stood before"),
        ("", "06\u{2011}39\u{2011}98\u{2011}00\u{2011}01", "+33639980001", ""),
    ])
    func `a number is read by the rules of the row's country`(
        country: String, given: String, number: String, warning: String
    ) throws {
        let outcome = try Outcome(["Pays": country, "T\u{E9}l\u{E9}phone": given])
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        #expect(try outcome.contacts().phone?.text == number)
        #expect(warning.isEmpty ? outcome.warning.isEmpty : outcome.warning.contains(warning), "\(outcome.warning)")
    }

    @Test(arguments: [
        ("Belgique", "06 39 98 00 01", "country's code"), ("Suisse", "06 39 98 00 01", "country's code"),
        ("Italie", "3906123456", "country's code"), ("\u{C9}tats-Unis", "1202555012", "country's code"),
        ("Br\u{E9}sil", "06 39 98 00 01", "country's code"), ("", "41791234567", "country's code"),
        ("", "3,36E+10", "last digits are lost"), ("", "06 39 98 00 01 / 06 39 98 00 02", "keep one"),
        ("", "06 39\u{200B} 98 00 01", "U+200B"),
    ])
    func `what cannot be read for certain is refused with the cure`(country: String, given: String, word: String) throws
    {
        let outcome = try Outcome(["Pays": country, "T\u{E9}l\u{E9}phone": given])
        #expect(outcome.fault.contains(word), "\(outcome.fault)")
    }
}

struct CellTests {
    @Test(arguments: [
        ("A\u{200B}1", "U+200B"), ("A\u{AD}1", "U+00AD"), ("A\u{A0}1", "U+00A0"), ("A\u{410}1", "looks like A"),
        ("\u{FF21}1", "looks like A"), ("A#1", "no reference has"), ("A\u{C3}\u{A9}1", "wrong encoding"),
    ])
    func `a reference with a character that is not seen or not itself is refused`(reference: String, word: String)
        throws
    {
        let outcome = try Outcome(["Matricule": reference])
        #expect(outcome.fault.contains(word), "\(outcome.fault)")
    }

    @Test func `a reference is composed, trimmed, and told from those that resemble it`() throws {
        let fixture = try RollFixture()
        let head = "matricule;nom;prenom;college\n"
        let roll = try fixture.load(
            head
                + "\u{2060}E\u{301}12\u{200E};Petit;A;ouvriers\n007;Blanc;B;ouvriers\n7;Noir;C;ouvriers\nab1;Roux;D;ouvriers\n"
                + "AB01;Gris;E;ouvriers\n\u{E9}12;Brun;F;ouvriers\n")
        #expect(roll.report.faults.isEmpty)
        let warned = roll.report.warnings.filter { $0.reason.contains("the same reference but for") }
        #expect(warned.map(\.line) == [4, 6, 7])
        try fixture.publish(roll)
        #expect(try fixture.voters().first?.reference == "\u{C9}12")
    }

    @Test(arguments: [
        ("<a@ex.example.org>", "a@ex.example.org"), ("mailto:a@ex.example.org", "a@ex.example.org"),
        ("Anne Petit <a@ex.example.org>", "a@ex.example.org"), ("a@ex.example.org;", "a@ex.example.org"),
        ("a@ex.example.org.", "a@ex.example.org"),
        ("'a@ex.example.org", "a@ex.example.org"), ("'a@ex.example.org'", "a@ex.example.org"),
        ("\"a@ex.example.org\"", "a@ex.example.org"), ("(a@ex.example.org)", "a@ex.example.org"),
        ("[a@ex.example.org]", "a@ex.example.org"), ("\u{AB}\u{A0}a@ex.example.org\u{A0}\u{BB}", "a@ex.example.org"),
        ("\u{2018}a@ex.example.org\u{2019}", "a@ex.example.org"), ("SMTP:a@ex.example.org", "a@ex.example.org"),
        ("mailto:a@ex.example.org?subject=x", "a@ex.example.org"), ("<mailto:a@ex.example.org>", "a@ex.example.org"),
        (";a@ex.example.org ;", "a@ex.example.org"), ("'Anne Petit' <a@ex.example.org>", "a@ex.example.org"),
        ("'+a@ex.example.org", "+a@ex.example.org"), ("o'neil@ex.example.org", "o'neil@ex.example.org"),
        ("\u{FEFF}a@ex.example.org\u{2009}", "a@ex.example.org"),
    ])
    func `an address is found in what stands around it`(given: String, mail: String) throws {
        #expect(try Outcome(["Courriel": given]).contacts().mail?.text == mail)
    }

    @Test(arguments: [
        ("a@ex.example.org; b@ex.example.org", "keep one"), ("a@ex.example.org b@ex.example.org", "keep one"),
        ("jean.c\u{200B}x@ex.example.org", "(U+200B) after 'jean.c'"),
        ("zo\u{C3}\u{A9}@ex.example.org", "wrong encoding"),
        ("a@@ex.example.org", "one @"), (".a@ex.example.org", "invalid part before"),
    ])
    func `an address that is none is refused with the reason`(given: String, word: String) throws {
        let outcome = try Outcome(["Courriel": given])
        #expect(outcome.fault.contains(word), "\(outcome.fault)")
    }

    @Test(arguments: [
        ("D\u{2018}Angelo", "D'Angelo", ""), ("Petit\u{2013}Durand", "Petit-Durand", ""), ("A\u{FB00}re", "Affre", ""),
        ("Petit\u{A0}\u{2009}Durand", "Petit Durand", ""), ("Ben\u{C3}\u{AA}t", "Ben\u{C3}\u{AA}t", "wrong encoding"),
        ("P\u{435}tit", "P\u{435}tit", "two alphabets"), ("JO\u{C3}O", "JO\u{C3}O", ""),
    ])
    func `a name is kept as it is meant`(given: String, name: String, warning: String) throws {
        let outcome = try Outcome(["Nom": given])
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        #expect(try outcome.fixture.voters().first?.lastName == name)
        #expect(warning.isEmpty ? outcome.warning.isEmpty : outcome.warning.contains(warning), "\(outcome.warning)")
    }

    @Test(arguments: [
        ("Zo\u{C3}\u{A9}", "wrong encoding"), ("Zo\u{FFFD}", "lost letter"), ("Zo\u{200B}e", "U+200B"),
        ("Zo\u{B}e", "U+000B"),
    ])
    func `a name with what no name has says what it is`(given: String, word: String) throws {
        let outcome = try Outcome(["Nom": given])
        #expect(outcome.fault.contains(word), "\(outcome.fault)")
    }

    @Test(arguments: [
        ("Mme.", "F", false), ("Mlle", "F", false), ("M", "M", false), ("Mme le Docteur", "F", false),
        ("1 - Monsieur", "M", false), ("F (Femme)", "F", false), ("Veuve", "F", false), ("Mme Vve", "F", false),
        ("Pr", "", true), ("M. et Mme", "", true), ("Dr.", "", true), ("H", "M", false), ("Homme", "M", false),
        ("Femme", "F", false), ("Melle", "F", false), ("MME.", "F", false),
        ("Mr", "M", false), ("monsieur", "M", false), ("Dr", "", true), ("Me", "", true), ("Mx", "", true),
        ("1", "", true),
        ("2", "", true), ("non pr\u{E9}cis\u{E9}", "", true), ("N/A", "", true), ("-", "", true),
    ])
    func `a civility is read, or left out and said`(given: String, civility: String, isWarned: Bool) throws {
        let outcome = try Outcome(["Civilit\u{E9}": given])
        #expect(outcome.fault.isEmpty)
        #expect(try outcome.fixture.voters().first?.civility.rawValue == civility)
        #expect(outcome.warning.isEmpty == !isWarned, "\(outcome.warning)")
    }

    @Test(arguments: [
        "sans", "N/C", "inconnu", "\u{E0} compl\u{E9}ter", "\u{C0} COMPL\u{C9}TER", "vide", "NaN", "xxx", "*",
        "\u{2026}",
        "s.o.", "pas de mail", "n\u{E9}ant", "N\u{C9}ANT", "-", "--", "\u{2014}", "N/A", "n.c.", "aucun",
        "Non renseign\u{E9}", ".",
    ])
    func `what stands for nothing is nothing in a column that may be empty`(given: String) throws {
        let outcome = try Outcome(["T\u{E9}l\u{E9}phone": given, "Adresse 4": given, "Canal": given])
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        #expect(outcome.roll.report.warnings.filter { $0.reason.contains("stands for nothing") }.count == 3)
        #expect(try outcome.contacts().phone == nil)
    }

    @Test func `what commands a terminal or turns a line is written out`() throws {
        let outcome = try Outcome([
            "Nom": "Pe\u{1B}[31mtit", "Adresse 1": "3 rue X\nb", "Ville": "\u{202E}Grand\u{202E}x",
        ])
        let told = outcome.roll.report.faults + outcome.roll.report.warnings
        #expect(told.contains { $0.value == "Pe<U+001B>[31mtit" }, "\(told)")
        for fault in told {
            let text = fault.column + fault.value + fault.reason
            #expect(!text.unicodeScalars.contains { $0.value < 32 || 0x202A...0x202E ~= $0.value }, "\(text)")
        }
    }

    @Test func `a number below zero is told as one`() throws {
        let outcome = try Outcome(["T\u{E9}l\u{E9}phone": "-639980001"])
        #expect((outcome.fault + outcome.warning).contains("negative number"), "\(outcome.fault) \(outcome.warning)")
        #expect(try Outcome(["T\u{E9}l\u{E9}phone": "-12"]).fault.contains("negative number"))
        #expect(try !Outcome(["T\u{E9}l\u{E9}phone": "-06 39 98 00 01"]).warning.contains("negative"))
    }

    @Test(arguments: [("2", 2), ("2,0", 2), ("2.00", 2), ("1 000", 1000), ("1\u{202F}000", 1000)])
    func `a weight is a whole number however it is written`(given: String, weight: Int) throws {
        #expect(try Outcome(["Poids": given]).fixture.voters().first?.weight == weight)
    }

    @Test(arguments: ["1.5", "1,000", "1.000", "0", "-1", "1e3", "2,"])
    func `a weight that may mean two things is refused`(given: String) throws {
        #expect(try Outcome(["Poids": given]).fault.contains("is no weight"))
    }
}

struct WordTests {
    @Test func `Sr says neither Madame nor Monsieur`() throws {
        let outcome = try Outcome(["Civilit\u{E9}": "Sr"])
        #expect(outcome.fault.isEmpty && outcome.warning.contains("says neither"))
        #expect(try outcome.fixture.voters().first?.civility == Voter.Civility.none)
    }

    @Test(arguments: ["A  1   B", "\u{C9}  1"])
    func `a reference keeps its blanks, and is the same with others`(text: String) throws {
        let outcome = try Outcome(["Matricule": text])
        #expect(try outcome.fixture.voters().first?.reference == text)
        // Another file with other blanks is told: it would take the voter's identifier away.
        let single = text.split(separator: " ").joined(separator: " ")
        let again = try outcome.fixture.load(VoterRollTests.roll(["Matricule": single]))
        #expect(again.report.warnings.contains { $0.reason.contains("in another writing") })
    }
}
