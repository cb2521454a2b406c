package import Elections
package import Store

/// What managers said that headings mean, kept for the next file.
extension Registrar {
    /// The headings of earlier files and their columns.
    package func rememberedHeadings(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [String: Column] {
        var map: [String: Column] = [:]
        try reading.each("SELECT heading, meaning FROM roll_heading WHERE election = ?", election.number) {
            (row: borrowing Row) throws(StoreError) in
            let (heading, meaning): (String, String) = (try row[0], try row[1])
            map[heading] = Column(rawValue: meaning)
        }
        return map
    }

    /// Keeps what headings mean; what was said of the same columns before is forgotten.
    package func remember(
        _ transaction: borrowing Transaction, _ election: StoredElection, headings: [String: Column]
    ) throws(StoreError) {
        for (heading, column) in headings {
            try transaction.execute(
                "DELETE FROM roll_heading WHERE election = ? AND meaning = ?", election.number, column.rawValue)
            try transaction.execute(
                """
                INSERT INTO roll_heading (election, heading, meaning) VALUES (?, ?, ?)
                ON CONFLICT (election, heading) DO UPDATE SET meaning = excluded.meaning
                """, election.number, heading, column.rawValue)
        }
    }
}
