extension Store {
    /// Compares the schema with what the migrations make. The rule that a voter has one identifier at most rests on an
    /// index: a store without it is not served.
    static func checkSchema(
        _ connection: Connection, path: String, migrations: [Migration], mayMiss: Set<String>
    ) throws(StoreError) {
        let model = try Connection(path: ":memory:", access: .readWrite, creating: true)
        try migrate(model, path: ":memory:", migrations: migrations, now: 0)
        let (expected, actual) = (try objects(model), try objects(connection))
        for (name, sql) in expected.sorted(by: { $0.key < $1.key }) where actual[name] != sql {
            guard actual[name] != nil || !mayMiss.contains(name) else { continue }
            throw StoreError(
                .damaged, "\(path) is damaged: its \"\(name)\" \(actual[name] == nil ? "is missing" : "was changed").",
                cure: "Keep the file as it is, and restore the latest backup: isoloir store restore FILE --store NEW")
        }
        if let stranger = actual.keys.filter({ expected[$0] == nil }).min() {
            throw StoreError(
                .damaged, "\(path) holds \"\(stranger)\", which Isoloir did not make.",
                cure: "Find out who added it, and restore the latest backup: isoloir store restore FILE --store NEW")
        }
    }

    private static func objects(_ connection: Connection) throws(StoreError) -> [String: String] {
        let rows = try Reading(connection: connection).all(
            "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        ) { (row: borrowing Row) throws(StoreError) -> (String, String) in (try row[0], try row[1]) }
        return Dictionary(rows) { first, _ in first }
    }

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
