import Contacts
import Foundation
import Testing
import VoterRoll

/// Rolls as payroll programs lay them out.
struct PayrollTests {
    /// What one row under its headings becomes.
    private func read(_ headings: String, _ row: String, _ options: ImportOptions = ImportOptions()) throws -> (
        roll: LoadedRoll, fixture: RollFixture
    ) {
        let fixture = try RollFixture()
        let roll = try fixture.load(
            "matricule;nom;pr\u{E9}nom;coll\u{E8}ge;\(headings)\nA1;Petit;Zo\u{E9};ouvriers;\(row)\n", options)
        #expect(roll.report.faultCount == 0, "\(roll.report.faults)")
        try fixture.publish(roll)
        return (roll, fixture)
    }

    @Test(arguments: [
        ("Portable;T\u{E9}l\u{E9}phone", "03 20 12 34 56;06 39 98 00 01", "+33639980001", true),
        (
            "T\u{E9}l\u{E9}phone;T\u{E9}l. fixe;GSM", "06 39 98 00 01;03 20 12 34 57;03 20 12 34 56", "+33639980001",
            true
        ),
        ("Portable;T\u{E9}l\u{E9}phone", "+41 21 123 45 67;+41 79 123 45 67", "+41791234567", true),
        ("T\u{E9}l\u{E9}phone 1;T\u{E9}l\u{E9}phone 2", "03 20 12 34 56;06 39 98 00 01", "+33639980001", true),
        ("Portable;T\u{E9}l\u{E9}phone", "03 20 12 34 56;+32 2 123 45 67", "+33320123456", false),
        ("Portable;T\u{E9}l\u{E9}phone", "03 20 12 34 56;03 20 12 34 57", "+33320123456", false),
        ("Portable;T\u{E9}l\u{E9}phone", "06 39 98 00 02;06 39 98 00 01", "+33639980002", false),
        ("Portable;T\u{E9}l\u{E9}phone", "03 20 12 34 56;voir accueil", "+33320123456", false),
    ])
    func `a mobile is used wherever it stands, with a word`(
        headings: String, numbers: String, number: String, isTold: Bool
    ) throws {
        let (roll, fixture) = try read(headings, numbers)
        #expect(try fixture.contacts("A1").phone?.text == number)
        #expect(roll.report.warnings.contains { $0.reason.contains("is a landline: the mobile") } == isTold)
    }

    @Test(arguments: [
        ("N\u{B0};Voie", "12;rue des Lilas"), ("Num\u{E9}ro;Voie", "12;rue des Lilas"),
        ("N\u{B0} voie;Type de voie;Nom de la voie", "12;rue;des Lilas"),
        ("Num\u{E9}ro de rue;Rue", "12.0;rue des Lilas"), ("N\u{B0} de voie;Adresse", "12;12 rue des Lilas"),
        ("N\u{B0} voie;Type voie;Libell\u{E9} voie", "12;RUE;rue des Lilas"),
        ("Libell\u{E9} voie;N\u{B0} voie", "rue des Lilas;12"), ("N\u{B0} voie;Bis/Ter;Voie", "12;;rue des Lilas"),
        ("N\u{B0} et voie", "12 rue des Lilas"), ("N\u{B0} voie", "12 rue des Lilas"),
    ])
    func `a street in pieces is one line`(headings: String, pieces: String) throws {
        let (roll, fixture) = try read("\(headings);CP;Ville", "\(pieces);59000;Lille")
        #expect(roll.ignoredHeadings.isEmpty)
        #expect(try fixture.contacts("A1").address?.lines == ["Zo\u{E9} PETIT", "12 RUE DES LILAS", "59000 LILLE"])
    }

