import CommandLineKit
import Compliance
import Contacts
import Crypto
import Delivery
import Documents
import Elections
import Foundation
import Issuance
import Operations
import Polling
import Server
import Store
import VoterRoll

/// The verbs on an election's definition.
let electionCommands = [
    Command("election create", ["FOLDER"], "read, check and store the election of a folder", run: createElection),
    Command(
        "election check", ["FOLDER"],
        options: [
            .init("--roll", "FILE", "also count the voters of each ballot (default: FOLDER/roll.csv)"),
            .init("--sheet", "NAME", "the sheet of that roll's workbook to read, as for `roll import`"),
            .init("--map", "HEADING=COLUMN", "what a heading of that roll means, as for `roll import`"),
            .init(
                "--level", "N",
                "what the settings lack for the security level 1, 2 or 3; the stored election, where there is one"),
        ],
        "say every fault of an election, without storing anything", run: checkElection),
    Command("election show", [], "what is stored of an election", run: showElection),
]

/// Reads `FOLDER/election.yaml`; every fault is one line of the refusal.
/// - Parameter folder: the folder, or the file itself where it ends in `.yaml`.
private func readElection(_ folder: String) throws(Refusal) -> (election: Election, definition: String) {
    let file = folder.hasSuffix(".yaml") ? folder : folder + "/election.yaml"
    guard FileManager.default.fileExists(atPath: file) else {
        throw Refusal("There is no \(file). Give the folder that holds election.yaml.")
    }
    guard let data = FileManager.default.contents(atPath: file), let text = String(data: data, encoding: .utf8) else {
        throw Refusal("\(file) cannot be read as UTF-8 text. Give the folder that holds election.yaml.")
    }
    switch ElectionReader.read(text, file: file) {
    case .success(let election): return (election, text)
    case .failure(let faults): throw Refusal(faults.list.map(\.description).joined(separator: "\n"))
    }
}

/// `election create FOLDER`: checks and stores a definition, and makes the election's key where there is none. Refused once the
/// poll is sealed, where voters belong to groups that it no longer has, and where issued identifiers would not fit it.
private func createElection(_ invocation: Invocation) throws(Refusal) {
    let (election, definition) = try readElection(invocation.operands[0])
    let services = try Services(invocation, creating: true)
    let operation = ElectionDefinition(
        services.storeContext, elections: services.elections, registrar: services.registrar, issuer: services.issuer,
        outbox: services.outbox)
    switch try refusing({ try operation.store(election, definition: definition, by: services.actor()) }) {
    case .stored(let outcome):
        warnOfTimes(election, PollHours(announced: election), services.clock.now)
        for fault in ElectionTexts.unprintable(election) { Terminal.complain("Note: \(fault) The seal refuses it.") }
        try sayStored(outcome, election, services)
    case .sealed(let fingerprint): throw Services.sealed(fingerprint, "its definition cannot change any more")
    case .sharesAddress(let other): throw Refusal(StoredElections.words(election, and: other))
    case .sealedMeanwhile:
        throw Refusal("The poll was sealed meanwhile: its definition cannot change any more.")
    case .isBusy:
        throw Refusal(
            "A seal or another change of a definition is under way on this store: run it again when that has ended.")
    }
}

/// Says what storing a definition came to.
/// - Throws: refused where voters or identifiers stand against it.
private func sayStored(
    _ outcome: ElectionRepository.Outcome, _ election: Election, _ services: Services
) throws(Refusal) {
    switch outcome {
    case .issued(let settings):
        throw Refusal(
            "Identifiers were issued by \(settings.joined(separator: ", ")) as it was: put that back; "
                + "everything else may change.")
    case .created:
        Terminal.say(
            "\(election.id): stored. Its key is in \(services.keys.path): make an escrow file of it (isoloir key escrow)."
        )
    case .changed:
        Terminal.say("\(election.id): the new definition replaces the earlier one; the journal has both hashes.")
    case .unchanged: Terminal.say("\(election.id): nothing has changed.")
    case .inUse(let names):
        throw Refusal(
            "Voters of the roll belong to \(names.joined(separator: ", ")), which the new definition does not have. "
                + "Keep these colleges and sites, or import a roll without them first.")
    }
}

/// What the SMS of an election cost: templates are read on the way, so that a faulty one is found here.
/// - Throws: refused where the settings cannot be read, or a template is wrong.
private func messageCosts(_ election: Election, _ invocation: Invocation) throws(Refusal) -> [String] {
    let settings = try Settings.read(invocation["--config"], store: invocation["--store"])
    let folder = invocation["--templates"] ?? settings.templates ?? "Templates"
    let messageTemplates = MessageTemplates(
        election: election, templates: Services.templates(for: election, folder: folder, settings))
    do throws(MessageTemplates.Fault) {
        try messageTemplates.loadAll()
        guard election.channels.contains(.sms) else { return [] }
        return try election.languages.map { language throws(MessageTemplates.Fault) in
            "  SMS in \(language.rawValue): \(Terminal.count(try messageTemplates.segments(language), "segment")) for each voter"
        }
    } catch { throw Refusal(error.description) }
}

/// A poll that is over is no fault, but nobody means to prepare one.
/// - Parameter hours: those in force; the announced ones where no store is at hand.
/// It is said on standard error, and the command goes on.
func warnOfTimes(_ election: Election, _ hours: PollHours, _ now: Int) {
    guard hours.closes <= now else { return }
    let cure = hours.stage == nil ? "; set \"opens\" and \"closes\" anew" : ""
    Terminal.complain("Note: the poll closed on \(election.timeWords(hours.closes, .en))\(cure).")
}

