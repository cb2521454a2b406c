import Crypto
import Foundation
import Journal
import Store
import TestSupport
import Testing

struct JournalTests {
    private let journal = AuditJournal(clock: Clock { 1_700_000_000 }, randomness: .system)

    private func filled(_ folder: TestFolder) throws -> Store {
        let store = try Store(path: folder.path("s.sqlite"), migrations: JournalSchema.migrations, now: 1)
        let key = ElectionKey(from: .system)
        for index in 1...5 {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try journal.record(
                    transaction, election: "e", by: .staff("anne"), .storeBackup, ["n": "\(index)"],
                    personal: index == 3 ? .init(["mail": "a@example.org"], key: key) : nil)
            }
        }
        return store
    }

    /// What somebody does who has the file and another program.
    private func edit(_ folder: TestFolder, _ sql: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        process.arguments = [folder.path("s.sqlite"), sql]
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    private func verdict(_ store: Store) throws -> AuditJournal.Verification {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try AuditJournal.verify(reading) }
    }

    @Test func `an untouched journal is intact`() throws {
        let folder = try TestFolder()
        let store = try filled(folder)
        guard case .intact(entries: 5, head: _) = try verdict(store) else {
            Issue.record("not intact")
            return
        }
    }

    @Test func `the store refuses to change or remove an entry`() throws {
        let folder = try TestFolder()
        let store = try filled(folder)
        for sql: StaticString in [
            "UPDATE journal_entry SET details = '{}' WHERE number = 2", "DELETE FROM journal_entry",
        ] {
            #expect(throws: StoreError.self) {
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try transaction.execute(sql)
                }
            }
        }
    }

    @Test(arguments: [
        ("UPDATE journal_entry SET details = '{\"n\":\"9\"}' WHERE number = 2", 2),
        ("UPDATE journal_entry SET principal = 'staff:eve' WHERE number = 4", 4),
        ("UPDATE journal_entry SET sealed = x'00' WHERE number = 3", 3),
        ("DELETE FROM journal_entry WHERE number = 3", 3), ("DELETE FROM journal_entry WHERE number = 5", 5),
    ])
    func `a change made behind the program's back is found at its entry`(sql: String, number: Int) throws {
        let folder = try TestFolder()
        let store = try filled(folder)
        try edit(folder, "DROP TRIGGER journal_entry_keeps; DROP TRIGGER journal_entry_stays; \(sql)")
        guard case .broken(let found, _) = try verdict(store) else {
            Issue.record("not found")
            return
        }
        #expect(found == number)
    }

    @Test func `the chain verifies after the sealed details are gone`() throws {
        let folder = try TestFolder()
        let store = try filled(folder)
        try edit(folder, "DROP TRIGGER journal_entry_keeps; UPDATE journal_entry SET sealed = NULL")
        guard case .intact = try verdict(store) else {
            Issue.record("not intact")
            return
        }
    }

    @Test func `personal details are not in the file in clear`() throws {
        let folder = try TestFolder()
        _ = try filled(folder)
        try edit(folder, "PRAGMA wal_checkpoint(TRUNCATE)")
        let bytes = try Data(contentsOf: folder.url.appending(path: "s.sqlite"))
        #expect(bytes.range(of: Data("a@example.org".utf8)) == nil)
    }
}
