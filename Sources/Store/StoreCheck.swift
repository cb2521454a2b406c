extension Store {
    /// How many faults of one check are worth printing; the first ones tell the story.
    private static let shownFaults = 20

    /// SQLite's own checks: pages and indices (quick_check), then foreign keys. Returns what is wrong, in words;
    /// empty when all is well. Runs for seconds on a large store.
    package func faults() throws(StoreError) -> [String] {
        try read { (reading: borrowing Reading) throws(StoreError) -> [String] in
            let pages = try reading.all("PRAGMA quick_check(20)") { (row: borrowing Row) throws(StoreError) -> String in
                try row[0]
            }
            let links = try reading.all("PRAGMA foreign_key_check") {
                (row: borrowing Row) throws(StoreError) -> String in
                let table: String = try row[0]
                let row: Int? = try row[1]
                return "row \(row.map(String.init) ?? "?") of \(table) points to a row that does not exist"
            }
            return pages.filter { $0 != "ok" } + links.prefix(Store.shownFaults)
        }
    }
}
