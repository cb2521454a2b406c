import Elections
import Operations
import Staff
import Store

/// What pages and actions of one election's console work with; made once, when the server starts.
struct ConsoleContext: Sendable {
    /// The rooms below.
    let parts: ConsoleSite.Parts
    /// Templates and texts.
    let pages: ConsolePages
    /// Programs' tokens.
    let clients: StaffClients
    /// Codes of authenticators, and spare ones.
    let factor: SecondFactor
    /// Requests that wait for a second person.
    let approvals: Approvals
    /// The last audit of the box.
    let audits = KeptAudits()
    /// Takes a line; called by several threads.
    let log: @Sendable (String) -> Void

    /// - Parameter log: takes a line of the access log, or of a failure.
    init(_ parts: ConsoleSite.Parts, _ pages: ConsolePages, log: @escaping @Sendable (String) -> Void) {
        (self.parts, self.pages, self.log) = (parts, pages, log)
        clients = StaffClients(parts.register)
        factor = SecondFactor(parts.register)
        approvals = Approvals(parts.register)
    }
}

/// What works in a console's context: its pages and actions.
protocol ConsoleTask: Sendable {
    /// What it works with.
    var context: ConsoleContext { get }
}

extension ConsoleContext: ConsoleTask {
    var context: ConsoleContext { self }
}

extension ConsoleTask {
    /// The rooms below.
    var parts: ConsoleSite.Parts { context.parts }
    /// Templates and texts.
    var pages: ConsolePages { context.pages }
    /// Programs' tokens.
    var clients: StaffClients { context.clients }
    /// Codes of authenticators, and spare ones.
    var factor: SecondFactor { context.factor }
    /// Requests that wait for a second person.
    var approvals: Approvals { context.approvals }
    /// Takes a line; called by several threads.
    var log: @Sendable (String) -> Void { context.log }
    /// As it was when the server started.
    var election: Election { parts.operations.election.election }
    /// The store of all parts.
    var store: Store { parts.store }

    /// How a reader of this language is spoken to.
    func wording(_ language: Language) -> Wording { Wording(language: language, election: election, pages: pages) }

    /// A text by its key.
    func text(_ key: String, _ language: Language) -> String { pages.text(key, language) }

    /// A reason of a deeper room in the reader's language, as a sentence of its own.
    func said(_ reason: any Reason, _ language: Language) -> String { wording(language).sentence(reason) }

    /// A reason of a deeper room, as `Wording.said` has it.
    func said(_ reason: String, _ language: Language) -> String { wording(language).said(reason) }

    /// Day and hour in the election's zone, as the reader of this language writes them.
    func time(_ seconds: Int, _ language: Language) -> String { wording(language).time(seconds) }

    /// What a choice is called, as `Wording.choice` has it.
    func choiceText(_ field: String, _ value: String, _ language: Language) -> String {
        wording(language).choice(field, value)
    }

    /// Refuses an action for a while.
    func later(_ status: Int, _ key: String, _ seconds: Int, _ language: Language) -> ActionResult {
        .refused(status, text(key, language), more: "\(seconds) s", retry: seconds)
    }
}
