import Contacts
import Foundation
import Testing
import VoterRoll

struct AddressTests {
    /// The last line, the postcode's and the town's field, and what stands below the street.
    private static let places: [(last: String, code: String, town: String, lines: String)] = [
        ("Saint-Martin", "73400", "Ugine", "SAINT MARTIN|73400 UGINE"),
        ("La Martinique", "59000", "Lille", "LA MARTINIQUE|59000 LILLE"),
        ("St Martin", "F-73400", "Ugine", "ST MARTIN|73400 UGINE"),
        ("Le Tahiti", "", "06000 Nice", "LE TAHITI|06000 NICE"),
        ("France", "59000", "Lille", "59000 LILLE"),
        ("Saint-Martin", "97150", "Marigot", "97150 MARIGOT"),
        ("La R\u{E9}union", "97400", "Saint-Denis", "97400 SAINT DENIS"),
        // A country beside a code of France is a place, however the code is written.
        ("Canada", "F-59000", "Lille", "CANADA|59000 LILLE"), ("Canada", "", "59000 Lille", "CANADA|59000 LILLE"),
        // The fuller writing of one code.
        ("", "01000", "1000 Bourg", "01000 BOURG"),
    ]

    /// Beside a postcode and a town of their own, a last line that bears a territory's name is a hamlet or a house.
    @Test(arguments: places)
    func `no line is lost, and no code`(last: String, code: String, town: String, lines: String) throws {
        let street = last.isEmpty ? "3 rue X" : "3 rue X\n\(last)"
        let outcome = try Outcome(["Adresse 4": street, "Code postal": code, "Ville": town])
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        let expected = ["Zo\u{E9} PETIT", "3 RUE X"] + lines.split(separator: "|").map(String.init)
        #expect(try outcome.contacts().address?.lines == expected)
    }

    /// `Ay` is no country's letters before the code.
    @Test func `a town before its code stays whole`() throws {
        let outcome = try Outcome(["Adresse 4": "3 rue X", "Code postal": "51160", "Ville": "Ay 51160 Champagne"])
        let read = outcome.fault.isEmpty ? try outcome.contacts().address?.lines.last : nil
        #expect(read == nil || read?.contains("AY") == true, "\(read ?? "")")
    }

    @Test(arguments: [
        ("59000", "59 Lille", "59000 LILLE"), ("59000", "59 - LILLE", "59000 LILLE"),
        ("59000", "59, Lille", "59000 LILLE"),
        ("59000", "(59) Lille", "59000 LILLE"), ("59000", "Lille (59)", "59000 LILLE"), ("F-59000", "59 Lille", ""),
        ("59 000", "59 Lille", "59000 LILLE"), ("20000", "2A Ajaccio", "20000 AJACCIO"),
        ("01000", "1 Bourg-en-Bresse", "01000 BOURG EN BRESSE"), ("1000", "01 Bourg", "01000 BOURG"),
        ("97100", "971 Basse-Terre", "97100 BASSE TERRE"), ("57190", "57 \u{C9}vrange", "57190 EVRANGE"),
    ])
    func `a town led by its department's number is printed without it, and told`(
        code: String, town: String, line: String
    ) throws {
        let outcome = try Outcome(["Adresse 4": "3 rue X", "Code postal": code, "Ville": town])
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        let expected = line.isEmpty ? "59000 LILLE" : line
        #expect(try outcome.contacts().address?.lines.last == expected)
        #expect(outcome.warning.contains("department's number, which is not printed"), "\(outcome.warning)")
    }

