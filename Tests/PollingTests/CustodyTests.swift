import Crypto
import Elections
import Foundation
import Journal
import Polling
import Store
import Synchronization
import Tally
import TestSupport
import Testing

struct CustodyTests {
    private func custody(_ poll: PollFixture) throws -> Custody {
        try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Custody(reading, election: poll.election.election.id)
        }
    }

    private func backup(_ poll: PollFixture, _ name: String, _ sha256: String) throws {
        let journal = AuditJournal(clock: Clock { poll.now }, randomness: .system)
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try journal.record(
                transaction, election: nil, by: .system("test"), .storeBackup, ["file": name, "sha256": sha256])
        }
    }

    @Test func `the box key ends with the close, and not with the grace before it`() throws {
        let poll = try PollFixture()
        _ = try poll.cast(try poll.ballot(0), by: 0)
        #expect(try poll.station.closer.close(atOnce: false, by: .system("test")) == nil)
        #expect(try poll.erasures() == 0 && custody(poll).keyCopies.isEmpty)
        // Who is under way still gets their credential.
        _ = try poll.material(1)
        poll.wait(100_000)
        #expect(try poll.station.closer.followClock(by: .system("clock")))
        #expect(try poll.erasures() == 1 && custody(poll).keyCopies.map(\.erasure) == [.erased(path: "box")])
        #expect(throws: StoreError.self) { try poll.material(1) }
        // Count, archive and audit need none.
        #expect(try poll.tallyService.tally(by: .system("test")).count == 2)
        for trustee in 0...1 {
            _ = try poll.tallyService.decryptions.take(try poll.decryptions(trustee), by: .system("test"))
        }
        #expect(try poll.archive().count > 512)
        #expect(try poll.station.integrity.audit() == [])
    }

    /// A restored journal ends before the backup's own entry: neither it nor the store that was lost would stand there.
    @Test func `what was restored and what was lost stand in the list until they are reported`() throws {
        let poll = try PollFixture()
        let journal = AuditJournal(clock: Clock { poll.now }, randomness: .system)
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try PollRestore.mark(
                transaction, journal, clock: Clock { poll.now }, file: "night.backup", sha256: "0123456789abcdef")
        }
        let names = try custody(poll).remaining.map(\.name)
        try #require(names.count == 2 && names[0] == "night.backup" && names[1].hasPrefix("copies-before-restore-"))
        for name in ["01234567", names[1]] {
            let refusal = try poll.station.custody.reportDestroyed(
                backup: name, who: "Anne", reason: "shredded", by: .system("test"))
            #expect(refusal == nil)
        }
        #expect(try custody(poll).remaining.isEmpty && custody(poll).backups.allSatisfy { $0.report?.by == "Anne" })
    }

    /// Retention unlinks a file; what was copied to another machine before pairs voters with ballots as ever.
    @Test func `a backup that retention removed is asked for until somebody reports its copies`() throws {
        let poll = try PollFixture()
        let digests = [String(repeating: "0a", count: 32), String(repeating: "0b", count: 32)]
        for digest in digests { try backup(poll, "night.backup", digest) }
        let journal = AuditJournal(clock: Clock { poll.now }, randomness: .system)
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try journal.record(
                transaction, election: nil, by: .system("test"), .storeBackupRemoved,
                ["file": "night.backup", "sha256": digests[1]])
        }
        // Of two of one name it is the one with this content.
        let left = try custody(poll).remaining
        #expect(left.map(\.sha256) == digests && left.map { $0.removedAt != nil } == [false, true])
        func lines() throws -> [String] {
            try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
                try poll.station.custody.lines(reading, at: 0)
            }
        }
        #expect(
            try lines().contains {
                $0.contains(
                    "\(digests[1]) : retir\u{E9}e du serveur ; COPIES AILLEURS : DESTRUCTION NON D\u{C9}CLAR\u{C9}E")
            })
        let refusal = try poll.station.custody.reportDestroyed(
            backup: digests[1], who: "Anne", reason: "no copy elsewhere", by: .system("test"))
        #expect(try refusal == nil && custody(poll).remaining.map(\.sha256) == [digests[0]])
        #expect(try lines().contains { $0.contains("d\u{E9}truite, par Anne : no copy elsewhere") })
    }

    /// Earlier versions wrote of a file that they had unlinked that it was destroyed.
    @Test func `a backup that an earlier version's retention called destroyed is removed, and asked for`() throws {
        let poll = try PollFixture()
        for name in ["old.backup", "older.backup"] { try backup(poll, name, hex(sha256(Array(name.utf8)))) }
        let journal = AuditJournal(clock: Clock { poll.now }, randomness: .system)
        for removed in try custody(poll).backups {
            let isNoted = removed.name == "old.backup"
            try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                if isNoted {
                    try journal.record(
                        transaction, election: nil, by: .system("test"), .storeBackupRemoved, ["file": removed.name])
                }
                try journal.record(
                    transaction, election: poll.election.election.id, by: .system("test"), .pollBackupDestroyed,
                    [
                        "entry": "\(removed.number)", "file": removed.name, "by": "isoloir store backup --keep 7",
                        "reason":
                            "removed from this machine, newer backups are there; copies elsewhere are not known here",
                    ])
            }
        }
        let left = try custody(poll).remaining
        #expect(left.map(\.name) == ["old.backup", "older.backup"] && left.allSatisfy { $0.removedAt != nil })
        let refusal = try poll.station.custody.reportDestroyed(
            backup: "old.backup", who: "Anne", reason: "no copy elsewhere", by: .system("test"))
        #expect(try refusal == nil && custody(poll).remaining.map(\.name) == ["older.backup"])
    }

    /// The final credentials are made in many steps before the seal.
    @Test func `a backup made while the poll is being sealed stands in the list`() throws {
        let poll = try PollFixture(isSealed: false)
        try backup(poll, "before", "00")
        let failure = Mutex<(any Error)?>(nil)
        let name = Mutex(0)
        let outcome = try poll.seal { _ in
            let number = name.withLock { number in
                number += 1
                return number
            }
            do { try backup(poll, "during-\(number)", "0\(number)") } catch { failure.withLock { $0 = error } }
        }
        guard case .sealed = outcome else { throw PollFixture.Trouble("\(outcome)") }
        #expect(failure.withLock { $0 == nil })
        let names = try custody(poll).backups.map(\.name)
        #expect(names.first == "during-1" && !names.contains("before"))
    }

    @Test func `a station that did not close the poll forgets the key at its next look`() throws {
        let poll = try PollFixture()
        let other = poll.another()
        #expect(try other.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(try !poll.station.closer.followClock(by: .system("clock")))
        #expect(throws: StoreError.self) { try poll.material(1) }
    }

    @Test func `a copy that cannot be erased does not stop the close and stands in the list until it can`() throws {
        let poll = try PollFixture()
        poll.answer(.kept(path: "box", reason: "the folder is read-only"))
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(
            try custody(poll).keyCopies.map(\.erasure) == [.kept(path: "box", reason: "the folder is read-only")])
        poll.answer(.erased(path: "box"))
        _ = try poll.station.boxKey.destroy(by: .system("test"))
        poll.answer(.absent(path: "box"))
        _ = try poll.station.boxKey.destroy(by: .system("test"))
        #expect(try custody(poll).keyCopies.map(\.erasure) == [.erased(path: "box")])
    }

    @Test func `a program that ends between the erasure and its entry leaves no record that no key lay there`() throws {
        let poll = try PollFixture()
        let seen = Mutex<[BoxKeyErasure]>([])
        poll.lay(["box"]) {
            guard let known = try? custody(poll).keyCopies else { return }
            seen.withLock { $0 = known.map(\.erasure) }
        }
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        // What a kill at that moment would have left.
        #expect(seen.withLock { $0 } == [.begun(path: "box")])
        #expect(try custody(poll).keyCopies.map(\.erasure) == [.erased(path: "box")])
        let other = try PollFixture()
        other.lay(["box"])
        other.answer(.absent(path: "box"))
        #expect(try other.station.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(try custody(other).keyCopies.map(\.erasure) == [.begun(path: "box")])
        let lines = try other.store.read { (reading: borrowing Reading) throws(StoreError) in
            try other.station.custody.lines(reading, at: 0)
        }
        #expect(lines.contains { $0.contains("box : \u{E9}crasement commenc\u{E9}, fin non not\u{E9}e") })
        // One that cannot be erased is noted once, however often it is tried.
        other.answer(.kept(path: "box", reason: "no"))
        for _ in 0..<3 { _ = try other.station.boxKey.destroy(by: .system("test")) }
        #expect(try custody(other).keyCopies.map(\.erasure) == [.kept(path: "box", reason: "no")])
    }

    @Test func `a file of the box key on this machine is listed until it is reported`() throws {
        let poll = try PollFixture(isSealed: false)
        guard case .sealed = try poll.seal(boxKeyFile: "/root/box.key") else { throw PollFixture.Trouble("not sealed") }
        for path in ["/root/box.key", "/media/usb/box.key"] {
            try poll.station.boxKey.noteGiven(from: path, by: .system("test"))
        }
        #expect(try custody(poll).remainingFiles.map(\.path) == ["/root/box.key", "/media/usb/box.key"])
        func reported(_ name: String) throws -> CustodyRefusal? {
            try poll.station.custody.reportDestroyed(
                backup: name, who: "I. Laurent", reason: "shredded", by: .system("test"))
        }
        #expect(try reported("/root/other.key")?.contains("No backup") == true)
        #expect(try reported("/root/box.key") == nil && reported("/root/box.key") != nil)
        let found = try custody(poll)
        #expect(found.remainingFiles.map(\.path) == ["/media/usb/box.key"])
        #expect(found.keyFiles[0].report?.by == "I. Laurent" && found.keyFiles[0].report?.reason == "shredded")
        let lines = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try poll.station.custody.lines(reading, at: 0)
        }
        #expect(lines.contains { $0.contains("fichier /root/box.key : d\u{E9}truit, par I. Laurent : shredded") })
        #expect(lines.contains { $0.contains("fichier /media/usb/box.key : DESTRUCTION NON D\u{C9}CLAR\u{C9}E") })
        // Used again after that, it is there again.
        try poll.station.boxKey.noteGiven(from: "/root/box.key", by: .system("test"))
        #expect(try custody(poll).remainingFiles.count == 2)
    }

    @Test func `a box key's file is read as it was written, and nothing else is`() throws {
        let key = BoxKey(from: .system)
        let text = key.file.text
        #expect(text.hasPrefix("isoloir box key 1\n") && text.hasSuffix("\n"))
        #expect(BoxKey(file: key.file)?.file.matches(key.file) == true)
        #expect(BoxKey(file: Secret(text.dropLast(65) + text.suffix(65).uppercased()))?.file.matches(key.file) == true)
        for wrong in [
            "", text + "\n", String(text.dropLast()), " " + text, text.replacing("key 1", with: "key 2"),
            text.dropLast(2) + "g\n", text.dropLast() + "0",
        ] {
            #expect(BoxKey(file: Secret(String(wrong))) == nil, "\(wrong.count) characters")
        }
    }

    @Test func `nothing is erased before the close`() throws {
        let poll = try PollFixture()
        #expect(try poll.station.boxKey.destroy(by: .system("test")) == [] && poll.erasures() == 0)
        _ = try poll.material(0)
    }

    @Test func `backups between seal and close are listed until they are reported`() throws {
        let poll = try PollFixture(isOpen: false)
        try backup(poll, "monday", "aaaaaaaaaa")
        #expect(try poll.station.opener.open(by: .system("test")) == nil)
        try backup(poll, "tuesday", "bbbbbbbbbb")
        try backup(poll, "tuesday", "cccccccccc")
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        try backup(poll, "wednesday", "dddddddddd")
        #expect(try custody(poll).remaining.map(\.name) == ["monday", "tuesday", "tuesday"])
        func reported(_ name: String) throws -> CustodyRefusal? {
            try poll.station.custody.reportDestroyed(
                backup: name, who: "I. Laurent", reason: "minutes of 2 December", by: .system("test"))
        }
        #expect(try reported("wednesday")?.contains("No backup \"wednesday\" is left") == true)
        #expect(try reported("tuesday")?.contains("2 backups are called") == true)
        #expect(try reported("CCCCCCCC") == nil && reported("tuesday") == nil)
        #expect(try reported("b")?.contains("No backup") == true)
        let found = try custody(poll)
        #expect(found.remaining.map(\.name) == ["monday"])
        let report = try #require(found.backups[2].report)
        #expect(report.by == "I. Laurent" && report.reason == "minutes of 2 December")
    }
}

