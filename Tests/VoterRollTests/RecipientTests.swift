import Contacts
import Foundation
import Testing

@testable import VoterRoll

/// Whose name stands on the envelope, and in which form.
struct RecipientTests {
    @Test(arguments: [
        ("Martin", "Zo\u{E9}", "4 rue Saint-Martin"), ("Martin", "Zo\u{E9}", "rue Saint-Martin"),
        ("Martin", "Zo\u{E9}", "Place Zo\u{E9} Martin"), ("Martin", "Zo\u{E9}", "R\u{E9}sidence Mme Martin"),
        ("Martin", "Zo\u{E9}", "Chez Mme Martin"), ("Martin", "Zo\u{E9}", "c/o Mme Martin"),
        ("Martin", "Zo\u{E9}", "M. et Mme Martin"), ("Martin", "Zo\u{E9}", "Famille Martin"),
        ("Martin", "Zo\u{E9}", "Mme Zo\u{E9} Martinet"), ("Le", "Anh", "Mme Leroy"), ("Le", "Anh", "Le Bourg"),
        ("Petit", "Jean", "Le Petit Pr\u{E9}"), ("Roy", "Jean", "Le Roy d'Espagne"), ("Bat", "Zo\u{E9}", "B\u{E2}t A"),
        ("Villa", "Anna", "Villa Bianca"), ("L\u{E9}vy", "Ren\u{E9}", "Square L\u{E9}vy"),
        ("Blanc", "Marie", "Cit\u{E9} Marie Blanc"), ("Durand", "Paul", "M Durand Immeuble 4"),
        ("Martin", "Charles-Olivier", "c/o M. Martin"), ("Martin", "Charles-Olivier", "C/O MARTIN"),
        ("Leroy", "Bernard-Pierre", "B.P. Leroy"), ("Leroy", "Bernard", "BP M. Leroy"),
        ("Martin", "Charles-Olivier", "C.O. Martin"), ("Martin", "Charles-Olivier", "c. o. Martin"),
        ("Martin", "Charles-Olivier", "C O Martin"), ("Martin", "Charles-Olivier", "CO Martin"),
        ("Martin", "Charles-Olivier", "C. O. Famille Martin"), ("Martin", "Charles", "C. O. Martin"),
        ("Martin", "Olivier-Charles", "C. O. Martin"), ("Martin", "Robert-Claude", "R. C. Martin"),
        ("Martin", "Robert", "R. Martin"), ("Leroy", "Bernard-Pierre", "B. P. Leroy"),
    ])
    func `the voter's name stands above a line that only resembles it`(last: String, first: String, line: String) throws
    {
        let outcome = try Outcome([
            "Nom": last, "Pr\u{E9}nom": first, "Adresse 1": line, "Code postal": "59000", "Ville": "Lille",
        ])
        #expect(outcome.fault.isEmpty)
        #expect(try outcome.contacts().address?.lines.first == "\(first) \(last.uppercased())")
    }

    @Test(arguments: [
        ("Martin", "Zo\u{E9}", "Mme Zo\u{E9} Martin"), ("Martin", "Zo\u{E9}", "MARTIN ZOE"),
        ("D'Angelo", "Anne", "Mme Anne D\u{2019}ANGELO"),
        ("De La Tour", "Anne", "Anne de la Tour"), ("Place", "Anne", "Mme Anne PLACE"),
        ("M\u{FC}ller", "Ren\u{E9}", "M Ren\u{E9} Muller"), ("\u{152}uvre", "Zo\u{E9}", "Zo\u{E9} OEUVRE"),
        ("Petit-Durand", "Anne-Marie", "Mme Anne Marie PETIT DURAND"), ("Chez", "Anne", "Mme Anne CHEZ"),
        ("Martin", "Anne-Marie", "Anne M. Martin"), ("Tran", "X", "X TRAN"),
    ])
    func `a line that is the voter's name is not printed twice`(last: String, first: String, line: String) throws {
        let outcome = try Outcome([
            "Nom": last, "Pr\u{E9}nom": first, "Adresse 1": line, "Adresse 4": "3 rue X", "Code postal": "59000",
            "Ville": "Lille",
        ])
        #expect(try outcome.contacts().address?.lines == [line, "3 RUE X", "59000 LILLE"])
    }

