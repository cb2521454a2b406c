import Authentication
import Crypto
import Store
import Testing

/// One-time codes and tokens are what they stand for, not how they are written: spent in one spelling they are spent in all.
struct SpellingTests {
    /// Spellings in which a sent code counts.
    enum Accepted: String, CaseIterable, Sendable {
        case plain, spaced, dashed, letters, sentence, padded, fullWidth, arabic

        func of(_ code: String) -> String {
            switch self {
            case .plain: code
            case .spaced: code.map(String.init).joined(separator: " ")
            case .dashed: code.prefix(3) + "\u{2011}" + code.dropFirst(3)
            case .letters: code.replacing("0", with: "O").replacing("1", with: "l")
            case .sentence: "Votre code : \(code). Merci"
            case .padded: "  \(code)\n"
            case .fullWidth: "Code\u{FF1A}" + Accepted.digits(code, from: 0xFF10)
            case .arabic: Accepted.digits(code, from: 0x0660)
            }
        }

        /// The same digits of another script, whose zero this is.
        private static func digits(_ code: String, from zero: UInt32) -> String {
            String(String.UnicodeScalarView(code.utf8.compactMap { Unicode.Scalar(zero + UInt32($0) - 48) }))
        }
    }

    @Test(arguments: Accepted.allCases, Accepted.allCases)
    func `a code that was used in one spelling is used in every other`(first: Accepted, second: Accepted) throws {
        let door = try SignInFixture()
        let token = try door.ask()
        let code = door.codes[0]
        guard case .verified = try door.check(token, first.of(code)) else { throw Failure.notVerified }
        #expect(try door.check(token, second.of(code)) == .gone)
    }

    @Test(arguments: ["0", "00"]) func `zeros before a code make it another one`(zeros: String) throws {
        let door = try SignInFixture()
        let token = try door.ask()
        guard case .wrong = try door.check(token, zeros + door.codes[0]) else { throw Failure.taken }
        guard case .verified = try door.check(token, door.codes[0]) else { throw Failure.notVerified }
    }

    /// Tokens of browsers: what a request, a session or the reset of a secret goes on with.
    @Test(arguments: ["upper", "space", "percent", "zero", "short", "mark"])
    func `a browser's token has one spelling`(change: String) throws {
        let door = try SignInFixture()
        let asked = try door.ask()
        guard case .verified(let verified) = try door.check(asked, door.codes[0]) else { throw Failure.notVerified }
        let secret = "trois girafes bleues au port"
        func other(_ token: String) -> String {
            switch change {
            case "upper": token.uppercased()
            case "space": token + " "
            case "percent": "%" + String(token.utf8.first ?? 0, radix: 16) + token.dropFirst()
            case "zero": "0" + token
            case "short": String(token.dropLast())
            default: token + "\u{301}"
            }
        }
        #expect(other(verified) != verified)
        func request(_ token: String) throws -> Bool {
            try door.store.read { (reading: borrowing Reading) throws(StoreError) in
                try door.authenticator.request(reading, token: token) != nil
            }
        }
        #expect(try request(verified) && !request(other(verified)))
        guard case .gone = try door.desk.choose(token: other(verified), secret, again: secret, on: .own) else {
            throw Failure.taken
        }
        guard case .opened(let session) = try door.desk.choose(token: verified, secret, again: secret, on: .own) else {
            throw Failure.notOpened
        }
        func present(_ token: String) throws -> Bool {
            try door.store.read { (reading: borrowing Reading) throws(StoreError) in
                try door.authenticator.sessions.find(reading, token: token) != nil
            }
        }
        #expect(try present(session) && !present(other(session)))
    }

    @Test(arguments: ["lower", "grouped", "spaced", "o", "sentence"])
    func `a printed code is read to one form in every spelling`(spelling: String) throws {
        let door = try SignInFixture()
        for _ in 0..<20 {
            let code = SymbolCode.random(count: 8, from: .system)
            let text =
                switch spelling {
                case "lower": code.canonical.lowercased()
                case "grouped": code.grouped
                case "spaced": code.canonical.map(String.init).joined(separator: "\u{A0}")
                case "o": code.canonical.replacing("0", with: "o").replacing("1", with: "I")
                default: "Code : \(code.grouped)."
                }
            guard case .code(let read) = SymbolCode.read(text, count: 8) else {
                #expect(SymbolCode.find(in: text, count: 8) == code, "\(text)")
                continue
            }
            #expect(read == code, "\(text)")
            #expect(door.authenticator.readCode(text) != nil)
        }
    }

    enum Failure: Error { case notVerified, notOpened, taken }
}
