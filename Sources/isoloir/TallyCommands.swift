import BallotCore
import BallotEngine
import Crypto
import Elections
import Foundation
import Glibc
import Polling
import Store
import Tally

let tallyCommands = [
    Command(
        "tally trustee-key", [],
        options: [
            .init("--for", "FOLDER", "the election's folder, with election.yaml"),
            .init("--name", "TEXT", "the trustee's name"),
            .init(
                "--to", "PATH", "writes PATH.key, which stays with the trustee, and PATH.pub for the election manager"),
        ], "a trustee's keys, made on a machine of their own", run: makeTrusteeKey),
    Command(
        "tally answer", ["CHALLENGE"],
        options: [
            .init("--key", "FILE", "the trustee's private file"), .init("--to", "FILE", "where the answer goes"),
        ],
        "show that a trustee holds the private keys", run: answerChallenge),
    Command(
        "tally decrypt", ["ARCHIVES"],
        options: [
            .init("--key", "FILE", "the trustee's private file"), .init("--to", "FILE", "where the decryptions go"),
        ], "a trustee's part of the count: verify the archives, then decrypt the totals alone", run: decryptTallies),
    Command("tally take", ["FILE"], "take a trustee's decryptions; the last brings the result", run: takeDecryptions),
    Command(
        "tally archive", [], options: [.init("--to", "FOLDER", "where the archives go, one for each ballot")],
        "write the public archives, as belenios-tool reads them", run: archive),
    Command("tally result", [], "the result, where the trustees have opened it", run: showResult),
    Command(
        "tally verify", ["ARCHIVE"], options: [.init("--threads", "N", "cores to use (default: all)")],
        "check an archive, or a folder of archives, by itself", run: verifyArchives),
    Command(
        "tally ballot", ["ELECTION"],
        options: [
            .init("--credential", "FILE", "the secret credential; with several lines, a ballot for each"),
            .init("--choices", "TEXT", "such as [[0,1,0]], a blank vote first where there is one"),
            .init("--count", "N", "so many ballots for each credential, one a line (default: 1)"),
        ], "seal a ballot of an election document, for those who test a poll", run: makeBallots),
]

private func trusteeFault<Value>(
    _ body: () throws(TrusteeFiles.Fault) -> Value
) throws(Refusal) -> Value {
    do throws(TrusteeFiles.Fault) { return try body() } catch { throw Refusal("Refused: \(error).") }
}

private func makeTrusteeKey(_ invocation: Invocation) throws(Refusal) {
    let (folder, name) = (try invocation.required("--for"), try invocation.required("--name"))
    let path = try invocation.required("--to")
    let file = folder.hasSuffix(".yaml") ? folder : folder + "/election.yaml"
    let text = String(decoding: try readFile(file), as: UTF8.self)
    guard case .success(let election) = ElectionReader.read(text, file: file) else {
        throw Refusal("\(file) has faults: `isoloir election check` names them.")
    }
    try writeTrusteeKey(election, name: name, path: path)
    Terminal.say(
        """
        \(path).key stays with \(name) alone, on a medium of its own; without it the election cannot be counted.
        \(path).pub goes to the election manager.
        """)
}

/// Makes a trustee's pair of files.
func writeTrusteeKey(_ election: Election, name: String, path: String) throws(Refusal) {
    let pair = TrusteeFiles.KeyPair(election: election.id, trustee: name, ballots: election.ballots.map(\.id))
    try refusing { try PrivateFile.create(path + ".key", pair.privateFile) }
    try writeFile(path + ".pub", pair.publicFile)
}

private func readTrusteeKey(_ invocation: Invocation) throws(Refusal) -> TrusteeFiles.KeyPair {
    let bytes = try readFile(try invocation.required("--key"), secret: true)
    return try trusteeFault { () throws(TrusteeFiles.Fault) in try TrusteeFiles.KeyPair(privateFile: bytes) }
}

private func answerChallenge(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let pair = try readTrusteeKey(invocation)
    let challenge = try readFile(invocation.operands[0])
    let answer = try trusteeFault { () throws(TrusteeFiles.Fault) in try TrusteeFiles.answer(challenge, pair) }
    try writeFile(path, answer)
    Terminal.say("\(path) goes to the election manager.")
}

