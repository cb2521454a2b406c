import Contacts
import Elections
import Foundation
import Store
import Testing
import VoterRoll

/// Small rolls of invented people that went wrong in other programs, kept beside the repository.
private let trials = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/trials/rolls")

/// A file and what must come of it.
struct Trial: Sendable, CustomTestStringConvertible {
    let file: String
    var map: [String: Column] = [:]
    var sheets: [String] = []
    /// Words of the message by which the whole file is refused.
    var refusal: [String] = []
    /// Line of each refused row and a word of its reason.
    var faults: [(Int, String)] = []
    /// Line of a warning that must be there and a word of its reason.
    var warnings: [(Int, String)] = []
    /// References, family names and first names of those who are on the roll: `B1 Petit Zoe`.
    var voters: [String]?
    /// A voter's reference and one of the contacts.
    var mails: [String: String] = [:]
    var phones: [String: String] = [:]
    /// A voter's reference and lines of the address.
    var lines: [String: [String]] = [:]

    var testDescription: String { file }
}

private let two = ["B001 Nomtestb \u{C9}lodie", "B002 Nomtestc No\u{EB}l"]
private let petit = ["B1 Petit Zo\u{E9}", "B2 Blanc L\u{E9}o"]

private let table: [Trial] = [
    Trial(file: "sep-semicolon.csv", voters: two), Trial(file: "macroman.csv", voters: two),
    Trial(file: "bom-middle.csv", voters: two + ["B003 Nomtestd Camille"]),
    Trial(file: "trailing-sep.csv", voters: two), Trial(file: "title-rows.csv", voters: two),
    Trial(file: "space-rows.csv", voters: two), Trial(file: "pipe.csv", voters: two),
    Trial(file: "row-quoted.csv", refusal: ["every line stands in quotes"]),
    Trial(
        file: "obscure-space.csv", voters: ["B001 Nomtestb Camille", "B002 Nomtestc Camille"],
        mails: ["B001": "a@ex.example.org", "B002": "b@ex.example.org"]),
    Trial(file: "eq-quote.csv", voters: ["000123 Petit Zo\u{E9}"], phones: ["000123": "+33639980001"]),
    Trial(
        file: "headings-fr.csv", voters: ["B1 PETIT Zo\u{E9}"], mails: ["B1": "z@ex.example.org"],
        phones: ["B1": "+33639980001"], lines: ["B1": ["Zo\u{E9} PETIT", "12 RUE DES LILAS", "59000 LILLE"]]),
    Trial(file: "nom-and-usage.csv", map: ["Nom d'usage": .lastName], voters: ["B1 PETIT Zo\u{E9}"]),
    Trial(file: "nom-and-usage.csv", voters: ["B1 PETIT Zo\u{E9}"]),
    Trial(file: "dup-heading.csv", refusal: ["Courriel=email", "Courriel#2=email"]),
    Trial(file: "dup-heading.csv", map: ["Courriel": .email], voters: two, mails: ["B001": "v1@ex.example.org"]),
    Trial(
        file: "ref-invisible.csv",
        faults: [(3, "used twice"), (5, "used twice"), (7, "U+202F"), (8, "looks like B")]),
    Trial(
        file: "phone-roundtrip.csv", warnings: [(2, "overseas"), (3, "overseas"), (6, "overseas")],
        phones: [
            "B001": "+262692112233", "B002": "+262639012345", "B003": "+41791234567", "B004": "+590690123456",
            "B005": "+262709123456", "B006": "+508412345",
        ]),
    Trial(
        file: "belgian-national.csv",
        phones: ["B1": "+32470123456", "B2": "+41791234567", "B3": "+352621123456"]),
    Trial(file: "x-oob.xlsx", refusal: ["damaged"]),
    Trial(file: "x-escape.xlsx", voters: ["B1 Petit Durand Zo\u{E9}"]),
    Trial(file: "x-escape-mail.xlsx", mails: ["B1": "z@ex.example.org"]),
    Trial(file: "x-hidden-first.xlsx", voters: petit),
    Trial(file: "x-two-sheets.xlsx", refusal: ["\"Ouvriers\"", "\"Cadres\"", "--sheet"]),
    Trial(file: "x-two-sheets.xlsx", sheets: ["Ouvriers", "Cadres"], voters: petit + ["C1 Autre Ana"]),
    Trial(file: "x-cover.xlsx", voters: petit), Trial(file: "x-rel-backslash.xlsx", voters: petit),
    Trial(file: "x-rel-dots.xlsx", voters: petit), Trial(file: "x-merged.xlsx", voters: ["B1 Petit Zo\u{E9}"]),
    Trial(file: "x-phone-33.xlsx", warnings: [(2, "+")], phones: ["B1": "+33639980001"]),
    Trial(file: "x-formula-nocache.xlsx", faults: [(2, "never calculated")]),
    Trial(file: "x-error-address.xlsx", faults: [(2, "error of the spreadsheet")]),
    Trial(file: "x-old-renamed.xlsx", refusal: [".xls workbook"]), Trial(file: "x-libre.ods", refusal: [".ods"]),
    Trial(file: "x-ods-renamed.xlsx", refusal: [".ods"]), Trial(file: "x-password.xlsx", refusal: ["password"]),
    Trial(file: "x-html.xlsx", refusal: ["HTML"]), Trial(file: "x-2003.xml", refusal: ["2003", "save it"]),
    Trial(file: "x-csv-renamed.xlsx", voters: ["B1 Petit Zo\u{E9}"]), Trial(file: "x-binary.xlsb", refusal: ["xlsb"]),
    Trial(file: "x-control.xlsx", faults: [(2, "U+000B"), (3, "no name has")]),
    Trial(file: "x-numbers.xlsx", voters: petit),
    Trial(file: "x-ref-date.xlsx", warnings: [(2, "date")]), Trial(file: "x-case.xlsx", voters: petit),
    Trial(file: "x-workbook22b.xlsx", voters: petit),
    Trial(file: "long-street-mail.csv", warnings: [(2, "38")], voters: ["N1 Petit Luc"]),
    Trial(
        file: "street-heading.csv", lines: ["B1": ["Zo\u{E9} PETIT", "3 RUE DES LILAS", "59000 LILLE"]]),
    Trial(file: "mixed-enc3.csv", refusal: ["mixed-enc3.csv:4", "UTF-8"]),
    Trial(
        file: "addresses.csv",
        lines: [
            "L10": ["Mme Zo\u{E9} PETIT", "3 RUE SCHOELCHER", "97110 POINTE A PITRE"],
            "L20": ["Mme Zo\u{E9} PETIT", "3 RUE X", "59000 LILLE"],
            "L22": ["Mme Zo\u{E9} PETIT", "3 RUE X", "59000 LILLE"],
            "L27": ["Mme Zo\u{E9} PETIT", "3 RUE PETIT", "59000 LILLE"],
            "L28": ["Mme Zo\u{E9} PETIT", "C/O M DURAND", "3 RUE X", "59000 LILLE"],
        ]),
    Trial(file: "countries.csv", lines: ["C13": ["Zo\u{E9} VOTANTNA", "3 RUE X", "59000 LILLE"]]),
    Trial(
        file: "mails.csv",
        mails: ["R001": "jean.b@ex.example.org", "R004": "jean.e@ex.example.org", "R038": "a10@ex.example.org"]),
    Trial(file: "names.csv", voters: ["R005 D'Angelo Camille"]),
    Trial(
        file: "phones.csv", warnings: [(2, "zero"), (3, "overseas")],
        phones: [
            "R004": "+33639980005", "R012": "+262692112233", "R024": "+41791234567", "R028": "+33639980029",
        ]),
    Trial(
        file: "name-in-street.csv",
        lines: [
            "N0": ["Mme Zo\u{E9} MARTIN", "4 RUE SAINT MARTIN", "59000 LILLE"],
            "N1": ["Mme Thi Mai LE", "2 ALLEE DES TILLEULS", "59000 LILLE"],
            "N2": ["Mme Paul LECLERC", "18 AVENUE DU GENERAL LECLERC", "59000 LILLE"],
        ]),
    Trial(file: "phone-paren0.csv", phones: ["F1": "+41791234567", "F2": "+212612345678"]),
]

