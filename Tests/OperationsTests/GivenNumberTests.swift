import Contacts
import Crypto
import Issuance
import Operations
import Staff
import Store
import TestSupport
import Testing
import VoterRoll

/// A number that somebody says on the phone without their country.
struct GivenNumberTests {
    /// A voter abroad.
    private func row(_ town: String) -> String { "V1;Martin;Anne;v1@example.org;;12 rue X;\(town);ouvriers;lille\n" }

    private func order(_ contact: String) -> VoterOrder {
        VoterOrder(voter: 1, route: .sms, contact: contact, reason: "lost", check: .callBack, answer: nil)
    }

    @Test func `a number is at home where its voter is, and whoever approves sees its country`() throws {
        let fixture = try ContactFixture(rows: row("20000 Casablanca (Maroc)"))
        guard
            case .asked(let request, _) = try IdentifierReissue(fixture.operations).reissue(
                order("06 12 34 56 78"), by: fixture.viewer("one"))
        else {
            Issue.record("nobody was asked")
            return
        }
        let operations = fixture.operations
        let waiting = try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try operations.approvals.waiting(reading)
        }
        #expect(waiting.first { $0.id == request }?.order["contact"] == "+212612345678")
    }

    /// Nothing is sent to Morocco by the fixture's settings; a French number of a stranger would get the identifier.
    @Test func `where one person decides the number is the voter's country's as well`() throws {
        let fixture = try ContactFixture(("fourEyes: true", "fourEyes: false"), rows: row("20000 Casablanca (Maroc)"))
        let outcome = try IdentifierReissue(fixture.operations).reissue(
            order("06 12 34 56 78"), by: fixture.viewer("one"))
        guard case .refused(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("SMS go to +33"))
    }

    @Test func `a number that is none of the voter's country is refused with the cure`() throws {
        let fixture = try ContactFixture(rows: row("1000 Bruxelles (Belgique)"))
        let outcome = try IdentifierReissue(fixture.operations).reissue(
            order("06 12 34 56 78"), by: fixture.viewer("one"))
        guard case .refused(let reason) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reason.contains("country's code"))
    }

    /// What is printed or sent is what was looked at: read again as French, the approved number would be a stranger's.
    @Test func `the number that was approved is the one that gets the identifier`() throws {
        let fixture = try ContactFixture(rows: row("20000 Casablanca (Maroc)"), prefixes: ["+33", "+212"])
        guard
            case .asked(let request, _) = try IdentifierReissue(fixture.operations).reissue(
                order("06 12 34 56 78"), by: fixture.viewer("one"))
        else {
            Issue.record("nobody was asked")
            return
        }
        guard case .carriedOut(.done) = try fixture.decide(request, by: "bureau") else {
            Issue.record("it was not carried out")
            return
        }
        let given = try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all("SELECT folded FROM issuance_contact") {
                (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
            }
        }
        let meant = PhoneGivenContact.phone(try PhoneNumber("+212612345678"))
        #expect(given == [Issuer.lookup(fixture.key).hash(meant.folded)])
    }

    @Test func `what is changed in a corrected number is said`() throws {
        let fixture = try ContactFixture(("fourEyes: true", "fourEyes: false"))
        let change = try RollCorrection(fixture.operations).correct(
            voter: 1, [.phone: "+41 079 123 45 67"], reason: "by phone", by: fixture.viewer("one"))
        guard case .done(_, _, _, let notes) = change else {
            Issue.record("\(change)")
            return
        }
        #expect(notes.count == 1 && notes.first?.contains("0 between") == true, "\(notes)")
    }
}