    @Test(arguments: [
        ("Martin", "Zo\u{E9}", "Madame Z. Martin"), ("Martin", "Charles-Olivier", "M. C. O. Martin"),
        ("Martin", "Charles-Olivier", "C. O. Martin"), ("Martin", "Charles-Olivier", "C.-O. MARTIN"),
        ("Martin", "Charles Olivier", "Martin C.-O."), ("Martin", "Jean-Ren\u{E9}", "J.-R. Martin"),
        ("Martin", "Jean-Ren\u{E9}", "J.R. Martin"), ("Martin", "\u{C9}lise-Rose", "\u{C9}. R. Martin"),
        ("Petit-Durand", "Rose-Claire", "R.-C. Petit-Durand"), ("Leroy", "Bernard-Pierre", "B.-P. Leroy"),
        ("Martin", "Zo\u{E9}", "Mme Martin"), ("Martin", "Marc", "M. M. Martin"), ("Martin", "Marc", "MARTIN M"),
        ("Martin", "Charles-Olivier", "M. O. Martin"),
        ("Martin", "Jeanne-Marie", "J. M. Martin"), ("Martin", "Jeanne", "J. Martin"), ("Martin", "Jeanne", "MARTIN J"),
    ])
    func `initials give way to the whole name, so that two of one household are told apart`(
        last: String, first: String, line: String
    ) throws {
        let outcome = try Outcome([
            "Nom": last, "Pr\u{E9}nom": first, "Adresse 1": line, "Adresse 4": "3 rue X", "Code postal": "59000",
            "Ville": "Lille",
        ])
        let lines = ["\(first) \(last.uppercased())", "3 RUE X", "59000 LILLE"]
        #expect(try outcome.contacts().address?.lines == lines)
    }

