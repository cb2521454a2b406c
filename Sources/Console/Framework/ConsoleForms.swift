import Authentication
import Contacts
import Crypto
import Elections
import HTTPServer
import Inputs
import Journal
import Operations
import Staff
import Store
import Tally
import Templating
import Turnout
import WebContent

/// What a form asks for, and what is done with it.
struct ConsoleForms: ConsoleTask {
    /// Whose pages they stand on.
    let site: ConsoleSite
    var context: ConsoleContext { site.context }
    private var rules: FieldRules { FieldRules(context) }

    /// The form of an action.
    /// - Parameters:
    ///   - path: where the form is sent, below `/manager/`.
    ///   - trouble: what is wrong, after it was sent.
    /// - Throws: an error of the store.
    func ask(
        _ visitor: ConsoleSite.Visitor, _ action: ConsoleAction, _ call: ConsoleRequest, _ path: String,
        _ trouble: FormTrouble = FormTrouble()
    ) throws -> Response {
        let fields = try action.fields(context, call).map { formField($0, action, call, trouble.faults) }
        let hint = "\(action.name).hint"
        let parts = FormParts(
            hint: pages.has(hint) ? text(hint, call.language) : nil,
            form: FormModel(
                path: "/manager/" + path, button: text("\(action.name).do", call.language), fields: fields),
            back: "/manager/" + action.back(call))
        guard let model = try action.about.page(context, call, parts) else {
            return site.message(visitor, 404, "notFound")
        }
        let page = RenderedPage(
            title: text("\(action.name).title", call.language), template: action.about.template.name, model: model)
        return try site.show(visitor, page, path: path, status: trouble.status, error: trouble.error)
    }

    /// A field of an action as a form shows it: with what was typed, and what is wrong with it.
    func formField(
        _ field: FormField, _ action: ConsoleAction, _ call: ConsoleRequest,
        _ faults: [(field: String, text: String)]
    ) -> FormModel.Field {
        let language = call.language
        let own = "\(action.name).\(field.name)"
        let label = rules.label(field, action, language)
        let hintKeys = ["\(own).hint", "f.\(field.name).hint"]
        let hint = field.hint ?? hintKeys.first(where: pages.has).map { text($0, language) } ?? ""
        let input: FormModel.Input
        switch field.kind {
        case .text(let maximum): input = .text(maximum: maximum)
        case .long(let maximum): input = .long(maximum: maximum)
        case .choice(let values):
            // Nothing is chosen for anybody: a form that is sent unread is refused.
            let open = field.isRequired && values.count > 1 ? [("", text("choose", language))] : []
            input = .choice(open + values.map { ($0, choiceText(field.name, $0, language)) })
        case .flag: input = .check
        case .date: input = .date
        case .number(let range): input = .number(range)
        case .hidden: input = .hidden
        }
        return FormModel.Field(
            field.name, label: label, input: input, hint: hint,
            value: (field.isForgotten ? nil : call.values[field.name]) ?? field.value ?? "",
            rule: (field.isRequired, faults.first { $0.field == field.name }?.text))
    }

    /// Checks a form, keeps the request in the journal, does the action, and says what came of it.
    func run(_ visitor: ConsoleSite.Visitor, _ action: ConsoleAction, _ call: ConsoleRequest, _ path: String) throws
        -> Response
    {
        guard try action.about.exists(context, call) else { return site.message(visitor, 404, "notFound") }
        let faults = try rules.faults(action, call)
        if let first = faults.first {
            return try ask(visitor, action, call, path, FormTrouble(422, first.text, faults))
        }
        try RequestJournal(context).permission(action, call, path, from: visitor.request.source)
        switch try action.run(context, call) {
        case .done(let note, let next, _):
            let note = ConsoleSite.cut(note)
            return .see("/manager/\(next)?say=" + (ConsoleSite.escaped(note)) + "&sign=" + site.sign(note, visitor))
        case .shown(let page): return try site.show(visitor, page, path: path)
        case .faults(let faults):
            let error = faults.count == 1 ? faults[0].text : text("fault.several", call.language)
            return try ask(visitor, action, call, path, FormTrouble(422, error, faults))
        case .refused(let status, let words, let field, let more, let retry):
            try RequestJournal(context).refused(status, action, call, path)
            let error = words + (more.map { " " + $0 } ?? "")
            let refusal = try ask(
                visitor, action, call, path, FormTrouble(status, error, field.map { [($0, words)] } ?? []))
            return retry.map { site.waiting(refusal, $0) } ?? refusal
        }
    }
}

/// What is wrong with a form that was sent; nothing where it is asked for.
struct FormTrouble {
    /// Of the answer.
    let status: Int
    /// Said above everything.
    let error: String?
    /// Each with its field's name.
    let faults: [(field: String, text: String)]

    init(_ status: Int = 200, _ error: String? = nil, _ faults: [(field: String, text: String)] = []) {
        (self.status, self.error, self.faults) = (status, error, faults)
    }
}
