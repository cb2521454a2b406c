import Authentication
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Polling
import Store
import Synchronization
import Testing
import VoterRoll

/// Stores of before, and what comes to them.
struct PollMigrationTests {
    private static let rooms =
        JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations + RollSchema.migrations
        + IssuanceSchema.migrations + PassphrasesSchema.migrations + AccessSchema.migrations

    @Test func `an older store's poll keeps its state and what refers to it, whatever later rooms have done`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-old-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "s.sqlite").path
        let later = Migration("later-1", "CREATE TABLE later_thing (id INTEGER PRIMARY KEY) STRICT")
        do {
            let before = Self.rooms + PollingSchema.migrations.prefix { $0.name != "polling-4-clock" } + [later]
            let store = try Store(path: path, migrations: before, now: 1)
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute(
                    "INSERT INTO election_definition (id, name, definition, stored_at) VALUES (1, 'e', '', 1)")
                try transaction.execute(
                    "INSERT INTO polling_poll (election, state, sealed_at, closes_at, manifest, fingerprint) VALUES (1, 'closing', 1, 2, x'00', 'F')"
                )
                try transaction.execute(
                    "INSERT INTO polling_record (election, kind, at, text) VALUES (1, 'opening', 1, 'r')")
            }
        }
        let store = try Store(path: path, migrations: Self.rooms + PollingSchema.migrations + [later], now: 2)
        #expect(try store.faults().isEmpty)
        let poll = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: 1)
        }
        #expect(poll?.state == .closing && poll?.fingerprint == "F" && poll?.closesAt == 2)
    }
}
