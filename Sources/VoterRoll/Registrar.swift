import Contacts
package import Crypto
package import Elections
package import Journal
package import Store

/// Keeps the voter roll: imports, finds, lists, corrects.
/// `load` and `index` open transactions of their own; everything else takes the caller's. What a function says of the
/// roll, published imports alone say; whoever was struck off does not count.
package struct Registrar: Sendable {
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

    /// Reads and checks a file into the store, unseen until it is published. Only one import runs at a time.
    /// - Parameters:
    ///   - progress: called now and then with the rows read; what it throws stops the import, and nothing stays of it.
    ///   - path: of a CSV file or a workbook.
    ///   - keys: of the election, with which contacts are sealed.
    /// - Returns: what was found, to be published or discarded by the caller; its report may hold faults, and with
    ///   `acceptValid` rows were left out.
    /// - Throws: `ImportFailure` when the file as a whole cannot be read, or the store fails; nothing stays of it
    ///   then.
    package func load(
        _ path: String, into election: StoredElection, keys: RollKeys, options: ImportOptions,
        progress: @escaping (Int) throws(RollFileError) -> Void = { _ in }
    ) throws(ImportFailure) -> LoadedRoll {
        let loader: RollLoader
        do throws(StoreError) {
            loader = try RollLoader(
                store: store, election: election, keys: keys, options: options, hasher: hasher, clock: clock,
                progress: progress)
        } catch {
            throw .store(error)
        }
        return try loader.load(path)
    }

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

    /// Makes a loaded roll the roll, in one transaction, and returns the voters that are no longer on it. Rows that were held stay
    /// beside the roll.
    /// - Parameters:
    ///   - kept: voters who stay on the roll, though the file lacks them.
    ///   - file: what the journal calls the file.
    ///   - principal: who publishes.
    package func publish(
        _ transaction: borrowing Transaction, _ roll: LoadedRoll, keeping kept: Set<Int> = [], file: String,
        by principal: Principal
    ) throws(StoreError) -> [Int] {
        try takeChanges(transaction, roll.election, import: roll.importID, keys: roll.keys)
        let held = try transaction.reading.number("SELECT count(*) FROM roll_change WHERE import = ?", roll.importID)
        let removed = roll.removedIDs.filter { !kept.contains($0) }
        for id in removed {
            try transaction.execute("UPDATE roll_voter SET removed_at = ? WHERE id = ?", clock.now, id)
        }
        try transaction.execute(
            "UPDATE roll_import SET state = 'published', published_at = ? WHERE id = ?", clock.now, roll.importID)
        try journal.record(
            transaction, election: roll.election.election.id, by: principal, .rollImport,
            [
                "file": file, "encoding": roll.encoding, "rows": "\(roll.rows)", "rejected": "\(roll.report.rejected)",
                "added": "\(roll.added.count)", "changed": "\(roll.changed.count)",
                "removed": "\(roll.removed.count - (roll.removedIDs.count - removed.count))",
                "held": "\(held)",
            ])
        return removed
    }

    /// Forgets a loaded roll.
    /// - Throws: an error of the store. A roll that was published meanwhile stays.
    package func discard(_ roll: LoadedRoll) throws(StoreError) {
        try RollLoader.discard(store, importID: roll.importID)
    }

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

    /// Opens a voter's contacts.
    /// - Throws: `.missing` when there is no such voter, `.damaged` when a contact does not open.
    package func contacts(
        _ reading: borrowing Reading, _ election: StoredElection, voter: Int, keys: RollKeys
    ) throws(StoreError) -> VoterContacts {
        try ContactOpener(election: election.number, keys: keys).open(
            try sealedContacts(reading, voter: voter), voter: voter)
    }

    /// A voter's contacts as they lie in the store.
    /// - Throws: `.missing` when there is no voter with this number.
    package func sealedContacts(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> SealedContacts {
        let sealed = try reading.first("SELECT mail, phone, mobile, address FROM roll_voter WHERE id = ?", voter) {
            (row: borrowing Row) throws(StoreError) in
            SealedContacts(mail: try row[0], phone: try row[1], isMobile: try row[2], address: try row[3])
        }
        guard let sealed else { throw StoreError(.missing, "There is no voter number \(voter).") }
        return sealed
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
