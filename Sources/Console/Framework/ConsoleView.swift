import Staff

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
