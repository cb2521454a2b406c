import CommandLineKit
import Crypto
import Elections
import Foundation
import Issuance
import Operations
import Server
import Store
import Typesetting
import VoterRoll

/// The option that encrypts everything that leaves for the printer.
private let encryptOption = Command.Option(
    "--encrypt-to", "KEY.asc", "the printer's OpenPGP key: everything is encrypted to it")

/// The options of whatever lays letters out: specimen, approval and print must agree in them.
private let layoutOptions = [
    Command.Option("--envelope", oneOf: PrinterProfile.Envelope.self, "the envelope (default: the settings', else dl)"),
    Command.Option(
        "--window", oneOf: PrinterProfile.Side.self, "the side of its window (default: the settings', else right)"),
    Command.Option(
        "--enclosure", "[COLLEGE=]FILE.pdf",
        "what goes into the envelope as well; may be given several times (default: the settings')"),
]

/// The verbs on letters: from the specimen to what the post returned.
let letterCommands = [
    Command(
        "letters print", [],
        options: [
            .init("--to", "FOLDER", "where the PDFs and the manifest go"), encryptOption,
            .init("--notices-apart", nil, "letters that bring no identifier in files of their own"),
            .init("--again", "BATCH", "print a batch once more"),
            .init("--letter", "NUMBER", "with --again: this letter only, or a range such as 12-19"),
            .init("--reason", "TEXT", "with --again: why; it goes into the journal"),
        ] + layoutOptions, "print the letters that wait, as one batch", run: printLetters),
    Command(
        "letters specimen", [], options: [.init("--to", "FILE.pdf", "the new file")] + layoutOptions,
        "a proof with difficult addresses and fake codes", run: printSpecimen),
    Command(
        "letters approve", [],
        options: [
            .init("--by", "NAME", "who approves it, not who made it: taken on trust here, compared at the console")
        ] + layoutOptions,
        "the specimen is approved for printing; letters are printed by an approved one alone", run: approveSpecimen),
    Command("letters list", [], "batches, and what became of their sheets", run: listLetters),
    Command(
        "letters posted", ["BATCH"], options: [.init("--on", "DATE", "the day of posting, 2026-11-10")],
        "the post has a batch: its identifiers become usable", run: markPosted),
    Command(
        "letters confirm", ["BATCH"], "wipe a posted batch's secrets: it cannot be printed again", run: confirmBatch),
    Command(
        "letters spoiled", ["BATCH", "NUMBER"],
        options: [
            .init("--reason", "TEXT", "what happened; it goes into the journal"),
            .init("--destroyed", nil, "the sheet was destroyed"), .init("--yes", nil, "without asking back"),
        ], "a sheet was spoiled or lost: its identifier ends at once", run: markSpoiled),
    Command(
        "letters returned", ["FILE"],
        "letters that the post returned: a CSV with the columns batch and number, or reference", run: markReturned),
]

/// The printer's key of `--encrypt-to`; nil where it is not given.
/// - Throws: refused where the file is no OpenPGP key that one can encrypt to.
private func printer(_ invocation: Invocation) throws(Refusal) -> PrinterKey? {
    guard let path = invocation["--encrypt-to"] else { return nil }
    do throws(PrinterKeyError) { return try PrinterKey(path: path) } catch { throw Refusal(error.description) }
}

/// How letters are laid out: by the settings, as far as the command says nothing else.
private func style(
    _ invocation: Invocation, _ services: Services, _ election: StoredElection
) throws(Refusal) -> LetterStyle {
    var style = services.letterStyle(election.election, try services.templates(for: election.election))
    style.envelope = invocation.choice("--envelope") ?? style.envelope
    style.window = invocation.choice("--window") ?? style.window
    if invocation.has("--notices-apart") { style.noticesApart = true }
    if invocation.has("--enclosure") {
        style.enclosures = invocation.all("--enclosure").map {
            LetterStyle.EnclosurePath($0, colleges: election.election.colleges.keys)
        }
    }
    return style
}