    @Test(arguments: [
        ("12;B;;rue Haute", "12 B RUE HAUTE"), ("12;BIS;av;avenue Foch", "12 BIS AVENUE FOCH"),
        ("12;;av;Foch", "12 AV FOCH"), ("0;;;Le Bourg", "LE BOURG"), (";;place;du March\u{E9}", "PLACE DU MARCHE"),
        ("12 ter;;;rue Haute", "12 TER RUE HAUTE"), ("12;;R;Royale", "12 R ROYALE"), ("3;;PL;Plantes", "3 PL PLANTES"),
        ("12;B;;Beaurepaire", "12 B BEAUREPAIRE"), ("1;;;1er Mai", "1 1ER MAI"), ("5;;r.;rue Haute", "5 RUE HAUTE"),
        ("8;;rue;8 mai 1945", "8 RUE 8 MAI 1945"), ("11;;;11 novembre", "11 11 NOVEMBRE"),
        ("12;;;12 Le Bourg", "12 LE BOURG"),
        ("2;;rue;2 Moulins", "2 RUE 2 MOULINS"), ("12;;avenue;12 bis av. Foch", "12 BIS AV FOCH"),
    ])
    func `number, bis and kind of way stand before the name`(pieces: String, line: String) throws {
        let headings = "N\u{B0};Indice de r\u{E9}p\u{E9}tition;Nature de voie;Voie;Compl\u{E9}ment;CP;Ville"
        let (_, fixture) = try read(headings, "\(pieces);B\u{E2}timent A;59000;Lille")
        #expect(try fixture.contacts("A1").address?.lines == ["Zo\u{E9} PETIT", "BATIMENT A", line, "59000 LILLE"])
    }

    @Test(arguments: [
        "12 rue X, 59000 Lille", "12 rue X 59000 LILLE", "12 rue X - 59 000 Lille", "12 rue X, Lille", "12 rue X",
        "\"12 rue X\n59000 Lille\"", "\"12 rue X\nLille\"", "\"12 rue X\nF-59000 LILLE\"",
    ])
    func `a town that stands in the address and in columns of its own is printed once`(cell: String) throws {
        let plain = cell.replacing("59 000", with: "59000")
        let (_, fixture) = try read("Adresse;CP;Ville", "\(plain);59000;Lille")
        #expect(try fixture.contacts("A1").address?.lines == ["Zo\u{E9} PETIT", "12 RUE X", "59000 LILLE"])
    }

