import Polling
import Synchronization
import Threads

/// The last audit of the box: it reads the whole box, so that one serves for a while.
final class KeptAudits: Sendable {
    /// What was found at the last look.
    struct Audit: Sendable {
        /// Seconds since the machine's start.
        let at: Double
        /// What is wrong; empty where nothing is.
        let findings: [AuditFinding]
        /// What the bureau noted.
        let chronicle: PollChronicle
    }

    /// Seconds for which an audit serves.
    private static let seconds = 60.0

    private let kept = Mutex<Audit?>(nil)

    /// The last audit where it serves still, else a new one.
    /// - Parameter make: reads the box.
    /// - Throws: what `make` throws.
    func audit<Failure>(
        _ make: () throws(Failure) -> (findings: [AuditFinding], chronicle: PollChronicle)
    ) throws(Failure) -> Audit {
        let now = Monotonic.seconds
        if let found = kept.withLock({ $0 }), found.at > now - KeptAudits.seconds { return found }
        let (findings, chronicle) = try make()
        let made = Audit(at: now, findings: findings, chronicle: chronicle)
        kept.withLock { $0 = made }
        return made
    }

    /// The next page looks anew: whoever noted something looks for it.
    func forget() { kept.withLock { $0 = nil } }
}
