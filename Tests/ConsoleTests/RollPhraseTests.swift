import Console
import Contacts
import Foundation
import Inputs
import Testing

/// What is said of rolls in English has its French phrase in the console's own file.
struct RollPhraseTests {
    private let phrases: Phrases
    /// French by English.
    private let table: [String: String]

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Templates/pages/phrases.fr.yaml")
        var table: [String: String] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") where line.hasPrefix("\"") {
            guard let middle = line.firstRange(of: "\": \"") else { continue }
            let parts = [line[..<middle.lowerBound].dropFirst(), line[middle.upperBound...].dropLast()]
            let texts = parts.map { String($0).replacing("\\\"", with: "\"") }
            table[texts[0]] = texts[1]
        }
        self.table = table
        phrases = Phrases(table)
    }

    private static let reasons: [String] = {
        let mails: [EmailAddress.Fault] = [.noAt, .local, .domain, .nonASCIILocal, .tooLong, .several]
        let phones: [PhoneNumber.Fault] = [.character, .length, .plan, .several, .abroad, .lostDigits]
        let notes: PhoneNumber.Notes = [.lostZero, .noPlus, .overseas, .trunkZero, .rounded]
        let addresses: [PostalAddress.Fault] = [.empty, .longLine(3), .noTown, .noPostcode, .tooManyLines]
        let texts = [
            Invisible.fault("jean\u{200B}x".utf8, allowingSpaces: true), Mojibake.fault("Zo\u{C3}\u{A9}".utf8),
            Mojibake.fault("Zo\u{FFFD}".utf8),
        ]
        return mails.map(\.reason) + phones.map(\.reason) + notes.reasons + addresses.map(\.reason)
            + texts.compactMap(\.self) + [
                "is a number in the spreadsheet: zeros at its beginning would be lost (on 12 lines, of which this is the first)",
                "the same reference but for case, blanks or zeros at its beginning as on line 2 of the sheet Cadres",
                "is one field: its values are separated by another mark than the headings are",
                "this is a DIF file, whatever its name says: open it in a spreadsheet, save it as .xlsx or CSV and import that",
                "several sheets of the workbook are rolls (\"A\", \"B\"): name the one to be read with --sheet NAME, or each of "
                    + "them, --sheet NAME --sheet NAME, to read them together",
                "is a landline: the mobile of the column 12 is used",
                "has no street's name beside it",
                "names another postcode than the postcode's column: look which is right",
                "names another town than the town's column, which is printed: look which is right",
                "stands in quotes as a whole, so that it is one field: take these quotes away",
                "ends with .0, as whole numbers do that a program wrote with decimals: it is kept as it stands",
                "ends with .0, as whole numbers do that a program wrote with decimals: it is kept as it stands (on 12 lines, of which this is the first)",
                "this is a text document or a presentation (.doc, .ppt): ask for the list as .xlsx or CSV and import that",
                "this is an e-mail: save the list that is attached to it and import that",
                "this is a web page with its pictures (MHTML), whatever its name says: open it in a spreadsheet, save it as .xlsx and import that",
                "this is a flat OpenDocument file (.fods): open it in a spreadsheet, save it as .xlsx or CSV and import that",
                "this is an XML file, not a table: ask for the list as .xlsx or CSV and import that",
                "this is a SYLK file (.slk), whatever its name says: open it in a spreadsheet, save it as .xlsx or CSV and import that",
                "this is a picture: ask for the list as .xlsx or CSV and import that",
                "this is a database, not a table: ask for the list as .xlsx or CSV and import that",
                "this is a JSON file, or a link to an online table: export the table as .xlsx or CSV and import that",
                "these are visiting cards (vCard): ask for the list as .xlsx or CSV and import that",
            ]
    }()

    /// How sentences begin that are said of a row, a file or a value.
    private static let beginnings: Set<String> = [
        "is", "are", "has", "had", "holds", "stands", "ends", "begins", "names", "makes", "must", "needs", "looks",
        "cannot",
        "repeats", "there", "this", "these", "the", "two", "every", "several", "a", "--map", "an", "of", "looks",
        "would",
    ]
    /// Not said at the console: of a report's own file, of where a letter came back, and in the report's file.
    private static let elsewhere: Set<String> = [
        "the report cannot be written: 12", "the report could not be written: 12", "the file lists no letters",
        "a returned letter is named by batch and number, or by reference", "is a sheet that was read", "the answer 12",
        "the line of the headings 12", "is empty",
        // Beginnings of the sentences that go on with "as on line".
        "the same mailbox", "the same phone", "the same or nearly the same name",
        "the same reference but for case, blanks or zeros at its beginning", "this workbook is protected by a password",
    ]

    /// Sentences of reasons, which have their texts by their keys.
    private static var keyed: Regex<Substring> {
        /ReasonText\(\s*"[\w.]+",\s*"(?:[^"\\]|\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\\[^(])*"\s*\)/
    }

    /// A sentence that somebody adds to the reading of rolls is English at the French console until it has its phrase.
    @Test func `every sentence of the rooms that read rolls has its phrase`() throws {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let literal = /"((?:[^"\\\n]|\\\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)|\\.)*)"/
        let change = /\\\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)/
        var (count, missing): (Int, [String]) = (0, [])
        for room in ["VoterRoll", "Contacts", "Inputs"] {
            let folder = sources.appending(path: room)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path)
            where name.hasSuffix(".swift") && name != "Placeholders.swift" {
                let code = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
                    .replacing(Self.keyed, with: "").replacing(/\n *\/\/[^\n]*/, with: "").replacing(
                        /"\s*\n?\s*\+ "/, with: "")
                for found in code.matches(of: literal) {
                    let text = String(found.1).replacing(change, with: "12").replacing("\\\"", with: "\"")
                    let first = text.split(separator: " ").first.map(String.init) ?? ""
                    guard text.contains(" "), Self.beginnings.contains(first), !Self.elsewhere.contains(text) else {
                        continue
                    }
                    count += 1
                    if phrases.french(text) == text { missing.append("\(name): \(text)") }
                }
            }
        }
        #expect(count > 100 && missing == [], "\(count) \(missing.joined(separator: "\n"))")
    }

    @Test(arguments: reasons)
    func `a reason has its phrase`(reason: String) { #expect(phrases.french(reason) != reason) }

    @Test func `a column is named as it is in the language`() {
        let said = phrases.french(
            "there is no column for reference, last_name among the headings (a | b): name it with --map \"HEADING=reference\""
        ) { ["reference": "Matricule", "last_name": "Nom"][$0] ?? $0 }
        #expect(said.hasPrefix("il manque une colonne pour Matricule, Nom parmi les titres (a | b)"))
    }

    /// Literals of the sources, with `{}` for what changes, but those of reasons, whose texts stand by their keys.
    private static func literals() throws -> [String] {
        let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let change = /\\\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)/
        let literal = /"((?:[^"\\\n]|\\\((?:[^()\n]|\((?:[^()\n]|\([^()\n]*\))*\))*\)|\\.)*)"/
        var found: [String] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: sources.path) where name.hasSuffix(".swift") {
            let code = try String(contentsOf: sources.appending(path: name), encoding: .utf8)
                .replacing(Self.keyed, with: "").replacing(/\n *\/\/[^\n]*/, with: "")
                .replacing(/"\s*\n?\s*\+ "/, with: "")
            for match in code.matches(of: literal) {
                let text = String(match.1).replacing(change, with: "{}").replacing("\\\"", with: "\"")
                found.append(
                    text.replacing(/\\u\{(\w+)\}/) { escape in
                        UInt32(escape.1, radix: 16).flatMap(Unicode.Scalar.init).map { String($0) } ?? ""
                    })
            }
        }
        return found
    }

    /// Letters that a literal must have for itself before it speaks for a phrase that it is only a part of.
    private static let fewestLetters = 8

    @Test func `no phrase is left over`() throws {
        let literals = try Self.literals()
        let joined = literals.joined(separator: "\n")
        // A sentence may be put together: what stands before or behind its longest part changes then.
        let composed = Set(literals).filter {
            $0.contains("{}") && $0.replacing("{}", with: "").count { $0.isLetter } >= Self.fewestLetters
        }.map { $0.components(separatedBy: "{}") }
        let dead = table.keys.filter { phrase in
            let english = phrase.hasPrefix("...") ? String(phrase.dropFirst(3)) : phrase
            if joined.contains(english) || composed.contains(where: { fits(english, $0) }) { return false }
            let parts = english.components(separatedBy: "{}")
            return parts.count == 1 || !literals.contains { fits($0, parts) }
        }
        #expect(dead.sorted() == [])
    }

    /// Whether a text consists of these parts with anything between them.
    private func fits(_ text: String, _ parts: [String]) -> Bool {
        guard let first = parts.first, let last = parts.last, text.hasPrefix(first) else { return false }
        var rest = text.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last)
    }
}
