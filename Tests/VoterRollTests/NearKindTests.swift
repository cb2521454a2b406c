import Contacts
import Foundation
import Testing
import VoterRoll

/// What stands near the kinds that were reported: words for nothing, columns that nobody reads, second postcodes and numbers.
struct NearKindTests {
    @Test(arguments: [
        "0", "00 00 00 00 00", "0000000000", "(n\u{E9}ant)", "[vide]", "n\u{E9}ant.", "Liste rouge", "masqu\u{E9}",
        "so", "<null>",
        "N.C.",
    ])
    func `a word or zeros for nothing leave a contact empty`(value: String) throws {
        for column in ["T\u{E9}l\u{E9}phone", "Courriel", "Adresse 1"] {
            let outcome = try Outcome([column: value])
            #expect(
                outcome.fault.isEmpty && outcome.warning.contains("stands for nothing"), "\(column) \(outcome.fault)")
        }
        #expect(try Outcome(["T\u{E9}l\u{E9}phone": value]).contacts().phone == nil)
    }

    /// A weight of zero is no weight of one.
    @Test func `zero is nothing in a contact alone`() throws {
        #expect(try Outcome(["Poids": "0"]).fault.contains("is no weight"))
        #expect(try Outcome(["Matricule": "0"]).fault.isEmpty)
        for name in ["So", "So.", "Masque", "Absent"] {
            #expect(try Outcome(["Nom": name]).fault.isEmpty, "\(name)")
        }
    }

    @Test(arguments: [
        "06 39 98 00 01 ou 06 39 98 00 02", "0639980001 et 0639980002", "06 39 98 00 01 - fixe 01 99 00 12 34",
    ])
    func `two numbers in a cell are told as two`(value: String) throws {
        #expect(try Outcome(["T\u{E9}l\u{E9}phone": value]).fault.contains("more than one number"))
        #expect(try Outcome(["T\u{E9}l\u{E9}phone": "06 39 98 00 01 poste 12"]).fault.contains("holds a character"))
    }

    @Test(arguments: [("75015 Paris", true), ("1000 Bruxelles", true), ("59000 Lille", false), ("Paris 15", false)])
    func `another postcode before the town is told`(town: String, isTold: Bool) throws {
        let outcome = try Outcome(["Adresse 4": "3 rue X", "Code postal": "59000", "Ville": town])
        let told = outcome.roll.report.warnings.first { $0.reason.contains("another postcode") }
        #expect(told.map { $0.weight == .unreachable } == (isTold ? true : nil))
    }

    @Test func `what stands below no heading is told`() throws {
        let fixture = try RollFixture()
        let roll = try fixture.load("ref;nom;;prenom;college;\nA1;Petit;;Zoe;ouvriers;\nA2;Blanc;x;Leo;ouvriers;y\n")
        let told = roll.report.warnings.map { "\($0.line) \($0.reason)" }.filter { $0.contains("column") }
        #expect(
            told == [
                "3 stands in column C, which has no heading and is not read: give it one if it is to be read",
                "3 stands in column F, which has no heading and is not read: give it one if it is to be read",
            ])
    }

    @Test(arguments: [
        ("sep=;\n", ",", "another mark"), ("sep=,\n", ";", "another mark"), ("", ";", "stands in quotes"),
    ])
    func `headings of another mark than the file says are told as such`(first: String, mark: String, words: String)
        throws
    {
        let quote = first.isEmpty ? "\"" : ""
        let lines = [["ref", "nom", "prenom", "college"], ["A1", "Petit", "Zoe", "ouvriers"]].map {
            quote + $0.joined(separator: mark) + quote
        }
        let fixture = try RollFixture()
        #expect {
            _ = try fixture.load(first + lines.joined(separator: "\n") + "\n")
        } throws: {
            "\($0)".contains(words)
        }
    }

    @Test(arguments: [
        "Lot;Num\u{E9}ro\n1;3\n", "N\u{B0} lot;N\u{B0} courrier;Cause\n1;3;NPAI\n",
        "Retours du 3 d\u{E9}cembre\n\nLot;Pli\n1;3\n",
        "sep=,\nBatch,Letter\n 001 ,000003\n",
    ])
    func `the post's list is read by its headings, wherever they stand`(text: String) throws {
        let fixture = try RollFixture()
        let list = try ReturnedLetters(file: try fixture.file("r.csv", Data(text.utf8)))
        #expect(list.entries.map(\.batch) == [1] && list.entries.map(\.number) == [3])
    }

    @Test(arguments: ["1;3\n1;4\n", "Lot;Motif\n1;NPAI\n", "Code\ncse-001-000003\n"])
    func `a list without these headings says which they are`(text: String) throws {
        let fixture = try RollFixture()
        let path = try fixture.file("r.csv", Data(text.utf8))
        #expect {
            _ = try ReturnedLetters(file: path)
        } throws: {
            "\($0)".contains("Lot, Num\u{E9}ro") && "\($0)".contains("Matricule")
        }
    }

    /// Any number may stand there: none is reckoned with before it is looked at.
    @Test(arguments: ["1.5E9223372036854775807", "3E-9223372036854775808", "3.3E31", "33639980001E9223372036854775807"])
    func `an exponent beyond every telephone number is refused`(text: String) throws {
        #expect(try !Outcome(["Téléphone": text]).fault.isEmpty)
    }
}
