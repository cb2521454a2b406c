import Captcha
import Crypto
import Foundation
import Store
import Synchronization
import Testing

/// Other spellings of hexadecimal digits.
enum Spelling: CaseIterable {
    case upper, oneUpper, spaceBefore, spaceAfter, newline, mark, look, longer, prefixed

    func of(_ hex: String) -> String {
        switch self {
        case .upper: hex.uppercased()
        case .oneUpper: hex.replacing(/[a-f]/, maxReplacements: 1) { $0.output.uppercased() }
        case .spaceBefore: " " + hex
        case .spaceAfter: hex + " "
        case .newline: hex + "\n"
        case .mark: hex + "\u{301}"
        // Full-width digits, which some readers of numbers take for digits.
        case .look: "\u{FF10}\u{FF10}" + hex.dropFirst(2)
        case .longer: hex + "00"
        case .prefixed: "0x" + hex
        }
    }
}

struct ProofOfWorkTests {
    private let key = ElectionKey(from: .system)
    private let time = Hands()

    final class Hands: Sendable { let now = Mutex(1_760_000_000) }

    private func work(_ election: String = "e") -> ProofOfWork {
        let time = time
        return ProofOfWork(
            election: election, key: key, clock: Clock { time.now.withLock { $0 } }, randomness: .system)
    }

    private func solve(_ work: ProofOfWork, _ challenge: String, typed: String, form: String = "f") -> String? {
        (0..<100_000).lazy.map(String.init).first {
            work.isSolved(challenge, number: $0, typed: typed, form: form, leastBits: 4)
        }
    }

    @Test func `a solution is for one value of one form of one election, and for its time`() throws {
        let work = work()
        let challenge = work.challenge(form: "f", bits: 4)
        let number = try #require(solve(work, challenge, typed: "jeanne@example.org"))
        func holds(_ work: ProofOfWork, _ typed: String, _ form: String, bits: Int = 4) -> Bool {
            work.isSolved(challenge, number: number, typed: typed, form: form, leastBits: bits)
        }
        #expect(holds(work, "jeanne@example.org", "f"))
        #expect(!holds(work, "jeanne@example.org", "g"))
        #expect(!holds(self.work("other"), "jeanne@example.org", "f"))
        #expect(!holds(work, "jeanne@example.org", "f", bits: 5))
        // Another value needs other work: of 40, at 4 bits each, hardly more than a few are solved by chance.
        #expect((0..<40).count { holds(work, "v\($0)@example.org", "f") } < 15)
        time.now.withLock { $0 += 7300 }
        #expect(!holds(work, "jeanne@example.org", "f"))
    }

    @Test func `a challenge spelled otherwise is none, and neither is its number`() throws {
        let work = work()
        // A challenge without a letter has no upper case.
        let challenge = try #require(
            (0..<100).lazy.map { _ in work.challenge(form: "f", bits: 4) }.first { challenge in
                challenge.contains { "abcdef".contains($0) }
            })
        let number = try #require(solve(work, challenge, typed: "x"))
        for other in Spelling.allCases.map({ $0.of(challenge) }) {
            // Solved again under its own spelling, as the salt wants it.
            #expect(solve(work, other, typed: "x") == nil, "\(other)")
        }
        for other in ["0\(number)", "+\(number)", " \(number)", "\(number) ", "\(number)\u{301}", "-0"] {
            #expect(!work.isSolved(challenge, number: other, typed: "x", form: "f", leastBits: 0), "\(other)")
        }
    }

    // Two digits more are other bytes, and no challenge.
    @Test(arguments: Spelling.allCases.filter { $0 != .longer })
    func `the book spends bytes, and takes one spelling`(spelling: Spelling) throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "isoloir-\(UUID().uuidString).sqlite").path
        defer { for end in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + end) } }
        let store = try Store(path: path, migrations: CaptchaSchema.migrations, now: 1)
        let book = UsedChallenges(clock: Clock { 1_760_000_000 })
        let challenge = "00ab" + work().challenge(form: "f")
        func spend(_ text: String) throws -> Bool {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try book.spend(transaction, text)
            }
        }
        #expect(try !spend(spelling.of(challenge)))
        #expect(try spend(challenge))
        #expect(try !spend(spelling.of(challenge)))
        #expect(try !spend(challenge))
    }

    @Test func `a challenge that was made easier is none`() throws {
        let work = work()
        let parts = Crypto.bytes(hex: work.challenge(form: "f", bits: 12))
        var bytes = try #require(parts)
        bytes[4] = 0
        #expect(!work.isSolved(hex(bytes), number: "0", typed: "x", form: "f", leastBits: 0))
        #expect(!work.isSolved("zz", number: "0", typed: "x", form: "f"))
        #expect(!work.isSolved("", number: "", typed: "", form: ""))
    }
}

struct CaptchaServiceTests {
    private func captcha(_ key: ElectionKey, _ clock: Clock) throws -> CaptchaService {
        let tone = [UInt8](repeating: 0, count: 8000)
        func number(_ value: Int, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        var wave = Array("RIFF".utf8) + number(36 + tone.count, 4) + Array("WAVEfmt ".utf8) + number(16, 4)
        wave += number(1, 2) + number(1, 2) + number(8000, 4) + number(16_000, 4) + number(2, 2) + number(16, 2)
        wave += Array("data".utf8) + number(tone.count, 4) + tone
        let sample = wave
        return CaptchaService(
            election: "e", key: key, sound: try CaptchaSounds(languages: ["fr"]) { _ in sample }, clock: clock,
            randomness: .system)
    }

    @Test func `a picture shows its challenge again and again, and its answer does not stand in it`() throws {
        let captcha = try captcha(ElectionKey(from: .system), Clock { 1_760_000_000 })
        let challenge = captcha.challenge(form: "lost")
        let picture = try #require(captcha.picture(challenge))
        #expect(picture.starts(with: [0x89, 0x50, 0x4E, 0x47]) && picture == captcha.picture(challenge))
        #expect(captcha.picture(captcha.challenge(form: "lost")) != picture)
        #expect(try #require(captcha.sound(challenge, language: "fr")).starts(with: Array("RIFF".utf8)))
        #expect(captcha.picture("00") == nil && captcha.picture(String(challenge.dropLast(2))) == nil)
    }

    @Test func `no answer is right by chance, for another form, or after its time`() throws {
        let key = ElectionKey(from: .system)
        let early = try captcha(key, Clock { 1_760_000_000 })
        let late = try captcha(key, Clock { 1_760_001_300 })
        let challenge = early.challenge(form: "lost")
        #expect(!early.isRight(challenge, answer: "", form: "lost"))
        #expect(!early.isRight(challenge, answer: "AAAAAA", form: "lost"))
        #expect(late.picture(challenge) == nil)
    }

    @Test(arguments: Spelling.allCases)
    func `a challenge spelled otherwise has no picture and no answer`(spelling: Spelling) throws {
        let captcha = try captcha(ElectionKey(from: .system), Clock { 1_760_000_000 })
        let challenge = captcha.challenge(form: "lost")
        #expect(captcha.picture(challenge) != nil)
        #expect(captcha.picture(spelling.of(challenge)) == nil)
        #expect(captcha.sound(spelling.of(challenge), language: "fr") == nil)
    }
}
