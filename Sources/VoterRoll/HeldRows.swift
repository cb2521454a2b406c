import Contacts
import Crypto
package import Elections
package import Store

/// Rows of a file that wait beside the roll until a second person approves them.
///
///     roll_change, staged ── publish ──> roll_voter
///        │ hold                             ^
///        v                                  │ approved, and the voter's row is as it was
///     roll_change, stood = hash of the row ─┘
///
/// A new voter whose row waits is off the roll meanwhile:
///
///     roll_voter, of the import ── publish ──> on the roll
///        │ setAside
///        v
///     roll_voter, struck off and without contacts <── approved ── roll_change, which has them and waits
package struct HeldRows: Sendable {
    /// Its clock is used, its search and its names.
    let registrar: Registrar

    /// Keeps rows of a loaded roll beside the roll: `publish` leaves these voters as they are.
    package func hold(
        _ transaction: borrowing Transaction, _ roll: LoadedRoll, voters: [Int]
    ) throws(StoreError) {
        for voter in voters {
            let stood = try stood(transaction.reading, roll.election, voter: voter, keys: roll.keys)
            try transaction.execute(
                "UPDATE roll_change SET stood = ? WHERE import = ? AND voter = ?", stood, roll.importID, voter)
        }
    }

    /// Keeps new voters of an import off the roll: their rows wait beside it, as if each had been struck off and came back.
    package func setAside(
        _ transaction: borrowing Transaction, _ election: StoredElection, import source: Int, voters: [Int],
        keys: RollKeys
    ) throws(StoreError) {
        for voter in voters {
            try transaction.execute(
                """
                INSERT INTO roll_change (import, voter, line, civility, last_name, first_name, college, site, weight, language,
                    channel, mail, mail_index, phone, phone_index, mobile, address, challenge, digest)
                SELECT import, id, line, civility, last_name, first_name, college, site, weight, language, channel, mail,
                    mail_index, phone, phone_index, mobile, address, challenge, digest
                FROM roll_voter WHERE id = ? AND import = ?
                """, voter, source)
            try transaction.execute(
                """
                UPDATE roll_voter SET removed_at = ?, mail = NULL, mail_index = NULL, phone = NULL, phone_index = NULL,
                    mobile = 0, address = NULL, challenge = NULL
                WHERE id = ? AND import = ?
                """, registrar.clock.now, voter, source)
            let stood = try stood(transaction.reading, election, voter: voter, keys: keys)
            try transaction.execute(
                "UPDATE roll_change SET stood = ? WHERE import = ? AND voter = ?", stood, source, voter)
        }
    }

    /// Makes held rows the roll's.
    /// - Parameter voters: whose rows are not overtaken.
    package func take(
        _ transaction: borrowing Transaction, _ election: StoredElection, import source: Int, voters: [Int],
        keys: RollKeys
    ) throws(StoreError) {
        for voter in voters {
            try transaction.execute(
                "UPDATE roll_change SET stood = NULL WHERE import = ? AND voter = ?", source, voter)
        }
        try takeChanges(transaction, election, import: source, keys: keys)
    }

    /// Forgets rows that wait no longer. A voter whom they would have added goes as well, unless somebody else put them on the roll
    /// since.
    /// - Parameters:
    ///   - keys: of the election.
    ///   - isInUse: whether something else refers to a voter: then their row stays.
    package func drop(
        _ transaction: borrowing Transaction, _ election: StoredElection, import source: Int, keys: RollKeys,
        isInUse: (Int) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let struck = try transaction.reading.all(
            """
            SELECT v.id, c.stood FROM roll_change AS c JOIN roll_voter AS v ON v.id = c.voter AND v.import = c.import
            WHERE c.import = ? AND c.stood IS NOT NULL AND v.removed_at IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM roll_change AS other WHERE other.voter = v.id AND other.import <> c.import)
            """, source
        ) { (row: borrowing Row) throws(StoreError) -> (voter: Int, stood: [UInt8]) in (try row[0], try row[1]) }
        var added: [Int] = []
        for (voter, then) in struck {
            let today = try stood(transaction.reading, election, voter: voter, keys: keys)
            if today == then, try !isInUse(voter) { added.append(voter) }
        }
        try transaction.execute("DELETE FROM roll_change WHERE import = ? AND stood IS NOT NULL", source)
        for voter in added { try remove(transaction, addedBy: source, voter: voter) }
    }

    /// The imports of an election of which rows wait.
    package func imports(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [Int] {
        try reading.all(
            """
            SELECT DISTINCT c.import FROM roll_change AS c JOIN roll_import AS i ON i.id = c.import
            WHERE i.election = ? AND c.stood IS NOT NULL
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
    }

    /// Puts a voter whom a file brings back on the roll before anything else of the row, so that the old contact can be told.
    package func bringBack(_ transaction: borrowing Transaction, voter: Int) throws(StoreError) {
        try transaction.execute("UPDATE roll_voter SET removed_at = NULL WHERE id = ?", voter)
    }

    /// Lends a voter to `body` as if they were on the roll, also one who was struck off.
    package func lend(
        _ transaction: borrowing Transaction, struck voter: Int, _ body: (Voter) throws(StoreError) -> Void
    ) throws(StoreError) {
        let since =
            try transaction.reading.first("SELECT removed_at FROM roll_voter WHERE id = ?", voter) {
                (row: borrowing Row) throws(StoreError) -> Int? in try row[0]
            } ?? nil
        try bringBack(transaction, voter: voter)
        if let found = try registrar.voter(transaction.reading, id: voter) { try body(found) }
        try transaction.execute("UPDATE roll_voter SET removed_at = ? WHERE id = ?", since, voter)
    }

    /// A keyed hash of all that the roll holds of a voter, struck off or not: equal as long as nobody changes anything.
    func stood(
        _ reading: borrowing Reading, _ election: StoredElection, voter: Int, keys: RollKeys
    ) throws(StoreError) -> [UInt8] {
        let contacts = try registrar.contacts(reading, election, voter: voter, keys: keys)
        var fields = LengthPrefixedFields("roll row")
        try reading.each(
            """
            SELECT reference, civility, last_name, first_name, college, site, language, coalesce(channel, ''),
                coalesce(challenge, ''), weight, removed_at IS NOT NULL
            FROM roll_voter WHERE id = ?
            """, voter
        ) { (row: borrowing Row) throws(StoreError) in
            for column in 0..<Int32(9) { fields.append(try row[column] as String) }
            fields.append(try row[9] as Int)
            fields.append(try row[10] as Int)
        }
        fields.append(contacts.mail?.text ?? "")
        fields.append(contacts.phone?.text ?? "")
        let address = contacts.address?.stored ?? []
        fields.append(address.span)
        return keys.digest.hash(fields.bytes.span)
    }

    /// Writes the rows of an import that are not held onto the roll.
    func takeChanges(
        _ transaction: borrowing Transaction, _ election: StoredElection, import source: Int, keys: RollKeys
    ) throws(StoreError) {
        let renamed = try transaction.reading.all(
            """
            SELECT v.id FROM roll_change AS c JOIN roll_voter AS v ON v.id = c.voter
            WHERE c.import = ? AND c.stood IS NULL AND (v.last_name <> c.last_name OR v.first_name <> c.first_name)
            """, source
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        for voter in renamed { try registrar.search.forgetWords(transaction, voter: voter) }
        let returned = try stillReturned(transaction.reading, election, import: source, keys: keys)
        try transaction.execute(
            """
            UPDATE roll_voter SET line = c.line, civility = c.civility, last_name = c.last_name,
                first_name = c.first_name, college = c.college, site = c.site, weight = c.weight,
                language = c.language, channel = c.channel, mail = c.mail, mail_index = c.mail_index, phone = c.phone,
                phone_index = c.phone_index, mobile = c.mobile, address = c.address, challenge = c.challenge,
                digest = c.digest, removed_at = NULL, returned_at = NULL
            FROM roll_change AS c WHERE c.voter = roll_voter.id AND c.import = ? AND c.stood IS NULL
            """, source)
        for (voter, at) in returned {
            try transaction.execute("UPDATE roll_voter SET returned_at = ? WHERE id = ?", at, voter)
        }
        try transaction.execute("DELETE FROM roll_change WHERE import = ? AND stood IS NULL", source)
        for voter in renamed {
            try registrar.search.learnWords(transaction, voter: voter)
            try registrar.names.note(transaction, voter: voter)
        }
    }

    /// Voters whose letter came back and whom the file sends to the same place, under another name perhaps: nothing more is sent
    /// there.
    private func stillReturned(
        _ reading: borrowing Reading, _ election: StoredElection, import source: Int, keys: RollKeys
    ) throws(StoreError) -> [(voter: Int, at: Int)] {
        let opener = ContactOpener(election: election.number, keys: keys)
        var found: [(voter: Int, at: Int)] = []
        try reading.each(
            """
            SELECT c.voter, v.returned_at, v.address, c.address, v.civility, v.last_name, v.first_name, c.civility,
                c.last_name, c.first_name
            FROM roll_change AS c JOIN roll_voter AS v ON v.id = c.voter
            WHERE c.import = ? AND c.stood IS NULL AND v.returned_at IS NOT NULL
            """, source
        ) { (row: borrowing Row) throws(StoreError) in
            let voter: Int = try row[0]
            let before = try opener.address(try row[2], voter: voter)
            let after = try opener.address(try row[3], voter: voter)
            let (old, new) = (try Recipient(row, from: 4), try Recipient(row, from: 7))
            if before.map(old.place) == after.map(new.place) { found.append((voter, try row[1])) }
        }
        return found
    }

    /// Removes a voter whom an import would have added; anybody else stays.
    func remove(
        _ transaction: borrowing Transaction, addedBy source: Int, voter: Int
    ) throws(StoreError) {
        let isAdded = try registrar.changes.origin(transaction.reading, voter: voter) == source
        guard isAdded else { return }
        try registrar.search.forgetWords(transaction, voter: voter)
        try transaction.execute("DELETE FROM roll_voter WHERE id = ?", voter)
        // SQLite gives the highest number again: the index must not think that it knows who gets it.
        try transaction.execute(
            "UPDATE roll_searched SET last = min(last, (SELECT coalesce(max(id), 0) FROM roll_voter))")
    }
}
