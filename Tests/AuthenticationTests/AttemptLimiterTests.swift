import Authentication
import Journal
import Store
import TestSupport
import Testing

/// How often a secret may be tried.
struct AttemptLimiterTests {
    private let fixture: SignInFixture
    private let subject = [UInt8(7)]

    init() throws { fixture = try SignInFixture() }

    private var attempts: AttemptLimiter { fixture.authenticator.passphrases.attempts }

    private func begin(always: Bool = false, _ subject: [UInt8]? = nil) throws -> Bool {
        let (attempts, subject) = (attempts, subject ?? self.subject)
        return try fixture.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try attempts.begin(transaction, election: 1, subject: subject, always: always)
        }
    }

    private func wait() throws -> Int {
        let (attempts, subject) = (attempts, subject)
        return try fixture.store.read { (reading: borrowing Reading) throws(StoreError) in
            try attempts.wait(reading, election: 1, subject: subject)
        }
    }

    @Test func `waits begin after the fifth attempt, double, and stop at a quarter of an hour`() throws {
        for _ in 0..<5 {
            #expect(try wait() == 0)
            #expect(try begin())
        }
        for seconds in [30, 60, 120, 240, 480, 900, 900, 900] {
            #expect(try wait() == seconds)
            fixture.wait(seconds: seconds - 1)
            #expect(try !begin() && wait() == 1)
            fixture.wait(seconds: 1)
            #expect(try begin())
        }
    }

    @Test func `an attempt that is not due counts nothing, and one that is never put off counts`() throws {
        for _ in 0..<5 { #expect(try begin()) }
        for _ in 0..<10 { #expect(try !begin()) }
        #expect(try wait() == 30)
        #expect(try begin(always: true))
        #expect(try wait() == 60)
    }

    @Test func `hours of attempts end in no wait that is longer, and others are not put off`() throws {
        for _ in 0..<200 { #expect(try begin(always: true)) }
        #expect(try wait() == 900)
        #expect(try begin([8]))
    }

    @Test func `a clock that went back makes nobody wait`() throws {
        for _ in 0..<5 { #expect(try begin()) }
        fixture.wait(seconds: -1)
        #expect(try wait() == 0)
        #expect(try begin())
    }

    @Test func `what is counted for one thing is not counted for another`() {
        let subjects: [AttemptLimiter.Subject] = [
            .factor(.staff("anne")), .factor(.staff("bruno")), .callerAnswer(voter: 1), .callerAnswer(voter: 2),
        ]
        #expect(Set(subjects.map(\.bytes)).count == subjects.count)
        // Stores of running elections have these.
        #expect(subjects.map { String(decoding: $0.bytes, as: UTF8.self) }[2...] == ["desk:1", "desk:2"])
    }
}
