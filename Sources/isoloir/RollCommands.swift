import CommandLineKit
import Crypto
import Elections
import Foundation
import Glibc
import Inputs
import Issuance
import Operations
import Server
import Store
import VoterRoll

/// The verbs on the voter roll: import, list, export and correction of one field.
let rollCommands = [
    Command(
        "roll import", ["FILE"],
        options: [
            .init("--dry-run", nil, "check everything and store nothing"),
            .init("--accept-valid", nil, "keep the good rows when others are refused"),
            .init("--report", "FILE", "write every fault, warning and change as CSV"),
            .init("--map", "HEADING=COLUMN", "what a heading means; may be given several times"),
            .init("--sheet", "NAME", "the sheet of a workbook to read; given several times, they are read together"),
            .init("--yes", nil, "apply the changes to a roll that is there already"),
        ], "import a voter roll (CSV or XLSX)", run: importRoll),
    Command("roll list", [], "the voters, without contacts", run: listRoll),
    Command(
        "roll export", [], options: [.init("--to", "FILE", "the new file, readable by this account only")],
        "the roll with contacts, as CSV", run: exportRoll),
    Command(
        "roll correct", ["REFERENCE"],
        options: [
            .init(
                "--column", "NAME",
                "email, phone, address1, civility, last_name, first_name, college, site, weight, language, channel, challenge"
            ),
            .init("--value", "TEXT", "the right value; lines of an address are separated by |"),
            .init("--reason", "TEXT", "why; it goes into the journal"),
        ], "correct one field of one voter", run: correctRoll),
]

/// What `roll import --json` prints.
private struct ImportSummary: Encodable {
    let rows, accepted, rejected, warnings, added, changed, removed: Int
    let encoding, separator: String
    let sheets: [String]
    let ignoredHeadings: [String]
    let stored: Bool
    /// Voters with an identifier whose new contacts wait for a second person, and the request's number.
    let held: Int
    let request: Int?
    /// Requests of older files whose place this one took.
    let replaced: [Int]
    /// Voters whose rows were not taken, by reference: nobody could have approved them.
    let leftOut: [String]
    /// How many voters whom the file lacks stay on the roll: somebody of the same name waits for their place.
    let kept: Int
    /// Printed letters, not posted yet, that are wrong since: `BATCH/NUMBER`.
    let wrongLetters: [String]
    let faults: [RollFault]
    let warningList: [RollFault]
    /// Changed rows: `REFERENCE: column: "before" -> "after", ...`.
    let changes: [String]
}

/// `roll import FILE`: reads and checks the whole file, shows what it would change, asks, and stores it in one transaction.
/// Refused, with nothing stored, once the poll is sealed, while another import runs, where the file cannot be read, where rows
/// are refused and `--accept-valid` is missing, and where nobody says yes to changes.
private func importRoll(_ invocation: Invocation) throws(Refusal) {
    let file = invocation.operands[0]
    let services = try Services(invocation)
    let election = try services.election()
    let key = try services.key(of: election)
    try services.refuseSealed(
        election.number,
        "the roll cannot change any more; contacts are corrected with `roll correct`, identifiers reissued with `identifiers reissue`"
    )
    let lock = try refusing { try ProcessLock(store: services.store.path, name: "import") }
    let options = try importOptions(invocation)
    let roll: LoadedRoll
    do throws(ImportFailure) {
        roll = try services.registrar.imports.load(
            file, into: election, keys: RollKeys(key, randomness: services.randomness), options: options,
            progress: Terminal.progress("rows"))
    } catch {
        Terminal.endProgress()
        if invocation.has("--json"), case .file(let fault) = error { try printUnreadable(fault) }
        throw Refusal(error.description)
    }
    Terminal.endProgress()
    let changes = try changes(services, roll, key, options.report)
    do throws(RollFileError) { try options.report?.finish() } catch { throw Refusal(error.description) }
    let isRefused = roll.report.faultCount > 0 && !options.acceptValid
    let isDry = invocation.has("--dry-run")
    if !invocation.has("--json") { describe(roll, changes, file: file) }
    var reason: String?
    if isRefused {
        reason =
            "Nothing was stored: \(roll.report.rejected) of \(roll.rows) rows are refused. Correct them, or keep the good ones with --accept-valid."
    } else if roll.rows == 0 {
        reason = "Nothing was stored: the file holds no voters."
    } else if roll.rows <= roll.report.rejected {
        reason = "Nothing was stored: every row is refused. Correct the file."
    } else if !isDry, needsConsent(roll), !invocation.has("--yes"),
        Terminal.confirm("Apply these changes to the roll?") != true
    {
        reason = "Nothing was stored: run it again with --yes to apply these changes to the roll."
    }
    var applied: AppliedRoll?
    if reason != nil || isDry {
        try refusing { try services.registrar.imports.discard(roll) }
    } else {
        applied = try publish(roll, services, election, file: file)
    }
    withExtendedLifetime(lock) {}
    if invocation.has("--json") { try printSummary(roll, changes, applied) }
    if let reason { throw Refusal(reason) }
    if !invocation.has("--json") { Terminal.say(isDry ? "Dry run: nothing was stored." : "The roll is stored.") }
    if let applied { tell(applied, election) }
}