/// `letters print`: the letters that wait, as one batch of PDFs with a manifest, or again a batch that was printed. Refused
/// without an approved specimen of the same texts and layout, and where the folder holds a finished run.
private func printLetters(_ invocation: Invocation) throws(Refusal) {
    let folder = try invocation.required("--to")
    let services = try Services(invocation)
    let election = try services.election()
    let printer = try printer(invocation)
    let numbers = try invocation["--letter"].map { text throws(Refusal) in try range(text, invocation) }
    for option in ["--letter", "--reason"] where invocation.has(option) && !invocation.has("--again") {
        throw Refusal("\(option) goes with --again BATCH. \(invocation.seeHelp)", status: .usage)
    }
    var again: (batch: Int, reason: String)?
    if let text = invocation["--again"] {
        again = (try invocation.number(text), try invocation.line("--reason"))
    }
    let orders = try letters(invocation, services, election)
    let order = PrintOrders.Order(
        printer: nil, again: again?.batch, letters: numbers, reason: again?.reason ?? "")
    guard let manifest = try FolderPrint.print(order, of: orders, into: folder, printer: printer, by: services.actor())
    else {
        Terminal.say("No letter waits to be printed.")
        return
    }
    if invocation.has("--json") {
        try Terminal.json(manifest)
        return
    }
    Terminal.say(
        "Batch \(manifest.batch): \(Terminal.count(manifest.letters, "letter")) in \(Terminal.count(manifest.files.count, "file")) "
            + "in \(folder), with manifest.json and manifest.csv.")
    for file in manifest.enclosures {
        Terminal.say(
            "\(file.file): \(Terminal.count(file.pages, "page")), to go with \(Terminal.count(file.copies, "letter")).")
    }
    if let printer {
        Terminal.say("Encrypted to the key \(printer.name): compare it with the printer by phone.")
    } else {
        Terminal.complain(
            "The files are not encrypted: whoever reads them can sign in. Use --encrypt-to for a printer.")
    }
    if again == nil { Terminal.say("When the post has them: isoloir letters posted \(manifest.batch) --on DATE") }
}

/// A number, or a range of numbers.
/// - Throws: refused as wrong usage for no number, and for a range whose end comes before its beginning.
private func range(_ text: String, _ invocation: Invocation) throws(Refusal) -> ClosedRange<Int> {
    let ends = text.split(separator: "-", maxSplits: 1).map(String.init)
    let (first, last) = (try invocation.number(ends.first ?? text), try invocation.number(ends.last ?? text))
    guard first <= last else { throw Refusal("\"\(text)\" is no range: write 12-19.", status: .usage) }
    return first...last
}

/// The letters of an election, laid out as the command says.
private func letters(
    _ invocation: Invocation, _ services: Services, _ election: StoredElection
) throws(Refusal) -> PrintOrders {
    services.letters(try services.operations(election), style: try style(invocation, services, election))
}

/// `letters specimen`: a proof into a new file, with its SHA-256 and those of the enclosures. Nothing on it is real.
private func printSpecimen(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let services = try Services(invocation)
    let letters = try letters(invocation, services, try services.election())
    let bytes = try refusing { try letters.specimen() }
    let matter = try refusing { try letters.matter() }
    try saveNew(Data(bytes), to: path)
    let proof = try refusing { try letters.makeSpecimen(by: services.actor()) }
    Terminal.say(
        """
        \(path): a proof. Nothing on it is real; show it to the printer and the bureau.
          SHA-256  \(hex(sha256(bytes)))
        """)
    for (enclosure, digest) in zip(matter.enclosures, matter.enclosureDigests) {
        Terminal.say(
            "\(enclosure.name), \(Terminal.count(enclosure.pages, "page")), goes with "
                + (enclosure.college.map { "the letters of \($0)" } ?? "every letter") + " that brings an identifier.\n"
                + "  SHA-256  \(digest)")
    }
    if proof?.approvedAt == nil { Terminal.say("Once somebody approves it: isoloir letters approve --by NAME") }
}

/// `letters approve`: the bureau's word that letters are printed like the specimen. Refused for whoever made it, and where the
/// latest specimen is not of the present texts, layout and enclosures.
private func approveSpecimen(_ invocation: Invocation) throws(Refusal) {
    let name = try invocation.line("--by", atMost: StaffReason.longestName)
    let services = try Services(invocation)
    let letters = try letters(invocation, services, try services.election())
    let state = try refusing { try letters.proofState() }
    if state.isApproved { return Terminal.say("The specimen is approved already.") }
    let actor = try services.actor(onWordOf: name)
    let decision = try refusing { try letters.approve(specimen: state.waiting?.id ?? 0, by: actor) }
    switch decision {
    case .approved: Terminal.say("The specimen is approved by \(name): the letters can be printed.")
    case .gone:
        throw Refusal(
            "No specimen of the present texts, layout and enclosures waits: make it with `letters specimen --to FILE`, and give both commands "
                + "the same layout and enclosures.")
    case .samePerson:
        throw Refusal("\(name) made the specimen, or may be the person who made it: somebody else approves it.")
    case .tooNew: throw Refusal("The account of \(name) is new: it approves nothing yet.")
    case .mayNot: throw Refusal("\(name) has a role that approves no specimen.")
    }
}

/// `letters list`: each batch with its sheets by what became of them, and the numbers that are not for the post.
private func listLetters(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let rows = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try services.letterBatches.reconcile(reading, election)
        }
    }
    if invocation.has("--json") { return try Terminal.json(rows) }
    if rows.isEmpty { return Terminal.say("No batch was printed yet.") }
    Terminal.table(
        [
            "batch", "state", "printed", "spoiled", "withdrawn", "for the post", "printed again", "destroyed",
            "returned",
        ],
        rows.map { row in
            ["\(row.batch)", row.state]
                + [
                    row.printed, row.spoiled, row.withdrawn, row.toPost, row.reprinted, row.destroyed, row.returned,
                ].map(String.init)
        }, numbers: Set(2...8))
    for row in rows where !row.notToPost.isEmpty {
        Terminal.say("Batch \(row.batch), not for the post: \(row.notToPost.map(String.init).joined(separator: ", "))")
    }
}

