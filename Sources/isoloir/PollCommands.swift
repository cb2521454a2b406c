import CommandLineKit
import Elections
import Foundation
import Journal
import Observer
import Operations
import Polling
import Server
import Store

/// The verbs of a poll's life, from the seal to the destruction.
let pollCommands = [
    Command(
        "poll seal", [],
        options: [
            .init("--box-key", "FILE", "where the box key goes, for whoever keeps it until the opening"), yesOption,
        ],
        "freeze the election, make credentials, ballot box and signature list", run: sealPoll),
    Command(
        "poll unseal", [],
        options: [
            .init("--statement", "FILE", "two members' statement (isoloir bureau draft undo-seal): it says why"),
            yesOption,
        ],
        "before the opening: undo the seal; nothing of it serves for another one, and trustees check again",
        run: unsealPoll),
    Command(
        "poll open", [],
        options: [
            .init("--box-key", "FILE", "the box key made by the seal"),
            .init("--record", "FILE", "also writes the signed record there"),
            .init(
                "--waiver", "FILE",
                "two members' statement that it opens without a trustee's check; may be given several times"),
            yesOption,
        ] + restoreOptions,
        "open a sealed poll: seal, empty box and empty list are checked", run: openPoll),
    Command(
        "poll close", [],
        options: [.init("--at-once", nil, "without the grace for voters under way"), yesOption] + orderOptions,
        "close the poll for good", run: closePoll),
    Command(
        "poll record", [],
        options: [
            .init("--opening", nil, "the opening record; without it, the last one that there is"),
            .init("--closing", nil, "the closing record, which trustees compare"),
            .init("--to", "FILE", "also writes it there"),
        ],
        "the signed record of the opening, the close, the result or the abandonment, for the minutes and the trustees",
        run: showRecord),
    Command("poll rehearse", [], "test voters, trustees, votes and count in a store of their own", run: rehearsePoll),
    Command(
        "poll manifest", [], options: [.init("--to", "FILE", "where it goes")],
        "what the seal covers, for those who observe the site", run: exportManifest),
    Command(
        "poll signatures", [],
        options: [
            .init("--to", "FOLDER", "a CSV and a PDF for each ballot"),
            .init("--for-bureau", nil, "before the close, for the members of the bureau alone"),
        ], "the signature lists", run: exportSignatures),
    Command(
        "poll keep", [], options: [.init("--to", "FOLDER", "where the set goes")],
        "the frozen set for the legal keeping: archives, signature lists, journal, seal, signed list of all",
        run: keepPoll
    ),
    Command(
        "poll destroy", [], options: [.init("--yes", nil, "without asking")],
        "after the appeal period: destroy keys, signature lists and personal data", run: destroyPoll),
    Command(
        "observe", ["URL"],
        options: [
            .init("--seal", "FILE", "the manifest, from `isoloir poll manifest`"),
            .init("--page", "FILE", "a ballot page that a voter saved with its button: compared as well"),
        ],
        "from another machine: whether a site gives browsers what was sealed", run: observeSite),
    Command(
        "poll key-destroyed", ["STATEMENT"],
        "take a member's signed word that their copy of the box key is destroyed (isoloir bureau draft box-key-destroyed)",
        run: takeKeyDestroyed),
    Command(
        "poll custody", [], "copies that pair voters with ballots: box key, and backups from between seal and close",
        run: showCustody),
    Command(
        "poll backup-destroyed", ["NAME"],
        options: [
            .init("--by", "WHO", "who destroyed it"),
            .init("--reason", "TEXT", "how, and where that stands, such as \"minutes of 2 December\""),
            .init("--yes", nil, "note all that were removed without asking"),
        ],
        "note that a backup from between seal and close, or a file of the box key, is destroyed; all-removed as the name stands for all "
            + "that --keep removed from this machine", run: reportBackup),
    boxKeyCommand,
    pollClockCommand,
    Command("poll status", [], "where the poll stands, and whether box and list are as they were left", run: showPoll),
]

/// Who ordered a change of the poll: it stands in the journal.
private let orderOptions = [
    Command.Option("--by", "NAME", "the member of the bureau who orders it"),
    Command.Option("--reason", "TEXT", "why, such as \"minutes of 1 December, 19:10\""),
]