/// Says what became of new contacts of voters who have an identifier.
private func tell(_ applied: AppliedRoll, _ election: StoredElection) {
    if !applied.replaced.isEmpty {
        let numbers = applied.replaced.map { "\($0)" }.joined(separator: ", ")
        Terminal.complain(
            "This file took the place of what an older one left waiting: request \(numbers) is over, and nothing of it comes onto the "
                + "roll.")
    }
    if !applied.leftOut.isEmpty {
        Terminal.complain(
            "These rows were not taken: \(applied.leftOut.joined(separator: ", ")). Another voter or a member of the staff has the contact "
                + "that they give, or the passphrase was reset within two days: a member of the bureau must agree, and there is none. "
                + "Correct them, or add one with `manager add NAME --role bureau`, and import the file again.")
    }
    if !applied.sheets.isEmpty {
        Terminal.complain(
            "These printed letters are wrong now (batch/letter): \(wrongLetters(applied).joined(separator: ", ")). Take each out with "
                + "`letters spoiled BATCH NUMBER`, which says how another one is made.")
    }
    if let request = applied.request {
        let who = applied.isForBureau ? "a member of the bureau" : "a second person"
        Terminal.complain(
            "Not everything is on the roll yet: the rows of \(Terminal.count(applied.held, "voter")) wait until \(who) approves "
                + "request \(request) at the console, within 24 hours. Such a row gives a new contact or answer to somebody who has an "
                + "identifier, or a contact that others have, or puts somebody in the place of a voter of the same name."
        )
    }
    if applied.kept > 0 {
        Terminal.complain(
            "\(Terminal.count(applied.kept, "voter")) whom the file lacks stay on the roll: somebody of the same name would take the place, "
                + "and is not on it yet.")
    }
    guard applied.moved > 0 else { return }
    Terminal.say(
        "\(Terminal.count(applied.moved, "voter")) with an identifier got a new contact; the old ones are told by mail or SMS where "
            + "they were used before.")
    if applied.request == nil, election.election.access.fourEyes {
        Terminal.complain(wantsTwo)
    }
}

/// `BATCH/NUMBER` of each printed letter that a file made wrong.
private func wrongLetters(_ applied: AppliedRoll) -> [String] {
    applied.sheets.map { "\($0.batch)/\($0.number)" }
}

/// Whether the file changes a roll that is there: a first import asks nothing.
private func needsConsent(_ roll: LoadedRoll) -> Bool {
    roll.isUpdate && roll.added.count + roll.changed.count + roll.removed.count > 0
}

