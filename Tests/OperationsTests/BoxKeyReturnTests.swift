import Crypto
import Elections
import Foundation
import Journal
import Operations
import Polling
import Store
import TestSupport
import Testing

/// The box key's return, where the store fails in the middle of it.
struct BoxKeyReturnTests {
    @Test func `what cannot be noted nor erased is still the store's trouble`() throws {
        let apart = try TestFolder()
        let path = apart.path("e.box")
        // A folder takes the file's place as soon as the entry is dated: nobody can overwrite that.
        let base = try TestElection(
            time: Clock {
                if FileManager.default.fileExists(atPath: path) {
                    try? FileManager.default.removeItem(atPath: path)
                    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
                }
                return 1_795_000_000
            })
        try base.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO polling_poll (election, state, manifest, fingerprint, sealed_at, closes_at)
                VALUES (?, 'open', x'00', '00', 1, 2)
                """, base.election.number)
            try transaction.execute(
                "CREATE TRIGGER away BEFORE INSERT ON journal_entry BEGIN SELECT RAISE(ABORT, 'away'); END")
        }
        let keys = try KeyFolder(path: apart.url.path, store: base.store.path, randomness: .system)
        let place = BoxKeyPlace(keys: keys, election: "e")
        try #require(place.path == path)
        let giving = BoxKeyReturn(
            store: base.store, base.election, place: place, station: { base.operations().station })
        let error = #expect(throws: StoreError.self) {
            try giving.give(BoxKey(from: .system).file, of: "/box.key", by: Actor(account: .system("test")))
        }
        #expect(error?.kind == .constraint)
        #expect(error?.description.contains("could not be erased") == true)
    }
}
