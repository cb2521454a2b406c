package import CommandLineKit
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Operations
import Server
import Staff
import Store
import Threads

/// The demo as a command of the program.
/// - Parameter table: the program's verbs: the demo runs some of them as a visitor would.
package func demoCommand(in table: @escaping @Sendable () -> CommandTable) -> Command {
    Command(
        "demo", [],
        options: [
            .init("--sample", "NAME", "the election of Ballots/NAME (default: \(DemoSample.standard))"),
            .init("--no-serve", nil, "cast votes for three voters in five, count, and end"),
            .init("--voters", "N", "a roll of N voters, made from the sample's"),
            .init("--folder", "FOLDER", "where everything goes (default: .demo)"),
            .init("--port", "P", "the port on this machine (default: 8080)"),
            .init("--address", "A", "127.0.0.1 or ::1: the demo is for this machine alone"),
        ], "everything on a sample election: roll, identifiers, letters, the voters' site, votes, count"
    ) { invocation throws(Refusal) in try DemoRun(table: table()).run(invocation) }
}

/// Where the demo is.
private struct DemoPlace {
    /// Everything of the demo lies in it: store, keys, mailboxes, letters.
    let folder: String
    /// Of this machine: 127.0.0.1 or ::1.
    let address: String
    /// Where the site and the console listen; 8080 where the command line gives none.
    let port: Int
}

/// One run of the demo.
private struct DemoRun {
    /// The program's verbs, of which the demo runs some.
    let table: CommandTable

    /// From the sample's definition to the verified count; with `--no-serve` without the site between.
    /// - Throws: refused for an address that is not this machine's, and with the first step that fails.
    func run(_ invocation: Invocation) throws(Refusal) {
        let folder = invocation["--folder"] ?? ".demo"
        let sample = try DemoSample(invocation["--sample"] ?? DemoSample.standard)
        let port = try invocation["--port"].map { text throws(Refusal) in try invocation.number(text) } ?? 8080
        let address = invocation["--address"] ?? "127.0.0.1"
        guard ["127.0.0.1", "::1"].contains(address) else {
            throw Refusal("The demo shows everybody's mail: it listens on 127.0.0.1 or ::1 only, not on \(address).")
        }
        try prepare(folder)
        let definition = "\(folder)/election"
        try save(try sample.adapted(port: port), to: "\(definition)/election.yaml")
        let common =
            ["--store", "\(folder)/store/isoloir.sqlite", "--keys", "\(folder)/keys"]
            + (invocation["--templates"].map { ["--templates", $0] } ?? [])
        var roll = sample.roll
        if let text = invocation["--voters"] {
            roll = "\(folder)/roll.csv"
            try save(try sample.multiplied(to: try invocation.number(text)), to: roll)
        }
        try step("The election", "election create", [definition], common)
        try step("The voter roll", "roll import", [roll], common)
        let services = try Services(try Invocation(find("outbox status"), common, in: table))
        let election = try services.election()
        Terminal.say("\nStaff")
        let staff = DemoStaff(services: services, register: try services.register(election))
        let members = try staff.add()
        for member in members {
            Terminal.say(
                "  \(member.newcomer.fullName), \(StaffRegister.word(member.newcomer.role, .en)): \(member.identifier.text)"
            )
        }
        Terminal.say("\nIdentifiers")
        let issued = try services.issueAll(election, forced: nil)
        for route in Channel.allCases { Terminal.say("  \(issued.issued[route] ?? 0) by \(route.rawValue)") }
        if issued.unreachableCount > 0 {
            Terminal.say(
                "  \(issued.unreachableCount) cannot be reached: \(issued.unreachable.joined(separator: ", "))")
        }
        Terminal.say("\nMail and SMS")
        guard let mail = Mailbox(path: "\(folder)/mail"), let sms = Mailbox(path: "\(folder)/sms") else {
            throw Refusal("The mailbox folders in \(folder) cannot be made.")
        }
        let courier = try DeliveryBuilder(services).courier(mail: .folder(mail), sms: MailboxSMS(sms))
        let report = try refusing { try courier.run() }
        Terminal.say("  \(report.accepted) delivered into the demo's mailboxes")
        var places = ["\(folder)/mail/new/*.eml      the mails, for any mail reader"]
        if election.election.channels.contains(.sms) { places.append("\(folder)/sms/new/*.txt       the SMS") }
        if election.election.channels.contains(.letter) {
            Terminal.say("\nLetters")
            let manifest = try printAll(services, election, folder: "\(folder)/letters")
            Terminal.say("  \(manifest?.letters ?? 0) letters in \(manifest?.files.count ?? 0) PDF")
            if manifest != nil { try post(services, election) }
            places.append("\(folder)/letters/*.pdf       the letters, with manifest.json and manifest.csv")
        }
        Terminal.say(
            """

            Look around:
              \(places.joined(separator: "\n  "))
              isoloir identifiers status --store \(folder)/store/isoloir.sqlite --keys \(folder)/keys
              isoloir journal verify     --store \(folder)/store/isoloir.sqlite --keys \(folder)/keys
            Nothing was sent: every address and number of the sample is reserved for fiction.
            """)
        let poll = RehearsedPoll(
            services: services, election: election, folder: folder, acceptance: "a demo, nobody votes here")
        try poll.prepare()
        if invocation.has("--no-serve") {
            try poll.castSome()
        } else {
            try poll.castFirst()
            let company = try poll.beginCompany()
            defer { company.stop() }
            try serveDemo(
                services, DemoPlace(folder: folder, address: address, port: port), courier: courier, staff: staff,
                members: members)
        }
        try poll.count()
    }

