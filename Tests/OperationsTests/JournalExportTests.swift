import Crypto
import Foundation
import Journal
import Operations
import Polling
import Store
import Testing

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
}
