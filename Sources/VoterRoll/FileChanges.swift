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
    ///   - only: the one voter of an addition: nothing else is read. Nil reads the whole roll.
    ///   - keys: of the election.
    package func addedRows(
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
            let (line, name): (Int, Recipient) = (try row[1], try Registrar.recipient(row, from: 3))
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
        // SQLite gives the highest number again: the index must not think that it knows who gets it.
        try transaction.execute(
            "UPDATE roll_searched SET last = min(last, (SELECT coalesce(max(id), 0) FROM roll_voter))")
    }

    /// Who has, or would have, one and the same name, or nearly.
    package struct Namesakes: Sendable {
        /// Of those who were asked about the ones who have or would have the name.
        package let asked: Set<Int>
        /// All voters of the election who have it, struck off or not.
        package let voters: [Int]
    }

    /// The voters who have the names of some, or nearly. Looks at the whole roll; nothing is read where `asked` is empty.
    /// The plus sign keeps SQLite from walking the references' index, as in `each`.
    /// - Parameter asked: voters with the names that are wanted; several of one voter are several.
    package func namesakes(
        _ reading: borrowing Reading, _ election: StoredElection, of asked: [(voter: Int, name: FullName)]
    ) throws(StoreError) -> [Namesakes] {
        guard !asked.isEmpty else { return [] }
        var scratch: [UInt8] = []
        var wanted: [UInt64: Set<Int>] = [:]
        for (voter, name) in asked { wanted[name.key(&scratch), default: []].insert(voter) }
        var found: [UInt64: [Int]] = [:]
        try reading.each(
            "SELECT id, last_name, first_name FROM roll_voter WHERE +election = ? ORDER BY id", election.number
        ) { (row: borrowing Row) throws(StoreError) in
            let key = FullName(lastName: try row[1], firstName: try row[2]).key(&scratch)
            if wanted[key] != nil { found[key, default: []].append(try row[0]) }
        }
        return found.map { Namesakes(asked: wanted[$0.key] ?? [], voters: $0.value) }
    }

    /// A voter's name and reference, struck off or not; nil where there is no such voter.
    package func named(
        _ reading: borrowing Reading, voter: Int
    ) throws(StoreError) -> (name: FullName, reference: String)? {
        try reading.first("SELECT last_name, first_name, reference FROM roll_voter WHERE id = ?", voter) {
            (row: borrowing Row) throws(StoreError) in
            (FullName(lastName: try row[0], firstName: try row[1]), try row[2])
        }
    }

    /// Keeps that a voter's name is another.
    func noteName(_ transaction: borrowing Transaction, voter: Int) throws(StoreError) {
        try transaction.execute("UPDATE roll_voter SET named_at = ? WHERE id = ?", clock.now, voter)
    }

    /// Whether a voter of the roll ever got another name.
    package func wasRenamed(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Bool {
        try reading.number("SELECT count(*) FROM roll_voter WHERE id = ? AND named_at IS NOT NULL", voter) > 0
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
