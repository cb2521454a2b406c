import BallotCore
import BallotEngine
import Crypto
package import Elections
package import Journal
package import Store

/// How a trustee who has shown the keys gets others, or goes: on their own word or on two members' of the bureau.
extension TrusteeRegister {
    /// Removals looked through for a name: an election has a handful of trustees.
    private static let mostRemovals = 1_000

    /// On whose word something of a trustee changes.
    struct Word {
        /// For the journal and the seal page.
        let text: String
        /// The members' keys, in hexadecimal; none where the old keys signed.
        var keys: [String] = []

        /// What the journal's entry holds of it.
        var details: [String: String] {
            keys.isEmpty ? ["by": text] : ["by": text, TrusteeRegister.signedBy: keys.joined(separator: " ")]
        }
    }

    /// The journal's name for the keys of the members who signed.
    static let signedBy = "signed.ed25519"

    /// On whose word a proven key goes; nil and the reason where nobody's is good.
    /// - Parameters:
    ///   - known: as registered.
    ///   - file: the new public file.
    ///   - new: its keys, in the order of the ballots.
    ///   - replacement: signed by the old keys, or by two members; nil where none was given.
    func handover(
        _ reading: borrowing Reading, _ election: StoredElection, _ known: Trustee, _ file: [UInt8],
        _ new: [TrusteePublicKey], _ replacement: [UInt8]?
    ) throws(StoreError) -> (word: Word?, fault: String) {
        let name = known.name
        guard let replacement else {
            return (
                nil,
                "\(name) has shown the keys that are registered. Other keys take their place only with --replacement FILE: made with the old keys (isoloir tally replace), or signed by two members of the bureau (isoloir bureau draft replace-trustee-key)."
            )
        }
        // A word that was given once serves no second time, whatever was registered in between.
        if try wereRegistered(reading, election, TrusteeFiles.digest(of: new)) {
            return (
                nil,
                "These keys were registered before, and \(name)'s were replaced since: \(name) makes new ones (isoloir tally trustee-key)."
            )
        }
        if let statement = BureauStatement(file: replacement) {
            let subject = TrusteeFiles.replacementSubject(
                file: file, trustee: name, old: try keys(reading, election, known))
            let (word, fault) = try accepted(reading, election, statement, .replaceTrusteeKey, subject)
            return (word, "\(name): \(fault).")
        }
        let signed: TrusteeFiles.Signed
        do throws(TrusteeFiles.Fault) { signed = try TrusteeFiles.replacements(replacement) } catch {
            return (nil, "\(error)")
        }
        let digest = sha256(file)
        for ballot in election.election.ballots.map(\.id) {
            let statement = TrusteeStatement.replacement(
                file: digest, election: election.election.id, ballot: ballot)
            guard let old = try key(reading, trustee: known.id, ballot: ballot), let proof = signed.proof(ballot),
                signed.trustee == name, old.hasSigned(statement, proof)
            else { return (nil, "The replacement is not signed with \(name)'s old key for \(ballot).") }
        }
        return (Word(text: "old key"), "")
    }

    /// Whether a trustee's keys came in before: a file's bytes tell nothing, its proofs are made anew each time.
    /// - Parameter digest: of the keys, by `TrusteeFiles.digest(of:)`.
    func wereRegistered(
        _ reading: borrowing Reading, _ election: StoredElection, _ digest: String
    ) throws(StoreError) -> Bool {
        for action in [JournalAction.trusteeAdd, .trusteeReplace] {
            let filter = AuditJournal.Filter(of: action, election: election.election.id, text: digest)
            if try !AuditJournal.page(reading, filter, limit: 1).isEmpty { return true }
        }
        return false
    }

    /// On whose word somebody of this name was taken away, who had shown other keys; nil where nobody was. Who comes back with
    /// new keys has replaced them all the same.
    func wordOfRemoval(
        _ reading: borrowing Reading, _ election: StoredElection, name: String
    ) throws(StoreError) -> String? {
        let filter = AuditJournal.Filter(of: .trusteeRemove, election: election.election.id, text: "\"by\"")
        let entries = try AuditJournal.page(reading, filter, limit: TrusteeRegister.mostRemovals)
        return try entries.lazy.map { entry throws(StoreError) in try entry.fields() }
            .first { $0["trustee"] == name }?["by"]
    }

