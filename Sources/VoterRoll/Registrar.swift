import Contacts
package import Crypto
package import Elections
package import Journal
package import Store

/// Keeps the voter roll: says who is on it, and hands out what imports, corrects and searches it.
/// `imports.load` and `search.index` open transactions of their own; everything else takes the caller's. What a function says of the
/// roll, published imports alone say; whoever was struck off does not count.
package struct Registrar: Sendable {
    /// The most votes that a voter may hold.
    package static let heaviest = Weight.heaviest

    let store: Store
    /// Imports, additions, strikes and corrections are kept there.
    let journal: AuditJournal
    /// Seconds since 1970.
    let clock: Clock
    /// Hashes answers, slowly on purpose.
    let hasher: PassphraseHasher

    /// - Parameter hasher: of the answers to the election's question, which are kept as passphrases are.
    package init(store: Store, journal: AuditJournal, clock: Clock, hasher: PassphraseHasher) {
        (self.store, self.journal, self.clock, self.hasher) = (store, journal, clock, hasher)
    }

    // MARK: What it is asked for besides

    /// Reads files into the store and makes them the roll.
    package var imports: RollImports { RollImports(registrar: self) }

    /// Tells what a file changes.
    package var changes: FileChanges { FileChanges(registrar: self) }

    /// Rows that wait beside the roll.
    package var heldRows: HeldRows { HeldRows(registrar: self) }

    /// Corrects voters one by one.
    package var corrections: RollCorrections { RollCorrections(registrar: self) }

    /// Voters who join or leave the roll one by one.
    package var lateVoters: LateVoters { LateVoters(registrar: self) }

    /// When contacts were changed, and which addresses letters came back from.
    package var contactChanges: ContactChanges { ContactChanges(registrar: self) }

    /// Who is called alike, and whose name became another.
    package var names: RollNames { RollNames(registrar: self) }

    /// Finds voters by the beginnings of their words.
    package var search: RollSearch { RollSearch(registrar: self) }

    /// What was said of headings.
    package var headings: HeadingMemory { HeadingMemory() }

    // MARK: Who is on the roll

    /// The voter with this reference.
    /// Nil where nobody on the roll has it; case counts.
    package func voter(
        _ reading: borrowing Reading, _ election: StoredElection, reference: String
    ) throws(StoreError) -> Voter? {
        try reading.first(
            """
            SELECT id, reference, civility, last_name, first_name, college, site, weight, language, channel,
                returned_at IS NOT NULL
            FROM roll_voter WHERE election = ? AND reference = ? AND removed_at IS NULL
                AND (SELECT state FROM roll_import WHERE roll_import.id = roll_voter.import) = 'published'
            """, election.number, reference, row: Registrar.voter)
    }

    /// The voter with this number.
    /// Nil where there is none, or they were struck off.
    package func voter(_ reading: borrowing Reading, id: Int) throws(StoreError) -> Voter? {
        try reading.first(
            """
            SELECT id, reference, civility, last_name, first_name, college, site, weight, language, channel,
                returned_at IS NOT NULL
            FROM roll_voter WHERE id = ? AND removed_at IS NULL
                AND (SELECT state FROM roll_import WHERE roll_import.id = roll_voter.import) = 'published'
            """, id, row: Registrar.voter)
    }

    /// Hands every voter whose number is above `after` to `body`, in the order of their numbers; the plus sign keeps SQLite
    /// from walking the references' index and sorting the whole roll for each piece of it.
    /// - Parameters:
    ///   - after: the last voter's number of the piece before; 0 at first.
    ///   - limit: how many at most.
    package func each(
        _ reading: borrowing Reading, _ election: StoredElection, after: Int = 0, limit: Int = .max,
        _ body: (Voter, SealedContacts) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            """
            SELECT id, reference, civility, last_name, first_name, college, site, weight, language, channel,
                returned_at IS NOT NULL, mail, phone, mobile, address
            FROM roll_voter WHERE +election = ? AND id > ? AND removed_at IS NULL
                AND import IN (SELECT id FROM roll_import WHERE state = 'published')
            ORDER BY id LIMIT ?
            """, election.number, after, limit
        ) { (row: borrowing Row) throws(StoreError) in
            try body(
                try Registrar.voter(row),
                SealedContacts(mail: try row[11], phone: try row[12], isMobile: try row[13], address: try row[14]))
        }
    }

    /// How many voters the roll holds.
    /// Those who were struck off do not count.
    package func count(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> Int {
        try reading.number(
            """
            SELECT count(*) FROM roll_voter WHERE election = ? AND removed_at IS NULL
                AND (SELECT state FROM roll_import WHERE roll_import.id = roll_voter.import) = 'published'
            """, election.number)
    }

    /// The colleges and sites that voters of the roll of election `number` belong to.
    /// Those that an import not published yet brings, or a row that waits for a second person, are among them: none may be taken
    /// out of the election meanwhile.
    /// - Returns: keys of colleges and sites; the empty text may be among them.
    package func groupsInUse(_ reading: borrowing Reading, election number: Int) throws(StoreError) -> Set<String> {
        Set(
            try reading.all(
                """
                SELECT DISTINCT college FROM roll_voter WHERE removed_at IS NULL AND election = ?1
                UNION SELECT DISTINCT site FROM roll_voter WHERE removed_at IS NULL AND election = ?1
                UNION SELECT c.college FROM roll_change AS c JOIN roll_import AS i ON i.id = c.import WHERE i.election = ?1
                UNION SELECT c.site FROM roll_change AS c JOIN roll_import AS i ON i.id = c.import WHERE i.election = ?1
                """, number
            ) { (row: borrowing Row) throws(StoreError) -> String in try row[0] })
    }

    /// A digest of who may vote: reference, college, site and weight of every voter, in the roll's order.
    /// Names, contacts and channels are not in it: it does not change when they are corrected.
    package func digest(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> (count: Int, sha256: String) {
        let digest = RunningDigest()
        var count = 0
        try each(reading, election) { voter, _ throws(StoreError) in
            var fields = LengthPrefixedFields(voter.reference, voter.college, voter.site)
            fields.append(voter.weight)
            digest.update(fields.bytes.span)
            count += 1
        }
        return (count, hex(digest.finish()))
    }

    /// Ends what the roll says of persons: names and contacts go, the rows stay for what refers to them.
    /// Called once the poll is over and its frozen set is kept; it cannot be undone.
    package func erase(_ transaction: borrowing Transaction, _ election: StoredElection) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE roll_voter SET reference = 'destroyed-' || id, civility = '', last_name = '', first_name = '', mail = NULL,
                mail_index = NULL, phone = NULL, phone_index = NULL, mobile = 0, address = NULL, challenge = NULL, digest = x''
            WHERE election = ?
            """, election.number)
        try transaction.execute(
            "DELETE FROM roll_change WHERE import IN (SELECT id FROM roll_import WHERE election = ?)", election.number)
        // Made anew from what is left: forgotten words would stay in the index's pages until these are merged.
        try transaction.execute("INSERT INTO roll_search (roll_search) VALUES ('rebuild')")
        try transaction.execute("UPDATE roll_searched SET last = (SELECT coalesce(max(id), 0) FROM roll_voter)")
    }

    /// The hash of a voter's answer to the election's question; nil where the roll holds none.
    package func challenge(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> String? {
        try reading.first("SELECT challenge FROM roll_voter WHERE id = ?", voter) {
            (row: borrowing Row) throws(StoreError) -> String? in try row[0]
        } ?? nil
    }

    /// A row of the eleven columns that every query for voters selects.
    static func voter(_ row: borrowing Row) throws(StoreError) -> Voter {
        let channel: String? = try row[9]
        return Voter(
            id: try row[0], reference: try row[1], civility: try row.value(2), lastName: try row[3],
            firstName: try row[4], college: try row[5], site: try row[6], weight: try row[7],
            language: try row.value(8), channel: channel.flatMap { Channel(rawValue: $0) },
            hasReturnedLetter: try row[10])
    }
}
