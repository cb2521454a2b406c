package import Crypto
package import Elections
package import Journal
package import Store

/// Voters who join or leave the roll one by one, before it is sealed.
package struct LateVoters: Sendable {
    /// Its clock and journal are used.
    let registrar: Registrar

    /// What adding a voter came to.
    package enum Addition: Sendable, Equatable {
        case added(Int)
        /// A file is being read or waits to be applied: its rows have their numbers already.
        case importing
        /// Somebody on the roll, or struck off it, has this reference.
        case taken
        /// A value is refused: the column, and why.
        case refused(Column, CorrectionRefusal)
    }

    /// Adds a voter who was left out; the journal keeps who, what and why.
    /// The voter has no row in any file: a later import whose file lacks them counts them as missing.
    /// - Returns: `.added` with the voter's number. With any other answer the store is as it was.
    /// - Throws: an error of the store; `.busy` when the answer to the election's question cannot be hashed now.
    package func add(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ late: LateVoter, key: ElectionKey,
        randomness: Randomness, by principal: Principal
    ) throws(StoreError) -> Addition {
        let (values, reason, isNoted) = (late.values, late.reason, late.isNoted)
        let spelled: String
        switch Reference.read(late.reference) {
        case .failure(let refusal): return .refused(.reference, .misread(refusal.reason))
        case .success(let read): spelled = read
        }
        let reference = spelled
        let loading = try transaction.reading.number("SELECT count(*) FROM roll_import WHERE state = 'loading'")
        guard loading == 0 else { return .importing }
        let known = try transaction.reading.number(
            "SELECT count(*) FROM roll_voter WHERE election = ? AND reference = ?", election.number, reference)
        guard known == 0 else { return .taken }
        let order: [Column] = [
            .lastName, .firstName, .civility, .college, .site, .weight, .language, .channel, .email, .address1, .phone,
            .challenge,
        ]
        let now = registrar.clock.now
        let source = try transaction.insert(
            "INSERT INTO roll_import (election, state, started_at, published_at) VALUES (?, 'published', ?, ?)",
            election.number, now, now)
        let id = try transaction.insert(
            """
            INSERT INTO roll_voter (election, import, line, reference, civility, last_name, first_name, college, site, weight,
                language, mobile, digest)
            VALUES (?, ?, 0, ?, '', '', '', '', '', 1, ?, 0, x'')
            """, election.number, source, reference, (election.election.languages.first ?? .fr).rawValue)
        guard let blank = try registrar.voter(transaction.reading, id: id) else {
            throw StoreError(.failed, "The new voter is not on the roll.")
        }
        let keys = RollKeys(key, randomness: randomness)
        for column in order {
            let value = values[column] ?? ""
            let isNeeded = column == .lastName || column == .college && !election.election.colleges.isEmpty
            if value.isEmpty, !isNeeded { continue }
            // The name is on the roll by the time the address asks for it, and the address when the number asks for its country.
            let present = try registrar.voter(transaction.reading, id: id) ?? blank
            if let reason = try registrar.corrections.apply(transaction, election, present, column, value, keys) {
                try transaction.execute("DELETE FROM roll_voter WHERE id = ?", id)
                try transaction.execute("DELETE FROM roll_import WHERE id = ?", source)
                return .refused(column, reason)
            }
        }
        if isNoted {
            try note(transaction, election, reference, reason: reason, by: principal)
        }
        return .added(id)
    }

    /// Keeps in the journal who added a voter, and why.
    package func note(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ reference: String, reason: String,
        by principal: Principal
    ) throws(StoreError) {
        try registrar.journal.record(
            transaction, election: election.election.id, by: principal, .rollAdd,
            ["reference": reference, "reason": reason])
    }

    /// Strikes a voter off the roll; false when there is none.
    /// Identifiers and sessions are the caller's to end. The row stays, and a later import with this reference puts it
    /// back.
    /// - Parameter reason: goes into the journal.
    package func strike(
        _ transaction: borrowing Transaction, _ election: StoredElection, voter id: Int, reason: String,
        by principal: Principal
    ) throws(StoreError) -> Bool {
        guard let voter = try registrar.voter(transaction.reading, id: id) else { return false }
        let changed = try transaction.execute(
            "UPDATE roll_voter SET removed_at = ? WHERE id = ? AND election = ? AND removed_at IS NULL",
            registrar.clock.now, id,
            election.number)
        guard changed == 1 else { return false }
        try registrar.journal.record(
            transaction, election: election.election.id, by: principal, .rollStrike,
            ["reference": voter.reference, "reason": reason])
        return true
    }
}