private func decryptTallies(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let pair = try readTrusteeKey(invocation)
    let answer = try decryptions(
        archives(invocation.operands[0]), pair, memory: try invocation.required("--key") + ".done"
    ) { Terminal.say($0) }
    try writeFile(path, answer)
    Terminal.say("\(path) goes to the election manager.")
}

/// Verifies the archives and decrypts a trustee's part of each.
/// - Parameter memory: a file that keeps which totals were decrypted: others of the same ballot would tell, by difference, what
///   single voters chose.
func decryptions(
    _ paths: [String], _ pair: TrusteeFiles.KeyPair, memory: String, say: (String) -> Void
) throws(Refusal) -> [UInt8] {
    var source = SystemScalars()
    var done: [String: String] = [:]
    if FileManager.default.fileExists(atPath: memory) {
        for line in String(decoding: try readFile(memory), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            if words.count == 2 { done[words[0]] = words[1] }
        }
    }
    var parts: [(uuid: [UInt8], document: [UInt8])] = []
    for path in paths {
        let (archive, tally, trustees) = try verified(path) { verifier throws(ArchiveFault) in
            try verifier.tally(path)
        }
        guard archive.stage != .open, archive.stage != .closed else {
            throw Refusal("\(path): the poll is not closed and added up; nothing is decrypted before.")
        }
        let uuid = String(decoding: archive.election.uuid, as: UTF8.self)
        let hash = hex(sha256(tally.document))
        guard done[uuid] ?? hash == hash, !parts.contains(where: { $0.uuid == archive.election.uuid }) else {
            throw Refusal(
                "\(path): other totals of this ballot were decrypted before (\(memory)). The difference could tell how somebody voted: nothing is decrypted. Call the bureau together."
            )
        }
        done[uuid] = hash
        // A trustee's key for a ballot is known by its public part.
        guard
            let key = pair.keys.map(\.key).first(where: { key in
                trustees.contains { $0.decimal == digits(GMPGroup.generatorPower(key.secret)) }
            })
        else { throw Refusal("\(path): \(pair.trustee) is no trustee of this ballot.") }
        let part = PartialDecryption(tally, key: key, fingerprint: archive.election.fingerprint, from: &source)
        parts.append((archive.election.uuid, part.document))
        say(
            "  \(String(decoding: archive.election.name, as: UTF8.self)): \(Terminal.count(archive.ballots, "ballot")) verified, totals decrypted"
        )
    }
    let lines = done.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
    do { try Data(lines.utf8).write(to: URL(fileURLWithPath: memory), options: .atomic) } catch {
        throw Refusal("\(memory) could not be written: \(error.localizedDescription). Nothing was decrypted.")
    }
    return TrusteeFiles.decryptions(election: pair.election, trustee: pair.trustee, parts: parts)
}

private func takeDecryptions(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let teller = services.teller(try services.station(try services.election()))
    let file = try readFile(invocation.operands[0])
    switch try refusing({ try teller.take(file, by: services.principal) }) {
    case .refused(let reason): throw Refusal(reason)
    case .taken(let trustee, let missing):
        Terminal.say("\(trustee)'s decryptions are proven and taken.")
        if !missing.isEmpty { return Terminal.say("Still awaited: \(missing.joined(separator: ", ")).") }
        try show(services, try results(services, teller))
    }
}

private func archive(_ invocation: Invocation) throws(Refusal) {
    let folder = try invocation.required("--to")
    let services = try Services(invocation)
    for name in try services.writeArchives(try services.election(), to: folder) { Terminal.say("  \(folder)/\(name)") }
}

// MARK: Result

private func results(_ services: Services, _ teller: Teller) throws(Refusal) -> [BallotResult] {
    try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in try teller.results(reading) }
    }
}

private func showResult(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let teller = services.teller(try services.station(try services.election()))
    let results = try results(services, teller)
    guard !results.isEmpty else { throw Refusal("There is no result yet: the trustees open it after the close.") }
    if invocation.has("--json") { return try Terminal.json(results.map(ShownResult.init)) }
    try show(services, results)
}

