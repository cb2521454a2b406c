import Authentication
import Captcha
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import Testing
import Turnout
import VoterRoll

struct SchemaTests {
    private static let migrations =
        JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations + RollSchema.migrations
        + IssuanceSchema.migrations + PassphrasesSchema.migrations + AccessSchema.migrations + CaptchaSchema.migrations
        + RecoverySchema.migrations + PollingSchema.migrations + StaffSchema.migrations + BureauSchema.migrations
        + TurnoutSchema.migrations

    private func schema() throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-schema-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try Store(path: folder.appending(path: "s.sqlite").path, migrations: Self.migrations, now: 0)
        return try store.schema().joined(separator: ";\n\n") + ";\n"
    }

    /// The fixture is the whole schema in one readable file. After a deliberate change: ISOLOIR_WRITE_SCHEMA=1.
    @Test func `the schema is the one of the fixture`() throws {
        let fixture = repository.appending(path: "Tests/HouseTests/Fixtures/schema.sql")
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