    @Test(arguments: [
        ("68410", "3 \u{C9}pis", "", "68410 3 EPIS"), ("69003", "Lyon (3)", "", ""), ("75015", "Paris (15)", "", ""),
        ("1000", "10 Bruxelles", "Belgique", ""), ("13013", "Marseille 13", "", "13013 MARSEILLE 13"),
        ("59000", "59Lille", "", ""), ("59000", "59", "", ""),
    ])
    func `a number in a town's field that is no department's stays`(
        code: String, town: String, country: String, line: String
    ) throws {
        let outcome = try Outcome([
            "Adresse 4": "3 rue X", "Code postal": code, "Ville": town, "Pays": country,
        ])
        #expect(!outcome.warning.contains("department"), "\(outcome.warning)")
        if !line.isEmpty { #expect(try outcome.contacts().address?.lines.last == line) }
    }

    /// Postcode and town may both be the right ones; nobody but the manager can tell.
    @Test func `another department's number is told, and printed`() throws {
        let outcome = try Outcome(["Adresse 4": "3 rue X", "Code postal": "62000", "Ville": "59 Lille"])
        #expect(outcome.warning.contains("number of another department"), "\(outcome.warning)")
        #expect(try outcome.contacts().address?.lines.last == "62000 59 LILLE")
    }

    /// The town stands on the street's line too, where it has no number.
    @Test func `a town with its department's number is the town of the street's line`() throws {
        let outcome = try Outcome([
            "Adresse 4": "3 rue X, 59000 Lille", "Code postal": "59000", "Ville": "59 Lille",
        ])
        #expect(!outcome.warning.contains("another town"), "\(outcome.warning)")
        #expect(try outcome.contacts().address?.lines.suffix(2) == ["3 RUE X", "59000 LILLE"])
    }

    /// Each is a letter that goes astray.
    @Test func `every code of no department is named at its row`() throws {
        let heads = "Matricule;Nom;Pr\u{E9}nom;Courriel;Adresse 1;Code postal;Ville;Coll\u{E8}ge\n"
        let rows = ["00950", "96001", "00950"].enumerated().map {
            "A\($0);Petit;Zo\u{E9};z\($0)@ex.example.org;3 rue X;\($1);Varso;ouvriers\n"
        }
        let roll = try RollFixture().load(heads + rows.joined())
        #expect(roll.report.warnings.filter { $0.reason.contains("no French department") }.map(\.line) == [2, 3, 4])
    }

    @Test(arguments: [
        (["Adresse 4": "3 rue X", "Code postal": "59 000", "Ville": "Lille"], "", ["3 RUE X", "59000 LILLE"]),
        (["Adresse 4": "3 rue X", "Code postal": "F-59000", "Ville": "Lille"], "", ["3 RUE X", "59000 LILLE"]),
        (["Adresse 4": "3 rue X\nF - 59\u{A0}000 Lille"], "", ["3 RUE X", "59000 LILLE"]),
        (["Adresse 4": "3 rue X\r\n59000Lille"], "", ["3 RUE X", "59000 LILLE"]),
        (["Adresse 4": "3 rue X\n59000 Lille\nFrance"], "", ["3 RUE X", "59000 LILLE"]),
        (["Adresse 4": "Rue Haute 1\n1000 Bruxelles\nBelgique"], "", ["RUE HAUTE 1", "1000 BRUXELLES", "BELGIQUE"]),
        (["Adresse 4": "3 rue X", "Code postal": "59000", "Ville": "59000 Lille"], "", ["3 RUE X", "59000 LILLE"]),
        (
            ["Adresse 4": "3 rue de l\u{2019}\u{C9}glise", "Code postal": "97400", "Ville": "Saint-Denis"],
            "La R\u{E9}union",
            ["3 RUE DE L EGLISE", "97400 SAINT DENIS"]
        ),
        (
            ["Adresse 4": "3 rue X", "Code postal": "97500", "Ville": "Saint-Pierre"], "PM",
            ["3 RUE X", "97500 SAINT PIERRE"]
        ),
        (
            ["Adresse 4": "Rue Haute 1", "Code postal": "1000", "Ville": "Li\u{E8}ge"], "Belgique",
            ["RUE HAUTE 1", "1000 LI\u{C8}GE", "BELGIQUE"]
        ),
        // A code is no name that a sorter knows.
        (
            ["Adresse 4": "Rue du Lac 3", "Code postal": "1003", "Ville": "Lausanne"], "CH",
            ["RUE DU LAC 3", "1003 LAUSANNE", "SUISSE"]
        ),
        (
            ["Adresse 4": "Rue du Lac 3", "Code postal": "1003", "Ville": "Lausanne"], "che",
            ["RUE DU LAC 3", "1003 LAUSANNE", "SUISSE"]
        ),
        (
            ["Adresse 4": "Zeil 1", "Code postal": "60311", "Ville": "Frankfurt"], "de",
            ["ZEIL 1", "60311 FRANKFURT", "ALLEMAGNE"]
        ),
        (
            ["Adresse 4": "Dam 1", "Code postal": "1012 JS", "Ville": "Amsterdam"], "NL",
            ["DAM 1", "1012 JS AMSTERDAM", "PAYS-BAS"]
        ),
    ])
    func `an address is set as the post reads it`(fields: [String: String], country: String, lines: [String]) throws {
        let outcome = try Outcome(fields.merging(["Pays": country]) { $1 })
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        #expect(try outcome.contacts().address?.lines == ["Zo\u{E9} PETIT"] + lines)
    }

    @Test(arguments: [
        (
            ["Adresse 1": "Rue Haute 1", "Adresse 4": "Belgique", "Code postal": "1000", "Ville": "Bruges"],
            ["RUE HAUTE 1", "1000 BRUGES", "BELGIQUE"]
        ),
        (
            ["Adresse 1": "Rue Haute 1", "Adresse 4": "Allemagne", "Code postal": "60311", "Ville": "Frankfurt"],
            ["RUE HAUTE 1", "60311 FRANKFURT", "ALLEMAGNE"]
        ),
        (["Code postal": "1000", "Ville": "Bruges (Belgique)"], ["RUE HAUTE 1", "1000 BRUGES", "BELGIQUE"]),
        (["Code postal": "1003", "Ville": "Lausanne, Suisse"], ["RUE HAUTE 1", "1003 LAUSANNE", "SUISSE"]),
        (["Code postal": "1003", "Ville": "Lausanne - Suisse"], ["RUE HAUTE 1", "1003 LAUSANNE", "SUISSE"]),
        (["Code postal": "73700", "Ville": "Bourg-Saint-Maurice"], ["RUE HAUTE 1", "73700 BOURG SAINT MAURICE"]),
        (
            ["Adresse 1": "Rue Haute 1", "Adresse 4": "La Suisse", "Code postal": "59000", "Ville": "Lille"],
            ["RUE HAUTE 1", "LA SUISSE", "59000 LILLE"]
        ),
        (
            ["Adresse 1": "Rue Haute 1", "Adresse 4": "CH", "Code postal": "59000", "Ville": "Lille"],
            ["RUE HAUTE 1", "CH", "59000 LILLE"]
        ),
        // A hamlet: no country of the name has such a postcode.
        (
            ["Adresse 1": "3 rue X", "Adresse 4": "Canada", "Code postal": "59000", "Ville": "Lille"],
            ["3 RUE X", "CANADA", "59000 LILLE"]
        ),
        (
            ["Adresse 1": "3 rue X", "Adresse 4": "Suisse", "Code postal": "59 000", "Ville": "Lille"],
            ["3 RUE X", "SUISSE", "59000 LILLE"]
        ),
        (["Code postal": "59000", "Ville": "Lille (Canada)"], ["RUE HAUTE 1", "59000 LILLE CANADA"]),
        (["Code postal": "65400", "Ville": "Aucun"], ["RUE HAUTE 1", "65400 AUCUN"]),
    ])
    func `a country is found at the end of every address`(fields: [String: String], lines: [String]) throws {
        let outcome = try Outcome(fields.merging(["Adresse 4": "Rue Haute 1"]) { own, _ in own })
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        #expect(try outcome.contacts().address?.lines == ["Zo\u{E9} PETIT"] + lines)
        #expect(lines.count == 2 || lines[2] == "59000 LILLE" || outcome.warning.contains("is read as the country"))
    }

    /// Read as Cuba's, the letter would leave the country; kept, a letter to Germany would be sorted in France.
    @Test(arguments: [
        ("Canada", "kept as a place"), ("Suisse", "kept as a place"), ("Cuba", "write France"),
        ("Allemagne", "write France"),
    ])
    func `a place with a country's name is told with its cure`(place: String, words: String) throws {
        let fields = ["Adresse 1": "3 rue X", "Adresse 4": place, "Code postal": "60300", "Ville": "Senlis"]
        let told = try #require(try Outcome(fields).roll.report.warnings.first { $0.reason.contains(words) })
        #expect(told.weight == .unreachable && told.value == place)
        let french = try Outcome(fields.merging(["Pays": "France"]) { $1 })
        #expect(french.warning.isEmpty, "\(french.warning)")
        #expect(try french.contacts().address?.lines.last == "60300 SENLIS")
    }

    @Test func `a zero that is put back without a country is what may keep a letter from arriving`() throws {
        let outcome = try Outcome(["Adresse 4": "Rue Haute 1", "Code postal": "1000", "Ville": "Bourg"])
        let told = try #require(outcome.roll.report.warnings.first { $0.reason.contains("leading zero") })
        #expect(told.weight == .unreachable && told.reason.contains("names no country"))
        let french = try Outcome(["Adresse 4": "3 rue X", "Code postal": "1000", "Ville": "Bourg", "Pays": "France"])
        #expect(french.roll.report.warnings.first { $0.reason.contains("leading zero") }?.weight == .detail)
    }

    @Test(arguments: ["Adresse 4", "Ville", "Pays"])
    func `an invisible character in an address is named`(column: String) throws {
        let fields = ["Adresse 4": "3 rue X", "Code postal": "1000", "Ville": "Li\u{E8}ge", "Pays": "Belgique"]
        let outcome = try Outcome(fields.merging([column: "Ab\u{200B}cd"]) { $1 })
        #expect(
            outcome.fault.contains("(U+200B) after '") && outcome.fault.contains("Ab': delete it"), "\(outcome.fault)")
    }

