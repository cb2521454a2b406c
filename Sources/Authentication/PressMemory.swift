import Crypto
import Synchronization

/// The secrets of presses a moment ago, as keyed hashes and in memory alone: a second press that types the same is no further guess.
final class PressMemory: Sendable {
    private struct Press {
        let digest: [UInt8]
        let at: Int
        var isWrong = false
    }

    /// Seconds for which a press is remembered: longer than a second one may come.
    private static let keptSeconds = 2 * Authenticator.pressSeconds

    /// By the token of the sign-in.
    private let presses = Mutex<[String: Press]>([:])

    /// Whether a press is the first of its sign-in, or types what the first typed.
    func isFirstOrSame(_ token: String, _ digest: [UInt8], now: Int) -> Bool {
        presses.withLock { presses in
            presses = presses.filter { 0..<PressMemory.keptSeconds ~= now - $0.value.at }
            if let first = presses[token] { return Secret(first.digest).matches(Secret(digest)) }
            presses[token] = Press(digest: digest, at: now)
            return true
        }
    }

    /// Notes that what was typed is wrong.
    func fail(_ token: String) { presses.withLock { $0[token]?.isWrong = true } }

    /// Whether the same was typed a moment ago.
    func wasTyped(_ token: String, _ digest: [UInt8]) -> Bool {
        presses.withLock { presses in presses[token].map { Secret($0.digest).matches(Secret(digest)) } ?? false }
    }

    /// Whether the same was typed a moment ago, and was wrong.
    func wasWrong(_ token: String, _ digest: [UInt8]) -> Bool {
        presses.withLock { presses in
            guard let first = presses[token] else { return false }
            return first.isWrong && Secret(first.digest).matches(Secret(digest))
        }
    }
}
