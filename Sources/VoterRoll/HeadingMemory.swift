package import Elections
package import Store

/// What somebody said of an election's headings, for its next files.
package struct HeadingMemory: Sendable {
    /// The headings of earlier files and their columns.
    /// - Returns: `map` as an import takes it, and the headings that are not to be read; both folded by `Column.fold`.
    package func remembered(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> (map: [String: Column], unread: Set<String>) {
        var (map, unread): ([String: Column], Set<String>) = ([:], [])
        try reading.each("SELECT heading, meaning FROM roll_heading WHERE election = ?", election.number) {
            (row: borrowing Row) throws(StoreError) in
            let (heading, meaning): (String, String) = (try row[0], try row[1])
            if meaning.isEmpty { unread.insert(heading) } else { map[heading] = Column(rawValue: meaning) }
        }
        return (map, unread)
    }

    /// Keeps what was said of headings; what was said of the same columns and headings before is forgotten.
    /// What was said last of a heading or a column is what holds.
    package func remember(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ said: HeadingAnswers
    ) throws(StoreError) {
        for heading in said.standard {
            try transaction.execute(
                "DELETE FROM roll_heading WHERE election = ? AND heading = ?", election.number, heading)
        }
        for (heading, meaning) in said.meanings {
            if !meaning.isEmpty {
                try transaction.execute(
                    "DELETE FROM roll_heading WHERE election = ? AND meaning = ?", election.number, meaning)
            }
            try transaction.execute(
                """
                INSERT INTO roll_heading (election, heading, meaning) VALUES (?, ?, ?)
                ON CONFLICT (election, heading) DO UPDATE SET meaning = excluded.meaning
                """, election.number, heading, meaning)
        }
    }
}
