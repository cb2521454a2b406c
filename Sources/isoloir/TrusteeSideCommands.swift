import BallotEngine
import CommandLineKit
import Crypto
import Elections
import Foundation
import Polling
import Tally
import TrusteeSide

/// What trustees run on machines of their own: nothing here needs the server or its store.
let trusteeSideCommands = [
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
        "show that a trustee holds the private keys: a signature, nothing is decrypted", run: answerChallenge),
    Command(
        "tally replace", ["NEW.pub"],
        options: [
            .init("--key", "FILE", "the trustee's private file that is registered now"),
            .init("--to", "FILE", "where the signed replacement goes"),
        ], "a trustee's word that new public keys take the place of theirs, before the seal", run: replaceKey),
    Command(
        "tally check", [],
        options: [
            .init("--seal", "FILE", "the seal's manifest (isoloir poll manifest)"),
            .init("--archive", "PATH", "an archive, or the folder of all (isoloir tally archive)"),
            .init("--key", "FILE", "the trustee's private file"),
            .init(
                "--fingerprint", "TEXT",
                "the seal's, as the bureau noted and published it: compared before anything is signed"),
            .init("--undone", "FILE", "the members' statement that the seal checked before is undone"),
            .init("--before", "FILE", "the manifest of that seal"),
            .init("--to", "FILE", "where the signed check goes, for the election manager"),
        ], "before the opening: whether the sealed election is made with a trustee's key", run: checkSeal),
    Command(
        "tally decrypt", ["ARCHIVES"],
        options: [
            .init("--seal", "FILE", "the seal's manifest (isoloir poll manifest)"),
            .init("--record", "FILE", "the signed closing record (default: closing-record.txt beside the archives)"),
            .init("--key", "FILE", "the trustee's private file"), .init("--to", "FILE", "where the decryptions go"),
            .init(
                "--fingerprint", "TEXT",
                "the seal's, as the bureau noted it: for a key file that never checked the seal, a copy among them"),
            .init("--copy", nil, "the key file is a copy that was never used: what it is used for is kept from now on"),
            .init("--head", "HASH", "the head of a ballot's last round, as a member of the bureau received it by mail"),
            .init("--tally", "DIGEST", "the digest of a ballot's encrypted tally, as the closing record has it"),
            .init("--accept", "FILE", "a statement in which two members of the bureau accept few ballots (repeatable)"),
        ], "a trustee's part of the count: verify, compare with seal and closing record, decrypt the totals alone",
        run: decryptTallies),
    Command(
        "tally opened", ["KEY"],
        options: [.init("--also", "KEY", "another copy of the key file, to compare; may be given several times")],
        "which totals were opened with a key file, and whether its copies opened the same", run: showOpened),
]

/// Runs `body` and turns a fault of a trustee's file into a refusal.
private func trusteeFault<Value>(
    _ body: () throws(TrusteeFiles.Fault) -> Value
) throws(Refusal) -> Value {
    do throws(TrusteeFiles.Fault) { return try body() } catch { throw Refusal("Refused: \(error).") }
}

/// `tally trustee-key`: makes the pair of files from the definition alone. Refused where the definition has faults, and
/// where one of the files is there already.
private func makeTrusteeKey(_ invocation: Invocation) throws(Refusal) {
    let (folder, name) = (try invocation.required("--for"), try invocation.required("--name"))
    let path = try invocation.required("--to")
    guard TrusteeFiles.isName(name) else { throw Refusal("A trustee's name is one line of at most 100 bytes.") }
    let file = folder.hasSuffix(".yaml") ? folder : folder + "/election.yaml"
    let text = String(decoding: try readFile(file), as: UTF8.self)
    guard case .success(let election) = ElectionReader.read(text, file: file) else {
        throw Refusal("\(file) has faults: `isoloir election check` names them.")
    }
    try TrusteeFiles.make(for: election, name: name, path: path)
    Terminal.say(
        """
        \(path).key stays with \(name) alone, on a medium of its own; without it the election cannot be counted.
        \(path).key.done beside it keeps what the key was used for: the two stay together.
        \(path).pub goes to the election manager.
        """)
}

/// The trustee's private file of `--key`.
/// - Throws: refused where the file is no trustee's, or others than this account may read it.
private func readTrusteeKey(_ invocation: Invocation) throws(Refusal) -> TrusteeFiles.KeyPair {
    let bytes = try readFile(try invocation.required("--key"), secret: true)
    return try trusteeFault { () throws(TrusteeFiles.Fault) in try TrusteeFiles.KeyPair(privateFile: bytes) }
}

