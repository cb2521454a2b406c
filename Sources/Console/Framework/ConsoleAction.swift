import Elections
import HTTPServer
import Journal
import Operations
import Staff

/// A page as it was made for one request: the API gives the model as it is, a browser gets it in its template.
struct RenderedPage: Sendable {
    /// Also the page's heading.
    let title: String
    /// The template's name, without the ending.
    let template: String
    /// What is shown.
    let model: any Encodable & Sendable
    /// Whether its figures move by themselves.
    var isLive = false
}

/// Says one thing, and leads on to the first page.
struct MessageModel: PageModel {
    let words: String
}

/// Says nothing further of itself.
struct NoDetails: PageModel {}

/// A field of an action, as a form asks for it and the API takes it.
struct FormField: Sendable {
    /// How a field is checked, in forms and in the API alike.
    enum Kind: Sendable {
        /// One line, of at most so many characters.
        case text(maximum: Int)
        /// Several lines, of at most so many characters in all.
        case long(maximum: Int)
        /// One of these values; `""` is nothing chosen.
        case choice([String])
        /// `yes` or `no`; in JSON true or false.
        case flag
        /// A day, `2026-11-10`.
        case date
        /// A whole number in a range.
        case number(ClosedRange<Int>)
        /// What the form carries for itself: nobody types it.
        case hidden
    }

    /// The name in forms and in JSON.
    let name: String
    /// What may stand in it.
    let kind: Kind
    /// Whether an empty value is refused.
    var isRequired = true
    /// What it is called where the texts have no key for it.
    var label: LocalText?
    /// What stands there before anything was typed.
    var value: String?
    /// Whether a choice's values change while the site runs: the API's description, which is made once, names none.
    var isOpen = false
    /// Whether what was typed is not shown again when the form is refused: a key, which might be a private one.
    var isForgotten = false
    /// What stands beside it where that differs from voter to voter.
    var hint: String?

    /// Further properties than name and kind are for single fields.
    init(
        _ name: String, _ kind: Kind, isRequired: Bool = true, label: LocalText? = nil, value: String? = nil,
        hint: String? = nil
    ) {
        (self.name, self.kind, self.isRequired) = (name, kind, isRequired)
        (self.label, self.value, self.hint) = (label, value, hint)
    }

    /// The same field with choices that change while the site runs.
    var open: FormField {
        var field = self
        field.isOpen = true
        return field
    }

    /// The same field, not shown again when the form is refused.
    var forgotten: FormField {
        var field = self
        field.isForgotten = true
        return field
    }

    /// Why something is done; it goes into the journal.
    static let reason = FormField("reason", .text(maximum: StaffReason.longest))
}

/// Who looks or acts at the console or through the API: whom the operations know, and the language of pages and answers.
struct StaffActor: Sendable {
    /// As the operations know them.
    let actor: Actor
    /// One role each.
    let role: StaffRole
    /// The language of pages and answers.
    let language: Language

    /// - Parameter interface: `console` or `api`.
    init(principal: Principal, role: StaffRole, interface: Actor.Interface, language: Language) {
        actor = Actor(principal: principal, role: role, interface: interface)
        (self.role, self.language) = (role, language)
    }

    /// Whether their role includes an action.
    func may(_ permission: Permission) -> Bool { role.may(permission) }
}

/// One request, checked: who asks, for what.
struct ConsoleRequest: Sendable {
    /// Who asks.
    let viewer: Actor
    /// Their role.
    let role: StaffRole
    /// The language of the answer.
    let language: Language
    /// What stands in the address where the pattern has a name in braces.
    let place: [String: String]
    /// What was given: by the form, the API's body, or the address.
    let values: [String: String]
    /// `console` or `api`.
    let source: String

    /// - Parameter source: `console` or `api`.
    init(viewer: StaffActor, place: [String: String], values: [String: String], source: String) {
        (self.viewer, role, language) = (viewer.actor, viewer.role, viewer.language)
        (self.place, self.values, self.source) = (place, values, source)
    }

    /// The value of a field; empty where nothing was given.
    subscript(_ name: String) -> String { values[name] ?? "" }