    /// Makes the specimen, has it approved, and prints every letter in clear; nil where none waits.
    /// - Throws: refused where the specimen is not approved, or a letter cannot be made.
    private func printAll(
        _ services: Services, _ election: StoredElection, folder: String
    ) throws(Refusal) -> PrintManifest? {
        let letters = services.letters(
            try services.operations(election),
            style: services.letterStyle(election.election, try services.templates(for: election.election)))
        let word = try services.actor(onWordOf: "demo")
        let decision = try refusing {
            let proof = try letters.makeSpecimen(by: services.actor())
            return try letters.approve(specimen: proof?.id ?? 0, by: word)
        }
        guard decision == .approved else {
            throw Refusal("The specimen was not approved: \(decision).", status: .broken)
        }
        let order = PrintOrders.Order(printer: nil, again: nil, letters: nil, reason: "")
        return try FolderPrint.print(order, of: letters, into: folder, printer: nil, by: services.actor())
    }

    /// Says that the letters are posted, so that their identifiers work.
    /// - Throws: refused where the batch cannot be marked.
    private func post(_ services: Services, _ election: StoredElection) throws(Refusal) {
        let now = services.clock.now
        let today = LetterPosting.day(of: now, zone: election.election.timeZone)
        let posting = LetterPosting(letterBatches: services.letterBatches, election: election)
        let outcome = try refusing { try posting.post(batch: 1, on: today, now: now, by: services.principal) }
        guard case .activated = outcome else { throw Refusal("The letters could not be marked as posted: \(outcome).") }
    }

    /// Opens the site with the mailbox beside it, and says where to go; ends with Ctrl-C.
    private func serveDemo(
        _ services: Services, _ place: DemoPlace, courier: Courier, staff: DemoStaff, members: [DemoStaff.Member]
    ) throws(Refusal) {
        let (folder, port) = (place.folder, place.port)
        let election = try services.election()
        let templates = try services.templates(for: election.election)
        let mailbox = try refusing { try DemoMailbox(folder: folder, templates: templates, codes: { staff.codes() }) }
        let log = try AccessLog("\(folder)/access.log")
        let site = try SiteBuilder(services).build(election, extra: mailbox.response, log: { log.write($0) })
        var settings = ServerSettings()
        (settings.address, settings.port) = (place.address, port)
        try staff.leaveWork(election)
        let next =
            election.election.access.codeChannel == .none
            ? "the password stands in the same message" : "the connection code arrives in the mailbox"
        let ways = members.map {
            "  \($0.identifier.text)  \($0.newcomer.fullName), \(StaffRegister.word($0.newcomer.role, .en))"
        }.joined(separator: "\n")
        try SiteRun(services, SiteTable(election, site), settings, log: log).run(courier: courier) { _ in
            Terminal.say(
                """

                The voting site is open. In one browser:
                  1. http://localhost:\(port)/demo/mailbox    what voters received: take an identifier from a message
                  2. http://localhost:\(port)/                sign in with it; \(next)
                  3. vote, and find your tracker in the ballot box: http://localhost:\(port)/box
                     (a quarter of an hour later at most: boxes are published in rounds, and voters of fiction come with you)

                The console: http://localhost:\(port)/manager (in another browser, or a private window). Codes by mail arrive in
                http://localhost:\(port)/demo/mailbox, which also shows what each authenticator would.
                \(ways)
                Ctrl-C closes the poll and counts it.
                """)
        }
    }

    /// A command by its words.
    /// - Throws: refused as broken where the table has none.
    private func find(_ path: String) throws(Refusal) -> Command {
        guard let command = table.command(path) else {
            throw Refusal("There is no command \(path).", status: .broken)
        }
        return command
    }

    /// Says a title and runs a command as a visitor would type it.
    /// - Parameter common: the options that lead to the demo's store and keys.
    private func step(_ title: String, _ path: String, _ operands: [String], _ common: [String]) throws(Refusal) {
        Terminal.say("\n\(title)")
        let command = try find(path)
        try command.run(try Invocation(command, operands + common, in: table))
    }

    /// Makes the demo's folder anew. A folder that is not a demo's is never removed.
    private func prepare(_ folder: String) throws(Refusal) {
        let mark = "\(folder)/this-is-a-demo"
        let files = FileManager.default
        do {
            if files.fileExists(atPath: folder) {
                guard files.fileExists(atPath: mark) else {
                    throw Refusal(
                        "\(folder) exists and is no demo's folder: move it away, or give another with --folder.")
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
}
