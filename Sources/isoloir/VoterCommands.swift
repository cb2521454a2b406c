import Authentication
import CommandLineKit
import Elections
import Operations
import Server
import Store

/// The verbs of support: a voter's passphrase, and the questions to the help desk.
let voterCommands = [
    Command(
        "passphrase reset", ["VOTER"],
        options: [.init("--reason", "TEXT", "why, and how the person was checked; it goes into the journal")],
        "let a voter choose a new passphrase at the next sign-in", run: resetPassphrase),
    Command(
        "support list", [], options: [.init("--all", nil, "answered ones too")], "what voters asked the help desk",
        run: listQuestions),
    Command("support done", ["NUMBER"], "mark a question as answered", run: closeQuestion),
    Command("support code", ["CODE"], "where the caller with this support code stands", run: showTrace),
]

/// `passphrase reset VOTER`: the voter chooses a new passphrase at the next sign-in, and is told by message. Refused where the
/// election sends passwords, and for a reference that nobody has.
private func resetPassphrase(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let reason = try invocation.line("--reason")
    let reference = invocation.operands[0]
    guard election.election.access.secretKind != .generated else {
        throw Refusal("This election sends passwords: give \(reference) a new one with `identifiers reissue`.")
    }
    let reset = PassphraseReset(try services.operations(election))
    let voter = try services.voter(reference, of: election)
    let outcome = try refusing {
        try reset.reset(voter: voter, reason: reason, check: nil, answer: nil, by: services.actor())
    }
    guard case .done(_, _, _, let second) = outcome else { throw refusal(outcome, reference) }
    Terminal.say(
        "\(reference) chooses a new passphrase at the next sign-in; open sessions have ended, and a message tells the voter so."
    )
    switch second {
    case .bureau:
        Terminal.complain(
            "Note: a contact of this voter was changed within two days: at the console a member of the bureau would have had to "
                + "agree. Show it to the bureau; the journal names who ran this.")
    case .another: Terminal.complain(wantsTwo)
    case nil: break
    }
}

/// The election's questions and traces, which open with its key.
/// - Throws: refused where the key is not in the key folder.
private func queue(_ services: Services, _ election: StoredElection) throws(Refusal) -> SupportQueue {
    SupportQueue(
        election: election, key: try services.key(of: election), clock: services.clock, randomness: services.randomness)
}

/// `support list`: what voters asked and nobody answered; with `--all` what was answered too. Control characters that a visitor
/// typed are shown as blanks.
/// - Throws: refused where the election's key, with which questions are sealed, is missing.
private func listQuestions(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let queue = try queue(services, election)
    let entries = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try queue.questions(reading, withDone: invocation.has("--all"))
        }
    }
    struct Shown: Encodable {
        let number: Int
        let at, code, name, contact, text: String
        let done: Bool
    }
    if invocation.has("--json") {
        return try Terminal.json(
            entries.map {
                Shown(
                    number: $0.id, at: Moment.stamp($0.at), code: $0.code, name: $0.question.name,
                    contact: $0.question.contact, text: $0.question.text, done: $0.isDone)
            })
    }
    if entries.isEmpty { return Terminal.say("Nobody waits for an answer.") }
    for entry in entries {
        Terminal.say(
            "\(entry.id)  \(Moment.text(entry.at)) UTC  code \(entry.code)\(entry.isDone ? "  answered" : "")")
        // What strangers typed must not steer the terminal.
        for text in ["\(entry.question.name), \(entry.question.contact)", entry.question.text] {
            Terminal.say(
                "   "
                    + String(text.map { $0.isNewline || $0.asciiValue.map { $0 < 32 || $0 == 127 } == true ? " " : $0 })
            )
        }
    }
}

/// `support done NUMBER`: notes in the journal that a question was answered. Refused where no such question waits.
private func closeQuestion(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let number = try invocation.number(invocation.operands[0])
    let answer = HelpAnswer(
        store: services.store, queue: try queue(services, election), journal: services.journal, election: election)
    let isClosed = try refusing { try answer.mark(question: number, by: services.principal) }
    guard isClosed else { throw Refusal("No question \(number) waits for an answer.") }
    Terminal.say("Question \(number) is answered.")
}

/// `support code CODE`: the page at which the caller stands, and the last message shown there. Refused for a code that nobody
/// had in the last seven days.
private func showTrace(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let queue = try queue(services, election)
    let code = invocation.operands[0].uppercased()
    let trace = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try queue.trace(reading, code: code)
        }
    }
    guard let trace else {
        throw Refusal("Nobody was here with the code \(code) in the last seven days: ask for it once more.")
    }
    struct Shown: Encodable { let step, trouble, at: String }
    if invocation.has("--json") {
        return try Terminal.json(Shown(step: trace.step, trouble: trace.trouble, at: Moment.stamp(trace.at)))
    }
    Terminal.say("\(Moment.text(trace.at)) UTC: at the page \"\(trace.step)\"")
    Terminal.say(trace.trouble.isEmpty ? "Nothing went wrong there." : "Last message shown: \(trace.trouble)")
}
