import CommandLineKit
import Operations
import Server
import Staff
import Testing

/// What the command line says of an order on an account of the staff.
struct StaffRefusalTests {
    @Test func `each outcome has words of its own`() throws {
        #expect(Refusal(StaffAccounts.Outcome.done, "lou") == nil)
        let outcomes: [StaffAccounts.Outcome] = [
            .waits, .denied(.changeBureau), .isOwn, .taken, .badName, .unknown,
        ]
        let refusals = try outcomes.map { try #require(Refusal($0, "lou")) }
        #expect(Set(refusals.map(\.description)).count == outcomes.count)
        // A name that is none is wrong usage; the rest is what stands against it.
        #expect(refusals.map { $0.status == .usage } == outcomes.map { $0 == .badName })
    }
}
