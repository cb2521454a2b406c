import Authentication
import Elections
import Operations
import Staff
import Store

/// Questions that wait, and where the visitor with a support code stands.
struct QuestionsModel: PageModel {
    let questions: [Question]
    /// Where the browser of the code that was asked for stood last; null where none was asked for, or it is unknown.
    let trace: Trace?
    /// The number after which the next questions begin, as `after` takes it; null on the last page.
    let more: Int?
    let view: OnPage<View>

    /// A question of the help form.
    struct Question: PageModel {
        let id: Int
        let at: Moment
        /// The support code of the browser that it came from.
        let code: String
        let name: String
        let contact: String
        let text: String
    }

    /// Where a browser stood last.
    struct Trace: PageModel {
        let step: Worded
        /// Empty for none.
        let trouble: Worded
        let at: Moment
    }

    /// What the page says beside that.
    struct View: PageModel {
        /// As it was asked for.
        let code: String
        /// Whether a code was asked for that nobody has.
        let isUnknown: Bool
    }
}

/// The page of voters' questions.
struct QuestionsPage: ConsolePage {
    static let path = "questions"
    static let permission = Permission.answerVoters
    static let query = [
        FormField("code", .text(maximum: longest), isRequired: false),
        FormField("after", .number(0...1_000_000_000), isRequired: false),
    ]
    static let template = "questions"
    let context: ConsoleContext

    /// Characters of a code as it may be typed.
    private static let longest = 10

    func title(_ model: QuestionsModel, _ wording: Wording) -> String { wording("menu.questions") }

    func model(_ call: ConsoleRequest) throws -> QuestionsModel? {
        let say = wording(call.language)
        let code = String(call["code"].trimmed.uppercased().prefix(QuestionsPage.longest))
        let (entries, trace) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([SupportQueue.Entry], SupportQueue.Trace?) in
            (
                try parts.help.questions(
                    reading, withDone: false, after: call.number("after") ?? 0, limit: SupportQueue.pageSize),
                code.isEmpty ? nil : try parts.help.trace(reading, code: code)
            )
        }
        return QuestionsModel(
            questions: entries.map {
                QuestionsModel.Question(
                    id: $0.id, at: Moment($0.at), code: $0.code, name: $0.question.name, contact: $0.question.contact,
                    text: $0.question.text)
            },
            trace: trace.map {
                QuestionsModel.Trace(
                    step: Worded($0.step, say("step.\($0.step)")),
                    trouble: Worded($0.trouble, $0.trouble.isEmpty ? say("none") : $0.trouble), at: Moment($0.at))
            },
            more: entries.count == SupportQueue.pageSize ? entries.last?.id : nil,
            view: OnPage(QuestionsModel.View(code: code, isUnknown: trace == nil && !code.isEmpty)))
    }
}

/// What is done with questions.
struct QuestionActions: ConsoleWork {
    let context: ConsoleContext

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "questions/{question}/done", permission: .answerVoters, name: "answered", fields: { _, _ in [] },
            run: { try QuestionActions($0).answered($1) }, back: { _ in "questions" })
    ]

    /// Keeps that a question was answered.
    func answered(_ call: ConsoleRequest) throws -> ActionResult {
        let answer = HelpAnswer(
            store: store, queue: parts.help, journal: parts.journal, election: parts.operations.election)
        let isDone = try answer.mark(question: call.id("question"), by: call.viewer.principal)
        return isDone
            ? .done(text("answered.done", call.language), next: "questions")
            : .refused(409, text("answered.gone", call.language))
    }
}
