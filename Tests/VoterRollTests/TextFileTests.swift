import Contacts
import Elections
import Foundation
import Testing
import VoterRoll

struct TextFileTests {
    private static let text = "Matricule;Nom;Pr\u{E9}nom;Coll\u{E8}ge\r\nA1;H\u{E9}b\u{E9}rt;Zo\u{E9};ouvriers\r\n"

    @Test(
        arguments: [
            (String.Encoding.utf16LittleEndian, [0xFF, 0xFE], "UTF-16"), (.utf16BigEndian, [0xFE, 0xFF], "UTF-16"),
            (.utf16LittleEndian, [], "UTF-16"), (.utf16BigEndian, [], "UTF-16"), (.windowsCP1252, [], "Windows-1252"),
            (.utf8, [0xEF, 0xBB, 0xBF], "UTF-8 with BOM"),
        ] as [(String.Encoding, [UInt8], String)])
    func `the encoding is found`(encoding: String.Encoding, mark: [UInt8], name: String) throws {
        try check(Data(mark) + (try #require(TextFileTests.text.data(using: encoding))), name)
    }

    @Test(arguments: [(0x82 as UInt8, "DOS (code page 850)"), (0x8E, "Mac OS Roman")])
    func `what DOS and old Macs wrote is found too`(byte: UInt8, name: String) throws {
        let bytes = TextFileTests.text.replacing("\u{E8}", with: "e").unicodeScalars.map {
            $0 == "\u{E9}" ? byte : UInt8($0.value)
        }
        try check(Data(bytes), name)
    }

    @Test(arguments: [
        (Data(TextFileTests.text.utf8) + [0xC3], "was cut short"),
        ((TextFileTests.text.data(using: .utf16) ?? Data()).dropLast(), "was cut short"),
        // An odd line is named, though the file is cut as well.
        (Data(TextFileTests.text.utf8 + [0x41, 0xE9, 0x0A, 0xC3]), "but for some lines (3)"),
        (TextFileTests.text.data(using: .utf32) ?? Data(), "is in UTF-32"),
        (Data([0, 0, 0xFE, 0xFF]) + (TextFileTests.text.data(using: .utf32BigEndian) ?? Data()), "is in UTF-32"),
    ])
    func `what is no whole text is refused by its name`(data: Data, words: String) throws {
        let fixture = try RollFixture()
        #expect {
            _ = try fixture.registrar.imports.load(
                try fixture.file("r.csv", data), into: fixture.election, keys: fixture.keys, options: ImportOptions())
        } throws: {
            "\($0)".contains(words)
        }
    }

    @Test(arguments: [("fr-FR", "fr"), ("FR_be", "fr"), ("en-GB", "en"), ("EN_US", "en")])
    func `a language may have its country behind it`(text: String, language: String) throws {
        let fixture = try RollFixture()
        try fixture.publish(try fixture.load("ref;nom;prenom;college;langue\nA1;Petit;Zoe;ouvriers;\(text)\n"))
        #expect(try fixture.voters().map(\.language.rawValue) == [language])
    }

    @Test(arguments: ["\"06 39 98 12 34;\"", "\"0639981234 , \"", "0639981234."])
    func `what a list leaves behind a number is no part of it`(number: String) throws {
        let fixture = try RollFixture()
        try fixture.publish(
            try fixture.load("ref;nom;prenom;college;T\u{E9}l\u{E9}phone\nA1;Petit;Zoe;ouvriers;\(number)\n"))
        #expect(try fixture.contacts("A1").phone?.text == "+33639981234")
    }

    private func check(_ data: Data, _ encoding: String) throws {
        let fixture = try RollFixture()
        let roll = try fixture.registrar.imports.load(
            try fixture.file("r.csv", data), into: fixture.election, keys: fixture.keys, options: ImportOptions())
        #expect(roll.encoding == encoding)
        try fixture.publish(roll)
        #expect(try fixture.voters().map(\.lastName) == ["H\u{E9}b\u{E9}rt"])
    }

    @Test(arguments: [
        "sep=|\nref|nom|prenom|college\nA1|Petit|Zoe|ouvriers\n",
        "\"sep=,\"\r\nref,nom,prenom,college\r\nA1,Petit,Zoe,ouvriers\r\n",
        "ref\tnom\tprenom\tcollege\nA1\tPetit\tZoe\touvriers\n",
        "Liste, au 3 mai, des \u{E9}lecteurs\n\nref;nom;prenom;college\nA1;Petit;Zoe;ouvriers\n",
        "ref;nom;prenom;college;;;\nA1;Petit;Zoe;ouvriers;;;\n", "ref;nom;prenom;college\nA1;Petit;Zoe;ouvriers;; ;\n",
        "ref;nom;prenom;college;email\nA1;Petit;Zoe;ouvriers\n",
        "ref;nom;prenom;college\nA1;Petit;Zoe;ouvriers\nref;nom;prenom;college\n\u{A0};\u{200B};;\n",
        "ref;nom;prenom;college\n\"A1\" ;\"Petit\"  ;Zoe;\"ouvriers\" \n",
        "\u{FEFF}ref;nom;prenom;college\n\u{FEFF}A1;Petit;Zoe;ouvriers\n",
        "\"ref\";\"nom\";\"prenom\";\"college\"\n\"A1\";\"Petit\";\"Zoe\";\"ouvriers\"\n",
    ])
    func `a text is read as its program meant it`(text: String) throws {
        let fixture = try RollFixture()
        let roll = try fixture.load(text)
        #expect(roll.report.faultCount == 0, "\(roll.report.faults)")
        #expect(roll.rows == 1)
        try fixture.publish(roll)
        #expect(try fixture.voters().map(\.reference) == ["A1"])
    }

    @Test func `a field too many that is not empty is refused`() throws {
        let roll = try RollFixture().load("ref;nom;prenom;college\nA1;Petit;Zoe;ouvriers;x\n")
        #expect(roll.report.faults.first?.reason.contains("has 5 fields") == true)
    }

    @Test(arguments: [
        ("Nom de naissance;Nom usuel", "Petit;Blanc", "Blanc"), ("Nom de naissance;Nom usuel", "Petit;", "Petit"),
        ("Nom;Nom d'usage", "Petit;Blanc", "Blanc"), ("Nom;Nom d'usage", "Petit;", "Petit"),
        ("Nom;Nom de naissance", "Blanc;Petit", "Blanc"),
    ])
    func `the usage name goes before the birth name`(headings: String, names: String, name: String) throws {
        let fixture = try RollFixture()
        try fixture.publish(try fixture.load("ref;\(headings);prenom;college\nA1;\(names);Zoe;ouvriers\n"))
        #expect(try fixture.voters().first?.lastName == name)
    }

    @Test(arguments: [("0639980001", "+33639980001"), ("", "+33199001234")])
    func `a mobile goes before a landline`(mobile: String, number: String) throws {
        let fixture = try RollFixture()
        try fixture.publish(
            try fixture.load(
                "ref;nom;prenom;college;T\u{E9}l\u{E9}phone;GSM\nA1;Petit;Zoe;ouvriers;0199001234;\(mobile)\n"))
        #expect(try fixture.contacts("A1").phone?.text == number)
    }

    @Test func `two columns of one meaning are a question, and each cure that is named works`() throws {
        let text =
            "ref;nom;prenom;college;Mail pro;Mail perso\nA1;Petit;Zoe;ouvriers;pro@ex.example.org;perso@ex.example.org\n"
        let fixture = try RollFixture()
        #expect {
            _ = try fixture.load(text)
        } throws: {
            "\($0)".contains("--map \"Mail pro=email\" or --map \"Mail perso=email\"")
        }
        var options = ImportOptions()
        options.map = [Column.fold("Mail perso"): .email]
        let roll = try fixture.load(text, options)
        #expect(roll.ignoredHeadings == ["Mail pro"])
        try fixture.publish(roll)
        #expect(try fixture.contacts("A1").mail?.text == "perso@ex.example.org")
    }

