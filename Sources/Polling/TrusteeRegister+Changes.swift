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

    /// On whose word a proven key goes; nil and the reason where nobody's is good.
    func handover(
        _ reading: borrowing Reading, _ election: StoredElection, _ known: Trustee, _ file: [UInt8],
        _ new: [TrusteePublicKey], _ replacement: [UInt8]?
    ) throws(StoreError) -> (word: String?, fault: String) {
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
        return ("old key", "")
    }

    /// Whether a trustee's keys came in before: a file's bytes tell nothing, its proofs are made anew each time.
    func wereRegistered(
        _ reading: borrowing Reading, _ election: StoredElection, _ digest: String
    ) throws(StoreError) -> Bool {
        for action in ["trustee.add", "trustee.replace"] {
            let filter = Logbook.Filter(
                election: election.election.id, action: action, principal: "", text: digest, before: nil)
            if try !Logbook.page(reading, filter, limit: 1).isEmpty { return true }
        }
        return false
    }

    /// On whose word somebody of this name was taken away, who had shown other keys; nil where nobody was. Who comes back with
    /// new keys has replaced them all the same.
    func wordOfRemoval(
        _ reading: borrowing Reading, _ election: StoredElection, name: String
    ) throws(StoreError) -> String? {
        let filter = Logbook.Filter(
            election: election.election.id, action: "trustee.remove", principal: "", text: "\"by\"", before: nil)
        let entries = try Logbook.page(reading, filter, limit: TrusteeRegister.mostRemovals)
        return try entries.lazy.map { entry throws(StoreError) in try entry.fields() }
            .first { $0["trustee"] == name }?["by"]
    }

    /// The members who accepted just this, with their keys: a name could be somebody else's by the time of the seal.
    private func accepted(
        _ reading: borrowing Reading, _ election: StoredElection, _ statement: BureauStatement,
        _ act: BureauStatement.Act, _ subject: String
    ) throws(StoreError) -> (word: String?, fault: String) {
        let members = try members.all(reading, election)
        if let fault = statement.fault(act: act, election: election.election.id, subject: subject, members: members) {
            return (nil, fault)
        }
        let signers = statement.signers(among: members).map { "\($0.name) \(hex($0.key))" }
        return ("bureau: \(signers.joined(separator: ", ")) (\(statement.reason))", "")
    }

    /// Takes away a trustee; returns why not, nil when it was done. Who has shown the keys goes on two members' word alone: a
    /// count needs every trustee, and who could take some away could leave themselves.
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
            details["by"] = word
            details["file.sha256"] = hex(sha256(file))
        }
        try transaction.execute("DELETE FROM polling_trustee_key WHERE trustee = ?", trustee.id)
        try transaction.execute("DELETE FROM polling_trustee WHERE id = ?", trustee.id)
        try logbook.record(transaction, election: election.election.id, by: principal, "trustee.remove", details)
        return nil
    }
}