extension Invocation {
    /// The member's word on a change, where it was given.
    /// - Throws: refused as wrong usage where one of `--by` and `--reason` comes without the other.
    fileprivate func bureauWord() throws(Refusal) -> PollDecision? {
        guard self["--by"] != nil || self["--reason"] != nil else { return nil }
        return PollDecision(by: try required("--by"), reason: try required("--reason"))
    }
}

/// `poll seal`: asks with the figures of the election, then freezes it and writes the box key into a new file. Refused with every
/// fault that the seal finds, and where the definition changed since it was shown.
/// - Throws: refused where nobody says yes: nothing is frozen then, and no file written.
private func sealPoll(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--box-key")
    let services = try Services(invocation)
    let election = try services.election()
    let definition = try PollAdministration(services, election).definition()
    try services.confirm(.seal, election, invocation)
    let poll = try PollAdministration(services, election).seal(definition: definition, boxKeyFile: path)
    Terminal.say(
        """
        \(election.election.id) is sealed.

          Fingerprint of the seal   \(poll.fingerprint)

        Note it down: voters see it at the foot of every page. \(path) is the box key: the bureau keeps it until the
        opening, and it belongs in no backup.
        """)
}

/// `poll unseal`: undoes a seal before the opening, on two members' statement. Refused where nothing is sealed.
private func unsealPoll(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--statement")
    guard let statement = BureauStatement(file: try readFile(path)) else {
        throw Refusal("\(path) is no statement of the bureau, or a signature in it is not its member's.")
    }
    let services = try Services(invocation)
    let election = try services.election()
    guard let poll = try services.poll(election), poll.state != .sealing else {
        throw Refusal("The poll is not sealed: there is nothing to undo.")
    }
    try services.confirm(.unseal, election, invocation)
    let station = try services.station(election)
    if let refusal = try refusing({ try station.decisions.undoSeal(by: services.principal, statement: statement) }) {
        throw Refusal(refusal)
    }
    try services.emptyLog()
    Terminal.say(
        """
        The seal \(poll.fingerprint) is undone. Its manifest, its box key and everything that was signed for it serve for nothing
        any more: destroy the box key's file. Correct what was wrong, then `isoloir poll seal`: it gives a new fingerprint, and every
        trustee checks again (isoloir tally check --undone \(path) --before OLD-MANIFEST).
        """)
}

/// `poll open`: checks the whole store, takes waivers, opens the poll and prints the signed record. Refused with the rule that is
/// not kept, and while a point of the security level is open.
private func openPoll(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--box-key")
    let services = try Services(invocation)
    try fullCheck(services.store)
    let election = try services.election()
    try services.confirm(.open, election, invocation)
    for waiver in invocation.all("--waiver") {
        try PollAdministration(services, election).waiveCheck(statement: try readFile(waiver))
    }
    // It may have been open before the restore: whose ballot was lost must hear of it.
    let announcements = try services.isHeldByRestore() ? Announcements(try services.operations(election)) : nil
    let principal = services.principal
    try PollAdministration(services, election).open(boxKeyFile: path, proof: try invocation.resumeProof()) {
        transaction throws(StoreError) in try announcements?.order(transaction, .restoration, by: principal)
    }
    let station = try services.station(election)
    let record = try refusing { try station.records.opening() }
    if let file = invocation["--record"] { try writeFile(file, Array(record.utf8)) }
    Terminal.say(record)
    try describe(services, station)
    let hours = try services.hours(election)
    if hours.phase(services.clock.now) == .ahead {
        let begin = LocalTime.phrase(hours.opens, zone: election.election.timeZone, .en)
        Terminal.say("  The poll is open; voting begins at the announced hour: \(begin). No ballot is taken before it.")
    }
    try services.emptyLog()
    if let announcements { try tell(announcements) }
    try KeyCustody(services, station.election).warnOfBackups()
}

