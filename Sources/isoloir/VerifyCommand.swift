import BallotCore
import BallotEngine
import CommandLineKit
import Foundation
import Glibc
import Polling
import Tally
import TrusteeSide

/// What an archive must be beside being right by itself.
private struct Expectations {
    /// How far a poll must have come.
    /// The words of `--expect`.
    enum Stage: String, CaseIterable { case sealed, open, closed, counted }

    /// The manifest of `--seal`: the archive must be the sealed election's.
    let seal: SealManifest?
    /// The stage of `--expect`.
    let stage: Stage?
    /// The earlier copy of `--previous`: a file, or the folder of all.
    let previous: String?
    /// The trustees' files of `--part`, with their names.
    let parts: [(file: String, content: TrusteeFiles.Decryptions)]

    /// Reads every file that the options name, before any archive is looked at.
    /// - Throws: refused where one cannot be read, or is not what its option asks for.
    init(_ invocation: Invocation) throws(Refusal) {
        seal = invocation["--seal"] == nil ? nil : try readSeal(invocation)
        previous = invocation["--previous"]
        stage = try invocation["--expect"].map { text throws(Refusal) in
            guard let stage = Stage(rawValue: text) else {
                let names = Stage.allCases.map(\.rawValue).joined(separator: ", ")
                throw Refusal("--expect knows \(names), not \"\(text)\".", status: .usage)
            }
            return stage
        }
        var parts: [(file: String, content: TrusteeFiles.Decryptions)] = []
        for file in invocation.all("--part") {
            let content = try readFile(file)
            do throws(TrusteeFiles.Fault) { parts.append((file, try TrusteeFiles.decryptions(content))) } catch {
                throw Refusal("\(file): \(error).")
            }
        }
        guard parts.allSatisfy({ !$0.content.parts.isEmpty }) else {
            throw Refusal("A file given with --part holds no decryption.")
        }
        self.parts = parts
    }

    /// Compares an archive that is right by itself with seal, stage and earlier copy.
    /// - Parameter paths: all archives of the call: with several, `--previous` must be a folder.
    /// - Throws: refused with REFUSED at the first that does not fit.
    func check(_ archive: VerifiedArchive, _ path: String, among paths: [String]) throws(Refusal) {
        if let seal {
            let faults = archive.faults(seal)
            guard faults.isEmpty else {
                throw Refusal("\(path): REFUSED: not as it was sealed: \(faults.joined(separator: "; ")).")
            }
        }
        if let stage, !fits(archive, stage) {
            throw Refusal(
                "\(path): REFUSED: \(stage.rawValue) is expected, and the archive is \(stageName(archive)). A later copy was cut, or the poll has not come so far."
            )
        }
        if let previous { try comparePrevious(previous, path, among: paths) }
    }

    /// Whether an archive has come as far as a stage, and no farther.
    private func fits(_ archive: VerifiedArchive, _ stage: Stage) -> Bool {
        switch stage {
        case .sealed: archive.stage == .open && archive.ballots == 0
        case .open: archive.stage == .open
        // A poll that is closed without its encrypted tally is no closed poll of this program, but a cut one.
        case .closed: [.tallied, .decrypting].contains(archive.stage)
        case .counted: archive.stage == .counted
        }
    }