/// Puts a roll that was loaded in force.
/// - Throws: refused where the poll was sealed meanwhile; what was loaded is thrown away then.
private func publish(
    _ roll: LoadedRoll, _ services: Services, _ election: StoredElection, file: String
) throws(Refusal) -> AppliedRoll {
    let name = URL(fileURLWithPath: file).lastPathComponent
    let publication = RollPublication(try services.operations(election))
    let applied = try refusing {
        try publication.apply(roll, file: name, by: services.actor())
    }
    guard let applied else {
        throw Refusal("Nothing was stored: the poll was sealed while the file was read.")
    }
    return applied
}

/// What an import was asked to do.
/// - Throws: refused as wrong usage for a `--map` that names no column, and where the report's file cannot be made.
func importOptions(_ invocation: Invocation) throws(Refusal) -> ImportOptions {
    var options = ImportOptions()
    options.acceptValid = invocation.has("--accept-valid")
    if let path = invocation["--report"] {
        do throws(RollFileError) { options.report = try ReportFile(path) } catch { throw Refusal(error.description) }
    }
    for pair in invocation.all("--map") {
        let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
        guard parts.count == 2, let column = Column(rawValue: parts[1]) else {
            let names = Column.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal("--map wants HEADING=COLUMN, and the columns are: \(names).", status: .usage)
        }
        options.map[heading(parts[0])] = column
    }
    options.sheets = invocation.all("--sheet")
    return options
}

/// A heading as it is looked for, with the number of its occurrence where one is given (`Courriel#2`).
private func heading(_ text: String) -> String {
    guard let mark = text.lastIndex(of: "#"), let number = Int(text[text.index(after: mark)...]), number > 0 else {
        return Column.fold(text)
    }
    return "\(Column.fold(String(text[..<mark])))#\(number)"
}

/// What was read and how, with the faults, warnings and changes; invisible characters are shown by their numbers.
private func describe(_ roll: LoadedRoll, _ details: [String], file: String) {
    let sheets = roll.sheets.map { "\"\(Invisible.escaped($0))\"" }.joined(separator: ", ")
    let separator =
        roll.separator.isEmpty
        ? ", \(roll.sheets.count > 1 ? "sheets" : "sheet") \(sheets)" : ", separated by \"\(roll.separator)\""
    Terminal.say(
        "\(file): read as \(roll.encoding)\(separator). \(Terminal.count(roll.rows, "row")): "
            + "\(roll.rows - roll.report.rejected) good, \(roll.report.rejected) refused, \(Terminal.count(roll.report.warningCount, "warning"))."
    )
    if roll.sheets.isEmpty, !roll.encoding.hasPrefix("UTF") {
        Terminal.say(
            "The file is not UTF-8, so it was read as \(roll.encoding): look at a few accents before you go on.")
    }
    if !roll.ignoredHeadings.isEmpty {
        Terminal.say(
            "Columns not read: \(Invisible.escaped(roll.ignoredHeadings.joined(separator: ", "))) (name one with --map to read it)."
        )
    }
    show("refused", roll.report.faults, roll.report.faultCount)
    show("warning", roll.report.warnings, roll.report.warningCount)
    guard roll.isUpdate else { return }
    if roll.report.refusedNameless > 0 {
        Terminal.say(
            "\(roll.report.refusedNameless) refused rows have no readable reference, so nobody is taken off the roll by this file."
        )
    }
    for (what, changes) in [("added", roll.added), ("changed", roll.changed), ("no longer there", roll.removed)] {
        Terminal.say("\(changes.count) \(what)")
        let lines = what == "changed" ? Array(details.prefix(changes.names.count)) : changes.names
        for line in lines { Terminal.say("  \(Invisible.escaped(line))") }
        if changes.count > lines.count {
            Terminal.say("  and \(changes.count - lines.count) more: see them all with --report FILE")
        }
    }
}

