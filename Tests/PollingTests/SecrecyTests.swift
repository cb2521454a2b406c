import BallotCore
import Elections
import Foundation
import Journal
import Polling
import Store
import Synchronization
import Tally
import Testing

struct SecrecyTests {
    /// Places of texts in a file, in the order of the texts; nil where one is not there.
    private func places(_ needles: [[UInt8]], in file: [UInt8]) -> [Int?] {
        let data = Data(file)
        return needles.map { data.range(of: Data($0))?.lowerBound }
    }

    /// Spearman's rank correlation of a list with its own order.
    private func correlation(_ values: [Int]) -> Double {
        let ranks = values.indices.sorted { values[$0] < values[$1] }
        var rank = [Int](repeating: 0, count: values.count)
        for (place, index) in ranks.enumerated() { rank[index] = place }
        let count = Double(values.count)
        let squares = rank.enumerated().reduce(0.0) { $0 + pow(Double($1.element - $1.offset), 2) }
        return 1 - 6 * squares / (count * (count * count - 1))
    }

    /// Sixty values in random order correlate more than this once in a million times.
    private static let chance = 0.6
    private static let voters = 60

    @Test func `the store's file tells neither the order of ballots nor whose they are`() throws {
        let poll = try PollFixture(voters: SecrecyTests.voters)
        // Voters come in the order of the list, which whoever reads the file knows.
        var ballots: [[UInt8]] = []
        for voter in 0..<SecrecyTests.voters {
            ballots.append(try poll.ballot(voter))
            _ = try poll.cast(ballots[voter], by: voter)
            poll.wait(60)
        }
        let log = poll.folder.appending(path: "s.sqlite-wal")
        // Before a round the log holds the order: this is the test's own test.
        let before = places(ballots.map { Array($0[700..<760]) }, in: [UInt8](try Data(contentsOf: log)))
        #expect(before.compactMap { $0 }.count > 40 && correlation(before.compactMap { $0 }) > 0.9)
        #expect(try index(poll).contains { $0 != 0 })
        poll.wait(900)
        #expect(try poll.station.rounds.turn() == [PollFixture.ballot])
        #expect(try poll.station.log.empty() == .emptied)
        #expect(try Data(contentsOf: log).count == 0)
        // The log's index names the pages in the order in which they were written, and keeps that when the log is gone.
        #expect(try !index(poll).contains { $0 != 0 })
        let file = [UInt8](try Data(contentsOf: poll.folder.appending(path: "s.sqlite")))
        let after = places(ballots.map { Array($0[700..<760]) }, in: file)
        #expect(!after.contains { $0 == nil })
        #expect(abs(correlation(after.compactMap { $0 })) < SecrecyTests.chance)
        // Nor do the rows: slots by number, electors by number, both in the order of voting.
        let slots = try slotOrder(poll, ballots)
        #expect(abs(correlation(slots)) < SecrecyTests.chance)
        let published = try poll.trackers()
        let order = ballots.map { string(Base64.digest($0.span)) }.compactMap { published.firstIndex(of: $0) }
        #expect(order.count == SecrecyTests.voters && abs(correlation(order)) < SecrecyTests.chance)
        // Nothing else of a ballot is anywhere in the store: each stands there once.
        for ballot in ballots {
            let needle = Data(ballot[700..<760])
            let first = try #require(Data(file).range(of: needle))
            #expect(Data(file)[first.upperBound...].range(of: needle) == nil)
        }
    }

    /// The log's index behind its head. Read by another program: closing the file here would end SQLite's locks on it.
    private func index(_ poll: PollFixture) throws -> Data {
        let (reader, pipe) = (Process(), Pipe())
        reader.executableURL = URL(fileURLWithPath: "/bin/cat")
        reader.arguments = [poll.folder.appending(path: "s.sqlite-shm").path]
        reader.standardOutput = pipe
        try reader.run()
        let bytes = pipe.fileHandleForReading.readDataToEndOfFile()
        reader.waitUntilExit()
        try #require(bytes.count >= 32_768)
        return bytes.dropFirst(136)
    }

    private func slotOrder(_ poll: PollFixture, _ ballots: [[UInt8]]) throws -> [Int] {
        let ballot = try poll.stored()
        var texts: [[UInt8]] = []
        try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.each("SELECT content FROM polling_slot WHERE ballot = ? ORDER BY id", ballot.id) {
                (row: borrowing Row) throws(StoreError) in texts.append(try row[0])
            }
        }
        return ballots.compactMap { ballot in texts.firstIndex { Data($0).range(of: Data(ballot[700..<760])) != nil } }
    }
}
