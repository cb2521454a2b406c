import Crypto
import Elections
import Journal
import Polling
import Store
import Testing

/// Word of votes within minutes.
struct AtOnceTests {
    @Test func `the journal has the sum of those told at once with the next round, and nothing before`() throws {
        let poll = try PollFixture()
        try poll.execute(
            "UPDATE election_definition SET definition = replace(definition, char(10) || 'access:', char(10) || 'confirm: atOnce' || char(10) || 'access:')"
        )
        let desk = ElectionRepository(journal: poll.journal, clock: Clock { poll.now })
        let election = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try desk.find(reading, nil)
        }
        #expect(election.election.confirm == .atOnce)
        let notices = PollingStation(
            store: poll.store, election: election, key: poll.key, journal: poll.journal, clock: Clock { poll.now },
            randomness: .system
        ).notices
        func notes() throws -> [String] {
            try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
                var found: [String] = []
                try AuditJournal.each(reading) { entry, _ throws(StoreError) in
                    if entry.kind == .pollNotice { found.append(entry.details) }
                }
                return found
            }
        }
        for voter in 0..<11 {
            _ = try #require(receipt(try poll.cast(try poll.ballot(voter), by: voter)))
            poll.wait(120)
            #expect(try notices.tellAtOnce(reference: { _, id in "\(id)" }, { _, _ in }) == 1)
        }
        #expect(try notes().isEmpty)
        poll.wait(3600)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        _ = try notices.tell { _, _ in }
        #expect(try notes() == [#"{"lines":"11"}"#])
    }
}
