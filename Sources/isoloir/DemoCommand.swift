import Delivery
import Elections
import Foundation
import Issuance
import Staff
import Store
import VoterRoll
import Web

let demoCommand = Command(
    "demo", [],
    options: [
        .init("--no-serve", nil, "end after the summary"),
        .init("--voters", "N", "a roll of N voters, made from the sample's"),
        .init("--folder", "FOLDER", "where everything goes (default: .demo)"),
        .init("--port", "P", "the port on this machine (default: 8080)"),
        .init("--address", "A", "127.0.0.1 or ::1: the demo is for this machine alone"),
    ], "everything on a sample election: roll, identifiers, letters, the voters' site, votes, count", run: runDemo)

private func runDemo(_ invocation: Invocation) throws(Refusal) {
    let folder = invocation["--folder"] ?? ".demo"
    let sample = "Ballots/cse-2026"
    let port = try invocation["--port"].map { text throws(Refusal) in try invocation.number(text) } ?? 8080
    let address = invocation["--address"] ?? "127.0.0.1"
    guard ["127.0.0.1", "::1"].contains(address) else {
        throw Refusal("The demo shows everybody's mail: it listens on 127.0.0.1 or ::1 only, not on \(address).")
    }
    try prepare(folder)
    let definition = "\(folder)/election"
    try save(try adapted("\(sample)/election.yaml", port: port), to: "\(definition)/election.yaml")
    let common =
        ["--store", "\(folder)/store/isoloir.sqlite", "--keys", "\(folder)/keys"]
        + (invocation["--templates"].map { ["--templates", $0] } ?? [])
    var roll = "\(sample)/roll.csv"
    if let text = invocation["--voters"] {
        roll = "\(folder)/roll.csv"
        try save(try multiplied("\(sample)/roll.csv", to: try invocation.number(text)), to: roll)
    }
    try step("The election", "election create", [definition], common)
    try step("The voter roll", "roll import", [roll], common)
    let services = try Services(try Invocation(find("outbox status"), common))
    let election = try services.election()
    Terminal.say("\nStaff")
    let staff = DemoStaff(services: services, register: try services.register(election))
    let members = try staff.add()
    for member in members {
        Terminal.say(
            "  \(member.newcomer.fullName), \(StaffRegister.word(member.newcomer.role, .en)): \(member.identifier)")
    }
    Terminal.say("\nIdentifiers")
    let issued = try issueAll(services, election, forced: nil)
    for route in Route.allCases { Terminal.say("  \(issued.issued[route] ?? 0) by \(route.rawValue)") }
    if issued.unreachableCount > 0 {
        Terminal.say("  \(issued.unreachableCount) cannot be reached: \(issued.unreachable.joined(separator: ", "))")
    }
    Terminal.say("\nMail and SMS")
    guard let mail = Mailbox(path: "\(folder)/mail"), let sms = Mailbox(path: "\(folder)/sms") else {
        throw Refusal("The mailbox folders in \(folder) cannot be made.")
    }
    let courier = try services.courier(mail: .folder(mail), sms: MailboxSMS(sms))
    let report = try refusing { try courier.run() }
    Terminal.say("  \(report.accepted) delivered into the demo's mailboxes")
    Terminal.say("\nLetters")
    let manifest = try printBatch(services, election, folder: "\(folder)/letters", printer: nil)
    Terminal.say("  \(manifest?.letters ?? 0) letters in \(manifest?.files.count ?? 0) PDF")
    Terminal.say(
        """

        Look around:
          \(folder)/mail/new/*.eml      the mails, for any mail reader
          \(folder)/sms/new/*.txt       the SMS
          \(folder)/letters/*.pdf       the letters, with manifest.json and manifest.csv
          isoloir identifiers status --store \(folder)/store/isoloir.sqlite --keys \(folder)/keys
          isoloir journal verify     --store \(folder)/store/isoloir.sqlite --keys \(folder)/keys
        Nothing was sent: every address and number of the sample is reserved for fiction.
        """)
    try post(services, election)
    let poll = DemoPoll(services: services, election: election, folder: folder)
    try poll.prepare()
    if invocation.has("--no-serve") {
        try poll.castSome()
    } else {
        try serveDemo(services, folder, address: address, port: port, courier: courier, staff: staff, members: members)
    }
    try poll.count()
}

/// Says that the letters are posted, so that their identifiers work.
private func post(_ services: Services, _ election: StoredElection) throws(Refusal) {
    let today = String(Moment.text(services.clock.now).prefix(10))
    _ = try refusing {
        try services.printRoom.posted(
            election, batch: 1, on: today, before: services.clock.now + 86_400, by: services.principal)
    }
}

