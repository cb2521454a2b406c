import Crypto
package import Elections
package import Store

/// Voters whom a file adds, as far as others must look at them before they stand on the roll.
///
///     roll_voter, of the import ── publish ──> on the roll
///        │ setAside
///        v
///     roll_voter, struck off and without contacts <── approved ── roll_change, which has them and waits
extension Registrar {
    /// The rows of a loaded file, or of an addition, that add a voter with any contact.
    /// - Parameters:
    ///   - source: the import's number, of `number(of:)`.
    ///   - keys: of the election.
    package func addedRows(
        _ reading: borrowing Reading, _ election: StoredElection, import source: Int, keys: RollKeys
    ) throws(StoreError) -> [ContactRow] {
        let opener = ContactOpener(election: election.number, keys: keys)
        var found: [ContactRow] = []
        try reading.each(
            """
            SELECT id, line, reference, civility, last_name, first_name, mail, phone, mobile, address FROM roll_voter
            WHERE import = ? AND removed_at IS NULL ORDER BY line
            """, source
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
            let (line, name): (Int, Recipient) = (try row[1], try Registrar.recipient(row, from: 3))
            found.append(
                ContactRow(
                    voter: voter, line: line % RollLimits.sheetLines, reference: try row[2],
                    name: "\(name.firstName) \(name.lastName)", columns: columns,
                    before: VoterContacts(mail: nil, phone: nil, address: nil), after: given, isOvertaken: false))
        }
        return found
    }

    /// The import by which a voter came onto the roll.
    package func origin(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Int {
        try reading.number("SELECT import FROM roll_voter WHERE id = ?", voter)
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
                """, clock.now, voter, source)
            let stood = try stood(transaction.reading, election, voter: voter, keys: keys)
            try transaction.execute(
                "UPDATE roll_change SET stood = ? WHERE import = ? AND voter = ?", stood, source, voter)
        }
    }

    /// Takes rows out of a loaded file before it is published, as if it did not have them: changed voters stay as they are.
    package func leaveOut(
        _ transaction: borrowing Transaction, _ roll: LoadedRoll, voters: [Int]
    ) throws(StoreError) {
        for voter in voters {
            try transaction.execute("DELETE FROM roll_change WHERE import = ? AND voter = ?", roll.importID, voter)
            try remove(transaction, addedBy: roll.importID, voter: voter)
        }
    }

    /// Removes a voter whom an import would have added; anybody else stays.
    func remove(
        _ transaction: borrowing Transaction, addedBy source: Int, voter: Int
    ) throws(StoreError) {
        let isAdded = try origin(transaction.reading, voter: voter) == source
        guard isAdded else { return }
        try forgetWords(transaction, voter: voter)
        try transaction.execute("DELETE FROM roll_voter WHERE id = ?", voter)
    }

    /// Voters of the election, struck off or not, who have the same or nearly the same name as some others.
    /// Looks at the whole roll; nothing is read where `voters` is empty.
    /// - Parameter voters: whose namesakes are wanted, themselves apart.
    package func namesakes(
        _ reading: borrowing Reading, _ election: StoredElection, of voters: [Int]
    ) throws(StoreError) -> [Int: [Int]] {
        guard !voters.isEmpty else { return [:] }
        let wanted = Set(voters)
        var scratch: [UInt8] = []
        var keys: [UInt64: [Int]] = [:]
        for voter in wanted {
            // The name that the row has or would have: both may be the one that is known.
            try reading.each(
                """
                SELECT last_name, first_name FROM roll_voter WHERE id = ?1
                UNION SELECT last_name, first_name FROM roll_change WHERE voter = ?1
                """, voter
            ) { (row: borrowing Row) throws(StoreError) in
                let (last, first): (String, String) = (try row[0], try row[1])
                keys[Folding.nameKey(last, first, &scratch), default: []].append(voter)
            }
        }
        var found: [Int: [Int]] = [:]
        try reading.each(
            "SELECT id, last_name, first_name FROM roll_voter WHERE election = ?", election.number
        ) { (row: borrowing Row) throws(StoreError) in
            let (id, last, first): (Int, String, String) = (try row[0], try row[1], try row[2])
            for voter in keys[Folding.nameKey(last, first, &scratch)] ?? [] where voter != id {
                found[voter, default: []].append(id)
            }
        }
        return found
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

extension Folding {
    /// The same of texts.
    fileprivate static func nameKey(_ last: String, _ first: String, _ scratch: inout [UInt8]) -> UInt64 {
        let (last, first) = (Array(last.utf8), Array(first.utf8))
        return nameKey(last.span, first.span, &scratch)
    }
}