/// What an election's settings lack for a level: with all that the store knows, or from the file alone.
/// - Throws: refused as wrong usage for another level than 1, 2 or 3; refused with the number of points that are missing.
private func checkLevel(_ invocation: Invocation, _ election: Election, _ text: String) throws(Refusal) {
    let level = try invocation.number(text)
    guard 1...3 ~= level else { throw Refusal("\"\(text)\" is no level: 1, 2 or 3.", status: .usage) }
    let settings = try Settings.read(invocation["--config"], store: invocation["--store"])
    if FileManager.default.fileExists(atPath: invocation["--store"] ?? settings.store ?? Settings.standardStore) {
        let services = try Services(invocation)
        let isStored = try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try services.elections.number(reading, election.id) != nil
            }
        }
        if isStored {
            return try showPolicy(
                try services.policyReport(try services.election(), level: level), json: invocation.has("--json"))
        }
    }
    let folder = invocation["--templates"] ?? settings.templates ?? "Templates"
    let policy = try refusing {
        try PolicyText(
            try Services.templates(for: election, folder: folder, settings).text(PolicyText.file), file: PolicyText.file
        )
    }
    try showPolicy(PolicyReport(policy, election, PolicyFacts(), level: level), json: invocation.has("--json"))
}

/// `election check FOLDER`: every fault of definition, templates and groups, without storing anything. Groups are counted where
/// there is a roll; a group so small that its result tells a vote is a fault.
private func checkElection(_ invocation: Invocation) throws(Refusal) {
    let folder = invocation.operands[0]
    let file = folder.hasSuffix(".yaml") ? folder : folder + "/election.yaml"
    let (election, _) = try readElection(folder)
    if let level = invocation["--level"] { return try checkLevel(invocation, election, level) }
    warnOfTimes(election, PollHours(announced: election), Clock.system.now)
    for ballot in election.ballots where ballot.questions.isEmpty {
        Terminal.complain(
            "Note: the ballot \(ballot.id) asks nothing yet; it needs \"questions\" before the poll is sealed.")
    }
    let unprintable = ElectionTexts.unprintable(election)
    guard unprintable.isEmpty else { throw Refusal(unprintable.map { "\(file): \($0)" }.joined(separator: "\n")) }
    for line in try messageCosts(election, invocation) { Terminal.say(line) }
    let standard = folder + "/roll.csv"
    let roll = invocation["--roll"] ?? (FileManager.default.fileExists(atPath: standard) ? standard : nil)
    guard let roll else {
        Terminal.say("\(election.id): no faults. Give --roll FILE to check the groups as well.")
        return
    }
    let count: RollCount
    let options = try importOptions(invocation)
    do throws(RollFileError) { count = try RollCount(file: roll, election: election, options: options) } catch {
        throw Refusal("\(error)")
    }
    let faults = smallGroups(election, count.groups)
    guard faults.isEmpty else {
        throw Refusal(faults.map { Fault(file: file, mark: $0.mark, $0.message).description }.joined(separator: "\n"))
    }
    Terminal.say("\(election.id): no faults. \(count.accepted) of \(count.rows) rows of \(roll) are good.")
    for ballot in election.ballots { Terminal.say("  \(ballot.id): \(count.groups.eligible(ballot)) voters") }
    warnOfConfirming(election, count.groups)
}

/// Word of each vote at once tells whoever reads the mail when somebody votes: among few, that is much.
private func warnOfConfirming(_ election: Election, _ groups: GroupCounts) {
    for ballot in election.ballots {
        if let warning = election.confirmingWarning(ballot.id, voters: groups.eligible(ballot)) {
            Terminal.complain("Note: \(warning)")
        }
    }
}

/// Ballots that nobody may vote on, and groups so small that their result would tell who voted what: as the seal sees them.
/// - Returns: the place in `election.yaml` with the sentence on it; empty where all are large enough.
private func smallGroups(_ election: Election, _ groups: GroupCounts) -> [(mark: Mark, message: String)] {
    election.ballots.flatMap { ballot in
        SmallGroup.all(of: ballot, holders: groups.holders(ballot)).map { (ballot.mark, $0.words(ballot.id)) }
    }
}

/// `election show`: what is stored, with the hours in force. Titles are in French, times in the election's time zone;
/// for programs they are RFC 3339.
private func showElection(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let stored = try services.election()
    let (election, hours) = (stored.election, try services.hours(stored))
    let voters = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try services.registrar.count(reading, stored)
        }
    }
    if invocation.has("--json") {
        struct Shown: Encodable { let id, title, address, opens, closes: String, voters: Int, ballots: [String] }
        try Terminal.json(
            Shown(
                id: election.id, title: election.title.fr, address: election.address,
                opens: Moment.stamp(hours.opens), closes: Moment.stamp(hours.closes), voters: voters,
                ballots: election.ballots.map(\.id)))
        return
    }
    Terminal.say(
        """
        \(election.id): \(election.title.fr)
          opens    \(election.timeWords(hours.opens, .en))
          closes   \(election.timeWords(hours.closes, .en))
          site     \(election.address)
          ballots  \(election.ballots.map(\.id).joined(separator: ", "))
          voters   \(voters)
        """)
}
