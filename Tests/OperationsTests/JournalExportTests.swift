import Crypto
import Elections
import Foundation
import Operations
import Polling
import Store
import Testing

@testable import Journal

/// What readers of the journal may not know while the poll is open.
struct JournalExportTests {
    /// Entries as the store holds them.
    private func entries() throws -> [JournalEntry] {
        let house = try OperationsFixture()
        let clock = Clock { 1_760_000_000 }
        let journal = AuditJournal(clock: clock, randomness: .system)
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            // As a version before wrote it.
            try journal.record(
                transaction, election: "e", by: .system("x"), .pollSuspend, ["votes.b": "417", "reason": "fire"])
            try journal.record(transaction, election: "e", by: .system("log"), .pollNotice, ["lines": "417"])
            try journal.record(
                transaction, election: "e", by: VoteNotices.roundsPrincipal, .pollNotice, ["lines": "417"])
        }
        let filter = AuditJournal.Filter(election: "e", action: "poll", principal: "", text: "417", before: nil)
        return try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try AuditJournal.page(reading, filter, limit: 10)
        }.reversed()
    }

    @Test func `numbers of votes between two rounds are hidden, and what a round published is not`() throws {
        let entries = try entries()
        try #require(entries.count == 3)
        let hidden = entries.map { JournalExport.details($0, isHidden: true) }
        #expect(hidden == [#"{"reason":"fire","votes":"..."}"#, #"{"votes":"..."}"#, #"{"lines":"417"}"#])
        #expect(entries.map { JournalExport.details($0, isHidden: false) } == entries.map(\.details))
    }

    /// A search for one number after the other would ask for the hidden one.
    @Test func `a search does not find what is hidden`() throws {
        let entries = try entries()
        #expect(
            entries.map { JournalExport.finds("417", in: $0, isHidden: true) } == [false, false, true])
        #expect(entries.allSatisfy { JournalExport.finds("417", in: $0, isHidden: false) })
        #expect(JournalExport.finds("fire", in: entries[0], isHidden: true))
        #expect(entries.allSatisfy { JournalExport.finds("", in: $0, isHidden: true) })
    }

    /// Numbers of votes are small: whoever has the hash over a hidden one, or over what follows it, tries them all.
    @Test func `no hash tells what is hidden`() throws {
        let office = try ContactFixture()
        let journal = AuditJournal(clock: Clock { 1_760_000_000 }, randomness: .system)
        let election = office.operations.election
        try office.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO polling_poll (election, state, manifest, fingerprint, sealed_at, closes_at)
                VALUES (?, 'open', x'00', '00', 1, 2)
                """, election.number)
            for kind in [JournalAction.pollRound, .pollNotice, .export] {
                try journal.record(
                    transaction, election: election.election.id, by: .system("log"), kind, ["lines": "417"])
            }
        }
        let export = JournalExport(
            store: office.store, journal: journal, clock: Clock { 1_760_000_000 }, own: election.election.id)
        func last(_ name: String) throws -> [JournalExport.Line] {
            try office.store.read { (reading: borrowing Reading) throws(StoreError) in
                var lines: [JournalExport.Line] = []
                try export.each(reading, of: nil, for: office.viewer(name)) { line throws(StoreError) in
                    lines.append(line)
                }
                return lines.suffix(3)
            }
        }
        let (hidden, whole) = (try last("one"), try last("bureau"))
        #expect(whole.allSatisfy { $0.hash != nil && $0.details.contains("417") })
        #expect(hidden.map { $0.hash == nil } == [false, true, true])
        #expect(hidden.map { $0.previous == nil } == [false, false, true])
        #expect(hidden[1].details == #"{"votes":"..."}"#)
        let verdict = AuditJournal.Verification.intact(entries: 9, head: [1])
        let told = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            (
                try export.told(verdict, reading, to: office.viewer("one")),
                try export.told(verdict, reading, to: office.viewer("bureau"))
            )
        }
        #expect(told.0 == .intact(entries: 9, head: []) && told.1 == verdict)
        // The bureau of another election in the same chain may know its own numbers, and not these.
        let other = JournalExport(store: office.store, journal: journal, clock: Clock { 1_760_000_000 }, own: "another")
        let foreign = try office.store.read { (reading: borrowing Reading) throws(StoreError) in
            var lines: [JournalExport.Line] = []
            try other.each(reading, of: nil, for: office.viewer("bureau")) { line throws(StoreError) in
                lines.append(line)
            }
            return (
                lines.suffix(3).map { $0.hash == nil }, try other.told(verdict, reading, to: office.viewer("bureau"))
            )
        }
        #expect(foreign.0 == [false, true, true] && foreign.1 == .intact(entries: 9, head: []))
    }

    /// A page that is opened often asks for few kinds of entries: a journal of a hundred thousand must not be walked for them.
    @Test func `entries of some kinds are found by the index, in their order`() throws {
        let house = try OperationsFixture()
        let journal = AuditJournal(clock: Clock { 1_760_000_000 }, randomness: .system)
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for kind in [JournalAction.pollOpen, .export, .pollSuspend, .pollOpen, .alertSeen] {
                try journal.record(transaction, election: "e", by: .system("x"), kind, [:])
            }
        }
        let found = try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            var found: [JournalAction] = []
            try AuditJournal.each(reading, of: [.pollSuspend, .pollOpen]) { entry throws(StoreError) in
                if let kind = entry.kind { found.append(kind) }
            }
            return found
        }
        #expect(found == [.pollOpen, .pollSuspend, .pollOpen])
        // The very statement, as another program of SQLite's plans it.
        let plan = Process()
        let output = Pipe()
        plan.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        plan.arguments = [
            house.store.path, "EXPLAIN QUERY PLAN \(AuditJournal.entriesOfActions)".replacing("?", with: "'[]'"),
        ]
        plan.standardOutput = output
        try plan.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        plan.waitUntilExit()
        #expect(text.contains("SEARCH journal_entry USING INDEX journal_entry_action"), "\(text)")
    }
}
