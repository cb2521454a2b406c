import Crypto
import Foundation
import Journal
import Store
import Testing

@testable import Operations

struct ParcelFolderTests {
    @Test(arguments: [
        ("cse-1-0123456789ab", true), ("cse-2026-1-0123456789ab", false), ("cse-12-0123456789ab", true),
        ("cse-1-0123456789AB", false), ("cse-1", false), ("cse-1-0123456789abc", false),
        ("other-1-0123456789ab", false),
        ("cse-", false), ("cse", false),
    ])
    func `a parcel's folder is told from another election's`(name: String, isOurs: Bool) {
        #expect(PrintOrders.isFolder(name, of: "cse") == isOurs)
    }
}

struct DestructionTests {
    @Test
    func `what lies beside the store of another election stays`() throws {
        let house = try OperationsFixture(voters: 1)
        let path = house.store.path
        let (ours, others) = (
            ["\(path).print/cse-2026-1-0123456789ab", "\(path).uploads/cse-2026"],
            [
                "\(path).print/cse-2026-bis-1-0123456789ab", "\(path).print/cse-1-0123456789ab",
                "\(path).uploads/cse-2026-bis",
            ]
        )
        for folder in ours + others {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        // What an earlier version left of any election's upload, side by side.
        try Data("a".utf8).write(to: URL(fileURLWithPath: "\(path).uploads/0123456789abcdef01234567"))
        let place = FileManager.default.temporaryDirectory.appending(path: "keys-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: place) }
        let keys = try KeyFolder(path: place.path, store: path, randomness: .system)
        let destruction = PollDestruction(store: house.store, keys: keys, election: house.operations.election)
        try destruction.removeFiles()
        for folder in ours { #expect(!FileManager.default.fileExists(atPath: folder)) }
        for folder in others { #expect(FileManager.default.fileExists(atPath: folder)) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(path).uploads") == ["cse-2026-bis"])
        // Again where an earlier attempt was interrupted.
        try destruction.removeFiles()
        #expect(try destruction.destroy(context: { house.operations }, by: .system("test")) == .isNotOver)
    }
}

struct PostingDayTests {
    /// Paris: clocks go back on 25 October 2026, forward on 29 March 2026.
    @Test(arguments: [("2026-11-10", 24), ("2026-10-25", 25), ("2026-03-29", 23)])
    func `a day of posting has its own hours`(text: String, hours: Int) throws {
        let day = try #require(LetterPosting.day(text, zone: "Europe/Paris"))
        #expect(day.count == hours * 3600)
    }

    @Test
    func `a moment belongs to the day of the election's own zone`() throws {
        // Half past eleven in the evening of 10 November by world time is half past midnight in Paris.
        let late = try #require(LetterPosting.day("2026-11-10", zone: "UTC")).upperBound - 1800
        #expect(LetterPosting.day(of: late, zone: "Europe/Paris") == "2026-11-11")
        #expect(LetterPosting.day(of: late, zone: "UTC") == "2026-11-10")
    }

    @Test(arguments: ["2026-11-31", "10.11.2026", "2026-11-1", "", "2026-11-10 12:00"])
    func `what is no day is none`(text: String) { #expect(LetterPosting.day(text, zone: "Europe/Paris") == nil) }

    @Test
    func `the day before ends before half past midnight`() throws {
        // A batch printed at 00:30 was not posted on the day before, by whatever interface one says so.
        let printed = try #require(LetterPosting.day("2026-11-11", zone: "Europe/Paris")).lowerBound + 1800
        let before = try #require(LetterPosting.day("2026-11-10", zone: "Europe/Paris"))
        #expect(before.upperBound < printed)
    }
}