    /// An archive only grows: the earlier copy must be its beginning.
    /// It is compared byte by byte, in pieces of a mebibyte; the refusal names the first byte that differs.
    private func comparePrevious(_ previous: String, _ path: String, among paths: [String]) throws(Refusal) {
        var old = previous
        var isFolder: ObjCBool = false
        let exists = unsafe FileManager.default.fileExists(atPath: previous, isDirectory: &isFolder)
        if exists, isFolder.boolValue {
            old = "\(previous)/\(URL(fileURLWithPath: path).lastPathComponent)"
        } else if paths.count > 1 {
            throw Refusal("For several archives --previous wants the folder of the earlier copies.", status: .usage)
        }
        guard let earlier = FileHandle(forReadingAtPath: old) else { throw Refusal("\(old) cannot be read.") }
        guard let later = FileHandle(forReadingAtPath: path) else { throw Refusal("\(path) cannot be read.") }
        defer {
            try? earlier.close()
            try? later.close()
        }
        let step = 1 << 20
        var at = 0
        guard (try? earlier.seekToEnd()) ?? 0 > 0, (try? earlier.seek(toOffset: 0)) != nil else {
            throw Refusal("\(old) is empty or cannot be read: it is no earlier copy.")
        }
        while true {
            let (first, second) = try refusing {
                (try earlier.read(upToCount: step) ?? Data(), try later.read(upToCount: step) ?? Data())
            }
            guard !first.isEmpty else { return }
            guard second.starts(with: first) else {
                let place = at + (zip(first, second).enumerated().first { $1.0 != $1.1 }?.offset ?? second.count)
                throw Refusal(
                    "\(path): REFUSED: it does not begin with the earlier copy \(old) (byte \(place)): ballots were changed or taken away."
                )
            }
            at += first.count
        }
    }

    /// Refuses parts that speak of none of the archives, and earlier archives that have none any more.
    /// - Parameter source: what was given: a folder holds the archives of all ballots, however many are left in it.
    func checkWhole(_ uuids: Set<[UInt8]>, _ paths: [String], of source: String) throws(Refusal) {
        for (file, content) in parts {
            for part in content.parts where !uuids.contains(Array(part.uuid.utf8)) {
                throw Refusal("\(file): REFUSED: it speaks of \(part.uuid), and no archive here is of that ballot.")
            }
        }
        var isFolder: ObjCBool = false
        guard let previous, unsafe FileManager.default.fileExists(atPath: previous, isDirectory: &isFolder),
            isFolder.boolValue, !paths.contains(source)
        else { return }
        let names = Set(paths.map { URL(fileURLWithPath: $0).lastPathComponent })
        for path in try archives(previous) where !names.contains(URL(fileURLWithPath: path).lastPathComponent) {
            throw Refusal("\(path): REFUSED: this earlier archive has no later copy here.")
        }
    }

    /// Checks the trustees' files against an archive's tally.
    /// A part must be signed by a trustee of this ballot, be of this very tally, and every factor in it proven and bound.
    /// - Throws: refused with the first part that is not; a part of another ballot is passed over.
    func checkParts(
        _ archive: VerifiedArchive, _ path: String, _ tally: EncryptedTally, _ trustees: [TrusteePublicKey]
    ) throws(Refusal) {
        let uuid = String(decoding: archive.election.uuid, as: UTF8.self)
        for (file, content) in parts {
            guard let part = content.parts.first(where: { $0.uuid == uuid }) else { continue }
            let name = "\(file): \(content.trustee), \(uuid)"
            guard let place = trustees.firstIndex(where: { part.isSigned(by: $0, election: content.election) }) else {
                throw Refusal("\(name): REFUSED: the part is not signed with the key of a trustee of this ballot.")
            }
            let key = trustees[place]
            if let opened = part.tally, Array(archive.tallyDigest) != Array(hexDigits(opened)) {
                throw Refusal(
                    "\(name): REFUSED: the trustee opened another tally (\(String(decoding: hexDigits(opened), as: UTF8.self))) than this archive's (\(String(decoding: archive.tallyDigest, as: UTF8.self))). Two tallies of one ballot were opened."
                )
            }
            guard let decryption = PartialDecryption(document: part.decryption, tally: tally),
                let binding = BoundDecryption(part.binding, tally: tally)
            else { throw Refusal("\(name): REFUSED: the decryption does not fit the tally, or nothing binds it.") }
            let fingerprint = archive.election.fingerprint
            guard decryption.isProven(tally, by: key, fingerprint: fingerprint),
                binding.fault(tally, decryption, by: key, fingerprint: fingerprint) == nil
            else { throw Refusal("\(name): REFUSED: a factor was not made with the trustee's key.") }
            if let seal, place < seal.trustees.count, seal.trustees[place].name != content.trustee {
                throw Refusal("\(name): REFUSED: the key is that of \(seal.trustees[place].name).")
            }
            Terminal.complain(
                "\(file): signed with the key of trustee \(place + 1), of this archive's tally (\(uuid)), every factor bound"
            )
        }
    }
}