/// The seal's manifest of `--seal`.
/// - Throws: refused where the option is missing, or the file is no manifest.
func readSeal(_ invocation: Invocation) throws(Refusal) -> SealManifest {
    let path = try invocation.required("--seal")
    guard let seal = SealManifest(try readFile(path)) else {
        throw Refusal("\(path) is no manifest of a seal: give the file made by `isoloir poll manifest`.")
    }
    return seal
}

/// `tally answer CHALLENGE`: signs the server's challenge. Refused where it was made for another
/// trustee, or asks for a key that the file does not hold.
private func answerChallenge(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let pair = try readTrusteeKey(invocation)
    let challenge = try readFile(invocation.operands[0])
    let answer = try trusteeFault { () throws(TrusteeFiles.Fault) in try TrusteeFiles.answer(challenge, pair) }
    try writeFile(path, answer)
    Terminal.say("\(path) goes to the election manager.")
}

/// `tally replace NEW.pub`: signs new public keys with those registered now. Refused where the two are not of one trustee.
private func replaceKey(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let pair = try readTrusteeKey(invocation)
    let file = try readFile(invocation.operands[0])
    let new = try trusteeFault { () throws(TrusteeFiles.Fault) in try TrusteeFiles.publicKeys(file) }
    guard new.trustee == pair.trustee, new.election == pair.election else {
        throw Refusal(
            "The new keys are \(new.trustee)'s (\(new.election)), the old ones \(pair.trustee)'s (\(pair.election)).")
    }
    try writeFile(path, TrusteeFiles.replacement(publicFile: file, pair))
    Terminal.say(
        "\(path) goes to the election manager with \(invocation.operands[0]): trustee add --replacement \(path)")
}

/// `tally check`: the trustee's own look at the seal, before the opening.
private func checkSeal(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let keyFile = try invocation.required("--key")
    try KeyMemory.alone(keyFile) { () throws(Refusal) in try checkSealAlone(invocation, path, keyFile) }
}

/// The check itself, while no other program uses the key file: the key's memory keeps which seal was checked.
/// - Throws: refused with the first thing that is not as it must be; nothing is signed then.
private func checkSealAlone(_ invocation: Invocation, _ path: String, _ keyFile: String) throws(Refusal) {
    let (seal, pair) = (try readSeal(invocation), try readTrusteeKey(invocation))
    guard seal.election == pair.election else {
        throw Refusal("The seal is of \(seal.election), the key is for \(pair.election).")
    }
    Terminal.say("\(seal.election), sealed under \(seal.fingerprint)")
    // Nothing is opened here: a copy of the key may check as well, and remembers it from now on.
    var memory = try KeyMemory(key: keyFile, pair, isCopy: true)
    if memory.seal != hex(seal.digest), try isUndone(memory, pair, invocation) { memory.forgetSeal() }
    guard memory.seal.map({ $0 == hex(seal.digest) }) ?? true else {
        throw Refusal(
            "This key checked ANOTHER seal before (\(memory.path)). Where two members undid that one, give their statement (--undone FILE) and its manifest (--before FILE). Otherwise a poll is sealed once: call the bureau together."
        )
    }
    let wasKnown = memory.seal != nil
    if memory.isOfOtherFile { Terminal.say("  \(KeyMemory.otherFile)") }
    let isAsked = memory.seal == nil || memory.isOfOtherFile
    let typed =
        invocation["--fingerprint"]
        ?? (isAsked ? Terminal.ask("  Fingerprint of the seal, as the bureau published it: ") : nil)
    guard typed.map({ TypedDigest.fits($0, hex(seal.digest)) }) ?? true else {
        throw Refusal(
            "This is ANOTHER SEAL than the one whose fingerprint was given: nothing is signed. Call the bureau together."
        )
    }
    var seen: Set<[UInt8]> = []
    for file in try archives(try invocation.required("--archive")) {
        let (archive, _, trustees) = try verified(file) { verifier throws(ArchiveFault) in try verifier.tally(file) }
        let faults = archive.faults(seal)
        guard faults.isEmpty, let ballot = archive.sealed(seal) else {
            throw Refusal("\(file): REFUSED: \(faults.joined(separator: "; ")).")
        }
        guard archive.ballots == 0 else {
            throw Refusal(
                "\(file): it holds \(Terminal.count(archive.ballots, "ballot")): the poll is open already, and a check belongs before the opening. Nothing is signed: call the bureau together."
            )
        }
        guard let key = pair.key(of: ballot.name), let place = TrusteePlace(key.publicDecimal, among: trustees) else {
            throw Refusal(
                "\(file): YOUR KEY IS NOT IN THIS ELECTION. Somebody put other keys in the place of \(pair.trustee)'s: call the bureau together, the poll must not open."
            )
        }
        try compareNames(seal, ballot, trustees, place, pair, file)
        seen.insert(ballot.uuid)
        Terminal.say(
            "  \(ballot.name): your key is number \(place.number) of \(place.of); the election's key is the product of \(place.of == 2 ? "both" : "all \(place.of)"). \(Terminal.count(archive.credentials, "credential"))."
        )
        for line in archive.weightLines { Terminal.say("    \(line)") }
        if let accepted = ballot.smallGroup { Terminal.say("    accepted as a small group: \(accepted)") }
    }
    let missing = seal.ballots.filter { !seen.contains($0.uuid) }.map(\.name)
    guard missing.isEmpty else {
        throw Refusal(
            "The archives of \(missing.joined(separator: ", ")) are missing: all of them are checked together.")
    }
    describe(seal)
    memory.note(seal: hex(seal.digest))
    // Unasked, it stays a stranger to its memory, and is asked before it opens anything.
    if typed != nil { memory.adoptFile() }
    try memory.write()
    try writeFile(path, TrusteeFiles.check(seal: seal.digest, pair))
    if typed == nil, !wasKnown {
        Terminal.say(
            "Nobody compared the fingerprint with the one that the bureau published: do it now (--fingerprint does it by itself). Where they differ, call the bureau together."
        )
    }
    Terminal.say(
        "\(path) goes to the election manager. Note the seal's fingerprint: you compare it again at the count.")
}

