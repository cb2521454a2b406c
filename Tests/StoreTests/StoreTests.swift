import Foundation
import Store
import Synchronization
import Testing

/// A store in a folder of its own.
final class Scratch {
    let folder: URL
    let path: String

    static let migrations = [
        Migration("test-1", "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT")
    ]

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.appending(path: "s.sqlite").path
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func open(_ migrations: [Migration] = Scratch.migrations, creating: Bool = true) throws(StoreError) -> Store {
        try Store(path: path, creating: creating, migrations: migrations, now: 1)
    }
}

/// Runs a program and returns its exit status.
@discardableResult
func run(_ program: String, _ arguments: String...) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
}

private func notes(_ store: Store) throws(StoreError) -> [String] {
    try store.read { (reading: borrowing Reading) throws(StoreError) in
        try reading.all("SELECT text FROM note ORDER BY id") { (row: borrowing Row) throws(StoreError) -> String in
            try row[0]
        }
    }
}

private func add(_ store: Store, _ text: String) throws(StoreError) {
    try store.write { (transaction: borrowing Transaction) throws(StoreError) in
        try transaction.execute("INSERT INTO note (text) VALUES (?)", text)
    }
}

private func kind(of body: () throws -> Void) -> StoreError.Kind? {
    do {
        try body()
        return nil
    } catch { return (error as? StoreError)?.kind }
}

struct StoreTests {
    @Test func `what was written is read`() throws {
        let scratch = try Scratch()
        let store = try scratch.open()
        try add(store, "h\u{E9}")
        #expect(try notes(store) == ["h\u{E9}"])
    }

