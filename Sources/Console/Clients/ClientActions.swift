import Authentication
import Contacts
import Crypto
import Elections
import Journal
import Operations
import Polling
import Staff
import Store
import VoterRoll

/// What is done with programs' tokens.
struct ClientActions: ConsoleWork {
    let context: ConsoleContext

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "clients/add", permission: .changeClients, name: "clientAdd",
            fields: { _, _ in
                [
                    FormField("name", .text(maximum: 40)),
                    FormField("role", .choice(["manager", "support"])),
                    FormField("days", .number(1...StaffClients.longestDays)),
                ]
            }, shows: [PageTemplate(name: "clientToken", model: ClientToken.self)],
            run: { try ClientActions($0).addClient($1) }, back: { _ in "clients" }),
        ConsoleAction(
            path: "clients/{client}/remove", permission: .changeClients, name: "clientRemove", fields: { _, _ in [] },
            run: { try ClientActions($0).removeClient($1) }, back: { _ in "clients" }),
    ]

    /// Makes a token, which is shown this once.
    func addClient(_ call: ConsoleRequest) throws -> ActionResult {
        let language = call.language
        guard let role = StaffRole(rawValue: call["role"]) else {
            return .refused(422, text("fault.choice", language), field: "role")
        }
        let token = try ProgramTokens(parts.operations).add(
            name: call["name"].trimmed, role: role, days: call.number("days") ?? 1, by: call.viewer)
        guard let token else { return .refused(422, text("staffAdd.badName", language), field: "name") }
        return .shown(
            RenderedPage(
                title: text("clientAdd.title", language), template: "clientToken", model: ClientToken(token: token)))
    }

    /// Ends a token.
    func removeClient(_ call: ConsoleRequest) throws -> ActionResult {
        let isDone = try ProgramTokens(parts.operations).remove(name: call.place["client"] ?? "", by: call.viewer)
        return isDone
            ? .done(text("clientRemove.done", call.language), next: "clients")
            : .refused(404, text("notFound.text", call.language))
    }
}

/// A token as it is shown this once.
struct ClientToken: PageModel {
    let token: String
}