    @Test func `a heading that was said not to be read says so in the next file, where it means something`() throws {
        let fixture = try RollFixture()
        var options = ImportOptions()
        options.unread = [Column.fold("Mail"), Column.fold("Couleur")]
        let roll = try fixture.load(
            "ref;nom;prenom;college;site;Mail;Couleur\nA1;Petit;Zoe;ouvriers;lille;zoe@example.org;bleu\n", options)
        let told = roll.report.warnings.filter { $0.reason.hasPrefix("is not read") }
        #expect(told.map(\.column) == ["Mail"] && told.map(\.line) == [1])
        #expect(told.first?.reason.contains("has nothing of it") == true)
        #expect(roll.ignoredHeadings == ["Mail", "Couleur"])
        let other = try fixture.load(
            "ref;nom;prenom;college;site;Mail;Courriel\nA1;Petit;Zoe;ouvriers;lille;zoe@example.org;zoe@example.net\n",
            options)
        #expect(other.report.warnings.map(\.reason).contains { $0.hasSuffix("another column is") })
    }

    @Test(arguments: [
        "Nom de naissance", "Nom usuel", "Pr\u{E9}nom usuel", "N\u{B0} matricule", "Matricule RH",
        "N\u{B0} adh\u{E9}rent",
        "Email pro", "Mail pro", "Mail perso", "E-mail professionnel", "M\u{E9}l", "GSM", "T\u{E9}l. mobile",
        "Portable",
        "Portable pro", "N\u{B0} de t\u{E9}l\u{E9}phone", "Sexe", "Rue", "Voie", "N\u{B0} et voie", "Adresse postale",
        "Compl\u{E9}ment d'adresse",
    ])
    func `headings of payroll programs are known`(heading: String) {
        #expect(Column.named(heading, map: [:]) != nil)
    }
}