/// Whether the seal that this key checked was undone by two of the members whose keys it carried: the server's word proves nothing.
private func isUndone(
    _ memory: KeyMemory, _ pair: TrusteeFiles.KeyPair, _ invocation: Invocation
) throws(Refusal) -> Bool {
    guard let known = memory.seal, let path = invocation["--undone"] else { return false }
    guard let before = SealManifest(try readFile(try invocation.required("--before"))), hex(before.digest) == known
    else {
        throw Refusal("--before is not the manifest of the seal that this key checked: give that one.")
    }
    guard memory.opened.isEmpty else {
        throw Refusal(
            "This key opened totals under that seal: it cannot have been undone before the opening. Call the bureau together."
        )
    }
    guard let statement = BureauStatement(file: try readFile(path)) else {
        throw Refusal("\(path) is no statement of the bureau, or a signature in it is not its member's.")
    }
    let fault = statement.fault(act: .undoSeal, election: pair.election, subject: known, members: before.members)
    if let fault { throw Refusal("\(path): \(fault).") }
    Terminal.say("  The seal \(before.fingerprint) was undone: \(statement.reason)")
    return true
}

/// The manifest must name the trustees whose keys the archive has, each under their own name.
/// - Throws: refused where they differ, or this trustee's key stands under another name.
private func compareNames(
    _ seal: SealManifest, _ ballot: SealManifest.Ballot, _ trustees: [TrusteePublicKey], _ place: TrusteePlace,
    _ pair: TrusteeFiles.KeyPair, _ file: String
) throws(Refusal) {
    guard let column = seal.ballots.firstIndex(where: { $0.uuid == ballot.uuid }),
        seal.trustees.count == trustees.count,
        zip(seal.trustees, trustees).allSatisfy({ $0.keys[column] == SealManifest.digest(ofKey: $1.decimal) })
    else {
        throw Refusal("\(file): the seal names other trustees or keys than the archive has: call the bureau together.")
    }
    let name = seal.trustees[place.number - 1].name
    guard Array(name.utf8) == Array(pair.trustee.utf8) else {
        throw Refusal("\(file): your key stands under the name \(name): call the bureau together.")
    }
}

/// Who stands in the seal: to be compared with whom one knows.
private func describe(_ seal: SealManifest) {
    for trustee in seal.trustees {
        let replaced = trustee.replaced.map { ": PROVEN KEYS WERE REPLACED on the word of \($0)" } ?? ""
        Terminal.say("  trustee \(trustee.name)\(replaced)")
    }
    for removed in seal.removed {
        Terminal.say("  TAKEN AWAY before the seal: trustee \(removed.name), on the word of \(removed.by)")
    }
    for member in seal.members { Terminal.say("  member of the bureau \(member.name), key \(keyWords(member.key))") }
    if seal.members.count < BureauStatement.needed {
        Terminal.say("  Nobody can waive a rule in writing: the seal carries no two members' keys.")
    }
}

