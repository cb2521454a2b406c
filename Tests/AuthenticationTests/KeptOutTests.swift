import Authentication
import Crypto
import Elections
import Journal
import Store
import Testing

/// Somebody knows a voter's identifier, and does all day what keeps its owner out or guesses a code.
struct KeptOutTests {
    /// Identifiers as their owners type them, by scheme.
    static let typed: [(AccessPolicy.Scheme, String)] = [
        (.random, SymbolCode.random(count: 12, from: .system).grouped),
        (.digits, DigitCode.random(from: .system).canonical),
        (.name, "Dupont-A"), (.email, "Jeanne@Example.org"),
    ]

    private static let (near, far) = ("198.51.100.7", "203.0.113.9")

    private func door(_ scheme: AccessPolicy.Scheme, _ typed: String) throws -> SignInFixture {
        guard case .canonical(let canonical) = IdentifierEntry(typed, scheme: scheme) else { throw Failure.unread }
        return try SignInFixture(scheme: scheme, identifier: canonical)
    }

    /// A quarter of an hour's attack from one network: three sign-ins, and one wrong code in each of sixty further ones.
    private func attack(_ door: SignInFixture, from network: String = near) throws {
        for _ in 0..<3 { _ = try door.ask(from: network) }
        for _ in 0..<60 { _ = try door.check(try door.ask(from: network), "000000") }
    }

    private func isIn(_ door: SignInFixture, _ token: String) throws -> Bool {
        guard let code = door.codes.last, case .verified = try door.check(token, code) else { return false }
        return true
    }

    @Test(arguments: typed)
    func `its owner gets in from elsewhere, whatever others ask`(scheme: AccessPolicy.Scheme, typed: String) throws {
        for quarters in 1...6 {
            let door = try door(scheme, typed)
            for _ in 0..<quarters {
                try attack(door)
                door.wait(seconds: 890)
            }
            try attack(door)
            let count = door.codes.count
            let token = try door.ask(from: KeptOutTests.far)
            #expect(door.codes.count == count + 1, "after \(quarters) quarters")
            #expect(try isIn(door, token), "after \(quarters) quarters")
        }
    }

    @Test(arguments: typed)
    func `behind the attacker's own address a picture brings a message`(
        scheme: AccessPolicy.Scheme, typed: String
    ) throws {
        let door = try door(scheme, typed)
        for _ in 0..<4 {
            try attack(door)
            door.wait(seconds: 880)
        }
        try attack(door)
        let (count, plain) = (door.codes.count, try door.ask(from: KeptOutTests.near))
        #expect(door.codes.count == count)
        #expect(try !isIn(door, plain))
        let token = try door.ask(from: KeptOutTests.near, picture: true)
        #expect(door.codes.count == count + 1)
        try attack(door)
        #expect(try isIn(door, token))
    }

    @Test func `whoever solves pictures from one address leaves one message for another`() throws {
        let door = try SignInFixture()
        for _ in 0..<9 { _ = try door.ask(from: KeptOutTests.near, picture: true) }
        try attack(door)
        let token = try door.ask(from: KeptOutTests.far, picture: true)
        #expect(try isIn(door, token))
    }

    @Test func `three messages an hour are sent for pictures, and are told`() throws {
        let door = try SignInFixture()
        for network in 0..<20 { _ = try door.ask(from: "10.0.0.\(network)", picture: true) }
        #expect(door.codes.count == 6)
        func costly() throws -> Int {
            try door.store.read { (reading: borrowing Reading) throws(StoreError) in
                try door.authenticator.limits.costly(reading)
            }.count
        }
        #expect(try costly() == 1)
        door.wait(seconds: 3601)
        #expect(try costly() == 0)
    }

    @Test func `a right code counts in its own browser after others' wrong ones and its own`() throws {
        let door = try SignInFixture()
        let token = try door.ask(from: KeptOutTests.far)
        let code = door.codes[0]
        try attack(door)
        #expect(try door.check(token, "000000") == .wrong(left: 4))
        try attack(door)
        guard case .verified = try door.check(token, code) else { throw Failure.keptOut }
    }