    /// A number in the address; 0, which is nobody's, for what is none.
    func id(_ name: String) -> Int { Int(place[name] ?? "") ?? 0 }

    /// A field's whole number; nil for what is none.
    func number(_ name: String) -> Int? { Int(values[name] ?? "") }

    /// Whether a box was ticked.
    func has(_ name: String) -> Bool { values[name] == "yes" }
}

/// What an action came to.
enum ActionResult: Sendable {
    /// Done: what is said of it, where the browser goes on, and what the API gives.
    case done(String, next: String, details: any Encodable & Sendable = NoDetails())
    /// Done, with something that is shown this once.
    case shown(RenderedPage)
    /// Refused in words, with the field that is wrong, or the seconds after which it may be tried again.
    case refused(Int, String, field: String? = nil, more: String? = nil, retry: Int? = nil)
    /// Fields are wrong, each for its reason.
    case faults([(field: String, text: String)])
}

/// A page of the console and a resource of the API.
struct ConsoleView: Sendable {
    /// Below `/manager/` and `/api/v1/`; names in braces stand for one segment.
    let path: String
    /// What a role must be allowed to see it.
    let permission: Permission
    /// What may stand in the address, all of it optional.
    var query: [FormField] = []
    /// What shows it, with the type of what is shown.
    let template: PageTemplate
    /// Makes the page; nil when what it is about does not exist.
    let make: @Sendable (ConsoleContext, ConsoleRequest) throws -> RenderedPage?
}

/// A form of the console and an operation of the API.
/// A GET asks with its form, a POST does it; the API knows the POST alone.
struct ConsoleAction: Sendable {
    /// Below `/manager/` and `/api/v1/`; names in braces stand for one segment.
    let path: String
    /// What a role must be allowed to do it.
    let permission: Permission
    /// The key of its texts.
    let name: String
    /// What is asked for; it may depend on who asks, and on what was given.
    let fields: @Sendable (ConsoleContext, ConsoleRequest) throws -> [FormField]
    /// What stands above the form; where that does not exist, neither does the form.
    var about = FormAbout.nothing
    /// What programs are told beside the words of the answer.
    var answer: any PageModel.Type = NoDetails.self
    /// The pages that are shown this once in place of an answer.
    var shows: [PageTemplate] = []
    /// Does it; called once the fields were checked and the request was kept in the journal.
    let run: @Sendable (ConsoleContext, ConsoleRequest) throws -> ActionResult
    /// Where the way back leads.
    var back: @Sendable (ConsoleRequest) -> String = { _ in "" }
}

/// A file that the console hands out.
struct ConsoleFile: Sendable {
    /// Below `/manager/` and `/api/v1/`; names in braces stand for one segment.
    let path: String
    /// What a role must be allowed to fetch it.
    let permission: Permission
    /// Nil when there is no such file.
    let make: @Sendable (ConsoleContext, ConsoleRequest, Request) throws -> Response?
}

/// Patterns of addresses.
/// `voters/{voter}/reissue` fits `voters/12/reissue`, and gives `voter` as `12`.
enum Pattern {
    /// Words of ours that no name in braces stands for.
    private static let reserved: Set<Substring> = ["fetch"]

    /// What stands where a pattern has names; nil when the path is another.
    /// - Parameter path: without a slash at its beginning.
    static func match(_ pattern: String, _ path: String) -> [String: String]? {
        let (left, right) = (
            pattern.split(separator: "/", omittingEmptySubsequences: false),
            path.split(separator: "/", omittingEmptySubsequences: false)
        )
        guard left.count == right.count else { return nil }
        var found: [String: String] = [:]
        for (part, text) in zip(left, right) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                guard isSegment(text), !reserved.contains(text) else { return nil }
                found[String(part.dropFirst().dropLast())] = String(text)
            } else if part != text {
                return nil
            }
        }
        return found
    }

    /// Letters of a segment that a name stands for.
    private static let longest = 64

    /// Letters, digits, hyphens and dots.
    private static func isSegment(_ text: Substring) -> Bool {
        1...longest ~= text.utf8.count
            && text.utf8.allSatisfy { 97...122 ~= $0 || 65...90 ~= $0 || 48...57 ~= $0 || $0 == 45 || $0 == 46 }
    }
}