    @Test(arguments: [
        "Rue Haute 1, 1000 Bruxelles", "Rue Haute 1 - 1000 BRUXELLES", "\"Rue Haute 1\n1000 Bruxelles\"", "Rue Haute 1",
    ])
    func `the same abroad`(cell: String) throws {
        let (_, fixture) = try read("Adresse;CP;Ville;Pays", "\(cell);1000;Bruxelles;Belgique")
        #expect(
            try fixture.contacts("A1").address?.lines == [
                "Zo\u{E9} PETIT", "RUE HAUTE 1", "1000 BRUXELLES", "BELGIQUE",
            ])
    }

    @Test(arguments: ["12 rue X, 59000 Lille", "12 rue X 59000 LILLE", "12 rue X, 59000 Lille, France"])
    func `an address on one line is parted before its town`(cell: String) throws {
        let (_, fixture) = try read("Adresse", cell)
        #expect(try fixture.contacts("A1").address?.lines == ["Zo\u{E9} PETIT", "12 RUE X", "59000 LILLE"])
        let (_, other) = try read("Adresse;Ville", "\(cell.replacing(", France", with: ""));Lille")
        #expect(try other.contacts("A1").address?.lines == ["Zo\u{E9} PETIT", "12 RUE X", "59000 LILLE"])
    }

    @Test(arguments: [
        ("12 rue de Lille", "12 RUE DE LILLE"), ("BP 12345 Lille", "BP 12345 LILLE"),
        ("Rue de la Ville 59", "RUE DE LA VILLE 59"),
        ("Lille", "LILLE"),
    ])
    func `a street that only sounds like the town stays`(street: String, line: String) throws {
        let (_, fixture) = try read("Adresse;CP;Ville", "\(street);59000;Lille")
        #expect(try fixture.contacts("A1").address?.lines == ["Zo\u{E9} PETIT", line, "59000 LILLE"])
    }

    @Test(arguments: ["12 rue X, 75001 Paris", "12 rue X 59000 Marcq"])
    func `another town than the column's is told`(cell: String) throws {
        let (roll, _) = try read("Adresse;CP;Ville", "\(cell);59000;Lille")
        #expect(roll.report.warnings.contains { $0.reason.contains("look which is right") })
    }

    @Test(arguments: [
        ("59\u{202F}000", "59000"), ("59\u{A0}000", "59000"), ("59\u{2009}000", "59000"), ("59000.0", "59000"),
        ("'59000", "59000"), ("1\u{202F}000", "01000"), ("1000.0", "01000"), ("1 000", "01000"), ("59000,00", "59000"),
    ])
    func `a postcode is read through spaces, decimals and apostrophes`(given: String, code: String) throws {
        let (_, fixture) = try read("Rue;CP;Ville", "3 rue X;\(given);Lille")
        #expect(try fixture.contacts("A1").address?.postcode == code)
    }

    @Test(arguments: [
        ("06\u{2009}39\u{2009}98\u{2009}00\u{2009}01", "+33639980001"), ("33639980001.0", "+33639980001"),
        ("639980001.0", "+33639980001"), ("+41791234567.0", "+41791234567"), ("'+41791234567", "+41791234567"),
        ("tel:+41791234567", "+41791234567"),
        ("+352621123456,0", "+352621123456"),
    ])
    func `a number is read through spaces and decimals`(given: String, number: String) throws {
        let (_, fixture) = try read("T\u{E9}l\u{E9}phone", given)
        #expect(try fixture.contacts("A1").phone?.text == number)
    }

    @Test(arguments: ["33600000000", "33600000000.0", "640000000"])
    func `a number whose last digits are zeros is told`(given: String) throws {
        let (roll, _) = try read("T\u{E9}l\u{E9}phone", given)
        #expect(roll.report.warnings.contains { $0.reason.contains("ends with zeros") })
    }

    @Test(arguments: [
        ("Email 1;Email 2", ";b@ex.example.org", "b@ex.example.org"),
        ("Email 1;Email 2", "a@ex.example.org;b@ex.example.org", "a@ex.example.org"),
    ])
    func `a second mailbox is read where the first is empty`(headings: String, mails: String, mail: String) throws {
        #expect(try read(headings, mails).fixture.contacts("A1").mail?.text == mail)
    }

    @Test(arguments: ["Code postal et ville", "CP Ville", "Code postal / Commune"])
    func `postcode and town may share a column`(heading: String) throws {
        let (_, fixture) = try read("Rue;\(heading)", "3 rue X;59000 Lille")
        #expect(try fixture.contacts("A1").address?.lines == ["Zo\u{E9} PETIT", "3 RUE X", "59000 LILLE"])
    }

    @Test func `a preview says what an import would read, and which headings give way`() throws {
        let fixture = try RollFixture()
        let file = try fixture.file(
            "r.csv", Data("Num\u{E9}ro;Voie;Portable;T\u{E9}l\u{E9}phone;Agent;Matricule\n1;X;2;3;4;5\n".utf8))
        let headings = try RollPreview(file).headings
        #expect(headings.map(\.column) == [.address4, .address4, .phone, .phone, nil, .reference])
        #expect(headings.map(\.isSpare) == [true, false, false, true, false, false])
        var said = HeadingAnswers()
        let answers = ["address4", "address4", "phone", "phone", "last_name", "reference"]
        for (heading, answer) in zip(headings, answers) {
            let isTaken = said.take(heading, answer)
            #expect(isTaken, "\(heading.text)")
        }
        let isTaken = said.take(headings[4], "reference")
        #expect(!isTaken)
    }

    @Test func `a heading that is said not to be read is not, and is told`() throws {
        var options = ImportOptions()
        options.unread = [Column.fold("T\u{E9}l\u{E9}phone"), "courriel#2"]
        let (roll, fixture) = try read(
            "T\u{E9}l\u{E9}phone;Courriel;Courriel", "06 39 98 00 01;a@ex.example.org;b@ex.example.org", options)
        #expect(roll.ignoredHeadings == ["T\u{E9}l\u{E9}phone", "Courriel"])
        let contacts = try fixture.contacts("A1")
        #expect(contacts.phone == nil && contacts.mail?.text == "a@ex.example.org")
    }

    @Test(arguments: [
        ("Email entreprise", Column.email), ("Messagerie professionnelle", .email), ("Adresse de messagerie", .email),
        ("Pr\u{E9}nom du salari\u{E9}", .firstName), ("Nom de l'agent", .lastName), ("Mobile professionnel", .phone),
        ("N\u{B0} de t\u{E9}l. portable", .phone), ("Num\u{E9}ro de t\u{E9}l\u{E9}phone portable", .phone),
        ("Adresse personnelle", .address1), ("Identifiant", .reference), ("Nom d'\u{E9}poux", .lastName),
        ("Sexe (M/F)", .civility), ("Premier pr\u{E9}nom", .firstName),
        ("Num\u{E9}ro et libell\u{E9} de voie", .address4),
    ])
    func `a heading is known with the words around it`(heading: String, column: Column) {
        #expect(Column.named(heading, map: [:]) == column)
    }

    @Test(arguments: [
        "Nom complet", "Adresse entreprise", "Ville entreprise", "Nom du responsable", "Date de naissance",
    ])
    func `a heading of something else is not`(heading: String) { #expect(Column.named(heading, map: [:]) == nil) }

    @Test(arguments: ["A1;Petit;Zoe;ouvriers", "A1,Petit,Zoe,ouvriers", "A1;\"\"Petit\"\";Zoe;ouvriers"])
    func `a row that stands in quotes as a whole says so`(row: String) throws {
        let roll = try RollFixture().load("ref;nom;prenom;college\nA0;Petit;Ana;ouvriers\n\"\(row)\"\n\"\(row)\";;;\n")
        #expect(roll.report.faults.map(\.line) == [3, 4])
        #expect(roll.report.faults.allSatisfy { $0.reason.contains("stands in quotes as a whole") })
        let bare = try RollFixture().load("ref;nom;prenom;college\nA1,Petit,Zoe,ouvriers\n")
        #expect(bare.report.faults.first?.reason.contains("another mark than the headings") == true)
    }
}

