import Crypto
package import Elections
package import Store

/// What a file does to contacts, and rows of it that wait beside the roll until a second person approves them.
///
///     roll_change, staged ── publish ──> roll_voter
///        │ hold                             ^
///        v                                  │ approved, and the voter's row is as it was
///     roll_change, stood = hash of the row ─┘
extension Registrar {
    /// The number under which a loaded roll's held rows are found again.
    package func number(of roll: LoadedRoll) -> Int { roll.importID }

    /// The rows of a loaded or applied file that change a contact, an answer or the name; the recipient's own line of an address is no
    /// contact.
    /// - Parameters:
    ///   - source: the import's number, of `number(of:)`.
    ///   - keys: of the election.
    package func contactRows(
        _ reading: borrowing Reading, _ election: StoredElection, import source: Int, keys: RollKeys
    ) throws(StoreError) -> [ContactRow] {
        let opener = ContactOpener(election: election.number, keys: keys)
        var found: [ContactRow] = []
        try reading.each(
            """
            SELECT c.voter, c.line, v.reference, v.civility, v.last_name, v.first_name, c.civility, c.last_name, c.first_name,
                v.mail, v.phone, v.mobile, v.address, c.mail, c.phone, c.mobile, c.address, c.stood,
                (v.challenge IS NOT NULL OR c.challenge IS NOT NULL)
                    AND substr(v.digest, 1 + ?2) <> substr(c.digest, 1 + ?2)
            FROM roll_change AS c JOIN roll_voter AS v ON v.id = c.voter WHERE c.import = ?1 ORDER BY c.line
            """, source, RowSealer.digestBytes
        ) { (row: borrowing Row) throws(StoreError) in
            let voter: Int = try row[0]
            let before = try opener.open(
                SealedContacts(mail: try row[9], phone: try row[10], isMobile: try row[11], address: try row[12]),
                voter: voter)
            let after = try opener.open(
                SealedContacts(mail: try row[13], phone: try row[14], isMobile: try row[15], address: try row[16]),
                voter: voter)
            let (old, new) = (try Registrar.recipient(row, from: 3), try Registrar.recipient(row, from: 6))
            var columns: [Column] = []
            if before.mail != after.mail { columns.append(.email) }
            if before.phone != after.phone { columns.append(.phone) }
            if before.address.map(old.place) != after.address.map(new.place) { columns.append(.address1) }
            if try row[18] as Bool { columns.append(.challenge) }
            let stood: [UInt8]? = try row[17]
            var names = [FullName(lastName: old.lastName, firstName: old.firstName)]
            let afterName = FullName(lastName: new.lastName, firstName: new.firstName)
            if !afterName.isNearly(names[0]) { names.append(afterName) }
            guard !columns.isEmpty || stood != nil || names.count > 1 else { return }
            let line: Int = try row[1]
            var isOvertaken = false
            if let stood { isOvertaken = try self.stood(reading, election, voter: voter, keys: keys) != stood }
            found.append(
                ContactRow(
                    voter: voter, line: line % RollLimits.sheetLines, reference: try row[2],
                    name: "\(old.firstName) \(old.lastName)", names: names, columns: columns, before: before,
                    after: after,
                    isOvertaken: isOvertaken))
        }
        return found
    }

    /// The recipient in three columns of a row: civility, family name, first name.
    static func recipient(_ row: borrowing Row, from first: Int32) throws(StoreError) -> Recipient {
        let civility: Voter.Civility = try row.value(first)
        let title =
            switch civility {
            case .none: ""
            case .mister: "M"
            case .madam: "Mme"
            }
        return Recipient(title: title, firstName: try row[first + 2], lastName: try row[first + 1])
    }

    /// A keyed hash of all that the roll holds of a voter, struck off or not: equal as long as nobody changes anything.
    func stood(
        _ reading: borrowing Reading, _ election: StoredElection, voter: Int, keys: RollKeys
    ) throws(StoreError) -> [UInt8] {
        let contacts = try contacts(reading, election, voter: voter, keys: keys)
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

    /// Makes held rows the roll's.
    /// - Parameter voters: whose rows are not overtaken.
    package func takeHeld(
        _ transaction: borrowing Transaction, _ election: StoredElection, import source: Int, voters: [Int],
        keys: RollKeys
    ) throws(StoreError) {
        for voter in voters {
            try transaction.execute(
                "UPDATE roll_change SET stood = NULL WHERE import = ? AND voter = ?", source, voter)
        }
        try takeChanges(transaction, election, import: source, keys: keys)
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
        if let found = try self.voter(transaction.reading, id: voter) { try body(found) }
        try transaction.execute("UPDATE roll_voter SET removed_at = ? WHERE id = ?", since, voter)
    }

    /// Forgets rows that wait no longer. A voter whom they would have added goes as well, unless somebody else put them on the roll
    /// since.
    /// - Parameters:
    ///   - keys: of the election.
    ///   - isInUse: whether something else refers to a voter: then their row stays.
    package func dropHeld(
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
    package func heldImports(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [Int] {
        try reading.all(
            """
            SELECT DISTINCT c.import FROM roll_change AS c JOIN roll_import AS i ON i.id = c.import
            WHERE i.election = ? AND c.stood IS NOT NULL
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
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
        for voter in renamed { try forgetWords(transaction, voter: voter) }
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
            try learnWords(transaction, voter: voter)
            try noteName(transaction, voter: voter)
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
            let (old, new) = (try Registrar.recipient(row, from: 4), try Registrar.recipient(row, from: 7))
            if before.map(old.place) == after.map(new.place) { found.append((voter, try row[1])) }
        }
        return found
    }
}
