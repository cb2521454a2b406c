import Synchronization

/// Finds a relay or gateway that refuses everybody for good, whatever words it uses: it is set up wrongly, or the account is
/// closed, and every message of an election must not fail for that. It counts over all runs of a dispatcher.
final class RefusalWatch: Sendable {
    private let name: String
    private let seen = Mutex(Seen())

    /// Refusals since the last message that was accepted.
    private struct Seen {
        var count = 0
        /// What was answered, the first few different ones.
        var replies: [String] = []
    }

    /// Refusals in a row without one message that was accepted; no roll has so many dead addresses one after the other.
    private static let most = 25
    /// Different answers that the reason names.
    private static let named = 3

    /// - Parameter name: what refuses, as a sentence begins with it.
    init(_ name: String) { self.name = name }

    /// Takes in what became of a message that was handed over; the reason when it is one refusal too many.
    func note(_ outcome: DeliveryOutcome) -> String? {
        guard case .failed(let reason) = outcome else {
            if case .accepted = outcome { seen.withLock { $0 = Seen() } }
            return nil
        }
        let found = seen.withLock { seen in
            seen.count += 1
            if !seen.replies.contains(reason), seen.replies.count < RefusalWatch.named { seen.replies.append(reason) }
            return seen
        }
        guard found.count >= RefusalWatch.most else { return nil }
        // Begun anew: who has mended it is not stopped at the next one.
        seen.withLock { $0 = Seen() }
        return
            "\(name) refused \(found.count) messages in a row (\(found.replies.joined(separator: "; "))): look into its log, "
            + "then run `outbox retry` and `outbox send`."
    }
}
