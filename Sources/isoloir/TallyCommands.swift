import BallotCore
import BallotEngine
import CommandLineKit
import Crypto
import Elections
import Foundation
import Glibc
import Server
import Store
import Tally

/// The verbs of the count on the server's side, and those with which anybody checks an archive.
let tallyCommands = [
    Command(
        "tally take", ["FILE"],
        options: [
            .init(
                "--trustee", "TEXT", "whose it is, for a decryption that another program made (one ballot's document)"),
            .init("--ballot", "ID", "which ballot that decryption is of"),
            .init("--waiver", "FILE", "the statement of two members of the bureau that lets such a decryption in"),
        ], "take a trustee's decryptions; the last brings the result", run: takeDecryptions),
    Command(
        "tally archive", [], options: [.init("--to", "FOLDER", "where the archives go, one for each ballot")],
        "write the public archives, as belenios-tool reads them", run: archive),
    Command("tally result", [], "the result, where the trustees have opened it", run: showResult),
    Command(
        "tally verify", ["ARCHIVE"],
        options: [
            .init("--seal", "FILE", "the manifest (isoloir poll manifest): the archive must be the sealed election's"),
            .init("--expect", "STAGE", "sealed, open, closed or counted: anything else is refused"),
            .init("--previous", "OLD", "an earlier copy: the archive must begin with it, byte for byte"),
            .init("--part", "FILE", "a trustee's file: it must be of this archive's tally; may be given several times"),
            .init("--threads", "N", "cores to use (default: all)"),
        ], "check an archive, or a folder of archives, by itself", run: verifyArchives),
    Command(
        "tally ballot", ["ELECTION"],
        options: [
            .init("--credential", "FILE", "the secret credential; with several lines, a ballot for each"),
            .init("--choices", "TEXT", "such as [[0,1,0]], a blank vote first where there is one"),
            .init("--count", "N", "so many ballots for each credential, one a line (default: 1)"),
        ], "seal a ballot of an election document, for those who test a poll", run: makeBallots),
]

/// `tally take FILE`: takes a trustee's part once its proofs are checked; the last one brings the result. Refused with the rule
/// that it breaks, and where all parts together give no result: then with those that nothing binds.
private func takeDecryptions(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let tallyService = services.tallyService(try services.station(try services.election()))
    let file = try readFile(invocation.operands[0])
    let waiver = try invocation["--waiver"].map { path throws(Refusal) in try readFile(path) }
    let foreign = (invocation["--trustee"], invocation["--ballot"])
    let taking = try refusing {
        if case (let trustee?, let ballot?) = foreign {
            return try tallyService.decryptions.take(
                foreign: file, trustee: trustee, ballot: ballot, waiver: waiver, by: services.principal)
        }
        return try tallyService.decryptions.take(file, waiver: waiver, by: services.principal)
    }
    switch taking {
    case .refused(let reason): throw Refusal(reason)
    case .noResult(let ballots, let unbound):
        let suspects =
            unbound.isEmpty
            ? "Every part is bound to its factors: run `isoloir poll status` and verify the archives."
            : "First suspect: \(unbound.joined(separator: ", ")), whose part nothing binds. Ask for it again, made with `isoloir tally decrypt`; it takes the place of the one that is here."
        throw Refusal(
            "The part was taken, and all parts together give no result for \(ballots.joined(separator: ", ")). \(suspects)"
        )
    case .taken(let trustee, let missing):
        Terminal.say("\(trustee)'s decryptions are proven and taken.")
        if !missing.isEmpty { return Terminal.say("Still awaited: \(missing.joined(separator: ", ")).") }
        Terminal.results(try results(services, tallyService))
    }
}

/// `tally archive`: writes the public archive of every ballot, and the closing record beside them.
private func archive(_ invocation: Invocation) throws(Refusal) {
    let folder = try invocation.required("--to")
    let services = try Services(invocation)
    for name in try PollAdministration(services, try services.election()).writeArchives(to: folder) {
        Terminal.say("  \(folder)/\(name)")
    }
}

// MARK: Result

/// The results of all ballots that are counted; empty before.
private func results(_ services: Services, _ tallyService: TallyService) throws(Refusal) -> [BallotResult] {
    try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try tallyService.results.all(reading)
        }
    }
}

/// `tally result`: each ballot's answers with their votes. Refused before the trustees opened it.
private func showResult(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let tallyService = services.tallyService(try services.station(try services.election()))
    let results = try results(services, tallyService)
    guard !results.isEmpty else { throw Refusal("There is no result yet: the trustees open it after the close.") }
    if invocation.has("--json") { return try Terminal.json(results.map(ShownResult.init)) }
    Terminal.results(results)
}

/// What `tally result --json` prints of each ballot.
private struct ShownResult: Encodable {
    /// The votes of each answer; `blank` is nil where a blank vote is no choice.
    struct Question: Encodable {
        struct Line: Encodable { let answer: String, votes: Int }
        let question: String, lines: [Line], blank: Int?
    }
    /// `voters`: the ballots that are counted; `weight`: the sum of their weights.
    let ballot, title: String, electors, voters, weight: Int, questions: [Question]

    init(_ result: BallotResult) {
        ballot = result.ballot.id
        title = result.ballot.title.fr
        (electors, voters, weight) = (result.electors, result.counted, result.weight)
        questions = result.questions.map { answered in
            Question(
                question: answered.question.title.fr,
                lines: answered.lines.map { Question.Line(answer: $0.answer.fr, votes: $0.votes) },
                blank: answered.blank)
        }
    }
}

// MARK: Ballots for tests

/// `tally ballot ELECTION`: prints sealed ballots, one a line, for those who test a poll. Refused where the document is none, a
/// credential is mistyped, or the choices are no vote on its questions.
private func makeBallots(_ invocation: Invocation) throws(Refusal) {
    let bytes = try readFile(invocation.operands[0])
    let file = String(decoding: try readFile(try invocation.required("--credential")), as: UTF8.self)
    guard let document = ElectionDocument(bytes), let group = GMPGroup(key: document.publicKey) else {
        throw Refusal("\(invocation.operands[0]) is no election document.")
    }
    let given = JSON.read(Array(try invocation.required("--choices").utf8))?.list
    let choices = given?.map { ($0.list ?? []).map { UInt8(clamping: $0.integer ?? 255) } }
    let count = try invocation["--count"].map { text throws(Refusal) in try invocation.number(text) } ?? 1
    let (form, uuid) = (document.form, document.uuid)
    // A line may name the voter before the credential.
    for line in file.split(whereSeparator: \.isNewline) {
        let text = Array((line.split(separator: " ").last ?? "").utf8)
        guard let credential = VotingCredential(text.span) else { throw Refusal("A credential is mistyped.") }
        for _ in 0..<count {
            var sealer = BallotSealer(group: group, form: form, source: SystemScalars())
            guard let choices, let ballot = sealer.seal(choices, secret: credential.exponent(uuid: uuid.span)) else {
                throw Refusal("The choices are no vote on this election's questions.")
            }
            Terminal.say(String(decoding: ballot, as: UTF8.self))
        }
    }
}