/// The ASCII digits of bytes in hexadecimal, as archives write digests.
private func hexDigits(_ bytes: [UInt8]) -> [UInt8] {
    bytes.flatMap { byte in [byte >> 4, byte & 15].map { $0 < 10 ? 48 + $0 : 87 + $0 } }
}

/// `tally verify`: checks one archive, or all of a folder, without a store or a server. With `--seal`, a folder stands for the
/// whole poll, and every ballot of the seal must be in it.
/// - Throws: refused with REFUSED and the first rule that an archive breaks.
func verifyArchives(_ invocation: Invocation) throws(Refusal) {
    let threads = try invocation["--threads"].map { text throws(Refusal) in try invocation.number(text) }
    let expected = try Expectations(invocation)
    let paths = try archives(invocation.operands[0])
    var seen: Set<[UInt8]> = []
    for path in paths {
        let (archive, tally, trustees) = try verified(path, threads: threads) { verifier throws(ArchiveFault) in
            try verifier.tally(path)
        }
        guard seen.insert(archive.election.uuid).inserted || expected.seal == nil else {
            throw Refusal("\(path): REFUSED: another archive of the same ballot lies beside it.")
        }
        try expected.check(archive, path, among: paths)
        try expected.checkParts(archive, path, tally, trustees)
        try describe(archive, path, invocation)
    }
    try expected.checkWhole(seen, paths, of: invocation.operands[0])
    if let seal = expected.seal, !invocation.has("--json") {
        Terminal.say("As sealed under \(seal.fingerprint): compare it with the fingerprint that the bureau noted.")
    }
    // A folder stands for the whole poll.
    guard let seal = expected.seal, paths != [invocation.operands[0]] else { return }
    let missing = seal.ballots.filter { !seen.contains($0.uuid) }.map(\.name)
    guard missing.isEmpty else {
        throw Refusal(
            "\(invocation.operands[0]): REFUSED: the archives of \(missing.joined(separator: ", ")) are missing.")
    }
}

/// How far an archive has come, in words.
private func stageName(_ archive: VerifiedArchive) -> String {
    switch archive.stage {
    case .open where archive.ballots == 0: "sealed: nobody has voted in this archive"
    case .open: "open: the poll is not closed in this archive"
    case .closed: "closed, not added up"
    case .tallied: "closed and added up, not decrypted"
    case .decrypting: "decrypted by trustees \(archive.decrypted.map(String.init).joined(separator: ", "))"
    case .counted: "counted"
    }
}

/// What the archive holds, with the result where it is counted: as text, or as one object with `--json`.
private func describe(_ archive: VerifiedArchive, _ path: String, _ invocation: Invocation) throws(Refusal) {
    if invocation.has("--json") {
        struct Shown: Encodable {
            let file, uuid, fingerprint, stage, tally: String, credentials, ballots, counted, weight, trustees: Int
            let decrypted: [Int], result: [[Int]]?
        }
        return try Terminal.json(
            Shown(
                file: path, uuid: String(decoding: archive.election.uuid, as: UTF8.self),
                fingerprint: String(decoding: archive.election.fingerprint, as: UTF8.self),
                stage: archive.stage.rawValue, tally: String(decoding: archive.tallyDigest, as: UTF8.self),
                credentials: archive.credentials, ballots: archive.ballots,
                counted: archive.counted, weight: archive.countedWeight, trustees: archive.trustees,
                decrypted: archive.decrypted, result: archive.result))
    }
    Terminal.say(
        """
        stage: \(stageName(archive))
        \(path): every check passed
          election     \(String(decoding: archive.election.name, as: UTF8.self))
          fingerprint  \(String(decoding: archive.election.fingerprint, as: UTF8.self))
          ballots      \(archive.ballots) of \(archive.credentials) credentials\(archive.counted == archive.ballots ? "" : ", \(archive.counted) counted")
          tally        \(String(decoding: archive.tallyDigest, as: UTF8.self))
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