    @Test func `a throwing write leaves no trace`() throws {
        let scratch = try Scratch()
        let store = try scratch.open()
        #expect(throws: StoreError.self) {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute("INSERT INTO note (text) VALUES ('gone')")
                throw StoreError(.failed, "on purpose")
            }
        }
        #expect(try notes(store) == [])
    }

    @Test func `a failing write does not take its companions with it`() async throws {
        let scratch = try Scratch()
        let store = try scratch.open()
        let failures = await withTaskGroup(of: Int.self) { group in
            for index in 0..<200 {
                group.addTask {
                    do {
                        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                            try transaction.execute("INSERT INTO note (text) VALUES (?)", "\(index)")
                            if index % 10 == 0 { throw StoreError(.failed, "on purpose") }
                        }
                        return 0
                    } catch { return 1 }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(failures == 20)
        #expect(try notes(store).count == 180)
    }

    @Test func `two openings of one file see each other's writes`() throws {
        let scratch = try Scratch()
        let (one, two) = (try scratch.open(), try scratch.open())
        try add(one, "a")
        try add(two, "b")
        #expect(try notes(one) == ["a", "b"])
        #expect(try notes(two) == ["a", "b"])
    }

    @Test func `a missing store is said to be missing`() throws {
        let scratch = try Scratch()
        #expect(kind { _ = try scratch.open(creating: false) } == .missing)
    }

    @Test func `a newer schema is refused and left alone`() throws {
        let scratch = try Scratch()
        _ = try scratch.open(
            Scratch.migrations + [Migration("test-2", "CREATE TABLE more (id INTEGER PRIMARY KEY) STRICT")])
        #expect(kind { _ = try scratch.open() } == .newerSchema)
    }

    @Test func `migrations are applied in order and once`() throws {
        let scratch = try Scratch()
        try add(try scratch.open(), "kept")
        let more = Scratch.migrations + [Migration("test-2", "ALTER TABLE note ADD COLUMN extra TEXT")]
        #expect(try notes(try scratch.open(more)) == ["kept"])
        #expect(try notes(try scratch.open(more)) == ["kept"])
    }

    @Test func `a file that is no store is refused`() throws {
        let scratch = try Scratch()
        try Data(repeating: 65, count: 9000).write(to: URL(fileURLWithPath: scratch.path))
        #expect(kind { _ = try scratch.open() } == .notAStore)
    }

    @Test func `another program's database is refused`() throws {
        let scratch = try Scratch()
        try run("/usr/bin/sqlite3", scratch.path, "CREATE TABLE theirs (id)")
        #expect(kind { _ = try scratch.open() } == .notAStore)
    }

    @Test func `a locked store says so after its wait`() throws {
        let scratch = try Scratch()
        let store = try scratch.open()
        let holder = Process()
        holder.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        holder.arguments = [
            "-c",
            "import sqlite3,sys,time\nc=sqlite3.connect(sys.argv[1],isolation_level=None)\nc.execute('BEGIN IMMEDIATE')\nprint('held',flush=True)\ntime.sleep(30)",
            scratch.path,
        ]
        let output = Pipe()
        holder.standardOutput = output
        try holder.run()
        defer { holder.terminate() }
        _ = output.fileHandleForReading.availableData
        #expect(kind { try add(store, "x") } == .busy)
    }

    @Test func `a full disk is said to be full and nothing is kept`() throws {
        let scratch = try Scratch()
        let mount = scratch.folder.appending(path: "small")
        try FileManager.default.createDirectory(at: mount, withIntermediateDirectories: true)
        try #require(try run("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.path) == 0)
        defer { _ = try? run("/bin/umount", "-l", mount.path) }
        let store = try Store(path: mount.appending(path: "s.sqlite").path, migrations: Scratch.migrations, now: 1)
        try add(store, "small")
        #expect(kind { for _ in 0..<40 { try add(store, String(repeating: "x", count: 100_000)) } } == .full)
        let kept = try notes(store)
        #expect(kept.first == "small")
        #expect(try store.faults() == [])
    }

    /// One of them loses the transaction of all: the others' writes are as good as before, and must be told the same.
    @Test func `who shares a transaction with a write that fills the disk is told of the disk`() throws {
        let scratch = try Scratch()
        let mount = scratch.folder.appending(path: "small")
        try FileManager.default.createDirectory(at: mount, withIntermediateDirectories: true)
        try #require(try run("/bin/mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", mount.path) == 0)
        defer { _ = try? run("/bin/umount", "-l", mount.path) }
        let store = try Store(path: mount.appending(path: "s.sqlite").path, migrations: Scratch.migrations, now: 1)
        let errors = Mutex<[StoreError]>([])
        DispatchQueue.concurrentPerform(iterations: 24) { number in
            do throws(StoreError) {
                for _ in 0..<6 { try add(store, String(repeating: "x", count: number % 3 == 0 ? 6_000_000 : 400_000)) }
            } catch { errors.withLock { $0.append(error) } }
        }
        let found = errors.withLock { $0 }
        #expect(found.count == 24)
        for error in found { #expect(error.kind == .full && error.isOfTheStore, "\(error)") }
    }

    @Test func `a read-only volume is said to be read-only`() throws {
        let scratch = try Scratch()
        let mount = scratch.folder.appending(path: "fixed")
        try FileManager.default.createDirectory(at: mount, withIntermediateDirectories: true)
        try #require(try run("/bin/mount", "-t", "tmpfs", "tmpfs", mount.path) == 0)
        defer { _ = try? run("/bin/umount", "-l", mount.path) }
        let path = mount.appending(path: "s.sqlite").path
        try add(try Store(path: path, migrations: Scratch.migrations, now: 1), "x")
        try #require(try run("/bin/mount", "-o", "remount,ro", mount.path) == 0)
        #expect(kind { _ = try Store(path: path, migrations: Scratch.migrations, now: 1) } == .readOnly)
    }

    @Test func `deleted text is overwritten in the file`() throws {
        let scratch = try Scratch()
        let secret = "KYQ-SECRET-TEXT"
        do {
            let store = try scratch.open()
            try add(store, secret)
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute("DELETE FROM note")
            }
        }
        try run("/usr/bin/sqlite3", scratch.path, "PRAGMA wal_checkpoint(TRUNCATE)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: scratch.path))
        #expect(bytes.range(of: Data(secret.utf8)) == nil)
    }

    @Test func `a damaged page is found by the full check`() throws {
        let scratch = try Scratch()
        do {
            let store = try scratch.open()
            for index in 0..<2000 { try add(store, "row \(index) \(String(repeating: "y", count: 40))") }
        }
        try run("/usr/bin/sqlite3", scratch.path, "PRAGMA wal_checkpoint(TRUNCATE)")
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: scratch.path))
        try file.seek(toOffset: 8192 * 5)
        try file.write(contentsOf: Data(repeating: 0xFF, count: 200))
        try file.close()
        let store = try scratch.open()
        let found = (try? store.faults()) ?? ["not readable"]
        #expect(!found.isEmpty)
    }

    @Test func `a copy holds what the store held`() throws {
        let scratch = try Scratch()
        let store = try scratch.open()
        try add(store, "kept")
        let copy = scratch.folder.appending(path: "copy.sqlite").path
        try store.copy(to: copy)
        #expect(try notes(try Store(path: copy, migrations: Scratch.migrations, now: 1)) == ["kept"])
    }

    @Test func `a copy is never written over a file that is there`() throws {
        let scratch = try Scratch()
        let store = try scratch.open()
        try add(store, "kept")
        let copy = scratch.folder.appending(path: "copy.sqlite")
        let other = scratch.folder.appending(path: "other.sqlite").path
        try add(try Store(path: other, migrations: Scratch.migrations, now: 1), "another's")
        try FileManager.default.createSymbolicLink(atPath: copy.path, withDestinationPath: other)
        for path in [other, copy.path] {
            let error = #expect(throws: StoreError.self) { try store.copy(to: path) }
            #expect(error?.message.contains("is there already") == true)
        }
        #expect(try notes(try Store(path: other, migrations: Scratch.migrations, now: 1)) == ["another's"])
    }

    @Test func `only one process holds a lock`() throws {
        let scratch = try Scratch()
        let lock = try ProcessLock(store: scratch.path, name: "test")
        #expect(kind { _ = try ProcessLock(store: scratch.path, name: "test") } == .busy)
        withExtendedLifetime(lock) {}
    }
}