/// What programs and spreadsheets leave in files that no reader of the file sees.
struct LeftoverTests {
    @Test(arguments: [
        "3 rue de l&#39;\u{C9}glise", "3 rue de l&rsquo;Orme", "3 rue X<br>b\u{E2}t A", "3 rue de l\\'Orme",
        "3%20rue%20X",
        "3 rue X_x000D_", "3 rue X\\n",
    ])
    func `what a program left in an address is not printed`(street: String) throws {
        let outcome = try Outcome(["Adresse 4": street, "Code postal": "59000", "Ville": "Lille"])
        #expect(outcome.fault.contains("which a program put there"), "\(outcome.fault)")
    }

    @Test(arguments: ["M & Mme Petit", "3 % du Clos", "3 rue A & B; cour C", "Cour <", "Bat_A"])
    func `what only looks like it is`(street: String) throws {
        let outcome = try Outcome(["Adresse 4": street, "Code postal": "59000", "Ville": "Lille"])
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
    }

    @Test(arguments: [
        ("Petit Zo\u{E9}", true), ("ZO\u{E9}, Petit", true), ("Petit Zo\u{E9}la", false), ("Zo\u{E9}", false),
        ("Petit", false),
    ])
    func `a family name with the first name in it is told`(name: String, isTold: Bool) throws {
        #expect(try Outcome(["Nom": name]).warning.contains("holds the first name too") == isTold)
    }

    @Test(arguments: [("'Petit", "Petit"), ("'t Hooft", "'t Hooft")])
    func `a spreadsheet's apostrophe is no part of a name`(given: String, name: String) throws {
        #expect(try Outcome(["Nom": given]).fixture.voters().first?.lastName == name)
    }

    @Test(arguments: ["Nom Pr\u{E9}nom", "Nom et pr\u{E9}nom", "Nom complet"])
    func `a column of both names says so`(heading: String) throws {
        let fixture = try RollFixture()
        #expect {
            _ = try fixture.load("matricule;\(heading);coll\u{E8}ge\nA1;PETIT Zo\u{E9};ouvriers\n")
        } throws: {
            "\($0)".contains("holds family and first name together")
        }
    }
}