/// `poll record`: prints the wanted signed record, by default the last one that there is, with the word of what was destroyed
/// since. Refused where it is not written yet.
private func showRecord(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    let record = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) -> String? in
            let wanted: [SignedRecord.Kind] =
                invocation.has("--opening")
                ? [.opening]
                : invocation.has("--closing") ? [.closing] : [.abandonment, .result, .closing, .opening]
            for kind in wanted { if let record = try station.records.record(reading, kind) { return record } }
            return nil
        }
    }
    guard let record else {
        throw Refusal(
            "There is no such record yet: the opening writes the first, the close the second, the result the third.")
    }
    if let file = invocation["--to"] { try writeFile(file, Array(record.utf8)) }
    Terminal.say(record)
    // What was destroyed since.
    let custody = try refusing { try station.custody.record() }
    if !invocation.has("--opening"), !custody.isEmpty { Terminal.say(custody) }
}

/// `poll key-destroyed STATEMENT`: takes a member's signed word on their copy of the box key. Refused before the close, and
/// where the seal does not carry the signer's key.
private func takeKeyDestroyed(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    let file = try readFile(invocation.operands[0])
    let reports = CopyReports(store: services.store, election: station.election, station: station)
    if let refusal = try refusing({ try reports.take(keyDestroyed: file, by: services.actor()) }) {
        throw Refusal(refusal)
    }
    Terminal.say(try refusing { try station.custody.record() })
}

/// `poll close`: ends the taking of ballots; voters who signed in before have the minutes of grace, unless `--at-once` is given.
/// Says which copies of the box key are left.
/// - Throws: refused where store or box are not whole, and where a poll that ended by a clock in doubt has no word of the bureau.
private func closePoll(_ invocation: Invocation) throws(Refusal) {
    let word = try invocation.bureauWord()
    let services = try Services(invocation)
    let election = try services.election()
    try services.confirm(.close, election, invocation)
    let station = try services.station(election)
    let close = PollClose(
        store: services.store, station: station, tallyService: services.tallyService(station),
        register: try services.register(station.election))
    if let refusal = try refusing({
        try close.close(
            atOnce: invocation.has("--at-once"), by: services.principal, word: word,
            complain: { Terminal.complain($0) })
    }) {
        throw Refusal(refusal)
    }
    try describe(services, station)
    try services.emptyLog()
    for line in try KeyCustody(services, station.election).keyCopyLines() { Terminal.say("  " + line) }
    try KeyCustody(services, station.election).warnOfKeyFiles()
    if let poll = try services.poll(station.election), poll.state == .closing {
        Terminal.say(
            "  Voters who signed in before may finish for \(station.election.election.graceMinutes) minutes; then a running `serve` closes the poll. `poll close --at-once` closes it now."
        )
    }
}

// MARK: Rehearsal and what leaves the store

/// `poll rehearse`: plays the poll in a store of its own, which is removed afterwards, and keeps the report in the journal.
private func rehearsePoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let outcome = try refusing {
        try PollRehearsal(services.storeContext, election).rehearse(by: services.actor()) {
            try Rehearsal(services: services, election: election, invocation: invocation).run()
        }
    }
    if case .faultyTexts(let faults) = outcome {
        throw Refusal((faults + [ElectionTexts.cure]).joined(separator: "\n"))
    }
    Terminal.say("\nThe rehearsal went through; its report is in the journal, and nothing of it in the ballot box.")
}

/// `poll manifest`: writes what the seal covers into a new file. Refused before the seal.
private func exportManifest(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let services = try Services(invocation)
    guard let poll = try services.poll(try services.election()), poll.state != .sealing else {
        throw Refusal("The poll is not sealed yet.")
    }
    try writeFile(path, poll.manifest)
    Terminal.say("\(path): fingerprint \(poll.fingerprint)")
}

/// `poll signatures`: a CSV and a PDF for each ballot. Refused before the seal, and before the close without `--for-bureau`: who
/// has voted is for the bureau's members alone until then.
private func exportSignatures(_ invocation: Invocation) throws(Refusal) {
    let folder = try invocation.required("--to")
    let services = try Services(invocation)
    let election = try services.election()
    let export = SignatureExport(services.storeContext, election)
    let outcome = try refusing {
        let set = FrozenSet(services: services, election: election)
        return try export.export(
            forBureau: invocation.has("--for-bureau"), by: services.actor(),
            prepare: { try set.prepare(folder, for: $0) }, write: { try set.writeSignatures(to: folder) })
    }
    switch outcome {
    case .written(let names): for name in names { Terminal.say("  \(folder)/\(name)") }
    case .isNotSealed: throw Refusal("The poll is not sealed yet.")
    case .isForBureau:
        throw Refusal("Before the close the lists are for the members of the bureau alone: say so with --for-bureau.")
    }
}

