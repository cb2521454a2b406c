import Crypto
import Foundation
import Testing

struct DigestTests {
    /// FIPS 180-4's "abc", and lengths around a block and around what is read of a file at once.
    @Test(arguments: [0, 3, 63, 64, 65, (1 << 18) - 1, 1 << 18, (1 << 18) + 1, 700_000])
    func `a digest by pieces and one of a file are those of the whole`(count: Int) throws {
        #expect(hex(sha256(Array("abc".utf8))) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let digest = RunningDigest()
        for start in stride(from: 0, to: count, by: 1000) {
            digest.update(bytes.span.extracting(start..<min(start + 1000, count)))
        }
        #expect(digest.finish() == sha256(bytes))
        let file = FileManager.default.temporaryDirectory.appending(path: "isoloir-digest-\(UUID().uuidString)")
        try Data(bytes).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try RunningDigest.ofFile(file.path) == sha256(bytes))
    }

    @Test(arguments: ["/nonexistent/file", "/tmp"])
    func `a file that cannot be read is named`(path: String) {
        #expect { try RunningDigest.ofFile(path) } throws: {
            ($0 as? KeyError)?.message.hasPrefix("\(path) cannot be read: ") == true
        }
    }
}
