import Contacts
import Foundation
import Testing
import VoterRoll

/// The kinds of faults that let the wrong thing through without a word.
struct SilentFaultTests {
    @Test(arguments: [
        ("Mme", "Martin", "Zo\u{E9}", "Lyc\u{E9}e Zo\u{E9} Martin"), ("", "Curie", "Marie", "Coll\u{E8}ge Marie Curie"),
        ("Mme", "Martin", "Zo\u{E9}", "H\u{F4}tel Martin Zo\u{E9}"),
        ("", "Zola", "\u{C9}mile", "Les Terrasses \u{C9}mile Zola"),
        ("", "Place", "Marie", "Place Marie"), ("Mme", "Martin", "Zo\u{E9}", "M. Martin"),
        ("Mme", "Martin", "Zo\u{E9}", "St\u{E9} Zo\u{E9} Martin SARL"), ("M", "Martin", "Jean", "M. et Mme Martin"),
    ])
    func `a line that only holds the voter's names is not the recipient's`(
        civility: String, last: String, first: String, line: String
    ) throws {
        let outcome = try Outcome([
            "Civilit\u{E9}": civility, "Nom": last, "Pr\u{E9}nom": first, "Adresse 1": "\(line)\n3 rue X\n59000 Lille",
        ])
        let lines = try #require(try outcome.contacts().address).lines
        #expect(lines.count == 4 && lines[0].contains(last.uppercased()) && lines[0].contains(first), "\(lines)")
    }

    @Test(arguments: [
        ("Mme", "Martin", "Zo\u{E9}", "Mme Zo\u{E9} Martin"), ("", "Martin", "Zo\u{E9}", "MARTIN Zo\u{E9}"),
        ("Mme", "Martin", "Zo\u{E9}", "Dr Z. Martin"), ("M", "Cour", "Pierre", "M. Pierre Cour"),
    ])
    func `the recipient's own line is not printed twice`(
        civility: String, last: String, first: String, line: String
    ) throws {
        let outcome = try Outcome([
            "Civilit\u{E9}": civility, "Nom": last, "Pr\u{E9}nom": first, "Adresse 1": "\(line)\n3 rue X\n59000 Lille",
        ])
        #expect(try outcome.contacts().address?.lines.count == 3)
    }

    @Test(arguments: [
        ("Belgique", "0470 12 34 56", "+32470123456"), ("SUISSE", "079 123 45 67", "+41791234567"),
        ("Maroc", "0661 12 34 56", "+212661123456"), ("France", "06 39 98 00 01", "+33639980001"),
    ])
    func `a number is at home in the country that the address names, wherever it names it`(
        country: String, given: String, number: String
    ) throws {
        let address = "Rue X 1\n\(country == "France" ? "59000 Lille" : "1000 Ville")\n\(country)"
        let outcome = try Outcome(["Adresse 1": address, "T\u{E9}l\u{E9}phone": given])
        #expect(try outcome.contacts().phone?.text == number)
    }

    @Test(arguments: [
        ("+352 0621 123 456", "+352621123456"), ("+34 0612 345 678", "+34612345678"),
        ("+1 0514 123 4567", "+15141234567"),
        ("+49 00 1701234567", "+491701234567"), ("+41 0079 123 45 67", "+41791234567"),
        ("+36 (06) 20 123 4567", "+36201234567"),
        ("+7 (8) 912 123 45 67", "+79121234567"), ("+221 077 123 45 67", "+221771234567"),
        ("+55 011 91234 5678", "+5511912345678"),
    ])
    func `what is dialled inside a country falls away, with a word`(given: String, number: String) throws {
        let outcome = try Outcome(["T\u{E9}l\u{E9}phone": given])
        #expect(try outcome.contacts().phone?.text == number)
        #expect(!outcome.warning.isEmpty)
    }

    @Test(arguments: [
        "+39 06 1234 5678", "+378 0549 123456", "+225 07 12 34 56 78", "+242 06 123 4567", "+229 01 97 12 34 56",
    ])
    func `a zero that is part of the number stays`(given: String) throws {
        let outcome = try Outcome(["T\u{E9}l\u{E9}phone": given])
        #expect(try outcome.contacts().phone?.text == given.replacing(" ", with: ""))
    }

    @Test(arguments: [
        "#REF!", "#NOM?", "#VALEUR!", "#DIV/0!", "#name?", "#####", "#N/A", "#N/D", "Err:502", "Erreur :504",
    ])
    func `the error of a formula is a fault in any column that is read`(text: String) throws {
        for column in ["Nom", "Adresse 1", "T\u{E9}l\u{E9}phone", "Ville"] {
            let outcome = try Outcome([column: text])
            #expect(outcome.fault.contains("error of the spreadsheet"), "\(column): \(outcome.fault)")
        }
    }

    @Test(arguments: ["3 rue des Pr\u{C3}\u{A9}s", "3 RUE DES PRA\u{A9}S", "C\u{BD}UR", "3 rue des Pr\u{FFFD}s"])
    func `an address of the wrong encoding is not printed`(line: String) throws {
        let outcome = try Outcome(["Adresse 1": "\(line)\n59000 Lille"])
        #expect(outcome.fault.contains("encoding") || outcome.fault.contains("lost letter"), "\(outcome.fault)")
    }

