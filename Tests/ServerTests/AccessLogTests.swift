import CommandLineKit
import Foundation
import Server
import TestSupport
import Testing

/// The log's lines and their times.
struct AccessLogTests {
    @Test func `a time is written in UTC to the second`() {
        #expect(Moment.text(0) == "1970-01-01 00:00:00")
        #expect(Moment.text(1_795_224_980) == "2026-11-21 01:36:20")
        #expect(Moment.stamp(1_795_224_980) == "2026-11-21T01:36:20Z")
    }

    @Test func `a line begins with its time, and the log of before stays`() throws {
        let folder = try TestFolder()
        let path = try folder.file("access.log", "before\n".utf8)
        let before = Int(Date().timeIntervalSince1970)
        let log = try AccessLog(path)
        log.write("GET /code 200")
        log.write("GET /space 303")
        let after = Int(Date().timeIntervalSince1970)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(lines.count == 3 && lines[0] == "before" && lines[2].hasSuffix("Z GET /space 303"))
        #expect((before...after).contains { "\(Moment.text($0))Z GET /code 200" == lines[1] }, "\(lines)")
    }

    @Test func `a new log is kept from other accounts`() throws {
        let path = try TestFolder().path("access.log")
        let folder = try TestFolder()
        _ = try AccessLog(folder.path("access.log"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path("access.log"))[.posixPermissions]
        #expect(try #require(mode as? Int) & 0o027 == 0)
        // Its folder is gone: nothing can be written there.
        let refusal = try #require(throws: Refusal.self) { try AccessLog(path) }
        #expect(refusal.description == "The log \(path) cannot be written.")
    }
}
