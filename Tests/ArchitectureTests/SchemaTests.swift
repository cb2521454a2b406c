import Crypto
import Foundation
import Server
import Store
import Testing

struct SchemaTests {
    /// What all migrations make, on an empty file.
    private func withStore<Answer>(_ body: (Store) throws -> Answer) throws -> Answer {
        let folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-schema-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try Store(path: folder.appending(path: "s.sqlite").path, migrations: StoreSchema.migrations, now: 0)
        return try body(store)
    }

    private func schema() throws -> String {
        try withStore { try $0.schema().joined(separator: ";\n\n") + ";\n" }
    }

    /// A start recognises the schema by this digest; with another one every start makes the whole schema again.
    @Test func `the digest of the schema is the one that a start goes by`() throws {
        let digest = try withStore { hex(sha256(try $0.schemaBytes())) }
        #expect(digest == StoreSchema.digest, "after a migration, StoreSchema.digest is \"\(digest)\"")
    }

    /// What the digest does not know is compared object by object: nothing is let through by it.
    @Test func `a schema with another object, another text or a lack is not the known one`() throws {
        let changes: [StaticString] = [
            "CREATE TRIGGER t AFTER INSERT ON roll_voter BEGIN SELECT 1; END", "CREATE TABLE roll_t (a INTEGER) STRICT",
            "DROP INDEX roll_voter_mail", "ALTER TABLE roll_voter ADD COLUMN extra TEXT",
        ]
        for change in changes {
            try withStore { store in
                #expect(StoreSchema.isKnown(try store.schemaBytes()))
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try transaction.execute(change)
                }
                #expect(!StoreSchema.isKnown(try store.schemaBytes()), "\(change)")
            }
        }
    }

    /// The fixture is the whole schema in one readable file. After a deliberate change: ISOLOIR_WRITE_SCHEMA=1.
    @Test func `the schema is the one of the fixture`() throws {
        let fixture = repository.appending(path: "Tests/ArchitectureTests/Fixtures/schema.sql")
        let schema = try schema()
        if ProcessInfo.processInfo.environment["ISOLOIR_WRITE_SCHEMA"] != nil {
            try schema.write(to: fixture, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: fixture, encoding: .utf8) == schema)
    }

    @Test func `every table is strict`() throws {
        let tables = try schema().components(separatedBy: ";\n\n").filter { $0.hasPrefix("CREATE TABLE") }
        #expect(tables.count > 10)
        for table in tables { #expect(table.contains("STRICT"), "\(table.prefix(60))") }
    }

    @Test func `a room's tables begin with its noun`() throws {
        let nouns = [
            "store_", "journal_", "election_", "outbox_", "roll_", "issuance_", "passphrase_", "access_", "captcha_",
            "recovery_", "polling_", "staff_", "bureau_", "turnout_",
        ]
        for statement in try schema().components(separatedBy: ";\n\n") where statement.hasPrefix("CREATE TABLE") {
            // A renamed table's name stands in quotes.
            let name = statement.dropFirst("CREATE TABLE ".count).drop { $0 == "\"" }
            #expect(nouns.contains { name.hasPrefix($0) }, "\(name.prefix(40))")
        }
    }
}