struct VoteLogTests {
    @Test func `the log goes a minute after the last time, after a change, and when it is asked for`() throws {
        let poll = try PollFixture()
        #expect(try poll.station.log.empty() == .emptied && poll.store.logFile.bytes == 0)
        _ = try poll.cast(try poll.ballot(0), by: 0)
        #expect(poll.store.logFile.bytes > 0)
        poll.wait(VoteLog.seconds - 1)
        #expect(try poll.station.log.empty() == .notDue)
        poll.wait(1)
        #expect(try poll.station.log.empty() == .emptied && poll.store.logFile.bytes == 0)
        for change in 0..<4 {
            let refusal =
                switch change {
                case 0: try poll.station.decisions.suspend(by: .system("test"))
                case 1: try poll.station.decisions.resume(by: .system("test"))
                case 2:
                    try poll.station.decisions.extend(
                        to: poll.election.election.announcedClose + 60, by: .system("test"))
                default: try poll.station.closer.close(atOnce: true, by: .system("test"))
                }
            #expect(refusal == nil && poll.store.logFile.bytes > 0)
            #expect(try poll.station.log.empty() == .emptied && poll.store.logFile.bytes == 0)
        }
        #expect(poll.store.logFile.emptiedAt != nil)
    }

    @Test func `a reader that keeps the log is told of, holds up no vote, and the log goes when it leaves`() throws {
        let poll = try PollFixture()
        #expect(try poll.station.log.empty() == .emptied)
        _ = try poll.cast(try poll.ballot(0), by: 0)
        let text = try poll.ballot(1)
        try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            _ = try reading.number("SELECT count(*) FROM polling_slot")
            poll.wait(VoteLog.seconds)
            let since = poll.now
            let begun = ContinuousClock.now
            let first = try poll.station.log.empty()
            #expect(first == .kept(since: since) && ContinuousClock.now - begun < .seconds(8))
            poll.wait(1)
            let second = try poll.station.log.empty()
            #expect(second == .kept(since: since))
        }
        #expect(receipt(try poll.cast(text, by: 1)) != nil)
        #expect(try poll.station.log.empty() == .emptied && poll.store.logFile.bytes == 0)
    }
}