/// A member's key as people compare it: eight groups of four digits.
func keyWords(_ key: [UInt8]) -> String { PollSealer.fingerprint(key) }

// MARK: Decrypting

/// `tally decrypt ARCHIVES`: verifies every archive, compares it with seal and closing record, and decrypts the totals alone.
/// Refused where one rule is not kept: then nothing of any ballot is decrypted.
private func decryptTallies(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let keyFile = try invocation.required("--key")
    let (pair, seal) = (try readTrusteeKey(invocation), try readSeal(invocation))
    let source = invocation.operands[0]
    let paths = try archives(source)
    let record = try readRecord(invocation, seal, beside: paths[0])
    let acceptances = try invocation.all("--accept").map { file throws(Refusal) -> BureauStatement in
        guard let statement = BureauStatement(file: try readFile(file)) else {
            throw Refusal("\(file) is no statement of the bureau, or a signature in it is not its member's.")
        }
        return statement
    }
    let opening = TotalsOpening(
        pair: pair, rules: OpeningRules(seal: seal, record: record, acceptances: acceptances), keyFile: keyFile,
        isCopy: invocation.has("--copy") || invocation["--fingerprint"] != nil, say: { Terminal.say($0) })
    let answer = try opening.open(
        paths, fingerprint: invocation["--fingerprint"], heads: invocation.all("--head"),
        digests: invocation.all("--tally"),
        ask: { Terminal.ask($0) })
    try writeFile(path, answer)
    Terminal.say("\(path) goes to the election manager.")
}

/// The closing record of `--record`, or the one beside the archives.
/// - Throws: refused where it is not there, or is not signed with the key that the seal names.
private func readRecord(
    _ invocation: Invocation, _ seal: SealManifest, beside archive: String
) throws(Refusal) -> ClosingRecord {
    let folder = archive.lastIndex(of: "/").map { String(archive[..<$0]) } ?? "."
    let path = invocation["--record"] ?? "\(folder)/\(ClosingRecord.fileName)"
    guard FileManager.default.fileExists(atPath: path) else {
        throw Refusal(
            "\(path) is not there: give the signed closing record with --record (the election manager prints it with `isoloir poll record`)."
        )
    }
    guard let record = ClosingRecord(try readFile(path), by: seal.receiptKey) else {
        throw Refusal("\(path) is no closing record that is signed with the key of this seal.")
    }
    return record
}

/// `tally opened KEY`: what a key file and its copies opened. Refused where two copies opened different totals of one ballot, and
/// for files that hold other keys.
private func showOpened(_ invocation: Invocation) throws(Refusal) {
    var memories: [(file: String, opened: [String: String])] = []
    var first: [UInt8]?
    for file in [invocation.operands[0]] + invocation.all("--also") {
        let bytes = try readFile(file, secret: true)
        let pair = try trusteeFault { () throws(TrusteeFiles.Fault) in try TrusteeFiles.KeyPair(privateFile: bytes) }
        guard first ?? pair.privateFile == pair.privateFile else {
            throw Refusal("\(file) is no copy of \(invocation.operands[0]): it holds other keys.")
        }
        first = pair.privateFile
        let memory = try KeyMemory(key: file, pair, isLook: true)
        if memory.isOfCopy {
            Terminal.say("  \(file): it was called a copy or is taken for one: others may have opened something")
        }
        if memory.isMissing { Terminal.say("  \(file): what it was used for is not kept beside it") }
        memories.append((file, memory.opened))
    }
    var conflicts: [String] = []
    for uuid in Set(memories.flatMap(\.opened.keys)).sorted() {
        for (file, opened) in memories {
            Terminal.say("  \(file): \(uuid) \(opened[uuid].map { "opened \($0)" } ?? "not opened")")
        }
        if Set(memories.compactMap { $0.opened[uuid] }).count > 1 { conflicts.append(uuid) }
    }
    if memories.allSatisfy(\.opened.isEmpty) { Terminal.say("Nothing was opened with these files.") }
    guard conflicts.isEmpty else {
        throw Refusal(
            "DIFFERENT totals of the same ballot were opened with copies of this key: \(conflicts.joined(separator: ", ")). Their difference can tell how somebody voted: call the bureau together."
        )
    }
}