/// The first twenty faults or warnings, and how many more there are.
/// - Parameter count: of all, those that were not kept included.
private func show(_ kind: String, _ faults: [RollFault], _ count: Int) {
    let shown = 20
    for fault in faults.prefix(shown) {
        let value = fault.value.isEmpty ? "" : " \"\(fault.value)\""
        let place = fault.column.isEmpty ? "line \(fault.line):" : "line \(fault.line), \(fault.column):"
        Terminal.say("  \(place)\(value) \(fault.reason) (\(kind))")
    }
    if count > shown { Terminal.say("  and \(count - shown) more (\(kind)): see them all with --report FILE") }
}

/// The import as one object of JSON.
/// - Parameter applied: nil where nothing was stored.
private func printSummary(
    _ roll: LoadedRoll, _ changes: [String], _ applied: AppliedRoll?
) throws(Refusal) {
    try Terminal.json(
        ImportSummary(
            rows: roll.rows, accepted: roll.rows - roll.report.rejected, rejected: roll.report.rejected,
            warnings: roll.report.warningCount, added: roll.added.count, changed: roll.changed.count,
            removed: roll.removed.count, encoding: roll.encoding, separator: roll.separator, sheets: roll.sheets,
            ignoredHeadings: roll.ignoredHeadings, stored: applied != nil, held: applied?.held ?? 0,
            request: applied?.request, replaced: applied?.replaced ?? [], leftOut: applied?.leftOut ?? [],
            kept: applied?.kept ?? 0, wrongLetters: applied.map { wrongLetters($0) } ?? [], faults: roll.report.faults,
            warningList: roll.report.warnings, changes: changes))
}

/// The summary of a file that could not be read at all.
private func printUnreadable(_ error: RollFileError) throws(Refusal) {
    try Terminal.json(
        ImportSummary(
            rows: 0, accepted: 0, rejected: 0, warnings: 0, added: 0, changed: 0, removed: 0, encoding: "",
            separator: "", sheets: error.sheets,
            ignoredHeadings: [], stored: false, held: 0, request: nil, replaced: [], leftOut: [], kept: 0,
            wrongLetters: [],
            faults: [RollFault(line: error.line, column: "", value: "", reason: error.message)], warningList: [],
            changes: []))
}

/// Changed rows kept for the terminal and for JSON; all of them are in the report's file.
private let mostChanges = 10_000

/// What a loaded roll changes in the one that is there, row by row; all of it goes into the report as well.
/// - Parameter report: gets all of it, with the line of the file; nil where none was asked for.
/// - Returns: as many as `mostChanges`, in the file's order; empty for a first import.
private func changes(
    _ services: Services, _ roll: LoadedRoll, _ key: ElectionKey, _ report: ReportFile?
) throws(Refusal) -> [String] {
    guard roll.isUpdate else { return [] }
    return try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) -> [String] in
            var texts: [String] = []
            try services.registrar.changes.eachChange(
                reading, roll, keys: RollKeys(key, randomness: services.randomness)
            ) {
                line, reference, changes throws(StoreError) in
                for change in changes {
                    report?.add(
                        "changed", RollFault(line: line, column: change.column, value: reference, reason: change.text))
                }
                if texts.count < mostChanges {
                    texts.append("\(reference): " + changes.map(\.text).joined(separator: ", "))
                }
            }
            return texts
        }
    }
}

/// `roll list`: reference, names, college and site of each voter, separated by tabs; `--json` has language and weight too.
private func listRoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    struct Shown: Encodable {
        let reference, lastName, firstName, college, site, language: String
        let weight: Int
    }
    var voters: [Shown] = []
    try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try services.registrar.each(reading, election) { voter, _ throws(StoreError) in
                let shown = Shown(
                    reference: voter.reference, lastName: voter.lastName, firstName: voter.firstName,
                    college: voter.college, site: voter.site, language: voter.language.rawValue, weight: voter.weight)
                if invocation.has("--json") {
                    voters.append(shown)
                } else {
                    Terminal.say(
                        [shown.reference, shown.lastName, shown.firstName, shown.college, shown.site].joined(
                            separator: "\t"))
                }
            }
        }
    }
    if invocation.has("--json") { try Terminal.json(voters) }
}