    @Test(arguments: [
        ("Sophie", "S. MARTIN"), ("Bernard", "B. Martin"), ("Anne", "A MARTIN"), ("Paul", "P. Martin"),
        ("Jean", "Dr J. Martin"), ("Jean", "Me J. Martin"),
    ])
    func `what may be a place or an office stays below the name where no street follows`(first: String, line: String)
        throws
    {
        let fields = [
            "Nom": "Martin", "Pr\u{E9}nom": first, "Adresse 1": line, "Code postal": "59000", "Ville": "Lille",
        ]
        let lines = try #require(try Outcome(fields).contacts().address).lines
        #expect(lines.first == "\(first) MARTIN" && lines.count == 3 && lines.last == "59000 LILLE", "\(lines)")
        #expect(
            lines[1].uppercased() == line.uppercased() || lines[1] == line.uppercased().replacing(".", with: ""),
            "\(lines)")
    }

    @Test func `a father and a son have two envelopes that differ, and the same file again changes nothing`() throws {
        for line in ["MARTIN M", "M. M. Martin", "M. Martin"] {
            let lines = try ["Michel", "Marc"].map { first in
                try #require(
                    try Outcome([
                        "Nom": "Martin", "Pr\u{E9}nom": first, "Civilit\u{E9}": "M", "Adresse 1": line,
                        "Adresse 4": "3 rue X", "Code postal": "59000", "Ville": "Lille",
                    ]).contacts().address)
            }
            #expect(lines.map { $0.lines.first } == ["M Michel MARTIN", "M Marc MARTIN"], "\(line)")
            let recipient = Recipient(title: "M", firstName: "Michel", lastName: "Martin")
            let before = [line, "3 RUE X", "59000 LILLE"]
            #expect(Array(recipient.above(before).rest) == Array(recipient.above(lines[0].lines).rest), "\(line)")
        }
    }

    @Test func `a couple of the same initials has two envelopes that differ`() throws {
        let lines = try [("M", "Jean-Michel"), ("Mme", "Jeanne-Marie")].map { civility, first in
            try Outcome([
                "Nom": "Martin", "Pr\u{E9}nom": first, "Civilit\u{E9}": civility, "Adresse 1": "J. M. Martin",
                "Adresse 4": "3 rue X", "Code postal": "59000", "Ville": "Lille",
            ]).contacts().address?.lines.first
        }
        #expect(lines == ["M Jean-Michel MARTIN", "Mme Jeanne-Marie MARTIN"])
    }

    @Test(arguments: ["C. R. Martin", "C. V. Martin", "C. D. Martin"])
    func `a country lane is no voter's initials`(line: String) throws {
        let first = ["R": "Claude-Ren\u{E9}", "V": "Claude-Victor", "D": "Claude-Denis"][
            String(line.dropFirst(3).prefix(1))]
        let outcome = try Outcome([
            "Nom": "Martin", "Pr\u{E9}nom": try #require(first), "Adresse 1": line, "Code postal": "59000",
            "Ville": "Lille",
        ])
        let lines = try #require(try outcome.contacts().address).lines
        #expect(lines.first == "\(first ?? "") MARTIN" && lines.count == 3, "\(lines)")
    }

    @Test func `a name too long for a line is set over two, is said, and is read again as it is`() throws {
        let (last, first) = ("Vandenbroucke-Taillefer", "Marie-Antoinette-Clotilde")
        let fields = [
            "Nom": last, "Pr\u{E9}nom": first, "Adresse 4": "3 rue X", "Code postal": "59000", "Ville": "Lille",
        ]
        let outcome = try Outcome(fields)
        let lines = ["Marie-Antoinette-Clotilde", "VANDENBROUCKE TAILLEFER", "3 RUE X", "59000 LILLE"]
        #expect(try outcome.contacts().address?.lines == lines)
        #expect(outcome.warning.contains("too long for a line"))
        let again = try Outcome(["Nom": last, "Pr\u{E9}nom": first, "Adresse 1": lines.joined(separator: "\n")])
        #expect(try again.contacts().address?.lines == lines)
        // Without room for a second line, by rule: the initial.
        let full = (1...5).map { $0 == 5 ? "59000 Lille" : "b\u{E2}timent \($0)" }.joined(separator: "\n")
        let short = try Outcome(["Nom": last, "Pr\u{E9}nom": first, "Civilit\u{E9}": "Mme", "Adresse 1": full])
        #expect(try short.contacts().address?.lines.first == "Mme M VANDENBROUCKE-TAILLEFER")
        #expect(short.warning.contains("too long for a line"))
    }

    /// The name is on the first line already, in a form that no line holds or that a program cut off.
    @Test(arguments: [
        "Mme Marie-Antoinette-Clotilde VANDENBROUCKE-TAILLEFER", "VANDENBROUCKE-TAILLEFER Marie-Antoinette-Clotilde",
        "MME MARIE ANTOINETTE CLOTILDE VANDENBRO", "VANDENBROUCKE TAILLEFER MARIE ANTOI",
        "VANDENBROUCKE-TAILLEFER\nMarie-Antoinette-Clotilde", "Mme Marie-Antoinette-Clotilde\nVandenbroucke-Taillefer",
        "Marie-Antoinette-Clotilde VANDENBROUCK",
    ])
    func `a long name that stands there already is printed once`(lines: String) throws {
        let outcome = try Outcome([
            "Nom": "Vandenbroucke-Taillefer", "Pr\u{E9}nom": "Marie-Antoinette-Clotilde",
            "Adresse 1": "\(lines)\n3 rue X\n59000 Lille",
        ])
        #expect(outcome.fault.isEmpty, "\(outcome.fault)")
        let printed = try #require(try outcome.contacts().address).lines
        #expect(printed.suffix(2) == ["3 RUE X", "59000 LILLE"] && printed.count == 4, "\(printed)")
        let words = printed.prefix(2).joined(separator: " ").uppercased()
        for word in ["CLOTILDE", "TAILLEFER"] { #expect(words.components(separatedBy: word).count == 2, "\(printed)") }
    }
}
