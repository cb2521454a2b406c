import CommandLineKit
import Contacts
import Elections
import Issuance
import Operations
import Server
import Store

/// The verbs that give voters their identifiers.
let identifierCommands = [
    Command(
        "identifiers issue", [], options: [.init("--by", "CHANNEL", "auto (default), email, sms or letter")],
        "give an identifier to every voter who has none", run: issueIdentifiers),
    Command(
        "identifiers reissue", ["VOTER"],
        options: [
            .init("--by", "CHANNEL", "email, sms or letter"),
            .init("--to", "CONTACT", "a mail address or mobile number given on the phone, for this voter only"),
            .init("--reason", "TEXT", "why; it goes into the journal"),
            .init("--keep-until-posted", nil, "with --by letter: the old identifier works until the letter is posted"),
        ], "a new identifier in place of a lost one, which ends at once or when its letter is posted",
        run: reissueIdentifier),
    Command("identifiers status", [], "how many identifiers are in which state", run: showIdentifiers),
]

/// What is said where the election asks for two persons.
let wantsTwo = "This election wants two persons for that; the command line knows one. Note the second one yourself."

/// What is said of a new contact that the console would have brought before the bureau.
let forBureau =
    "Note: at the console a member of the bureau would have had to agree: another voter or a member of the staff has this "
    + "contact, many were given within the hour, or the passphrase was reset within two days. Show it to the bureau; the "
    + "journal names who ran this."

/// A channel by its name.
/// - Throws: refused as wrong usage for another word.
private func route(_ text: String) throws(Refusal) -> Channel {
    if let route = Channel(rawValue: text) { return route }
    throw Refusal("\"\(text)\" is no channel: email, sms or letter.", status: .usage)
}

/// `identifiers issue`: an identifier for everybody who has none; messages wait in the outbox, letters for the printer. Voters
/// whom no channel reaches are named, and are no fault.
/// - Throws: refused where a template is wrong, before the first voter.
private func issueIdentifiers(_ invocation: Invocation) throws(Refusal) {
    let by = invocation["--by"] ?? "auto"
    let forced = by == "auto" ? nil : try route(by)
    let services = try Services(invocation)
    let election = try services.election()
    warnOfTimes(election.election, try services.hours(election), services.clock.now)
    let outcome = try services.issueAll(election, forced: forced)
    if invocation.has("--json") {
        struct Shown: Encodable { let issued: [String: Int], alreadyHad, unreachable: Int, unreachableVoters: [String] }
        try Terminal.json(
            Shown(
                issued: Dictionary(uniqueKeysWithValues: outcome.issued.map { ($0.key.rawValue, $0.value) }),
                alreadyHad: outcome.alreadyHad, unreachable: outcome.unreachableCount,
                unreachableVoters: outcome.unreachable))
        return
    }
    Terminal.say(
        "\(Terminal.count(outcome.issuedCount, "identifier")) issued"
            + Channel.allCases.compactMap { route in
                outcome.issued[route].map { ", \($0) by \(route.rawValue)" }
            }.joined() + "; \(Terminal.count(outcome.alreadyHad, "voter")) had one.")
    if outcome.unreachableCount > 0 {
        Terminal.say(
            "\(Terminal.count(outcome.unreachableCount, "voter")) cannot be reached: \(outcome.unreachable.joined(separator: ", ")). "
                + "Add a contact with `roll correct`, then run this again.")
    }
}

/// `identifiers reissue VOTER`: a new identifier in place of a lost one, which ends at once or when the letter is posted. Says
/// which printed letters no longer work, and where the console would have asked a second person.
/// - Throws: refused for a reference that nobody has, a contact that is none, and what the election does not allow.
private func reissueIdentifier(_ invocation: Invocation) throws(Refusal) {
    let route = try route(try invocation.required("--by"))
    let reason = try invocation.line("--reason")
    let keepsOld = invocation.has("--keep-until-posted")
    guard !keepsOld || route == .letter else {
        throw Refusal("--keep-until-posted goes with --by letter: nothing else is posted.", status: .usage)
    }
    let services = try Services(invocation)
    let election = try services.election()
    let reissue = IdentifierReissue(try services.operations(election))
    let reference = invocation.operands[0]
    let order = VoterOrder(
        voter: try services.voter(reference, of: election), route: route, contact: invocation["--to"], reason: reason,
        check: nil, answer: nil, keepsOld: keepsOld)
    let outcome = try refusing { try reissue.reissue(order, by: services.actor()) }
    guard case .done(let notice, let sheets, let isKept, let second) = outcome else {
        throw refusal(outcome, reference)
    }
    let told = notice.map { " The old contact is told by \($0.rawValue)." } ?? ""
    Terminal.say(
        "\(reference): \(reissued(election, by: route, keepsOld: isKept))\(told) "
            + "Run `outbox send`\(route == .letter || notice == .letter ? " and `letters print`" : "").")
    if keepsOld, !isKept { Terminal.say("\(reference) had no identifier in use: there was none to keep.") }
    for sheet in sheets {
        Terminal.say("Take letter \(sheet.number) of batch \(sheet.batch) out of the pile: it no longer works.")
    }
    switch second {
    case .bureau: Terminal.complain(forBureau)
    case .another:
        Terminal.complain(
            "Note: this election wants two persons for a new contact (fourEyes). The command line knows one; the journal "
                + "names who ran it.")
    case nil: break
    }
    warnOfTimes(election.election, try services.hours(election), services.clock.now)
}

/// Why nothing was done for a voter.
/// An outcome that only the console can have is a fault of the program.
func refusal(_ outcome: SupportOutcome, _ reference: String) -> Refusal {
    switch outcome {
    case .refused(let reason): Refusal("\(reference): \(reason).")
    case .unknownVoter: Refusal("There is no voter \"\(reference)\" on the roll.")
    default: Refusal("\(reference): \(outcome).", status: .broken)
    }
}

/// What became of the old identifier and of the new one, as a sentence.
/// - Parameter keepsOld: whether the old one works until the new letter is posted.
private func reissued(_ election: StoredElection, by route: Channel, keepsOld: Bool) -> String {
    let isSame = election.election.access.keepsIdentifier
    let waits = route == .letter ? "waits to be printed on a letter" : "waits to be sent by \(route.rawValue)"
    let new = isSame ? "the same identifier \(waits)" : "a new identifier \(waits)"
    if keepsOld { return "\(new); what the voter has works until that letter is marked as posted." }
    return isSame ? "\(new)." : "the old identifier has ended, \(new)."
}

/// `identifiers status`: how many are in which state, by channel.
private func showIdentifiers(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let rows = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try services.issuer.summary(reading, election)
        }
    }
    struct Shown: Encodable { let state, by: String, count: Int }
    if invocation.has("--json") {
        try Terminal.json(rows.map { Shown(state: $0.state, by: $0.route, count: $0.count) })
    } else if rows.isEmpty {
        Terminal.say("No identifier was issued yet: run `identifiers issue`.")
    } else {
        Terminal.table(["state", "by", "identifiers"], rows.map { [$0.state, $0.route, "\($0.count)"] }, numbers: [2])
    }
}