private func serveDemo(
    _ services: Services, _ folder: String, address: String, port: Int, courier: Courier, staff: DemoStaff,
    members: [DemoStaff.Member]
) throws(Refusal) {
    let election = try services.election()
    let templates = services.templates(for: election.election)
    let mailbox = try refusing { try DemoMailbox(folder: folder, templates: templates, codes: { staff.codes() }) }
    let log = try AccessLog("\(folder)/access.log")
    let site = try services.site(election, extra: mailbox.response, log: { log.write($0) })
    var settings = ServerSettings()
    (settings.address, settings.port) = (address, port)
    try staff.leaveWork(election)
    let ways = members.map {
        "  \($0.identifier)  \($0.newcomer.fullName), \(StaffRegister.word($0.newcomer.role, .en))"
    }.joined(separator: "\n")
    try run(services, site, settings, courier: courier, log: log) { _ in
        Terminal.say(
            """

            The voting site is open. In one browser:
              1. http://localhost:\(port)/demo/mailbox    what voters received: take an identifier from a message
              2. http://localhost:\(port)/                sign in with it; the connection code arrives in the mailbox
              3. vote, and find your tracker in the ballot box: http://localhost:\(port)/box

            The console: http://localhost:\(port)/manager (in another browser, or a private window). Codes by mail arrive in
            http://localhost:\(port)/demo/mailbox, which also shows what each authenticator would.
            \(ways)
            Ctrl-C closes the poll and counts it.
            """)
    }
}

/// The sample's definition for this machine: its own address, and a poll that opened yesterday and lasts a week.
private func adapted(_ file: String, port: Int) throws(Refusal) -> String {
    guard let data = FileManager.default.contents(atPath: file) else { throw Refusal("\(file) cannot be read.") }
    func day(_ offset: Double) -> String {
        String(Moment.text(Clock.system.now + Int(offset * 86_400)).prefix(10))
    }
    return String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map { line in
        if line.hasPrefix("address: ") { return "address: http://localhost:\(port)" }
        if line.hasPrefix("opens: ") { return "opens: \(day(-1)) 09:00" }
        if line.hasPrefix("closes: ") { return "closes: \(day(7)) 17:00" }
        return String(line)
    }.joined(separator: "\n")
}

private func find(_ path: String) throws(Refusal) -> Command {
    guard let command = CommandLineTool.commands.first(where: { $0.path == path }) else {
        throw Refusal("There is no command \(path).", status: .broken)
    }
    return command
}

private func step(_ title: String, _ path: String, _ operands: [String], _ common: [String]) throws(Refusal) {
    Terminal.say("\n\(title)")
    let command = try find(path)
    try command.run(try Invocation(command, operands + common))
}

/// Makes the demo's folder anew. A folder that is not a demo's is never removed.
private func prepare(_ folder: String) throws(Refusal) {
    let mark = "\(folder)/this-is-a-demo"
    let files = FileManager.default
    do {
        if files.fileExists(atPath: folder) {
            guard files.fileExists(atPath: mark) else {
                throw Refusal("\(folder) exists and is no demo's folder: move it away, or give another with --folder.")
            }
            try files.removeItem(atPath: folder)
        }
        try files.createDirectory(
            atPath: "\(folder)/election", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try files.createDirectory(
            atPath: "\(folder)/store", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        guard files.createFile(atPath: mark, contents: Data()) else { throw Refusal("\(mark) cannot be made.") }
    } catch let refusal as Refusal { throw refusal } catch {
        throw Refusal("The demo's folder \(folder) cannot be made: \(error.localizedDescription)")
    }
}

/// The sample's rows again and again with references and mail addresses of their own.
private func multiplied(_ file: String, to count: Int) throws(Refusal) -> String {
    guard let data = FileManager.default.contents(atPath: file) else { throw Refusal("\(file) cannot be read.") }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).map(String.init)
    var result = lines[0] + "\n"
    for index in 0..<count {
        var fields = lines[1 + index % (lines.count - 1)].split(separator: ";", omittingEmptySubsequences: false).map(
            String.init)
        let round = index / (lines.count - 1)
        if round > 0 {
            fields[0] += "-\(round)"
            if fields.count > 4, !fields[4].isEmpty { fields[4] = "v\(index).\(fields[4])" }
        }
        result += fields.joined(separator: ";") + "\n"
    }
    return result
}
