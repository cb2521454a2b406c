package import Crypto
package import Elections
import Foundation
package import Journal
import Server
package import Store

/// The text of one of the ready-made elections.
/// - Throws: what Foundation says where there is none of this name.
package func sampleDefinition(_ name: String = "cse-2026") throws -> String {
    try String(contentsOf: repository.appending(path: "Ballots/\(name)/election.yaml"), encoding: .utf8)
}

/// An election in a store of its own, with all tables of all rooms, whose time stands still.
package final class TestElection: Sendable {
    /// Removed with the election.
    package let folder: TestFolder
    /// The one store.
    package let store: Store
    /// Stands still until a test moves it.
    package let clock: StoppedClock
    /// What the rooms go by.
    package let time: Clock
    /// Of this election.
    package let journal: AuditJournal
    /// Where definitions lie.
    package let elections: ElectionRepository
    /// As it was stored.
    package let election: StoredElection
    /// The election's own key.
    package let key = ElectionKey(from: .system)

    /// A store with all tables and nothing in them: copied, since making them took most of many a test's time.
    private static let blank = Result {
        let folder = try TestFolder()
        _ = try Store(path: folder.path("s.sqlite"), migrations: StoreSchema.migrations, now: 1)
        return try Data(contentsOf: folder.url.appending(path: "s.sqlite"))
    }

    /// - Parameters:
    ///   - now: where the clock stands, seconds since 1970.
    ///   - definition: what stands in the file; the works council's sample otherwise.
    ///   - missing: the name of a migration that was not made yet.
    ///   - time: what the rooms are given, where it does more than to stand still.
    /// - Throws: what the reader or the store says.
    package init(
        at now: Int = 1_760_000_000, definition: String? = nil, without missing: String? = nil, time given: Clock? = nil
    ) throws {
        let (folder, clock) = (try TestFolder(), StoppedClock(now))
        let time = given ?? clock.clock
        let text = try definition ?? sampleDefinition()
        let read = try ElectionReader.read(text, file: "election.yaml").get()
        let migrations = StoreSchema.migrations.filter { $0.name != missing }
        if missing == nil { try TestElection.blank.get().write(to: folder.url.appending(path: "s.sqlite")) }
        let store = try Store(
            path: folder.path("s.sqlite"), migrations: migrations, isKnown: StoreSchema.isKnown, now: 1)
        let journal = AuditJournal(clock: time, randomness: .system)
        let elections = ElectionRepository(journal: journal, clock: time)
        election = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try elections.store(
                transaction, read, definition: text, inUse: [], isIssued: false, by: .system("test"))
            return try elections.find(transaction.reading, nil)
        }
        (self.folder, self.clock, self.time) = (folder, clock, time)
        (self.store, self.journal, self.elections) = (store, journal, elections)
    }

    /// The same file as the present program opens it.
    /// - Throws: what the store says.
    package func opened() throws(StoreError) -> Store {
        try Store(
            path: folder.path("s.sqlite"), migrations: StoreSchema.migrations, isKnown: StoreSchema.isKnown, now: 1)
    }

    /// What one row's first column says.
    /// - Throws: what SQLite says.
    package func number(_ sql: StaticString) throws(StoreError) -> Int {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try reading.number(sql) }
    }
}
