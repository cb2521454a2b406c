import BallotCore
import BallotEngine
import Crypto
import Foundation
import Polling
import Tally

/// Which totals were opened with a key file: kept beside it, since other totals of the same ballot would tell, by their
/// difference, what single voters chose. A second copy of the key has a memory of its own (`tally opened` compares them).
struct OpenedTotals {
    let path: String
    /// Digests of the encrypted tallies, by the ballot's uuid.
    private(set) var digests: [String: String] = [:]

    init(_ path: String) throws(Refusal) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else { return }
        for line in String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, digests.updateValue(words[1], forKey: words[0]) == nil else {
                throw Refusal(
                    "\(path), which keeps the totals that were opened, was changed. Nothing is decrypted: call the bureau together."
                )
            }
        }
    }

    mutating func add(_ uuid: String, _ digest: String) { digests[uuid] = digest }

    /// Writes the memory through to the disk, before anything that was decrypted leaves.
    func write() throws(Refusal) {
        let lines = digests.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }.joined()
        do {
            try Data(lines.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            try file.synchronize()
            try file.close()
        } catch {
            throw Refusal("\(path) could not be written: \(error.localizedDescription). Nothing was decrypted.")
        }
    }
}

/// Opens the totals of archives with a trustee's keys, where every rule allows it.
struct TotalsOpening {
    let pair: TrusteeFiles.KeyPair
    let rules: OpeningRules
    /// The file that keeps which totals were opened.
    let memory: String
    let say: (String) -> Void

    /// An archive that may be opened.
    private struct Allowed {
        let archive: VerifiedArchive
        let tally: EncryptedTally
        let key: TrusteeKey
    }

    /// The trustee's file. Nothing is decrypted before every archive passed every rule.
    /// - Parameter ask: asks the person at the terminal; nil when nobody sits there.
    func open(
        _ paths: [String], heads: [String], digests: [String], ask: (String) -> String?
    ) throws(Refusal) -> [UInt8] {
        var memory = try OpenedTotals(memory)
        var allowed: [Allowed] = []
        for path in paths {
            let (archive, tally, trustees) = try verified(path) { verifier throws(ArchiveFault) in
                try verifier.tally(path)
            }
            show(archive)
            var (heads, digests) = (heads, digests)
            if archive.ballots > 0, archive.faults(rules.seal).isEmpty {
                if heads.isEmpty, let typed = ask("    Head of the last round, as the bureau received it by mail: ") {
                    heads.append(typed)
                }
                if digests.isEmpty, let typed = ask("    Digest of the tally, as the closing record has it: ") {
                    digests.append(typed)
                }
            }
            let faults = rules.faults(archive, heads: heads, digests: digests)
            guard faults.isEmpty else {
                throw Refusal(
                    "\(path): nothing is decrypted:\n  \(faults.joined(separator: "\n  "))\nIf you cannot explain it, call the bureau together."
                )
            }
            allowed.append(try allow(path, archive, tally, trustees, &memory, known: allowed))
        }
        // Kept before anything is decrypted.
        try memory.write()
        return TrusteeFiles.decryptions(
            election: pair.election, trustee: pair.trustee,
            parts: allowed.map { entry in
                TrusteeFiles.part(
                    entry.tally, form: entry.archive.election.form, election: pair.election, key: entry.key)
            })
    }

    private func show(_ archive: VerifiedArchive) {
        let name = String(decoding: archive.election.name, as: UTF8.self)
        say("  \(name)")
        say(
            "    \(archive.ballots) of \(Terminal.count(archive.credentials, "elector")) voted, sum of weights \(archive.countedWeight)"
        )
        say("    digest of the encrypted tally: \(String(decoding: archive.tallyDigest, as: UTF8.self))")
    }

    private func allow(
        _ path: String, _ archive: VerifiedArchive, _ tally: EncryptedTally, _ trustees: [TrusteePublicKey],
        _ memory: inout OpenedTotals, known: [Allowed]
    ) throws(Refusal) -> Allowed {
        let uuid = String(decoding: archive.election.uuid, as: UTF8.self)
        let digest = String(decoding: archive.tallyDigest, as: UTF8.self)
        guard memory.digests[uuid] ?? digest == digest,
            !known.contains(where: { $0.archive.election.uuid == archive.election.uuid })
        else {
            throw Refusal(
                "\(path): other totals of this ballot were decrypted before (\(memory.path)). The difference could tell how somebody voted: nothing is decrypted. Call the bureau together."
            )
        }
        memory.add(uuid, digest)
        guard let ballot = archive.sealed(rules.seal), let key = pair.key(of: ballot.name),
            TrusteePlace(key.publicDecimal, among: trustees) != nil
        else { throw Refusal("\(path): \(pair.trustee) is no trustee of this ballot.") }
        return Allowed(archive: archive, tally: tally, key: key)
    }
}
