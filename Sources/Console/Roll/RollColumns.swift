import Delivery
import Elections
import HTTPServer
import Inputs
import Operations
import Staff
import Store
import Threads
import VoterRoll
import WebContent

/// What a file leaves open: which sheets are read, and what its headings mean.
struct RollColumns: ConsoleWork {
    let context: ConsoleContext

    /// What the present file leaves open; nil when there is nothing.
    private var question: RollFileImport.Question? {
        if case .asks(_, let question) = parts.rollImport.job { question } else { nil }
    }

    /// One field for each heading, or the sheets to choose from.
    /// None when nothing is open.
    func fields() -> [FormField] {
        guard let question else { return [] }
        guard question.sheets.isEmpty else {
            return [
                FormField("sheet", .choice(question.sheets), isRequired: false),
                FormField("together", .flag, isRequired: false),
            ]
        }
        return question.headings.enumerated().filter { !$0.element.key.isEmpty }.map { index, heading in
            let name =
                "\(heading.text)" + (heading.samples.isEmpty ? "" : " (\(heading.samples.joined(separator: " / ")))")
            return FormField(
                "h\(index)", .choice([""] + Column.allCases.map(\.rawValue)), isRequired: false,
                label: LocalText(fr: name, en: name), value: heading.column?.rawValue ?? "")
        }
    }

    /// What is asked, in words.
    func about(_ call: ConsoleRequest) -> MessageModel? {
        MessageModel(
            words: question.map { said($0.why, call.language) } ?? text("roll.cannot.nothing", call.language))
    }

    /// Takes the answers and begins to read the file anew; headings are remembered for the next one.
    func answer(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        guard let question else { return .refused(409, text("roll.cannot.nothing", language)) }
        var sheets: [String] = []
        var said = HeadingAnswers()
        if question.sheets.isEmpty {
            for (index, heading) in question.headings.enumerated() {
                guard said.take(heading, call.values["h\(index)"]) else {
                    return .refused(
                        422, text("rollColumns.twice", language), field: "h\(index)",
                        more: RollWords(wording(language)).column(call["h\(index)"]))
                }
            }
        } else {
            sheets = call.has("together") ? question.sheets : question.sheets.filter { $0 == call["sheet"] }
            guard !sheets.isEmpty else { return .refused(422, text("fault.choice", language), field: "sheet") }
        }
        guard let (reading, giveUp) = try parts.rollImport.answer(sheets: sheets, said, by: call.viewer) else {
            return .refused(409, text("roll.cannot.nothing", language))
        }
        do throws(OwnThread.Fault) { try OwnThread.begin("the roll", reading) } catch {
            giveUp(error.description)
            throw error
        }
        return .done(text("rollColumns.done", language), next: "roll")
    }
}