struct TrialTests {
    @Test(arguments: table)
    func `a file of the trials comes out right`(trial: Trial) throws {
        let fixture = try RollFixture()
        var options = ImportOptions()
        for (heading, column) in trial.map { options.map[Column.fold(heading)] = column }
        options.sheets = trial.sheets
        let path = trials.appending(path: trial.file).path
        let roll: LoadedRoll
        do {
            roll = try fixture.registrar.imports.load(
                path, into: fixture.election, keys: fixture.keys, options: options)
        } catch {
            #expect(!trial.refusal.isEmpty, "\(error)")
            for word in trial.refusal { #expect("\(error)".contains(word), "\(error)") }
            return
        }
        #expect(trial.refusal.isEmpty, "was read")
        #expect(roll.report.faults.map(\.line) == trial.faults.map(\.0), "\(roll.report.faults)")
        for (fault, wanted) in zip(roll.report.faults, trial.faults) { #expect(fault.reason.contains(wanted.1)) }
        for wanted in trial.warnings {
            #expect(
                roll.report.warnings.contains { $0.line == wanted.0 && $0.reason.contains(wanted.1) },
                "\(roll.report.warnings)")
        }
        try fixture.publish(roll)
        if let voters = trial.voters {
            #expect(try fixture.voters().map { "\($0.reference) \($0.lastName) \($0.firstName)" } == voters)
        }
        for (reference, mail) in trial.mails { #expect(try fixture.contacts(reference).mail?.text == mail) }
        for (reference, phone) in trial.phones { #expect(try fixture.contacts(reference).phone?.text == phone) }
        for (reference, lines) in trial.lines { #expect(try fixture.contacts(reference).address?.lines == lines) }
    }

    @Test(arguments: ["ret-fr.csv", "ret-spaces.csv"])
    func `a list of returned letters of the trials is read`(file: String) throws {
        let list = try ReturnedLetters(file: trials.appending(path: file).path)
        #expect(list.entries.map(\.batch) == [1])
        #expect(list.entries.map(\.number) == [file == "ret-fr.csv" ? 3 : 2])
    }
}