/// `poll keep`: writes the frozen set. Refused before the poll is counted or abandoned.
private func keepPoll(_ invocation: Invocation) throws(Refusal) {
    let folder = try invocation.required("--to")
    let services = try Services(invocation)
    let election = try services.election()
    let keeping = PollKeeping(
        services.storeContext, election, station: { try services.station(election) },
        tallyService: services.tallyService)
    let outcome = try refusing {
        try keeping.keep(by: services.actor()) { content in
            try FrozenSet(services: services, election: election).write(content, to: folder)
        }
    }
    let count = try fileCount(outcome)
    Terminal.say(
        "\(folder): \(count) files, listed in SHA256SUMS and signed. Seal it in an envelope or on a medium until the appeal period ends."
    )
}

/// How many files are in the set.
/// - Throws: refused with what has to come before it.
private func fileCount(_ outcome: PollKeeping.Outcome) throws(Refusal) -> Int {
    switch outcome {
    case .kept(let files): return files
    case .isNotOver:
        throw Refusal("The frozen set is made once the poll is closed and counted, or abandoned.")
    case .isNotCounted:
        throw Refusal("The frozen set is made once every ballot is counted: trustees are awaited (isoloir tally take).")
    case .abandonmentUnwritten:
        throw Refusal(
            "The record of the abandonment is not written yet: run isoloir serve for a moment, which writes it.")
    }
}

/// `poll destroy`: asks, then destroys what pairs voters with the poll. Refused without a yes, and before the frozen set is made.
private func destroyPoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let question = "Destroy the keys, the signature lists and the personal data of \(election.election.id) for good?"
    guard invocation.has("--yes") || Terminal.confirm(question) == true else {
        throw Refusal("Nothing was destroyed: say --yes if the appeal period is over.")
    }
    try destroy(services, election)
    Terminal.say(
        """
        \(election.election.id): keys, signature lists and personal data are destroyed; the journal has the record.
        Destroy as well: escrow files, the bureau's copy of the box key, the trustees' private files, and old backups.
        """)
}

/// `observe URL`: compares what a site gives with the manifest, and with a page that a voter saved. It needs no store.
/// - Throws: refused with everything that is not as it was sealed.
private func observeSite(_ invocation: Invocation) throws(Refusal) {
    let file = try invocation.required("--seal")
    guard let seal = SiteSeal(manifest: try readFile(file)) else {
        throw Refusal("\(file) is no manifest: give the file made by `isoloir poll manifest`.")
    }
    var report = SiteObserver(address: invocation.operands[0], seal: seal).observe(
        now: Clock.system.now)
    if let path = invocation["--page"] {
        let check = PageCheck(try readFile(path), seal: seal)
        report.compared += check.compared
        report.faults += check.faults.map { "\(path): \($0)" }
    }
    for note in report.notes { Terminal.say("  \(note)") }
    guard report.faults.isEmpty else {
        throw Refusal(
            "\(invocation.operands[0]) is not as it was sealed (\(seal.fingerprint)):\n  \(report.faults.joined(separator: "\n  "))"
        )
    }
    Terminal.say("\(report.compared) comparisons: the site gives what was sealed under \(seal.fingerprint).")
}

/// Destroys keys, signature lists and personal data of an election whose frozen set was made.
/// - Throws: refused where the poll is not over, the frozen set was not made, or the store's log could not be emptied.
private func destroy(_ services: Services, _ election: StoredElection) throws(Refusal) {
    let outcome = try refusing {
        try PollDestruction(store: services.store, keys: services.keys, election: election).destroy(
            context: { try services.operations(election) }, by: services.principal)
    }
    switch outcome {
    case .destroyed: return
    case .isNotOver: throw Refusal("Only a closed or abandoned poll is destroyed.")
    case .isNotKept:
        throw Refusal("Make the frozen set first: isoloir poll keep --to FOLDER. Nothing comes back afterwards.")
    case .logRemains:
        throw Refusal(
            "Everything is destroyed but the store's log, which another program reads: end it and run this again."
        )
    }
}
