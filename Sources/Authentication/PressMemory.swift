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

    /// Presses of a browser's first attempt: two of one button may both be under way, in either order.
    private static let pressesOfOne = 2

    /// How many attempts of a sign-in without a code are never put off: that of its first secret, and the same again a moment later.
    func attempts(of request: CodeRequest, _ token: String, _ digest: [UInt8]?, now: Int) -> Int {
        guard let digest, 0..<Authenticator.pressSeconds ~= now - request.createdAt,
            isFirstOrSame(token, digest, isFirst: request.attempts == 0, now: now)
        else { return 1 }
        return PressMemory.pressesOfOne
    }

    /// Whether a press types what the first of its sign-in typed, or is the first.
    /// - Parameter isFirst: whether the store has counted none before it. Whatever was noted then came to nothing.
    func isFirstOrSame(_ token: String, _ digest: [UInt8], isFirst: Bool, now: Int) -> Bool {
        presses.withLock { presses in
            if let first = presses[token], !isFirst || Secret(first.digest).matches(Secret(digest)) {
                return Secret(first.digest).matches(Secret(digest))
            }
            guard isFirst else { return false }
            presses[token] = Press(digest: digest, at: now)
            return true
        }
    }

    /// Notes that what was typed is wrong.
    func fail(_ token: String, _ digest: [UInt8]) {
        presses.withLock { presses in
            guard let first = presses[token], Secret(first.digest).matches(Secret(digest)) else { return }
            presses[token]?.isWrong = true
        }
    }

    /// Whether the same was typed a moment ago.
    func wasTyped(_ token: String, _ digest: [UInt8], now: Int) -> Bool { recent(token, digest, now) != nil }

    /// Whether the same was typed a moment ago, and was wrong.
    func wasWrong(_ token: String, _ digest: [UInt8], now: Int) -> Bool { recent(token, digest, now)?.isWrong ?? false }

    /// Forgets what no second press can follow any more.
    func tidy(now: Int) {
        presses.withLock { presses in presses = presses.filter { PressMemory.isRecent($0.value, now) } }
    }

    private static func isRecent(_ press: Press, _ now: Int) -> Bool { 0..<keptSeconds ~= now - press.at }

    private func recent(_ token: String, _ digest: [UInt8], _ now: Int) -> Press? {
        presses.withLock { presses in
            guard let first = presses[token], PressMemory.isRecent(first, now),
                Secret(first.digest).matches(Secret(digest))
            else { return nil }
            return first
        }
    }
}