    @Test func `a town alone is a warning`() throws {
        let outcome = try Outcome(["Code postal": "59000", "Ville": "Lille"])
        #expect(outcome.fault.isEmpty && outcome.warning.contains("no street"))
        #expect(try Outcome(["Adresse 4": "Le Bourg", "Code postal": "59000", "Ville": "Lille"]).warning.isEmpty)
    }

    @Test func `a line that is too long is a fault only where a letter may go there`() throws {
        let long = [
            "Adresse 4": "127 avenue du G\u{E9}n\u{E9}ral Charles de Gaulle Nord", "Code postal": "59000",
            "Ville": "Lille",
        ]
        let spare = try Outcome(long)
        #expect(spare.fault.isEmpty && spare.warning.contains("38 characters"))
        #expect(try spare.contacts().address == nil)
        #expect(try Outcome(long.merging(["Courriel": ""]) { $1 }).fault.contains("38 characters"))
        #expect(try Outcome(long.merging(["Canal": "courrier"]) { $1 }).fault.contains("38 characters"))
    }

    /// Five digits are other countries' too; a code of no department is no French one.
    @Test(arguments: [
        (["Adresse 4": "Pologne", "Code postal": "00-950", "Ville": "Warszawa"], "00-950 WARSZAWA", "POLOGNE"),
        (["Adresse 4": "Namibie", "Code postal": "10005", "Ville": "Windhoek"], "10005 WINDHOEK", "NAMIBIE"),
        (["Adresse 4": "Tanzanie", "Code postal": "11101", "Ville": "Dodoma"], "11101 DODOMA", "TANZANIE"),
        (["Adresse 4": "Suisse", "Code postal": "96000", "Ville": "Bern"], "96000 BERN", "SUISSE"),
        (["Adresse 4": "USA", "Code postal": "10001", "Ville": "New York"], "10001 NEW YORK", "ETATS-UNIS"),
        (["Adresse 4": "UK", "Ville": "London"], "LONDON", "ROYAUME-UNI"),
        (["Adresse 4": "Espa\u{F1}a", "Code postal": "28001", "Ville": "Madrid"], "28001 MADRID", "ESPANA"),
        (["Adresse 4": "Deutschland", "Code postal": "10115", "Ville": "Berlin"], "10115 BERLIN", "DEUTSCHLAND"),
        (["Adresse 4": "Italia", "Code postal": "00184", "Ville": "Roma"], "00184 ROMA", "ITALIA"),
        (["Adresse 4": "Schweiz", "Code postal": "8001", "Ville": "Z\u{FC}rich"], "8001 Z\u{DC}RICH", "SCHWEIZ"),
    ])
    func `a country is known beside a code of its own kind`(
        fields: [String: String], town: String, country: String
    ) throws {
        let outcome = try Outcome(fields.merging(["Adresse 1": "3 rue X"]) { own, _ in own })
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        #expect(try outcome.contacts().address?.postcode == nil)
        let lines = try #require(try outcome.contacts().address?.linesWithCountry)
        #expect(lines == ["Zo\u{E9} PETIT", "3 RUE X", town, country])
    }