    /// What members of the bureau signed before the seal, the oldest first: whose keys, on which trustee, and whether they took
    /// the trustee away.
    func signedChanges(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [(trustee: String, by: String, keys: [String], isRemoval: Bool)] {
        var changes: [(trustee: String, by: String, keys: [String], isRemoval: Bool)] = []
        for action in [JournalAction.trusteeReplace, .trusteeRemove] {
            let filter = AuditJournal.Filter(
                of: action, election: election.election.id, text: "\"\(TrusteeRegister.signedBy)\"")
            for entry in try AuditJournal.page(reading, filter, limit: TrusteeRegister.mostRemovals).reversed() {
                let fields = try entry.fields()
                changes.append(
                    (
                        fields["trustee"] ?? "", fields["by"] ?? "",
                        (fields[TrusteeRegister.signedBy] ?? "").split(separator: " ").map(String.init),
                        action == .trusteeRemove
                    ))
            }
        }
        return changes
    }

    /// Trustees who were taken away on the word of members, and on whose.
    /// - Returns: the oldest first, as the seal will name them.
    package func removals(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [SealManifest.Removal] {
        try signedChanges(reading, election).filter(\.isRemoval).map {
            SealManifest.Removal(name: $0.trustee, by: $0.by)
        }
    }

    /// Signatures under changes of trustees whose members are no members any more: somebody could have called in others for a
    /// moment. In words; empty where all of them are there.
    func strangers(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> [String] {
        let known = Set(try members.all(reading, election).map { hex($0.key) })
        return try signedChanges(reading, election).filter { !known.isSuperset(of: $0.keys) }.map {
            "\($0.trustee)'s keys were \($0.isRemoval ? "taken away" : "replaced") on the word of \($0.by), and not all of them are members of the bureau now. Register those members again (isoloir bureau add), so that the seal names them; where nobody knows them, do not seal this poll: call the bureau together."
        }
    }

    /// The members who accepted just this, with their keys: a name could be somebody else's by the time of the seal.
    private func accepted(
        _ reading: borrowing Reading, _ election: StoredElection, _ statement: BureauStatement,
        _ act: BureauStatement.Act, _ subject: String
    ) throws(StoreError) -> (word: Word?, fault: String) {
        let members = try members.all(reading, election)
        if let fault = statement.fault(act: act, election: election.election.id, subject: subject, members: members) {
            return (nil, fault.description)
        }
        let signers = statement.signers(among: members)
        let names = signers.map { "\($0.name) \(hex($0.key))" }.joined(separator: ", ")
        return (Word(text: "bureau: \(names) (\(statement.reason))", keys: signers.map { hex($0.key) }), "")
    }

    /// Takes away a trustee; returns why not, nil when it was done. Who has shown the keys goes on two members' word alone: a
    /// count needs every trustee, and who could take some away could leave themselves.
    /// - Parameters:
    ///   - name: exactly as registered, byte for byte.
    ///   - file: a statement of the act `removeTrustee`; not needed for one whose keys were never shown.
    package func remove(
        _ transaction: borrowing Transaction, _ election: StoredElection, name: String, statement file: [UInt8]? = nil,
        by principal: Principal
    ) throws(StoreError) -> String? {
        guard try Poll.find(transaction.reading, election: election.number).map({ $0.state == .sealing }) ?? true else {
            return "The poll is sealed: its trustees cannot change any more."
        }
        let same = try all(transaction.reading, election).filter { Array($0.name.utf8) == Array(name.utf8) }
        guard let trustee = same.first else { return "There is no trustee \(name): `isoloir trustee list` names them." }
        var details = ["trustee": name]
        if trustee.provenAt != nil || trustee.replacedAt != nil {
            guard let file, let statement = BureauStatement(file: file) else {
                return
                    "\(name) has shown the keys and goes only with --statement FILE, signed by two members of the bureau (isoloir bureau draft remove-trustee). Other keys take their place with `trustee add --replacement`."
            }
            let subject = TrusteeFiles.removalSubject(
                trustee: name, old: try keys(transaction.reading, election, trustee))
            let (word, fault) = try accepted(transaction.reading, election, statement, .removeTrustee, subject)
            guard let word else { return "\(name): \(fault)." }
            details.merge(word.details) { $1 }
            details["file.sha256"] = hex(sha256(file))
        }
        try transaction.execute("DELETE FROM polling_trustee_key WHERE trustee = ?", trustee.id)
        try transaction.execute("DELETE FROM polling_trustee WHERE id = ?", trustee.id)
        try journal.record(transaction, election: election.election.id, by: principal, .trusteeRemove, details)
        return nil
    }
}
