import Crypto
import Elections
import Foundation
import Journal
import Store
import Testing

/// Definitions as they lie in the store.
struct StoredElectionTests {
    private let folder = FileManager.default.temporaryDirectory.appending(
        path: "isoloir-elections-\(UUID().uuidString)")
    private let elections = ElectionRepository(
        journal: AuditJournal(clock: Clock { 1_760_000_000 }, randomness: .system), clock: Clock { 1_760_000_000 })
    private let store: Store

    init() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations, now: 1)
    }

    private func sample() throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Ballots/cse-2026/election.yaml")
        return try String(contentsOf: file, encoding: .utf8)
    }

    /// The sample without its `access`.
    private func plain(level: Int) throws -> String {
        let lines = try sample().replacing("level: 2", with: "level: \(level)").split(
            separator: "\n", omittingEmptySubsequences: false)
        var (kept, isInside): ([Substring], Bool) = ([], false)
        for line in lines {
            if !line.hasPrefix(" "), !line.isEmpty, !line.hasPrefix("#") { isInside = line.hasPrefix("access:") }
            if !isInside { kept.append(line) }
        }
        return kept.joined(separator: "\n")
    }

    private func put(_ definition: String, isIssued: Bool) throws -> ElectionRepository.Outcome {
        let election = try ElectionReader.read(definition, file: "e.yaml").get()
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try elections.store(
                transaction, election, definition: definition, inUse: [], isIssued: isIssued, by: .system("test"))
        }
    }

    @Test(arguments: [(1, false), (2, true), (3, true)])
    func `two persons are asked for by the level, whether a file has an access section or not`(
        level: Int, needsTwo: Bool
    ) throws {
        let without = try ElectionReader.read(try plain(level: level), file: "e.yaml").get()
        let with = try ElectionReader.read(
            try plain(level: level) + "\naccess:\n  recovery:\n    captcha: adaptive\n", file: "e.yaml"
        ).get()
        #expect(without.access.fourEyes == needsTwo)
        #expect(without.access == with.access)
    }

    @Test func `a stored definition that cannot be read does not pass for one without settings`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect(try put(try sample(), isIssued: false) == .created)
        let other = try sample().replacing("scheme: random", with: "scheme: digits")
        #expect(try put(other, isIssued: true) == .issued(["identifier.scheme"]))
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE election_definition SET definition = 'election: [' ")
        }
        let error = #expect(throws: StoreError.self) { try put(other, isIssued: true) }
        #expect(error?.kind == .damaged)
        #expect(error?.cure.contains("restore the latest backup") == true)
        // Where nobody holds an identifier it can be put right.
        #expect(try put(other, isIssued: false) == .changed)
    }

    @Test func `an election that is not there has no definition`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let error = #expect(throws: StoreError.self) {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try ElectionRepository.definition(reading, number: 7)
            }
        }
        #expect(error?.kind == .missing)
    }
}
