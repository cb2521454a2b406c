import Delivery
import Elections
import Foundation
import HTTPServer
import Inputs
import Operations
import Staff
import Store
import Threads
import VoterRoll
import WebContent

/// Files that show how a roll is written.
enum RollSheets {
    /// A sample of a roll.
    static let all = [
        ConsoleFile(path: "roll/sample.csv", deed: .changeRoll) { site, call, _ in site.sampleRoll(call) }
    ]
}

/// Orders warnings for whoever reads them from the top.
enum WarningOrder {
    /// By weight, then by line; all that bear the same name in one line.
    /// - Parameter folded: what that line says before the number of others.
    /// - Parameter warnings: at most as many as a report keeps.
    static func sorted(_ warnings: [RollFault], as folded: String) -> [RollFault] {
        let same = warnings.filter { $0.weight == .likeness }
        let rest = warnings.filter { $0.weight != .likeness }.enumerated().sorted {
            ($0.element.weight, $0.element.line, $0.offset) < ($1.element.weight, $1.element.line, $1.offset)
        }.map(\.element)
        guard let first = same.first, same.count > 1 else { return rest + same }
        let lines = same.prefix(20).map { "\($0.line)" }.joined(separator: ", ") + (same.count > 20 ? "..." : "")
        return rest + [
            RollFault(line: first.line, column: first.column, value: "", reason: "\(folded) \(same.count) (\(lines))")
        ]
    }
}

extension ConsoleSite {
    /// What is wrong with a whole file, after its name and line.
    /// - Parameters:
    ///   - line: 0 when no line is to blame.
    ///   - why: in English, as the roll's room said it.
    func failure(_ file: String, _ line: Int, _ why: String, _ language: Language) -> String {
        let place = line > 0 ? "\(file), \(text("roll.line", language).lowercased()) \(line)" : file
        let words = said(why, language)
        let known = language == .fr && words == why ? text("roll.failed", language) : words
        return "\(place)\(language.colon)\(known)"
    }

    /// What a column of the roll is called: the file's own heading, or our word where the file has none.
    func columnName(_ column: String, _ language: Language) -> String {
        Column(rawValue: column) == nil ? column : text("v.heading.\(column)", language)
    }

    /// One column's change in words, with both values where they may be shown.
    func changeText(_ change: RollChange, _ language: Language) -> String {
        let isBack = change.column.isEmpty
        let name = change.column == "address" ? text("f.address", language) : columnName(change.column, language)
        let values = [change.before, change.after].map {
            isBack ? said($0, language) : choiceText(change.column, $0, language)
        }
        guard !(change.before.isEmpty && change.after.isEmpty) else { return name }
        let pair = values.map { language == .fr ? "\u{AB}\u{A0}\($0)\u{A0}\u{BB}" : "\"\($0)\"" }.joined(
            separator: " \u{2192} ")
        return isBack ? pair : "\(name)\(language.colon)\(pair)"
    }

    // MARK: What a file leaves open

    /// What a file leaves open, for programs: fields are named `h0`, `h1` and on.
    /// `file`, `why`, `sheets` to choose from, and `headings` with `field`, `heading` and the `column` that they would
    /// be read as.
    func asked(_ file: String, _ question: RollDesk.Question) -> [String: JSONValue] {
        [
            "file": .text(file), "why": .text(question.why), "sheets": .list(question.sheets.map { .text($0) }),
            "headings": .list(
                question.headings.enumerated().map { index, heading in
                    .object([
                        "field": .text("h\(index)"), "heading": .text(heading.text),
                        "column": .optional(heading.column?.rawValue),
                    ])
                }),
        ]
    }

    /// What the present file leaves open; nil when there is nothing.
    private var question: RollDesk.Question? {
        if case .asks(_, let question) = parts.roll.job { question } else { nil }
    }

