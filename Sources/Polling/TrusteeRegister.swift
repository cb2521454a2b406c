import BallotCore
package import BallotEngine
package import Crypto
package import Elections
package import Journal
package import Store

/// ```
/// trustee's machine                    server
///   tally trustee-key
///        ---- public keys, proven ---->  trustee add        keys distinct; a proven key stays
///        <--- nonce -------------------
///   tally answer
///        ---- signatures on nonce ---->  trustee confirm
///                                        poll seal
///        <--- manifest, archives ------
///   tally check
///        ---- signatures on seal ----->  trustee checked    poll open wants one of each
/// ```
/// The trustees of an election: who they are, their public keys, whether they have shown that they hold the private ones, and
/// whether they found their key in the sealed election.
package struct TrusteeRegister: Sendable {
    let journal: AuditJournal
    private let clock: Clock
    private let randomness: Randomness

    /// Domain functions take the transaction: the register holds no store.
    package init(journal: AuditJournal, clock: Clock, randomness: Randomness = .system) {
        (self.journal, self.clock, self.randomness) = (journal, clock, randomness)
    }

    var members: MemberRegister { MemberRegister(journal: journal, clock: clock) }

    /// All of an election's trustees, in the order in which they came: their numbers from 1.
    package func all(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> [Trustee] {
        try reading.all(
            """
            SELECT id, name, proven_at, replaced_at, replaced_by, checked_at, waived FROM polling_trustee
            WHERE election = ? ORDER BY id
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) in
            Trustee(
                id: try row[0], name: try row[1], provenAt: try row[2], replacedAt: try row[3],
                replacedBy: try row[4], checkedAt: try row[5], waived: try row[6])
        }
    }

    /// A trustee's public key for a ballot.
    /// - Parameters:
    ///   - trustee: row number.
    ///   - ballot: its name in the definition.
    /// - Returns: nil where none is registered, or what is stored is not proven any more.
    package func key(_ reading: borrowing Reading, trustee: Int, ballot: String) throws(StoreError) -> TrusteePublicKey?
    {
        let document = try reading.first(
            "SELECT document FROM polling_trustee_key WHERE trustee = ? AND ballot = ?", trustee, ballot
        ) { (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0] }
        return document.flatMap { TrusteePublicKey($0) }
    }

    /// A trustee's public keys in the order of the ballots.
    /// - Returns: fewer than there are ballots where one is missing.
    func keys(
        _ reading: borrowing Reading, _ election: StoredElection, _ trustee: Trustee
    ) throws(StoreError) -> [TrusteePublicKey] {
        var keys: [TrusteePublicKey] = []
        for ballot in election.election.ballots.map(\.id) {
            if let key = try key(reading, trustee: trustee.id, ballot: ballot) { keys.append(key) }
        }
        return keys
    }

    // MARK: Coming in

    /// What adding a trustee came to.
    package enum Addition: Sendable {
        /// The challenge that they answer with their private keys.
        case added(challenge: [UInt8])
        case refused(String)
    }

    private typealias PublicFile = (
        election: String, trustee: String, keys: [(ballot: String, key: TrusteePublicKey)]
    )

    /// Registers a trustee's public file. Where the trustee has proven another one already, `replacement` must say that it
    /// goes: signed by the old keys, or by two members of the bureau.
    /// - Parameters:
    ///   - file: made by `isoloir tally trustee-key`; it must hold a key for every ballot, in the definition's order.
    ///   - replacement: a file of `tally replace`, or a statement of the bureau.
    /// - Returns: the challenge's nonce is stored with the trustee and serves once.
    package func add(
        _ transaction: borrowing Transaction, _ election: StoredElection, file: [UInt8], replacement: [UInt8]? = nil,
        by principal: Principal
    ) throws(StoreError) -> Addition {
        guard try Poll.find(transaction.reading, election: election.number).map({ $0.state == .sealing }) ?? true else {
            return .refused("The poll is sealed: its trustees cannot change any more.")
        }
        let parts: PublicFile
        do throws(TrusteeFiles.Fault) { parts = try TrusteeFiles.publicKeys(file) } catch {
            return .refused("\(error)")
        }
        let wanted = election.election.ballots.map(\.id)
        guard parts.election == election.election.id, parts.keys.map(\.ballot) == wanted else {
            return .refused(
                "The file is for \(parts.election) (\(parts.keys.map(\.ballot).joined(separator: ", "))), not for \(election.election.id) (\(wanted.joined(separator: ", ")))."
            )
        }
        if let fault = try sharedKey(transaction.reading, election, parts) { return .refused(fault) }
        let known = try all(transaction.reading, election).first { $0.name == parts.trustee }
        var (successor, word): (String?, Word?) = (nil, nil)
        // The same keys again: a challenge that was lost. What was shown stays shown.
        var registered: [TrusteePublicKey] = []
        if let known { registered = try keys(transaction.reading, election, known) }
        let isAgain = known != nil && registered.map(\.decimal) == parts.keys.map(\.key.decimal)
        if isAgain, known?.provenAt != nil {
            return .refused("\(parts.trustee) has shown these keys already: there is nothing to do.")
        }
        // Also while the new keys of a replacement are not shown yet: a second replacement needs a word of its own.
        if let known, !isAgain, known.provenAt != nil || known.replacedAt != nil {
            let (given, fault) = try handover(
                transaction.reading, election, known, file, parts.keys.map(\.key), replacement)
            guard let given else { return .refused(fault) }
            (successor, word) = (given.text, given)
        } else if known == nil {
            successor = try wordOfRemoval(transaction.reading, election, name: parts.trustee)
            let digest = TrusteeFiles.digest(of: parts.keys.map(\.key))
            if successor != nil, try wereRegistered(transaction.reading, election, digest) {
                return .refused(
                    "These keys were registered before, and \(parts.trustee) was taken away: make new ones (isoloir tally trustee-key)."
                )
            }
        }
        let nonce = randomness.bytes(TrusteeFiles.nonceBytes)
        try store(transaction, election, parts, nonce: nonce, successor: successor)
        var details = [
            "trustee": parts.trustee, "file.sha256": hex(sha256(file)),
            "keys.sha256": TrusteeFiles.digest(of: parts.keys.map(\.key)),
        ]
        if let successor { details.merge(word?.details ?? ["by": successor]) { $1 } }
        try journal.record(
            transaction, election: election.election.id, by: principal,
            successor == nil ? .trusteeAdd : .trusteeReplace, details)
        return .added(
            challenge: TrusteeFiles.challenge(
                election: election.election.id, trustee: parts.trustee, nonce: nonce, ballots: wanted))
    }

    /// Whether a key of the file is somebody else's, or stands in it twice: whoever holds one key must be one trustee.
    private func sharedKey(
        _ reading: borrowing Reading, _ election: StoredElection, _ parts: PublicFile
    ) throws(StoreError) -> String? {
        var mine: Set<[UInt8]> = []
        for (ballot, key) in parts.keys where !mine.insert(key.decimal).inserted {
            return "The file has one key for two ballots (\(ballot)): the trustee makes it again (tally trustee-key)."
        }
        for other in try all(reading, election) where Array(other.name.utf8) != Array(parts.trustee.utf8) {
            for ballot in election.election.ballots.map(\.id) {
                if let key = try key(reading, trustee: other.id, ballot: ballot), mine.contains(key.decimal) {
                    return
                        "A key of the file is \(other.name)'s already: one key is one trustee. Each makes keys on a machine of their own."
                }
            }
        }
        return nil
    }

    /// - Parameters:
    ///   - nonce: 32 bytes, in place of any before it.
    ///   - successor: on whose word the keys take others' place; nil for a first registration.
    private func store(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ parts: PublicFile, nonce: [UInt8],
        successor: String?
    ) throws(StoreError) {
        try transaction.execute(
            "DELETE FROM polling_trustee_key WHERE trustee IN (SELECT id FROM polling_trustee WHERE election = ? AND name = ?)",
            election.number, parts.trustee)
        try transaction.execute(
            """
            INSERT INTO polling_trustee (election, name, added_at, nonce) VALUES (?, ?, ?, ?)
            ON CONFLICT (election, name) DO UPDATE SET added_at = excluded.added_at, proven_at = NULL,
                nonce = excluded.nonce
            """, election.number, parts.trustee, clock.now, nonce)
        if let successor {
            try transaction.execute(
                "UPDATE polling_trustee SET replaced_at = ?, replaced_by = ? WHERE election = ? AND name = ?",
                clock.now, successor, election.number, parts.trustee)
        }
        let id = try transaction.reading.number(
            "SELECT id FROM polling_trustee WHERE election = ? AND name = ?", election.number, parts.trustee)
        for (ballot, key) in parts.keys {
            try transaction.execute(
                "INSERT INTO polling_trustee_key (trustee, ballot, document) VALUES (?, ?, ?)", id, ballot,
                key.document)
        }
    }

    // MARK: Possession and check

    /// Takes a trustee's answer to their challenge; returns why it is refused, nil when it shows that they hold every key.
    /// - Parameter bytes: the file of `isoloir tally answer`.
    package func confirm(
        _ transaction: borrowing Transaction, _ election: StoredElection, answer bytes: [UInt8], by principal: Principal
    ) throws(StoreError) -> String? {
        let given: TrusteeFiles.Signed
        do throws(TrusteeFiles.Fault) { given = try TrusteeFiles.answers(bytes) } catch { return "\(error)" }
        guard let trustee = try all(transaction.reading, election).first(where: { $0.name == given.trustee }),
            given.election == election.election.id
        else { return "The answer is by \(given.trustee) for \(given.election), who is no trustee here." }
        let nonce = try transaction.reading.first("SELECT nonce FROM polling_trustee WHERE id = ?", trustee.id) {
            (row: borrowing Row) throws(StoreError) -> [UInt8]? in try row[0]
        }
        guard let nonce = nonce.flatMap({ $0 }) else {
            return "\(given.trustee) has no open challenge: add the public file again for a new one."
        }
        let fault = try unsigned(transaction.reading, election, trustee, given) { ballot in
            .possession(nonce: nonce, election: election.election.id, ballot: ballot)
        }
        if let fault { return "\(given.trustee)'s answer for \(fault) is not signed with the private key." }
        // A nonce serves once.
        try transaction.execute(
            "UPDATE polling_trustee SET proven_at = ?, nonce = NULL WHERE id = ?", clock.now, trustee.id)
        try journal.record(
            transaction, election: election.election.id, by: principal, .trusteeProve, ["trustee": given.trustee])
        return nil
    }

    /// Takes a trustee's word that the sealed election is made with their key; returns why it is refused, nil when it is good.
    /// - Parameter file: made by `isoloir tally check`; it is kept, and read anew by every audit.
    package func checked(
        _ transaction: borrowing Transaction, _ election: StoredElection, file: [UInt8], by principal: Principal
    ) throws(StoreError) -> String? {
        let given: TrusteeFiles.Signed
        do throws(TrusteeFiles.Fault) { given = try TrusteeFiles.checks(file) } catch { return "\(error)" }
        guard let poll = try Poll.find(transaction.reading, election: election.number), poll.state != .sealing else {
            return "The poll is not sealed yet: trustees check the seal."
        }
        guard let trustee = try all(transaction.reading, election).first(where: { $0.name == given.trustee }),
            given.election == election.election.id
        else { return "The check is by \(given.trustee) for \(given.election), who is no trustee here." }
        guard let manifest = SealManifest(poll.manifest),
            try areSealed(transaction.reading, election, trustee, manifest)
        else { return "The keys registered for \(given.trustee) are not those of the seal: call the bureau together." }
        let seal = sha256(poll.manifest)
        let fault = try unsigned(transaction.reading, election, trustee, given) { ballot in
            .check(seal: seal, election: election.election.id, ballot: ballot)
        }
        if fault != nil, let undone = try undone(transaction.reading, election, trustee, given) {
            return
                "\(given.trustee)'s check does not serve: \(undone). Check the present seal \(poll.fingerprint)."
        }
        if let fault {
            return
                "\(given.trustee)'s check for \(fault) is not signed with the private key, or is of another seal than \(poll.fingerprint)."
        }
        try transaction.execute(
            "UPDATE polling_trustee SET checked_at = ?, check_file = ? WHERE id = ?", clock.now, file, trustee.id)
        try journal.record(
            transaction, election: election.election.id, by: principal, .trusteeCheck,
            ["trustee": given.trustee, "file.sha256": hex(sha256(file)), "fingerprint": poll.fingerprint])
        return nil
    }

    /// The undone seal that a trustee's check is of.
    private func undone(
        _ reading: borrowing Reading, _ election: StoredElection, _ trustee: Trustee, _ given: TrusteeFiles.Signed
    ) throws(StoreError) -> UndoneSeal? {
        for seal in try UndoneSeal.all(reading, election: election.election.id) {
            guard let digest = bytes(hex: seal.digest) else { continue }
            let fault = try unsigned(reading, election, trustee, given) { ballot in
                .check(seal: digest, election: election.election.id, ballot: ballot)
            }
            if fault == nil { return seal }
        }
        return nil
    }

    /// Whether the registered keys are those that the seal names for this trustee.
    private func areSealed(
        _ reading: borrowing Reading, _ election: StoredElection, _ trustee: Trustee, _ seal: SealManifest
    ) throws(StoreError) -> Bool {
        guard let sealed = seal.trustees.first(where: { Array($0.name.utf8) == Array(trustee.name.utf8) }),
            sealed.keys.count == election.election.ballots.count
        else { return false }
        for (ballot, digest) in zip(election.election.ballots, sealed.keys) {
            guard let key = try key(reading, trustee: trustee.id, ballot: ballot.id),
                SealManifest.digest(ofKey: key.decimal) == digest
            else { return false }
        }
        return true
    }

    /// The first ballot whose signature is missing or not the trustee's; nil when all are there.
    /// - Parameter statement: what should be signed for a ballot, by its name.
    /// - Returns: a ballot's name.
    private func unsigned(
        _ reading: borrowing Reading, _ election: StoredElection, _ trustee: Trustee, _ given: TrusteeFiles.Signed,
        _ statement: (String) -> TrusteeStatement
    ) throws(StoreError) -> String? {
        for ballot in election.election.ballots.map(\.id) {
            guard let key = try key(reading, trustee: trustee.id, ballot: ballot), let proof = given.proof(ballot),
                key.hasSigned(statement(ballot), proof)
            else { return ballot }
        }
        return nil
    }

    /// What is there of a trustee's check of the seal.
    enum Check: Equatable {
        case signed
        /// The bureau opens without it: who signed that, and why.
        case waived(String)
        case missing
    }

    /// A trustee's check, by the signed files alone: what is noted beside them can be written by whoever writes the store's file.
    /// - Throws: what the store throws; a file that cannot be read counts as missing.
    func check(
        _ reading: borrowing Reading, _ election: StoredElection, _ trustee: Trustee, _ seal: SealManifest
    ) throws(StoreError) -> Check {
        let files = try reading.first(
            "SELECT check_file, waiver_file FROM polling_trustee WHERE id = ?", trustee.id
        ) { (row: borrowing Row) throws(StoreError) -> ([UInt8]?, [UInt8]?) in (try row[0], try row[1]) }
        if let check = files?.0, let given = try? TrusteeFiles.checks(check), given.trustee == trustee.name,
            try areSealed(reading, election, trustee, seal),
            try unsigned(
                reading, election, trustee, given,
                { .check(seal: seal.digest, election: election.election.id, ballot: $0) }) == nil
        {
            return .signed
        }
        if let waiver = files?.1, let statement = BureauStatement(file: waiver),
            statement.fault(
                act: .openWithoutCheck, election: election.election.id,
                subject: "\(hex(seal.digest)) \(trustee.name)", members: seal.members) == nil
        {
            return .waived(TrusteeRegister.words(statement, seal))
        }
        return .missing
    }

    /// Who signed, and why, as the record says it.
    private static func words(_ statement: BureauStatement, _ seal: SealManifest) -> String {
        "\(statement.signers(among: seal.members).map(\.name).joined(separator: ", ")): \(statement.reason)"
    }

    /// The trustees who have not said that the sealed election is made with their key, and for whom the bureau has not waived it.
    /// - Parameter manifest: of the poll; where it cannot be read, all trustees are waited for.
    package func unchecked(
        _ reading: borrowing Reading, _ election: StoredElection, manifest: [UInt8]
    ) throws(StoreError) -> [Trustee] {
        guard let seal = SealManifest(manifest) else { return try all(reading, election) }
        var waiting: [Trustee] = []
        for trustee in try all(reading, election)
        where try check(reading, election, trustee, seal) == .missing { waiting.append(trustee) }
        return waiting
    }

    /// Takes the bureau's word that the poll opens without a trustee's check; returns why it is refused.
    /// - Parameter file: a statement of the act `openWithoutCheck`; its subject names the trustee. Signed by two
    ///   members of the seal.
    package func waive(
        _ transaction: borrowing Transaction, _ election: StoredElection, statement file: [UInt8],
        by principal: Principal
    ) throws(StoreError) -> String? {
        guard let statement = BureauStatement(file: file) else { return "The file is no statement of the bureau." }
        guard let poll = try Poll.find(transaction.reading, election: election.number),
            let seal = SealManifest(poll.manifest)
        else { return "The poll is not sealed yet." }
        if let undone = try UndoneSeal.named(in: statement, transaction.reading) {
            return "The statement does not serve: \(undone)."
        }
        let waiting = try unchecked(transaction.reading, election, manifest: poll.manifest)
        guard
            let trustee = waiting.first(where: { statement.subject == "\(hex(seal.digest)) \($0.name)" })
        else { return "The statement names no trustee of this seal whose check is missing." }
        let fault = statement.fault(
            act: .openWithoutCheck, election: election.election.id, subject: "\(hex(seal.digest)) \(trustee.name)",
            members: seal.members)
        if let fault { return "\(trustee.name): \(fault)." }
        let signers = statement.signers(among: seal.members).map(\.name).joined(separator: ", ")
        try transaction.execute(
            "UPDATE polling_trustee SET waived = ?, waiver_file = ? WHERE id = ?",
            TrusteeRegister.words(statement, seal), file, trustee.id)
        try journal.record(
            transaction, election: election.election.id, by: principal, .trusteeWaive,
            ["trustee": trustee.name, "signed": signers, "reason": statement.reason, "file.sha256": hex(sha256(file))])
        return nil
    }
}