    @Test func `one network cannot use up the guesses that others have at a shared code`() throws {
        let door = try SignInFixture()
        for network in 1...3 { _ = try door.ask(from: "10.0.0.\(network)") }
        let late = try door.ask(from: KeptOutTests.far)
        for _ in 0..<20 { _ = try door.check(try door.ask(from: KeptOutTests.near), "000000") }
        #expect(try isIn(door, late))
    }

    @Test func `whoever types the right code of a shared request has made no guess`() throws {
        let door = try SignInFixture()
        let first = try door.ask(from: KeptOutTests.near)
        while try !isQuiet(door, try door.ask(from: KeptOutTests.near)) {}
        let late = try door.ask(from: KeptOutTests.near)
        #expect(try counted(door) == [0, 0])
        #expect(try door.check(late, "000000") == .wrong(left: 4))
        #expect(try counted(door) == [1, 1])
        #expect(try isIn(door, late) && counted(door) == [1, 1])
        #expect(first != late)
    }

    private func isQuiet(_ door: SignInFixture, _ token: String) throws -> Bool {
        try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.authenticator.request(reading, token: token)?.isQuiet ?? false
        }
    }

    /// Guesses at codes of other requests, by request and by day.
    private func counted(_ door: SignInFixture) throws -> [Int] {
        try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            [
                try reading.number("SELECT coalesce(sum(guesses), 0) FROM access_request"),
                try reading.number("SELECT coalesce(sum(shared), 0) FROM access_counter"),
            ]
        }
    }

    @Test func `an unlocking clears the pace, and codes stay long while somebody guesses`() throws {
        let door = try SignInFixture()
        try attack(door)
        let count = door.codes.count
        func slowed() throws -> Int {
            try door.store.read { (reading: borrowing Reading) throws(StoreError) in
                try door.authenticator.limits.slowed(
                    reading, .staff("anne"), subjects: [door.authenticator.subject(door.identifier)])
            }
        }
        #expect(try slowed() > 0)
        _ = try door.ask(from: KeptOutTests.near)
        #expect(door.codes.count == count)
        try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try door.authenticator.limits.unlock(
                transaction, .staff("anne"), subjects: [door.authenticator.subject(door.identifier)])
        }
        #expect(try slowed() == 0)
        let token = try door.ask(from: KeptOutTests.near)
        #expect(door.codes.count == count + 1)
        #expect(door.codes.last?.count == door.authenticator.policy.codeDigits + CodeLimits.extraDigits)
        #expect(try isIn(door, token))
    }

    /// The most that 24 hours allow, half of them before midnight, where a count by days would begin anew: from many networks, with
    /// pictures, every guess that is let through.
    @Test func `all guesses of a day together stay below one in ten thousand`() throws {
        let door = try SignInFixture()
        door.wait(seconds: 86_400 - 1_760_000_000 % 86_400 + 12 * 3600)
        for minute in stride(from: 0, to: 1440, by: 5) {
            for number in 0..<8 {
                let token = try door.ask(from: "10.\(minute % 7).0.\(number)", picture: true)
                for _ in 0..<(minute < 60 || number < 4 ? 5 : 1) { _ = try door.check(token, "99999999") }
            }
            door.wait(seconds: 300)
        }
        let chance = try door.store.read { (reading: borrowing Reading) throws(StoreError) -> [(Int, Int)] in
            try reading.all(
                """
                SELECT digits, sum(guesses) + sum(CASE source WHEN id THEN attempts ELSE 0 END) FROM access_request
                GROUP BY digits
                """
            ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1]) }
        }
        let sum = chance.reduce(0.0) { sum, part in
            sum + Double(part.1) / (0..<part.0).reduce(1.0) { power, _ in power * 10 }
        }
        #expect(sum > 0.00002 && sum < 0.0001, "\(chance)")
    }

    private enum Failure: Error { case unread, keptOut }
}