/// `letters posted BATCH`: identifiers of a batch become usable; said again, it corrects the day. Refused for a day that is none
/// or has not begun.
private func markPosted(_ invocation: Invocation) throws(Refusal) {
    let date = try invocation.required("--on")
    let services = try Services(invocation)
    let (election, batch) = (try services.election(), try invocation.number(invocation.operands[0]))
    let posting = LetterPosting(letterBatches: services.letterBatches, election: election)
    let outcome = try refusing {
        try posting.post(batch: batch, on: date, now: services.clock.now, by: services.principal)
    }
    switch outcome {
    case .noDay: throw Refusal("\"\(date)\" is no date: write it as 2026-11-10.", status: .usage)
    case .notBegun:
        throw Refusal(
            "\(date) is not here yet: run this when the post has the letters, since their identifiers work from then on."
        )
    case .refused(let why): throw Refusal(why.description)
    case .activated(let count):
        Terminal.say(
            "Batch \(batch) was posted on \(date): \(Terminal.count(count, "identifier")) can be used from now on.")
    case .corrected: Terminal.say("Batch \(batch): the day of posting is now \(date).")
    }
    try services.wipeOldLetters()
}

/// `letters confirm BATCH`: wipes the secrets of a posted batch, which cannot be printed again.
private func confirmBatch(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let (election, batch) = (try services.election(), try invocation.number(invocation.operands[0]))
    let count = try refusing {
        try services.letterBatches.confirm(election, batch: batch, by: services.principal).get()
    }
    Terminal.say("Batch \(batch): the secrets of \(Terminal.count(count, "letter")) are wiped.")
}

/// `letters spoiled BATCH NUMBER`: ends the identifier of one sheet, once its initials were shown and somebody said yes. Refused
/// for a number that the batch does not have, or that was reported before.
private func markSpoiled(_ invocation: Invocation) throws(Refusal) {
    let reason = try invocation.line("--reason")
    let services = try Services(invocation)
    let election = try services.election()
    let batch = try invocation.number(invocation.operands[0])
    let letter = try invocation.number(invocation.operands[1])
    let operation = SpoiledSheet(
        batch, letter, store: services.store, letterBatches: services.letterBatches, election: election)
    let sheet = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try operation.sheet(reading, isPrinter: false)
        }
    }
    // A number that is none is refused below, in words.
    if let sheet, !invocation.has("--yes") {
        let shown =
            "Letter \(letter) of batch \(batch)" + (sheet.initials.isEmpty ? "" : ", for \(sheet.initials)\u{2026}")
        guard Terminal.confirm("\(shown): is this the sheet? Its identifier ends at once.") == true else {
            throw Refusal("\(shown): nothing was changed. Say --yes if this is the sheet.")
        }
    }
    let outcome = try refusing {
        try operation.end(
            named: invocation.has("--yes") ? nil : sheet?.name ?? "", destroyed: invocation.has("--destroyed"),
            reason: reason, by: services.principal)
    }
    let loss: LetterBatches.Loss
    switch outcome {
    case .unknown: throw Refusal("Batch \(batch) has no letter \(letter), or it was reported before.")
    case .asks: throw Refusal("The sheet was changed meanwhile: nothing was done. Look again.")
    case .refused(let why): throw Refusal(why.description)
    case .done(let done): loss = done
    }
    Terminal.say(
        "Letter \(letter) of batch \(batch) is spoiled"
            + (!loss.endedIdentifier
                ? ". No identifier ended with it."
                : loss.keepsOld
                    ? ": its identifier has ended. The one that the voter had goes on; `identifiers reissue` makes another letter."
                    : ": its identifier has ended. `identifiers issue` makes a new one."))
}

/// `letters returned FILE`: ends the identifiers of returned letters and marks their addresses. Lines that name no letter are
/// refused together, after the others were taken.
private func markReturned(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let list: ReturnedLetters
    do throws(RollFileError) { list = try ReturnedLetters(file: invocation.operands[0]) } catch {
        throw Refusal("\(error)")
    }
    let entries = list.entries.map { entry in
        LetterReturns.Entry(
            line: entry.line,
            place: entry.reference.map { .voter(reference: $0) }
                ?? .letter(batch: entry.batch ?? 0, number: entry.number ?? 0))
    }
    let outcome = try refusing {
        try LetterReturns(letterBatches: services.letterBatches, store: services.store, election: election).take(
            entries, by: services.principal)
    }
    Terminal.say(
        "\(Terminal.count(outcome.done, "letter")) marked as returned; their identifiers have ended and their addresses are marked on the roll."
    )
    let refused = outcome.refused.map { line, why in
        "\(invocation.operands[0]):\(line): \(why?.description ?? "names no letter")"
    }
    if !refused.isEmpty { throw Refusal(refused.joined(separator: "\n")) }
}
