import BallotCore
import Foundation
import Tally
import TestSupport
import Testing

/// An archive's Setup from its first bytes, on the archive that belenios-tool made.
struct ArchiveHeadTests {
    private static func archive() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: SampleElection.folder.appending(path: "7C6BMAqeBAjnqy.bel")))
    }

    /// Reads in pieces; returns what came of it and how many bytes were taken.
    private static func read(_ bytes: [UInt8], piece: Int) -> (ArchiveHead.Setup?, fault: String?, taken: Int) {
        var head = ArchiveHead()
        var at = 0
        while at < bytes.count {
            let end = min(bytes.count, at + piece)
            let progress = head.take(Array(bytes[at..<end]))
            at = end
            switch progress {
            case .reading: continue
            case .complete(let setup): return (setup, nil, at)
            case .fault(let words): return (nil, words, at)
            }
        }
        return (nil, nil, at)
    }

    @Test(arguments: [1, 511, 512, 513, 16_384, 1 << 20])
    func `the Setup is known before the ballots are read`(piece: Int) throws {
        let bytes = try ArchiveHeadTests.archive()
        let (found, fault, taken) = ArchiveHeadTests.read(bytes, piece: piece)
        let setup = try #require(found)
        #expect(fault == nil && taken < bytes.count || piece >= bytes.count)
        let document = try #require(ElectionDocument(try SampleElection.bytes("election.json")))
        #expect(setup.uuid == document.uuid && setup.fingerprint == document.fingerprint)
        // The archive's documents end with a newline, as belenios-tool wrote them, or not: the names say which.
        let names = String(decoding: bytes, as: UTF8.self)
        for digest in [setup.trustees, setup.credentials] { #expect(names.contains("\(digest).data.json")) }
    }

    @Test func `a changed byte anywhere in the Setup is a fault or another Setup`() throws {
        let bytes = try ArchiveHeadTests.archive()
        let honest = try #require(ArchiveHeadTests.read(bytes, piece: 512).0)
        let end = ArchiveHeadTests.read(bytes, piece: 512).taken
        var refused = 0
        for place in stride(from: 1024, to: end - 512, by: 97) {
            var changed = bytes
            changed[place] ^= 1
            let (setup, fault, _) = ArchiveHeadTests.read(changed, piece: 4096)
            if fault != nil { refused += 1 }
            // Bytes of a header that say neither name nor length are nobody's content.
            #expect(setup == nil || setup == honest)
        }
        #expect(refused > 5)
    }

    @Test func `what is no archive, or breaks off, is said so`() throws {
        let bytes = try ArchiveHeadTests.archive()
        let page = Array("<!DOCTYPE html>".utf8) + [UInt8](repeating: 65, count: 600)
        #expect(ArchiveHeadTests.read(page, piece: 64).fault != nil)
        let (setup, fault, _) = ArchiveHeadTests.read(Array(bytes.prefix(2000)), piece: 100)
        #expect(setup == nil && fault == nil)
    }
}
