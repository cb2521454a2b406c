import CommandLineKit
import Contacts
import Elections
import Operations
import Server
import Staff
import Store

/// The verbs on accounts at the console.
let managerCommands = [
    Command(
        "manager add", ["NAME"],
        options: [
            .init("--role", "ROLE", "manager (default), bureau, support, auditor or printer"),
            .init("--mail", "ADDRESS", "where the identifier and the codes go"),
            .init("--full-name", "NAME", "the person's name"),
            .init("--language", "CODE", "fr or en (default: the election's first)"),
        ], "an account at the console; its identifier goes out by mail", run: addManager),
    Command(
        "manager renew", ["NAME"], options: [.init("--reason", "TEXT", "why; it goes into the journal")],
        "a new identifier for who lost identifier, passphrase or authenticator", run: renewManager),
    Command(
        "manager remove", ["NAME"], options: [.init("--reason", "TEXT", "why; it goes into the journal")],
        "close an account", run: removeManager),
    Command("manager list", [], "who works at the console", run: listManagers),
]

/// `manager add NAME`: an account with a role; its identifier waits to be sent. Refused as wrong usage for a role, address or
/// language that is none.
private func addManager(_ invocation: Invocation) throws(Refusal) {
    let text = try invocation.required("--mail")
    let fullName = try invocation.line("--full-name", atMost: StaffReason.longestName)
    let roleName = invocation["--role"] ?? StaffRole.manager.rawValue
    guard let role = StaffRole(rawValue: roleName) else {
        let names = StaffRole.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal("\"\(roleName)\" is no role: \(names).", status: .usage)
    }
    let mail: EmailAddress
    do throws(EmailAddress.Fault) { mail = try EmailAddress(text) } catch {
        throw Refusal("\"\(text)\" \(error.reason)", status: .usage)
    }
    let services = try Services(invocation)
    let election = try services.election()
    let languageName = invocation["--language"] ?? (election.election.languages.first ?? .fr).rawValue
    guard let language = Language(rawValue: languageName) else {
        throw Refusal("\"\(languageName)\" is no language (fr, en).", status: .usage)
    }
    let accounts = try services.accounts(election)
    let name = invocation.operands[0]
    _ = try services.add(
        StaffRegister.Newcomer(name: name, fullName: fullName, mail: mail, role: role, language: language), to: accounts
    )
    let console = try services.register(election).link()
    Terminal.say(
        "\(name) (\(role.rawValue)) is added. The identifier waits to be sent to the given address; the console is at \(console)."
    )
}

/// `manager renew NAME`: a new identifier; passphrase and authenticator are chosen anew. Refused where nobody has this name.
private func renewManager(_ invocation: Invocation) throws(Refusal) {
    let reason = try invocation.line("--reason")
    let services = try Services(invocation)
    let accounts = try services.accounts(try services.election())
    let name = invocation.operands[0]
    let outcome = try refusing { try accounts.renew(name, reason: reason, by: services.actor()) }
    if let refusal = Refusal(outcome, name) { throw refusal }
    Terminal.say(
        "\(name): a new identifier waits to be sent; passphrase and authenticator are chosen anew at the next sign-in.")
}

/// `manager remove NAME`: closes an account and its sessions. Refused where nobody has this name.
private func removeManager(_ invocation: Invocation) throws(Refusal) {
    let reason = try invocation.line("--reason")
    let services = try Services(invocation)
    let accounts = try services.accounts(try services.election())
    let name = invocation.operands[0]
    let outcome = try refusing { try accounts.remove(name, reason: reason, by: services.actor()) }
    if let refusal = Refusal(outcome, name) { throw refusal }
    Terminal.say("\(name): the account is closed; open sessions have ended.")
}

/// `manager list`: names, roles, and who has an authenticator or let the first identifier expire.
private func listManagers(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let register = try services.register(try services.election())
    let (members, expired) = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try register.membersWithExpired(reading)
        }
    }
    struct Shown: Encodable { let name, fullName, role: String, hasAuthenticator, isExpired: Bool }
    if invocation.has("--json") {
        return try Terminal.json(
            members.map {
                Shown(
                    name: $0.name, fullName: $0.fullName, role: $0.role.rawValue, hasAuthenticator: $0.hasFactor,
                    isExpired: expired.contains($0.id))
            })
    }
    if members.isEmpty { return Terminal.say("Nobody works at the console yet: run `manager add`.") }
    Terminal.table(
        ["name", "full name", "role", "authenticator"],
        members.map {
            let state = expired.contains($0.id) ? "expired unused: manager renew" : $0.hasFactor ? "yes" : "no"
            return [$0.name, $0.fullName, $0.role.rawValue, state]
        })
}
