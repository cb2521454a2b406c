import Contacts
import Crypto
import Elections
import Operations
import Store
import Synchronization
import Testing
import VoterRoll

@testable import Authentication

/// A mobile number as people write it at home, without the country's code, which looks French and need not be.
struct DomesticNumberTests {
    /// A voter reached by SMS alone.
    private static func row(_ number: Int, _ phone: String, _ town: String) -> String {
        "V\(number);Martin;Anne;;\(phone);12 rue X;\(town);ouvriers;lille\n"
    }

    private static let (swiss, french, commuter, moroccan) = (1, 2, 3, 4)

    private static let rows =
        row(swiss, "079 123 45 67", "1200 Genève (Suisse)") + row(french, "06 39 98 00 01", "59000 Lille")
        + row(commuter, "+41 78 123 45 67", "74100 Annemasse") + row(moroccan, "+212 6 39 98 00 01", "59000 Lille")

    private func fixture() throws -> ContactFixture {
        try ContactFixture(rows: DomesticNumberTests.rows, prefixes: ["+33", "+41", "+212"])
    }

    /// Whom a request at the desk for lost identifiers sends something.
    private func served(_ typed: String, _ fixture: ContactFixture, times: Int = 1) throws -> [Int] {
        let operations = fixture.operations
        let recovery = RecoveryService(directory: operations.directory, clock: fixture.clock, randomness: .system)
        let entry = RecoveryEntry(typed, policy: operations.election.election.access, channels: [.sms])
        for _ in 0..<times {
            try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try recovery.ask(transaction, entry)
            }
        }
        while try recovery.serveRequests(fixture.store) > 0 {}
        return try fixture.numbers("SELECT voter FROM issuance_identifier WHERE state = 'pending' ORDER BY voter")
    }

    @Test(arguments: [
        // A Swiss one, which would be a French mobile as well.
        ("079 123 45 67", [swiss]), ("+41 79 123 45 67", [swiss]), ("0041791234567", [swiss]),
        // The one at home comes first, and is alone then: the other one's voter never writes it so.
        ("06 39 98 00 01", [french]), ("+33 6 39 98 00 01", [french]), ("+212 639980001", [moroccan]),
        // Who lives in France and keeps a Swiss number writes it as people there do.
        ("078 123 45 67", [commuter]), ("+33 79 123 45 67", []), ("06 39 98 00 02", []),
    ])
    func `the desk for lost identifiers reads a number by its voter's country`(typed: String, voters: [Int]) throws {
        #expect(try served(typed, try fixture()) == voters)
    }

    /// Otherwise each spelling of a number would have messages of its own.
    @Test func `the limit of an hour is one for all spellings of a number`() throws {
        let fixture = try fixture()
        for typed in ["079 123 45 67", "+41 79 123 45 67", "0041 79 123 45 67", "079.123.45.67", "+41 (0)79 1234567"] {
            _ = try served(typed, fixture, times: 2)
        }
        let sent = try fixture.numbers("SELECT count(*) FROM issuance_identifier WHERE voter = 1 AND generation > 1")
        #expect(sent == [3])
    }

    /// One message a voter: whoever shares a number with somebody at home is served with them, however it is written.
    @Test(arguments: ["079 123 45 67", "+41 79 123 45 67"])
    func `a couple at both sides of a border is served together`(typed: String) throws {
        let rows =
            DomesticNumberTests.row(1, "079 123 45 67", "1200 Genève (Suisse)")
            + DomesticNumberTests.row(2, "+41 79 123 45 67", "74100 Annemasse")
        #expect(try served(typed, try ContactFixture(rows: rows, prefixes: ["+33", "+41"])) == [1, 2])
    }

    /// Strangers share no limit because their numbers end alike.
    @Test func `numbers that end alike are counted apart`() throws {
        let policy = try fixture().operations.election.election.access
        func counted(_ typed: String) -> String { RecoveryEntry(typed, policy: policy, channels: [.sms]).counted }
        #expect(counted("079 123 45 67") == counted("+41 79 123 45 67"))
        #expect(counted("06 92 12 34 56") == counted("+262 692 12 34 56"))
        #expect(counted("06 39 98 00 01") != counted("06 12 98 00 01"))
        #expect(counted("+41 79 123 45 67") != counted("+41 78 223 45 67"))
    }

    @Test(arguments: ["0470 12 34 56", "612 345 678", "621 123 456", "02 12 34 56"])
    func `what is no French mobile asks for the country's code at once`(typed: String) throws {
        let policy = try fixture().operations.election.election.access
        let entry = RecoveryEntry(typed, policy: policy, channels: [.sms])
        #expect(entry == .landline || entry == .malformed)
    }

    @Test(arguments: [
        ("079 123 45 67", [swiss]), ("078 123 45 67", [commuter]), ("0639980001", [french, moroccan]),
        ("+41791234567", [swiss]),
    ])
    func `the help desk finds everybody whose number it may be`(typed: String, voters: [Int]) throws {
        let fixture = try fixture()
        let operations = fixture.operations
        let found = try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try VoterSupport(operations).search(reading, typed).voters.map(\.id)
        }
        #expect(found == voters)
    }
}
