import BallotCore
import BallotEngine
package import CommandLineKit
import Crypto
import Foundation
package import Polling
package import Tally

/// Opens the totals of archives with a trustee's keys, where every rule allows it.
package struct TotalsOpening {
    let pair: TrusteeFiles.KeyPair
    let rules: OpeningRules
    /// The key file's path: beside it lies what it was used for.
    let keyFile: String
    /// Whether the key file is called a copy that was never used.
    let isCopy: Bool
    let say: (String) -> Void

    /// - Parameters:
    ///   - rules: what an archive must keep to.
    ///   - keyFile: the path of the trustee's private file.
    ///   - isCopy: whether the key file is called a copy that was never used.
    ///   - say: shows a line to the trustee.
    package init(
        pair: TrusteeFiles.KeyPair, rules: OpeningRules, keyFile: String, isCopy: Bool = false,
        say: @escaping (String) -> Void
    ) {
        (self.pair, self.rules, self.keyFile, self.isCopy, self.say) = (pair, rules, keyFile, isCopy, say)
    }

    /// An archive that may be opened.
    private struct Allowed {
        let archive: VerifiedArchive
        let tally: EncryptedTally
        let key: TrusteeKey
    }

    /// The trustee's file. Nothing is decrypted before every archive passed every rule.
    /// - Parameter ask: asks the person at the terminal; nil when nobody sits there.
    /// - Throws: refused with every rule that an archive breaks, for another seal than the checked one, and where the key file's
    /// memory does not allow it.
    package func open(
        _ paths: [String], fingerprint: String? = nil, heads: [String], digests: [String], ask: (String) -> String?
    ) throws(Refusal) -> [UInt8] {
        try KeyMemory.alone(keyFile) { () throws(Refusal) in
            try openAlone(paths, fingerprint: fingerprint, heads: heads, digests: digests, ask: ask)
        }
    }

    private func openAlone(
        _ paths: [String], fingerprint: String?, heads: [String], digests: [String], ask: (String) -> String?
    ) throws(Refusal) -> [UInt8] {
        guard rules.seal.election == pair.election else {
            throw Refusal("The seal is of \(rules.seal.election), the key is for \(pair.election).")
        }
        var memory = try KeyMemory(key: keyFile, pair, isCopy: isCopy)
        if memory.isMissing {
            say("  NOTHING is kept of what this key file was used for: it is taken for a copy that was never used.")
        }
        try compareSeal(&memory, fingerprint: fingerprint, ask: ask)
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

    /// The seal must be the one that this key checked before the opening; a key file that checked none (a copy, or a waived
    /// check), or that was copied with its memory, needs the fingerprint as the bureau published it.
    private func compareSeal(
        _ memory: inout KeyMemory, fingerprint: String?, ask: (String) -> String?
    ) throws(Refusal) {
        let seal = hex(rules.seal.digest)
        say("  seal \(rules.seal.fingerprint)")
        if let checked = memory.seal {
            guard checked == seal else {
                throw Refusal(
                    "This is ANOTHER SEAL than the one that this key checked before the opening: nothing is decrypted. Call the bureau together."
                )
            }
            guard memory.isOfOtherFile else { return }
            say("  \(KeyMemory.otherFile)")
        }
        guard let typed = fingerprint ?? ask("    Fingerprint of the seal, as the bureau published it: ") else {
            let why =
                memory.seal == nil ? "This key file never checked a seal (isoloir tally check)." : KeyMemory.otherFile
            throw Refusal(
                "\(why) Give with --fingerprint the seal's fingerprint as the bureau noted it at the sealing."
            )
        }
        guard TypedDigest.fits(typed, seal) else {
            throw Refusal("The fingerprint is not this seal's: nothing is decrypted. Call the bureau together.")
        }
        memory.note(seal: seal)
        memory.adoptFile()
    }

    private func show(_ archive: VerifiedArchive) {
        let name = String(decoding: archive.election.name, as: UTF8.self)
        say("  \(name)")
        say(
            "    \(archive.ballots) of \(Terminal.count(archive.credentials, "elector")) voted, sum of weights \(archive.countedWeight)"
        )
        for line in archive.weightLines { say("    \(line)") }
        if let accepted = archive.sealed(rules.seal)?.smallGroup {
            say("    the seal says that the bureau accepted a small group: \(accepted)")
        }
        say("    digest of the encrypted tally: \(String(decoding: archive.tallyDigest, as: UTF8.self))")
    }

    private func allow(
        _ path: String, _ archive: VerifiedArchive, _ tally: EncryptedTally, _ trustees: [TrusteePublicKey],
        _ memory: inout KeyMemory, known: [Allowed]
    ) throws(Refusal) -> Allowed {
        let uuid = String(decoding: archive.election.uuid, as: UTF8.self)
        let digest = String(decoding: archive.tallyDigest, as: UTF8.self)
        guard memory.opened[uuid] ?? digest == digest,
            !known.contains(where: { $0.archive.election.uuid == archive.election.uuid })
        else {
            throw Refusal(
                "\(path): other totals of this ballot were decrypted before (\(memory.path)). The difference could tell how somebody voted: nothing is decrypted. Call the bureau together."
            )
        }
        memory.note(opened: digest, of: uuid)
        guard let ballot = archive.sealed(rules.seal), let key = pair.key(of: ballot.name),
            TrusteePlace(key.publicDecimal, among: trustees) != nil
        else { throw Refusal("\(path): \(pair.trustee) is no trustee of this ballot.") }
        return Allowed(archive: archive, tally: tally, key: key)
    }
}
