import CommandLineKit
import Foundation
import Polling
import TestSupport
import Testing
import TrusteeSide

/// A trustee's key file remembers what it was used for, and notices when somebody makes it forget.
struct KeyMemoryTests {
    private let folder: TestFolder
    private let pair = TrusteeFiles.KeyPair(election: "e", trustee: "Anne", ballots: ["b"])
    private let key: String

    init() throws {
        folder = try TestFolder()
        key = try folder.file("a.key", pair.privateFile)
        try KeyMemory(new: key, pair).write()
    }

    private func digest(_ letter: Character) -> String { String(repeating: letter, count: 64) }

    /// The refusal's words; nil where the memory is read.
    private func refusal(_ key: String, _ pair: TrusteeFiles.KeyPair? = nil) -> String? {
        do throws(Refusal) {
            _ = try KeyMemory(key: key, pair ?? self.pair)
            return nil
        } catch { return error.description }
    }

    private func change(_ body: (inout [String]) -> Void) throws {
        var lines = try String(contentsOfFile: key + ".done", encoding: .utf8).split(separator: "\n").map(String.init)
        body(&lines)
        try (lines.joined(separator: "\n") + "\n").write(toFile: key + ".done", atomically: true, encoding: .utf8)
    }

    @Test func `a new key was used for nothing`() throws {
        let memory = try KeyMemory(key: key, pair)
        #expect(memory.seal == nil && memory.opened.isEmpty)
        #expect(!memory.isOfCopy && !memory.isMissing && !memory.isOfOtherFile)
    }

    @Test func `what was noted is there after it was written, and not before`() throws {
        var memory = try KeyMemory(key: key, pair)
        memory.note(seal: digest("a"))
        memory.note(opened: digest("b"), of: "uuid")
        #expect(try KeyMemory(key: key, pair).opened.isEmpty)
        try memory.write()
        var again = try KeyMemory(key: key, pair)
        #expect(again.seal == digest("a") && again.opened == ["uuid": digest("b")])
        again.forgetSeal()
        try again.write()
        #expect(try KeyMemory(key: key, pair).seal == nil)
        #expect(try KeyMemory(key: key, pair).opened == ["uuid": digest("b")])
    }

    @Test func `a memory that was changed, cut or emptied is refused`() throws {
        var memory = try KeyMemory(key: key, pair)
        memory.note(opened: digest("b"), of: "uuid")
        memory.note(opened: digest("c"), of: "other")
        try memory.write()
        let whole = try String(contentsOfFile: key + ".done", encoding: .utf8)
        let changes: [(inout [String]) -> Void] = [
            { $0.removeAll { $0.hasPrefix("uuid") } }, { $0[1] = $0[1].replacing("c", with: "d") },
            { $0.removeLast() }, { $0.removeAll() }, { $0.insert("seal " + String(repeating: "0", count: 64), at: 0) },
            { $0.removeAll { $0.hasPrefix("file") } }, { $0.swapAt(0, 1) },
        ]
        for (number, change) in changes.enumerated() {
            try self.change(change)
            #expect(refusal(key)?.contains("was changed or cut") == true, "change \(number)")
            try whole.write(toFile: key + ".done", atomically: true, encoding: .utf8)
        }
        #expect(refusal(key) == nil)
    }

    @Test func `another key's memory is none of this key's`() throws {
        let other = TrusteeFiles.KeyPair(election: "e", trustee: "Anne", ballots: ["b"])
        let path = try folder.file("other.key", other.privateFile)
        try FileManager.default.copyItem(atPath: key + ".done", toPath: path + ".done")
        #expect(refusal(path, other)?.contains("was changed or cut") == true)
    }

    @Test func `a memory that is missing is asked for, unless the key is said to be a copy`() throws {
        try FileManager.default.removeItem(atPath: key + ".done")
        #expect(refusal(key)?.contains("is not there. Put it back") == true)
        let copy = try KeyMemory(key: key, pair, isCopy: true)
        #expect(copy.isMissing && copy.isOfCopy)
        let look = try KeyMemory(key: key, pair, isLook: true)
        #expect(look.isMissing && !look.isOfCopy)
        // That it began as a copy's stays noted.
        try copy.write()
        let written = try KeyMemory(key: key, pair)
        #expect(written.isOfCopy && !written.isMissing && !written.isOfOtherFile)
    }

    @Test func `a key that was copied with its memory is a copy until its file is adopted, and stays noted as one`()
        throws
    {
        var memory = try KeyMemory(key: key, pair)
        memory.note(seal: digest("a"))
        try memory.write()
        let path = folder.path("copy.key")
        for ending in ["", ".done"] { try FileManager.default.copyItem(atPath: key + ending, toPath: path + ending) }
        var copy = try KeyMemory(key: path, pair)
        #expect(copy.isOfOtherFile && copy.isOfCopy && copy.seal == digest("a"))
        copy.adoptFile()
        try copy.write()
        copy = try KeyMemory(key: path, pair)
        #expect(!copy.isOfOtherFile && copy.isOfCopy)
        // The first one knows nothing of that.
        #expect(try !KeyMemory(key: key, pair).isOfCopy)
    }

    @Test func `a link leads to the memory of the file itself`() throws {
        let link = folder.path("link.key")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: key)
        let memory = try KeyMemory(key: link, pair)
        #expect(URL(fileURLWithPath: memory.path).lastPathComponent == "a.key.done" && !memory.isOfOtherFile)
        // A further name of the same file could carry a memory of its own.
        try FileManager.default.linkItem(atPath: key, toPath: folder.path("second.key"))
        #expect(try KeyMemory(key: key, pair).isOfOtherFile)
    }

    @Test func `two programs never use a key at once`() throws {
        let path = key
        var inner: String?
        try KeyMemory.alone(path) { () throws(Refusal) in
            do throws(Refusal) { try KeyMemory.alone(path) { () throws(Refusal) in } } catch {
                inner = error.description
            }
        }
        #expect(inner?.contains("is used by another program just now") == true)
        try KeyMemory.alone(path) { () throws(Refusal) in }
        #expect(throws: Refusal.self) { try KeyMemory.alone(folder.path("none")) { () throws(Refusal) in } }
    }
}