    @Test func `a code of no department without a country is told`() throws {
        let fields = ["Adresse 4": "ul. X 3", "Code postal": "00950", "Ville": "Warszawa"]
        let told = try Outcome(fields).roll.report.warnings.filter { $0.reason.contains("department") }
        #expect(told.map(\.weight) == [.unreachable] && told.first?.value == "00950")
        for (code, town) in [
            ("20000", "Ajaccio"), ("97400", "Saint-Denis"), ("98000", "Monaco"), ("00100", "Arm\u{E9}es"),
        ] {
            let french = try Outcome(["Adresse 4": "3 rue X", "Code postal": code, "Ville": town])
            #expect(!french.warning.contains("department"), "\(code)")
        }
    }

    @Test(arguments: [
        ("59 000", "59000 Lille", "", "59000 LILLE"), ("F-59000", "59000 Lille", "", "59000 LILLE"),
        ("1000", "01000 Bourg", "", "01000 BOURG"), ("1000.0", "01000 Bourg", "", "01000 BOURG"),
        ("B-1000", "1000 Bruxelles", "Belgique", "1000 BRUXELLES"), ("59000", "59 000 Lille", "", "59000 LILLE"),
        ("59000", "(59000) Lille", "", "59000 LILLE"), ("59000", "Lille 59000", "", "59000 LILLE"),
        ("59000", "Lille (59000)", "", "59000 LILLE"), ("59000", "F-59000 Lille", "", "59000 LILLE"),
        ("59000", "59000-Lille", "", "59000 LILLE"), ("59000", "59000Lille", "", "59000 LILLE"),
        ("SW1A 1AA", "London SW1A 1AA", "Royaume-Uni", "SW1A 1AA LONDON"),
        ("75008", "Paris 8", "", "75008 PARIS 8"), ("59000", "Lille 59", "", "59000 LILLE 59"),
        ("59000", "59000", "", "59000 59000"),
    ])
    func `a postcode in both columns is printed once`(code: String, town: String, country: String, line: String) throws
    {
        let outcome = try Outcome(["Adresse 4": "3 rue X", "Code postal": code, "Ville": town, "Pays": country])
        guard line != "59000 59000" else { return #expect(!outcome.fault.isEmpty) }
        #expect(outcome.fault.isEmpty && outcome.warning.isEmpty, "\(outcome.fault) \(outcome.warning)")
        #expect(try outcome.contacts().address?.lines.dropFirst(2).first == line)
    }

    @Test func `an address that is left out says that no letter goes there`() throws {
        let long = "127 avenue du G\u{E9}n\u{E9}ral Charles de Gaulle Nord"
        let outcome = try Outcome([
            "Adresse 4": long, "Code postal": "59000", "Ville": "Lille", "T\u{E9}l\u{E9}phone": "0639980001",
        ])
        #expect(outcome.warning.contains("no letter reaches the voter") && !outcome.warning.contains("alone"))
    }
}
