import BallotCore
package import BallotEngine
import Crypto
package import Elections
package import Journal
package import Store

/// A trustee as registered.
package struct Trustee: Sendable {
    package let id: Int
    package let name: String
    package let provenAt: Int?
}

/// The trustees of an election: who they are, their public keys, and whether they have shown that they hold the private ones.
package struct TrusteeRegister: Sendable {
    private let logbook: Logbook
    private let clock: Clock

    package init(logbook: Logbook, clock: Clock) { (self.logbook, self.clock) = (logbook, clock) }

    /// All of an election's trustees, in the order in which they came: their numbers from 1.
    package func all(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> [Trustee] {
        try reading.all(
            "SELECT id, name, proven_at FROM polling_trustee WHERE election = ? ORDER BY id", election.number
        ) { (row: borrowing Row) throws(StoreError) in
            Trustee(id: try row[0], name: try row[1], provenAt: try row[2])
        }
    }

    /// A trustee's public key for a ballot.
    package func key(_ reading: borrowing Reading, trustee: Int, ballot: String) throws(StoreError) -> TrusteePublicKey?
    {
        let document = try reading.first(
            "SELECT document FROM polling_trustee_key WHERE trustee = ? AND ballot = ?", trustee, ballot
        ) { (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0] }
        return document.flatMap { TrusteePublicKey($0) }
    }

    /// What adding a trustee came to.
    package enum Addition: Sendable {
        /// The challenge that they answer with their private keys.
        case added(challenge: [UInt8])
        case refused(String)
    }

    /// Registers a trustee's public file, or replaces their earlier one.
    package func add(
        _ transaction: borrowing Transaction, _ election: StoredElection, file: [UInt8], by principal: Principal
    ) throws(StoreError) -> Addition {
        guard try Poll.find(transaction.reading, election: election.number).map({ $0.state == .sealing }) ?? true else {
            return .refused("The poll is sealed: its trustees cannot change any more.")
        }
        let parts: (election: String, trustee: String, keys: [(ballot: String, key: TrusteePublicKey)])
        do throws(TrusteeFiles.Fault) { parts = try TrusteeFiles.publicKeys(file) } catch {
            return .refused("\(error)")
        }
        let wanted = election.election.ballots.map(\.id)
        guard parts.election == election.election.id, parts.keys.map(\.ballot) == wanted else {
            return .refused(
                "The file is for \(parts.election) (\(parts.keys.map(\.ballot).joined(separator: ", "))), not for \(election.election.id) (\(wanted.joined(separator: ", ")))."
            )
        }
        try transaction.execute(
            "DELETE FROM polling_trustee_key WHERE trustee IN (SELECT id FROM polling_trustee WHERE election = ? AND name = ?)",
            election.number, parts.trustee)
        try transaction.execute(
            """
            INSERT INTO polling_trustee (election, name, added_at) VALUES (?, ?, ?)
            ON CONFLICT (election, name) DO UPDATE SET added_at = excluded.added_at, proven_at = NULL
            """, election.number, parts.trustee, clock.now)
        let id = try transaction.reading.number(
            "SELECT id FROM polling_trustee WHERE election = ? AND name = ?", election.number, parts.trustee)
        var tests: [(ballot: String, tally: [UInt8])] = []
        var source = SystemScalars()
        for (ballot, key) in parts.keys {
            // g^m for a random m under the trustee's key alone: only its holder finds g^m again.
            guard let group = GMPGroup(key: key.decimal) else { return .refused("A key is no member of the group.") }
            let (randomness, answer) = (source.next(), GMPGroup.generatorPower(source.next()))
            let pair = Ciphertext(
                alpha: group.generatorPower(randomness), beta: group.product(group.keyPower(randomness), answer))
            let test = EncryptedTally(single: pair).document
            tests.append((ballot, test))
            try transaction.execute(
                "INSERT INTO polling_trustee_key (trustee, ballot, document, answer) VALUES (?, ?, ?, ?)", id, ballot,
                key.document, digits(answer))
        }
        try logbook.record(
            transaction, election: election.election.id, by: principal, "trustee.add",
            ["trustee": parts.trustee, "file.sha256": hex(sha256(file))])
        return .added(
            challenge: TrusteeFiles.challenge(election: election.election.id, trustee: parts.trustee, tests: tests))
    }

    /// Takes a trustee's answer to their challenge; returns why it is refused, nil when it shows that they hold every key.
    package func confirm(
        _ transaction: borrowing Transaction, _ election: StoredElection, answer bytes: [UInt8], by principal: Principal
    ) throws(StoreError) -> String? {
        let given: (election: String, trustee: String, answers: [(ballot: String, hash: [UInt8])])
        do throws(TrusteeFiles.Fault) { given = try TrusteeFiles.answers(bytes) } catch { return "\(error)" }

        guard let trustee = try all(transaction.reading, election).first(where: { $0.name == given.trustee }),
            given.election == election.election.id
        else { return "The answer is by \(given.trustee) for \(given.election), who is no trustee here." }
        for ballot in election.election.ballots.map(\.id) {
            let number = try transaction.reading.first(
                "SELECT answer FROM polling_trustee_key WHERE trustee = ? AND ballot = ?", trustee.id, ballot
            ) { (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0] }
            let expected = TrusteeFiles.testHash(
                number ?? [], election: election.election.id, trustee: trustee.name, ballot: ballot)
            guard number != nil, given.answers.first(where: { $0.ballot == ballot })?.hash == expected else {
                return "\(given.trustee)'s answer for \(ballot) does not open the challenge."
            }
        }
        try transaction.execute("UPDATE polling_trustee SET proven_at = ? WHERE id = ?", clock.now, trustee.id)
        try logbook.record(
            transaction, election: election.election.id, by: principal, "trustee.prove", ["trustee": given.trustee])
        return nil
    }
}
