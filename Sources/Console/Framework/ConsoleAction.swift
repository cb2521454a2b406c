import Staff

/// Says nothing further of itself.
struct NoDetails: PageModel {}

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
