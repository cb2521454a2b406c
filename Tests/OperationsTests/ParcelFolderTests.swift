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
        #expect(LetterDoor.isFolder(name, of: "cse") == isOurs)
    }
}