    @Test(arguments: ["N/A", "-", "n\u{E9}ant", "sans objet"])
    func `what stands for nothing gives way to the next column, and is no name`(text: String) throws {
        let fixture = try RollFixture()
        let head = "matricule;nom de naissance;nom d'usage;pr\u{E9}nom;t\u{E9}l\u{E9}phone;portable;coll\u{E8}ge\n"
        let roll = try fixture.load(head + "A1;Petit;\(text);Zo\u{E9};06 39 98 00 01;\(text);ouvriers\n")
        #expect(roll.report.faultCount == 0, "\(roll.report.faults)")
        try fixture.publish(roll)
        #expect(try fixture.voters().first?.lastName == "Petit")
        #expect(try fixture.contacts("A1").phone?.text == "+33639980001")
        for column in ["Nom", "Pr\u{E9}nom"] {
            #expect(try Outcome([column: text]).fault.contains("stands for nothing"), "\(column)")
        }
    }

    @Test func `a line of headings that comes again is no voter, however it is written`() throws {
        let fixture = try RollFixture()
        let rows = ["MATRICULE;NOM;PRENOM", " Matricule ;Nom; pr\u{E9}nom", "Matricule;Nom;Pr\u{E9}nom"]
        let roll = try fixture.load(
            "Matricule ;Nom;Pr\u{E9}nom;coll\u{E8}ge\nA1;Petit;Zo\u{E9};ouvriers\n"
                + rows.map { $0 + ";Coll\u{E8}ge\n" }.joined() + "A2;Martin;Anne;ouvriers\n")
        #expect(roll.report.faultCount == 0, "\(roll.report.faults)")
        try fixture.publish(roll)
        #expect(try fixture.voters().map(\.reference) == ["A1", "A2"])
    }

    /// In capitals the letters of a Mac are other letters of Windows, and all of them are letters.
    @Test(arguments: ["H\u{C9}L\u{C8}NE", "LEF\u{C8}VRE", "NO\u{CB}L", "ZO\u{C9}", "AD\u{C8}LE"])
    func `names in capitals of a Mac are read right, or asked about`(name: String) throws {
        let text = "matricule;nom;prenom;college\nA1;\(name);\(name);ouvriers\n"
        let letters: [Unicode.Scalar: UInt8] = ["\u{C9}": 0x83, "\u{C8}": 0xE9, "\u{CB}": 0xE8]
        let data = Data(text.unicodeScalars.map { letters[$0] ?? UInt8($0.value) })
        let fixture = try RollFixture()
        do {
            let roll = try fixture.load(data)
            try fixture.publish(roll)
            let found = try fixture.voters().first?.lastName
            #expect(found == name, "\(found ?? "-"), read as \(roll.encoding)")
        } catch { #expect("\(error)".contains("cannot be told for certain"), "\(error)") }
        // The same names of Windows are Windows'.
        let other = try RollFixture()
        try other.publish(try other.load(try #require(text.data(using: .windowsCP1252))))
        #expect(try other.voters().first?.lastName == name)
    }

    @Test func `a reference that comes again in another writing is told before somebody loses an identifier`() throws {
        let fixture = try RollFixture()
        func file(_ references: [String]) -> String {
            "matricule;nom;prenom;college\n"
                + references.map { "\($0);Petit;Zo\u{E9};ouvriers\n" }.joined()
        }
        try fixture.publish(try fixture.load(file(["0012", "AB1", "\u{E9}7", "X9"])))
        let again = try fixture.load(file(["12", "ab1", "\u{C9}7", "X9", "Y1"]))
        let told = again.report.warnings.filter { $0.reason.contains("in another writing") }
        #expect(told.map(\.value) == ["12", "ab1", "\u{C9}7"])
        #expect(told.first?.reason.contains("\"0012\"") == true && told.first?.line == 2)
    }

    @Test(arguments: [
        "974", "DOM", "\u{CE}le de Mayotte", "Guadeloupe (FR)", "France (FR)", "FR - France", "Polyn\u{E9}sie",
        "N. Cal\u{E9}donie",
        "Saint-Martin (partie fran\u{E7}aise)", "St Barth", "REUNION (LA)", "La R\u{E9}union", "Wallis & Futuna",
        "St. Pierre & Miquelon", "Saint Pierre and Miquelon", "French Polynesia", "fran\u{E7}aise",
        "R\u{E9}publique fran\u{E7}aise",
    ])
    func `France and its territories are France, however they are written`(country: String) throws {
        let outcome = try Outcome([
            "Adresse 1": "3 rue X", "Code postal": "97400", "Ville": "Saint-Denis", "Pays": country,
            "T\u{E9}l\u{E9}phone": "06 39 98 00 01",
        ])
        #expect(outcome.fault.isEmpty)
        #expect(try outcome.contacts().address?.postcode == "97400")
        #expect(try outcome.contacts().phone?.text == "+33639980001")
    }

    @Test(arguments: [
        "Belgique", "Guyana", "Saint-Martin (Pays-Bas)", "Sint Maarten", "Saint-Vincent", "Dominique", "Suisse (FR)",
    ])
    func `other countries are not`(country: String) throws {
        let outcome = try Outcome([
            "Adresse 1": "3 rue X", "Code postal": "97400", "Ville": "Saint-Denis", "Pays": country,
        ])
        #expect(try outcome.contacts().address?.postcode == nil)
    }
}
