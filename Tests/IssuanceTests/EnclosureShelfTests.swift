import Crypto
import Foundation
import Issuance
import TestSupport
import Testing
import Typesetting

/// Enclosures that were looked at are kept; what is approved and printed must be the file of that moment all the same.
struct EnclosureShelfTests {
    private let folder: TestFolder
    private var path: String { folder.path("statements.pdf") }

    init() throws { folder = try TestFolder() }

    /// An A4 page; files of marks of one length are of one length.
    private func write(_ mark: String, width: Int = 595) throws {
        var text = "%PDF-1.4\n"
        var places: [Int] = []
        for (number, object) in [
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 \(width) 842] /Mark (\(mark)) >>",
        ].enumerated() {
            places.append(text.utf8.count)
            text += "\(number + 1) 0 obj\n\(object)\nendobj\n"
        }
        let start = text.utf8.count
        let table = places.map { String(repeating: "0", count: 10 - "\($0)".count) + "\($0) 00000 n \n" }.joined()
        text +=
            "xref\n0 4\n0000000000 65535 f \n\(table)trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n\(start)\n%%EOF\n"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    private func date(_ seconds: Double) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: seconds)], ofItemAtPath: path)
    }

    @Test func `a file that stays is read once`() throws {
        let shelf = EnclosureShelf()
        try write("one")
        try date(1_000)
        let first = try shelf.enclosure(path, college: nil)
        #expect(first.digest == hex(sha256([UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))))
        // In place, and with its old time: nothing that a file system shows is another.
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(
            toOffset: UInt64(try #require(String(decoding: first.enclosure.bytes, as: UTF8.self).utf8Offset(of: "one")))
        )
        try file.write(contentsOf: Data("two".utf8))
        try file.close()
        try date(1_000)
        #expect(try shelf.enclosure(path, college: nil).digest == first.digest)
        // The time alone says that it was written.
        try date(1_001)
        #expect(try shelf.enclosure(path, college: nil).digest != first.digest)
    }

    @Test func `another file of the same size and time in its place is read anew`() throws {
        let shelf = EnclosureShelf()
        try write("one")
        try date(1_000)
        let first = try shelf.enclosure(path, college: nil)
        try FileManager.default.moveItem(atPath: path, toPath: path + ".old")
        try write("two")
        try date(1_000)
        let second = try shelf.enclosure(path, college: nil)
        #expect(second.digest != first.digest && second.enclosure.bytes.count == first.enclosure.bytes.count)
        #expect(second.digest == hex(sha256(second.enclosure.bytes)))
    }

    @Test func `a file that went away or turned bad is refused, though it was right before`() throws {
        let shelf = EnclosureShelf()
        try write("one")
        _ = try shelf.enclosure(path, college: nil)
        try write("one", width: 300)
        let bad = #expect(throws: LetterError.self) { try shelf.enclosure(path, college: nil) }
        #expect(bad.map { "\($0)".contains("make it A4") } == true)
        try FileManager.default.removeItem(atPath: path)
        let gone = #expect(throws: LetterError.self) { try shelf.enclosure(path, college: nil) }
        #expect(gone.map { "\($0)".contains("cannot be read") } == true)
    }

    @Test func `one file for two colleges is of each`() throws {
        let shelf = EnclosureShelf()
        try write("one")
        #expect(try shelf.enclosure(path, college: "cadres").enclosure.college == "cadres")
        #expect(try shelf.enclosure(path, college: nil).enclosure.college == nil)
    }
}

extension String {
    /// Where a text of ASCII begins in the bytes.
    fileprivate func utf8Offset(of text: String) -> Int? {
        range(of: text).map { utf8.distance(from: startIndex, to: $0.lowerBound) }
    }
}
