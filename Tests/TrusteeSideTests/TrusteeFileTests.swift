import BallotEngine
import CommandLineKit
import Elections
import Foundation
import Polling
import Tally
import TestSupport
import Testing
import TrusteeSide

/// The files that a trustee makes, and those that a trustee is given.
struct TrusteeFileTests {
    @Test func `a trustee makes a key that others cannot read, its public part and its memory`() throws {
        let folder = try TestFolder()
        let election = try TestElection().election.election
        try TrusteeFiles.make(for: election, name: "Anne", path: folder.path("anne"))
        let file = try Data(contentsOf: folder.url.appending(path: "anne.key"))
        let pair = try TrusteeFiles.KeyPair(privateFile: [UInt8](file))
        #expect(pair.election == election.id && pair.trustee == "Anne")
        #expect(pair.keys.map(\.ballot) == election.ballots.map(\.id))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path("anne.key"))[.posixPermissions]
        #expect(try #require(mode as? Int) & 0o077 == 0)
        #expect(try !KeyMemory(key: folder.path("anne.key"), pair).isMissing)
        // The public part holds no secret.
        let published = try String(contentsOfFile: folder.path("anne.pub"), encoding: .utf8)
        for (_, key) in pair.keys { #expect(!published.contains(String(decoding: key.decimal, as: UTF8.self))) }
    }

    @Test func `a key is never made over another one`() throws {
        let folder = try TestFolder()
        let election = try TestElection().election.election
        let before = try folder.file("anne.key", "an older key".utf8)
        #expect(throws: Refusal.self) { try TrusteeFiles.make(for: election, name: "Anne", path: folder.path("anne")) }
        #expect(try String(contentsOfFile: before, encoding: .utf8) == "an older key")
        #expect(!FileManager.default.fileExists(atPath: folder.path("anne.pub")))
    }

    @Test func `the archives of a folder are taken in the order of their names`() throws {
        let folder = try TestFolder()
        for name in ["b.bel", "a.bel", "notes.txt"] { _ = try folder.file(name, "x".utf8) }
        #expect(try archives(folder.url.path) == [folder.path("a.bel"), folder.path("b.bel")])
        #expect(try archives(folder.path("notes.txt")) == [folder.path("notes.txt")])
        let empty = try TestFolder().url.path
        #expect(throws: Refusal.self) { try archives(empty) }
        let refusal = try #require(throws: Refusal.self) { try archives(folder.path("none")) }
        #expect(refusal.description == "There is no \(folder.path("none")).")
    }

    @Test func `what is no archive is refused by name`() throws {
        let folder = try TestFolder()
        let path = try folder.file("a.bel", "no archive".utf8)
        let refusal = try #require(throws: Refusal.self) {
            try verified(path, threads: 1) { verifier throws(ArchiveFault) in try verifier.verify(path) }
        }
        #expect(refusal.description.hasPrefix("\(path): REFUSED: "), "\(refusal)")
    }
}
