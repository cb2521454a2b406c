import Delivery
import Elections
import Foundation
import Issuance
import Store
import VoterRoll

let demoCommand = Command(
    "demo", [],
    options: [
        .init("--no-serve", nil, "end after the summary"),
        .init("--voters", "N", "a roll of N voters, made from the sample's"),
        .init("--folder", "FOLDER", "where everything goes (default: .demo)"),
    ], "everything on a sample election: import, issue, letters, a mailbox to look into", run: runDemo)

private func runDemo(_ invocation: Invocation) throws(Refusal) {
    let folder = invocation["--folder"] ?? ".demo"
    let sample = "Ballots/cse-2026"
    try prepare(folder)
    let common =
        ["--store", "\(folder)/store/isoloir.sqlite", "--keys", "\(folder)/keys"]
        + (invocation["--templates"].map { ["--templates", $0] } ?? [])
    var roll = "\(sample)/roll.csv"
    if let text = invocation["--voters"] {
        roll = "\(folder)/roll.csv"
        try save(try multiplied("\(sample)/roll.csv", to: try invocation.number(text)), to: roll)
    }
    try step("The election", "election create", [sample], common)
    try step("The voter roll", "roll import", [roll], common)
    let services = try Services(try Invocation(find("outbox status"), common))
    let election = try services.election()
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
