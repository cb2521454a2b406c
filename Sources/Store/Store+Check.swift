extension Store {
    /// Compares the schema with what the migrations make. The rule that a voter has one identifier at most rests on an
    /// index: a store without it is not served.
    /// - Parameters: what stands there is compared word by word only where `isKnown` does not recognise it: making the model
    ///   took more than half the time of a command.
    /// - Throws: `.damaged` at the first object that lacks, was changed, or was not made by a migration.
    static func checkSchema(
        _ connection: Connection, path: String, migrations: [Migration], mayMiss: Set<String>,
        isKnown: ([UInt8]) -> Bool
    ) throws(StoreError) {
        let actual = try objects(Reading(connection: connection))
        guard !isKnown(bytes(actual)) else { return }
        let model = try Connection(path: ":memory:", access: .readWrite, creating: true)
        try migrate(model, path: ":memory:", migrations: migrations, now: 0)
        let expected = try objects(Reading(connection: model))
        for (object, sql) in expected.sorted(by: { $0.key.name < $1.key.name }) where actual[object] != sql {
            guard actual[object] != nil || !mayMiss.contains(object.name) else { continue }
            let fault = actual[object] == nil ? "is missing" : "was changed"
            throw StoreError(
                .damaged, "\(path) is damaged: its \"\(object.name)\" \(fault).",
                cure: "Keep the file as it is, and restore the latest backup: isoloir store restore FILE --store NEW")
        }
        if let stranger = actual.keys.filter({ expected[$0] == nil }).min(by: { $0.name < $1.name }) {
            throw StoreError(
                .damaged, "\(path) holds the \(stranger.kind) \"\(stranger.name)\", which Isoloir did not make.",
                cure: "Find out who added it, and restore the latest backup: isoloir store restore FILE --store NEW")
        }
    }

    /// What the schema holds, by kind too: a trigger may bear a table's name.
    private struct SchemaObject: Hashable {
        /// `table`, `index`, `trigger` or `view`.
        let kind: String
        let name: String
    }

    /// Tables, indices, triggers and views with the statements that made them. Only names that begin with `sqlite_` to the
    /// letter are SQLite's own.
    private static func objects(_ reading: borrowing Reading) throws(StoreError) -> [SchemaObject: String] {
        let rows = try reading.all(
            "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'"
        ) { (row: borrowing Row) throws(StoreError) -> (SchemaObject, String) in
            (SchemaObject(kind: try row[0], name: try row[1]), try row[2])
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// All objects in one order, each part led by its length, so that no two schemas give the same bytes.
    private static func bytes(_ objects: [SchemaObject: String]) -> [UInt8] {
        let ordered = objects.sorted { ($0.key.kind, $0.key.name) < ($1.key.kind, $1.key.name) }
        return ordered.flatMap { object, sql in
            [object.kind, object.name, sql].flatMap { Array("\($0.utf8.count):\($0)".utf8) }
        }
    }

    /// The schema as `init`'s `isKnown` is asked about it.
    package func schemaBytes() throws(StoreError) -> [UInt8] {
        try read { (reading: borrowing Reading) throws(StoreError) -> [UInt8] in
            Store.bytes(try Store.objects(reading))
        }
    }

    /// How many faults of one check are worth printing; the first ones tell the story.
    private static let shownFaults = 20

    /// SQLite's own checks: pages and indices (quick_check), then foreign keys. Returns what is wrong, in words;
    /// empty when all is well. Runs for seconds on a large store.
    /// - Throws: what SQLite says where it cannot check.
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