    /// One field for each heading, or the sheets to choose from.
    /// None when nothing is open.
    func columnFields() -> [DeedField] {
        guard let question else { return [] }
        guard question.sheets.isEmpty else {
            return [
                DeedField("sheet", .choice(question.sheets), isRequired: false),
                DeedField("together", .flag, isRequired: false),
            ]
        }
        return question.headings.enumerated().filter { !$0.element.key.isEmpty }.map { index, heading in
            let name =
                "\(heading.text)" + (heading.samples.isEmpty ? "" : " (\(heading.samples.joined(separator: " / ")))")
            return DeedField(
                "h\(index)", .choice([""] + Column.allCases.map(\.rawValue)), isRequired: false,
                label: LocalText(fr: name, en: name), value: heading.column?.rawValue ?? "")
        }
    }

    /// What is asked, in words.
    func aboutColumns(_ call: Call) -> [Block]? {
        guard let question else { return [.notice(text("roll.cannot.nothing", call.language), isBad: false)] }
        return [.notice(said(question.why, call.language), isBad: false)]
    }

    /// Takes the answers and begins to read the file anew; headings are remembered for the next one.
    func answerColumns(_ call: Call) throws -> DeedAnswer {
        let language = call.language
        guard let question else { return .refused(409, text("roll.cannot.nothing", language)) }
        var sheets: [String] = []
        var said = HeadingAnswers()
        if question.sheets.isEmpty {
            for (index, heading) in question.headings.enumerated() {
                guard said.take(heading, call.values["h\(index)"]) else {
                    return .refused(
                        422, text("rollColumns.twice", language), field: "h\(index)",
                        more: columnName(call["h\(index)"], language))
                }
            }
        } else {
            sheets = call.has("together") ? question.sheets : question.sheets.filter { $0 == call["sheet"] }
            guard !sheets.isEmpty else { return .refused(422, text("fault.choice", language), field: "sheet") }
        }
        guard let (reading, giveUp) = try parts.roll.answer(sheets: sheets, said, by: call.viewer) else {
            return .refused(409, text("roll.cannot.nothing", language))
        }
        do throws(OwnThread.Fault) { try OwnThread.begin("the roll", reading) } catch {
            giveUp(error.description)
            throw error
        }
        return .done(text("rollColumns.done", language), next: "roll")
    }

    // MARK: How a roll is written

    /// A roll of two voters under the headings that the console says, for those who make one.
    func sampleRoll(_ call: Call) -> Response {
        let language = call.language
        let columns: [Column] = [
            .reference, .civility, .lastName, .firstName, .email, .phone, .address1, .address4, .postcode, .town,
            .college,
            .site,
        ]
        let college = election.colleges.keys.sorted().first ?? ""
        let site = election.sites.keys.sorted().first ?? ""
        let rows = [
            [
                "00123", "Mme", "MARTIN", "Zo\u{E9}", "zoe.martin@example.org", "06 39 98 00 01", "", "3 rue des Lilas",
                "59000", "LILLE", college, site,
            ],
            ["00124", "M.", "PETIT", "L\u{E9}o", "leo.petit@example.org", "", "", "", "", "", college, site],
        ]
        let head = columns.map { text("v.heading.\($0.rawValue)", language) }
        let lines = ([head] + rows).map { $0.map(SpreadsheetField.quoted).joined(separator: ";") }
        let body = "\u{FEFF}" + lines.joined(separator: "\r\n") + "\r\n"
        return ConsoleSite.file(Array(body.utf8), "roll.csv", type: "text/csv; charset=utf-8")
    }

    /// Every heading that is known, by column.
    func headingsScreen(_ call: Call) -> Screen {
        let language = call.language
        let rows = Column.headings
        return Screen(
            title: text("rollHeadings.title", language),
            blocks: [
                .text(text("rollHeadings.text", language)),
                .table(
                    Table(
                        caption: text("rollHeadings.title", language),
                        head: [("roll.column", false), ("rollHeadings.known", false)].map {
                            (text($0.0, language), $0.1)
                        },
                        rows: rows.map { column, names in
                            [
                                Table.Cell(text("v.heading.\(column.rawValue)", language)),
                                Table.Cell(names.joined(separator: ", ")),
                            ]
                        }, empty: text("none", language))),
                .links([(text("back", language), "/manager/roll")]),
            ],
            data: .object(["columns": .list(Column.allCases.map { .text($0.rawValue) })]))
    }
}
