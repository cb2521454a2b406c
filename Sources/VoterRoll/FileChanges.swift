import Crypto
package import Elections
package import Store

/// What a file changes on the roll, before and after it is applied.
package struct FileChanges: Sendable {
    /// Says how a voter's row stands.
    let registrar: Registrar

    /// Hands every change that a loaded roll makes to `body`: the line, the reference, and each changed column with its old
    /// and new value. Contacts are named, not shown.
    /// - Parameter body: takes the line in its sheet, the voter's reference, and at least one change.
    /// - Throws: an error of the store; `.damaged` when a contact does not open with these keys; what `body` throws.
    package func eachChange(
        _ reading: borrowing Reading, _ roll: LoadedRoll, keys: RollKeys,
        _ body: (Int, String, [RollChange]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try eachChange(reading, roll.election, import: roll.importID, keys: keys, body)
    }

    /// The same of an import by its number: of an applied one the rows that were held.
    package func eachChange(
        _ reading: borrowing Reading, _ election: StoredElection, import source: Int, keys: RollKeys,
        _ body: (Int, String, [RollChange]) throws(StoreError) -> Void
    ) throws(StoreError) {
        let opener = ContactOpener(election: election.number, keys: keys)
        try reading.each(
            """
            SELECT c.line, v.reference, v.id, v.removed_at IS NOT NULL, v.civility, c.civility, v.last_name, c.last_name,
                v.first_name, c.first_name, v.college, c.college, v.site, c.site, v.weight, c.weight, v.language, c.language,
                coalesce(v.channel, ''), coalesce(c.channel, ''), v.mail, c.mail, v.phone, c.phone, v.mobile, c.mobile,
                v.address, c.address, (v.challenge IS NOT NULL OR c.challenge IS NOT NULL)
                    AND substr(v.digest, 1 + ?2) <> substr(c.digest, 1 + ?2)
            FROM roll_change AS c JOIN roll_voter AS v ON v.id = c.voter WHERE c.import = ?1 ORDER BY c.line
            """, source, RowSealer.digestBytes
        ) { (row: borrowing Row) throws(StoreError) in
            var changes: [RollChange] = []
            let (id, isBack): (Int, Bool) = (try row[2], try row[3])
            if isBack { changes.append(RollChange(column: "", before: "struck off", after: "on the roll again")) }
            for (offset, column) in [Column.civility, .lastName, .firstName, .college, .site].enumerated() {
                let (before, after): (String, String) = (try row[4 + 2 * Int32(offset)], try row[5 + 2 * Int32(offset)])
                if before != after { changes.append(RollChange(column: column.rawValue, before: before, after: after)) }
            }
            let (weightBefore, weightAfter): (Int, Int) = (try row[14], try row[15])
            if weightBefore != weightAfter {
                changes.append(
                    RollChange(column: Column.weight.rawValue, before: "\(weightBefore)", after: "\(weightAfter)"))
            }
            for (offset, column) in [Column.language, .channel].enumerated() {
                let (before, after): (String, String) = (
                    try row[16 + 2 * Int32(offset)], try row[17 + 2 * Int32(offset)]
                )
                if before != after { changes.append(RollChange(column: column.rawValue, before: before, after: after)) }
            }
            let before = try opener.open(
                SealedContacts(mail: try row[20], phone: try row[22], isMobile: try row[24], address: try row[26]),
                voter: id)
            let after = try opener.open(
                SealedContacts(mail: try row[21], phone: try row[23], isMobile: try row[25], address: try row[27]),
                voter: id)
            if before.mail != after.mail { changes.append(RollChange(column: Column.email.rawValue)) }
            if before.phone != after.phone { changes.append(RollChange(column: Column.phone.rawValue)) }
            if before.address != after.address { changes.append(RollChange(column: "address")) }
            if try row[28] as Bool { changes.append(RollChange(column: Column.challenge.rawValue)) }
            let line: Int = try row[0]
            // Lines of a second sheet are counted from far on.
            try body(line % RollLimits.sheetLines, try row[1], changes)
        }
    }

    /// The voters whose rows a loaded roll changes at once; those that were held are not among them.
    package func changedVoters(_ reading: borrowing Reading, _ roll: LoadedRoll) throws(StoreError) -> [Int] {
        try reading.all(
            "SELECT voter FROM roll_change WHERE import = ? AND stood IS NULL ORDER BY voter", roll.importID
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
    }

    /// The rows of a loaded or applied file that change a contact, an answer or the name; the recipient's own line of an address is no
    /// contact.
    /// - Parameters:
    ///   - source: the import's number, of `number(of:)`.
    ///   - keys: of the election.
    package func contacts(
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
            let (old, new) = (try Recipient(row, from: 3), try Recipient(row, from: 6))
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
            if let stood {
                isOvertaken = try registrar.heldRows.stood(reading, election, voter: voter, keys: keys) != stood
            }
            found.append(
                ContactRow(
                    voter: voter, line: line % RollLimits.sheetLines, reference: try row[2],
                    name: "\(old.firstName) \(old.lastName)", names: names, columns: columns, before: before,
                    after: after,
                    isOvertaken: isOvertaken))
        }
        return found
    }

    /// The rows of a loaded file, or of an addition, that add a voter with any contact.
    /// - Parameters:
    ///   - source: the import's number, of `number(of:)`.
    ///   - only: the one voter of an addition: nothing else is read. Nil reads the whole roll.
    ///   - keys: of the election.
    package func added(
        _ reading: borrowing Reading, _ election: StoredElection, import source: Int, only: Int? = nil, keys: RollKeys
    ) throws(StoreError) -> [ContactRow] {
        let opener = ContactOpener(election: election.number, keys: keys)
        var found: [ContactRow] = []
        try reading.each(
            """
            SELECT id, line, reference, civility, last_name, first_name, mail, phone, mobile, address FROM roll_voter
            WHERE id BETWEEN ? AND ? AND import = ? AND removed_at IS NULL ORDER BY line
            """, only ?? 0, only ?? .max, source
        ) { (row: borrowing Row) throws(StoreError) in
            let voter: Int = try row[0]
            let given = try opener.open(
                SealedContacts(mail: try row[6], phone: try row[7], isMobile: try row[8], address: try row[9]),
                voter: voter)
            var columns: [Column] = []
            if given.mail != nil { columns.append(.email) }
            if given.phone != nil { columns.append(.phone) }
            if given.address != nil { columns.append(.address1) }
            guard !columns.isEmpty else { return }
            let (line, name): (Int, Recipient) = (try row[1], try Recipient(row, from: 3))
            found.append(
                ContactRow(
                    voter: voter, line: line % RollLimits.sheetLines, reference: try row[2],
                    name: "\(name.firstName) \(name.lastName)",
                    names: [FullName(lastName: name.lastName, firstName: name.firstName)], columns: columns,
                    before: VoterContacts(mail: nil, phone: nil, address: nil), after: given, isOvertaken: false))
        }
        return found
    }

    /// The import by which a voter came onto the roll.
    package func origin(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Int {
        try reading.number("SELECT import FROM roll_voter WHERE id = ?", voter)
    }

    /// Voters whose printed sheets would say what a loaded file makes wrong: another name, place, language or college.
    /// - Parameter rows: the file's rows that change a contact.
    package func printedChanges(
        _ reading: borrowing Reading, import source: Int, rows: [ContactRow]
    ) throws(StoreError) -> [Int] {
        let moved = rows.filter { $0.columns.contains(.address1) }.map(\.voter)
        let renamed = try reading.all(
            """
            SELECT c.voter FROM roll_change AS c JOIN roll_voter AS v ON v.id = c.voter
            WHERE c.import = ? AND (v.civility <> c.civility OR v.last_name <> c.last_name OR v.first_name <> c.first_name
                OR v.language <> c.language OR v.college <> c.college OR v.site <> c.site)
            """, source
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        return Set(moved + renamed).sorted()
    }
}