private struct ShownResult: Encodable {
    struct Question: Encodable {
        struct Line: Encodable { let answer: String, votes: Int }
        let question: String, lines: [Line], blank: Int?
    }
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

/// Prints results as tables.
func show(_ services: Services, _ results: [BallotResult]) throws(Refusal) {
    for result in results {
        Terminal.say("\n\(result.ballot.title.fr)")
        let weight = result.weight == result.counted ? "" : ", weight \(result.weight)"
        Terminal.say("  \(result.counted) of \(Terminal.count(result.electors, "elector")) voted\(weight)")
        for answered in result.questions {
            Terminal.table(
                [answered.question.title.fr, "votes"],
                answered.lines.map { [$0.answer.fr, "\($0.votes)"] }
                    + (answered.blank.map { [["(blank)", "\($0)"]] } ?? []), numbers: [1])
        }
    }
}

// MARK: Verifying

/// The archives of a folder, or the one of a file.
private func archives(_ path: String) throws(Refusal) -> [String] {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw Refusal("There is no \(path).")
    }
    guard isFolder.boolValue else { return [path] }
    let names = try refusing { try FileManager.default.contentsOfDirectory(atPath: path) }
    let found = names.filter { $0.hasSuffix(".bel") }.sorted().map { "\(path)/\($0)" }
    if found.isEmpty { throw Refusal("\(path) holds no archive (*.bel).") }
    return found
}

private func verified<Value>(
    _ path: String, threads: Int? = nil, _ body: (ArchiveVerifier) throws(ArchiveFault) -> Value
) throws(Refusal) -> Value {
    let show = Terminal.progress("checked")
    let verifier = ArchiveVerifier(threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) { done, _ in
        show(done)
    }
    defer { Terminal.endProgress() }
    do throws(ArchiveFault) { return try body(verifier) } catch { throw Refusal("\(path): REFUSED: \(error).") }
}

private func verifyArchives(_ invocation: Invocation) throws(Refusal) {
    let threads = try invocation["--threads"].map { text throws(Refusal) in try invocation.number(text) }
    for path in try archives(invocation.operands[0]) {
        let archive = try verified(path, threads: threads) { verifier throws(ArchiveFault) in
            try verifier.verify(path)
        }
        try describe(archive, path, invocation)
    }
}

private func describe(_ archive: VerifiedArchive, _ path: String, _ invocation: Invocation) throws(Refusal) {
    if invocation.has("--json") {
        struct Shown: Encodable {
            let file, uuid, fingerprint, stage: String, credentials, ballots, counted, weight, trustees: Int
            let decrypted: [Int], result: [[Int]]?
        }
        return try Terminal.json(
            Shown(
                file: path, uuid: String(decoding: archive.election.uuid, as: UTF8.self),
                fingerprint: String(decoding: archive.election.fingerprint, as: UTF8.self),
                stage: archive.stage.rawValue, credentials: archive.credentials, ballots: archive.ballots,
                counted: archive.counted, weight: archive.countedWeight, trustees: archive.trustees,
                decrypted: archive.decrypted, result: archive.result))
    }
    let stage =
        switch archive.stage {
        case .open: "the poll is not closed in this archive"
        case .closed: "closed, not added up"
        case .tallied: "closed and added up, not decrypted"
        case .decrypting: "decrypted by trustees \(archive.decrypted.map(String.init).joined(separator: ", "))"
        case .counted: "counted"
        }
    Terminal.say(
        """
        \(path): every check passed
          election     \(String(decoding: archive.election.name, as: UTF8.self))
          fingerprint  \(String(decoding: archive.election.fingerprint, as: UTF8.self))
          stage        \(stage)
          ballots      \(archive.ballots) of \(archive.credentials) credentials\(archive.counted == archive.ballots ? "" : ", \(archive.counted) counted")
          trustees     \(archive.trustees)
        """)
    guard let result = archive.result else { return }
    for (question, numbers) in zip(archive.election.questions, result) {
        let names =
            (question.shape.hasBlank ? ["(blank)"] : []) + question.answers.map { String(decoding: $0, as: UTF8.self) }
        Terminal.table(
            [String(decoding: question.text, as: UTF8.self), "votes"], zip(names, numbers).map { [$0, "\($1)"] },
            numbers: [1])
    }
}

// MARK: Ballots for tests

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
