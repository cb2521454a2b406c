import Crypto
import Elections
import Journal
import Polling
import Store
import TestSupport
import Testing

/// Word of votes within minutes.
struct AtOnceTests {
    /// A poll that confirms at once.
    private struct Confirming {
        let poll: PollFixture
        let station: PollingStation

        init() throws {
            let poll = try PollFixture()
            try poll.execute(
                "UPDATE election_definition SET definition = replace(definition, char(10) || 'access:', char(10) || 'confirm: atOnce' || char(10) || 'access:')"
            )
            let elections = ElectionRepository(journal: poll.journal, clock: Clock { poll.now })
            let election = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
                try elections.find(reading, nil)
            }
            #expect(election.election.confirm == .atOnce)
            self.poll = poll
            station = PollingStation(
                store: poll.store, election: election, key: poll.key, journal: poll.journal, clock: Clock { poll.now },
                randomness: .system)
        }

        /// Casts a vote, and tells its voter.
        func vote(_ voter: Int) throws {
            _ = try #require(receipt(try poll.cast(try poll.ballot(voter), by: voter)))
            poll.wait(120)
            #expect(try tell() == 1)
        }

        func tell() throws -> Int { try station.notices.tellAtOnce(reference: { _, id in "\(id)" }, { _, _ in }) }

        func notes() throws -> [String] {
            try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
                var found: [String] = []
                try AuditJournal.each(reading) { entry, _ throws(StoreError) in
                    if entry.kind == .pollNotice { found.append(entry.details) }
                }
                return found
            }
        }

        /// Marks every line by hand as told.
        func forge() throws {
            try poll.execute(
                "UPDATE polling_elector SET entry = CAST(substr(entry, 1, 8) || x'01' || substr(entry, 10) AS BLOB) WHERE entry >= x'0000000000000001'"
            )
        }
    }

    @Test func `the journal has the sum of those told at once with the close, and nothing before`() throws {
        let confirming = try Confirming()
        let poll = confirming.poll
        for voter in 0..<11 { try confirming.vote(voter) }
        poll.wait(3600)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        _ = try confirming.station.notices.tell { _, _ in }
        #expect(try confirming.notes().isEmpty && confirming.station.integrity.audit().isEmpty)
        // One more, whose minute is over only after the close.
        _ = try #require(receipt(try poll.cast(try poll.ballot(11), by: 11)))
        #expect(try confirming.station.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(try confirming.notes() == [#"{"lines":"11"}"#] && confirming.station.integrity.audit().isEmpty)
        poll.wait(120)
        _ = try confirming.station.notices.tell { _, _ in }
        #expect(try confirming.tell() == 0)
        #expect(try confirming.notes() == [#"{"lines":"11"}"#, #"{"lines":"1"}"#])
        #expect(try confirming.station.integrity.audit().isEmpty)
    }

    @Test(arguments: [false, true])
    func `a line that was marked as told by hand is found before and after the close`(isClosed: Bool) throws {
        let confirming = try Confirming()
        for voter in 0..<3 { try confirming.vote(voter) }
        _ = try #require(receipt(try confirming.poll.cast(try confirming.poll.ballot(3), by: 3)))
        try confirming.forge()
        if isClosed { #expect(try confirming.station.closer.close(atOnce: true, by: .system("test")) == nil) }
        #expect(try confirming.station.integrity.audit().contains { $0.contains("told of the vote") })
    }

    @Test(arguments: [0, 1, 2])
    func `the number of those told that was changed by hand is found`(change: Int) throws {
        let confirming = try Confirming()
        for voter in 0..<3 { try confirming.vote(voter) }
        switch change {
        case 0: try confirming.poll.execute("UPDATE polling_poll SET told = NULL")
        case 1: try confirming.poll.execute("UPDATE polling_poll SET told = x'00'")
        default: try confirming.poll.execute("UPDATE polling_poll SET told = randomblob(48)")
        }
        #expect(try confirming.station.integrity.audit().contains { $0.contains("told of the") })
    }
}
