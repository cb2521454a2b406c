import Glibc

/// Drives the connections to one relay in one thread.
///
/// `step` does what can be done within a moment and returns the results it saw; the caller stores them, then calls
/// `release`, and only then does the connection that brought a result hand over its next body.
/// Its life: `init` resolves the relay's name, `step` and `release` are called in turn by one thread, `close` or
/// `abandon` ends it. With `pause` or `trouble` set it opens no further connection.
final class MailEngine {
    private let relay: MailRelay
    private let tls: TLSContext?
    private let next: () -> MailJob?
    private var connections: [SMTPConnection] = []
    private var addresses: [Address] = []
    private var results: [(MailJob, DeliveryOutcome)] = []
    /// Which connection brought a result that is not on disk yet.
    private var origins: [Int: SMTPConnection] = [:]
    /// Lets a connection's results name their connection.
    private final class Place { weak var connection: SMTPConnection? }

    private var polled: [pollfd] = []
    /// Monotonic second in which deadlines were last looked at.
    private var lastSweep = 0
    private var failures = 0
    private var reopenAt = 0
    /// Set when the relay refuses us altogether.
    private(set) var pause: String?
    /// Set when the relay could not be reached several times in a row.
    private(set) var trouble: String?
    /// Why the latest connection ended that ended by force.
    private(set) var lastFailure: String?

    /// Attempts to reach a relay before the messages go back to wait for their turn.
    private static let mostFailures = 5
    private static let longestDelay = 30

    /// - Parameter next: the next mail to hand over; nil while there is none. Called from within `step` and `release`.
    init(relay: MailRelay, next: @escaping () -> MailJob?) {
        (self.relay, self.next) = (relay, next)
        tls = relay.encryption == .none ? nil : TLSContext(certificates: relay.certificates)
        if relay.encryption != .none, tls == nil {
            pause = "the certificates to trust cannot be loaded: \(relay.certificates ?? "the system's")"
        }
        addresses = Address.resolve(relay.host, port: relay.port)
        if addresses.isEmpty { trouble = "the relay \(relay.host) is not known to the resolver" }
        if relay.encryption == .none, !addresses.allSatisfy(\.isLoopback) {
            pause = "mail without encryption goes to this machine only, and \(relay.host) is another"
        }
    }

    /// Whether no mail is under way.
    var isIdle: Bool { connections.allSatisfy { !$0.isOpen || $0.session.isIdle } }

    /// Whether a mail was handed over whose answer is still to come.
    var awaitsVerdicts: Bool { connections.contains { $0.isOpen && $0.session.awaitsVerdict } }

    /// Whether the relay has let a connection in.
    var isReady: Bool { connections.contains { $0.session.isReady } }

    /// Opens connections up to `wanted`, waits for at most `milliseconds` and handles what came.
    func step(wanted: Int, milliseconds: Int) -> [(job: MailJob, outcome: DeliveryOutcome)] {
        let now = MailEngine.now
        open(min(wanted, relay.connections), now: now)
        // Messages may have been leased since a connection last asked.
        for connection in connections { connection.wake(now: now) }
        polled.removeAll(keepingCapacity: true)
        for connection in connections {
            polled.append(
                pollfd(
                    fd: connection.descriptor, events: Int16(POLLIN) | (connection.waitsToWrite ? Int16(POLLOUT) : 0),
                    revents: 0))
        }
        let count = unsafe poll(&polled, nfds_t(polled.count), Int32(results.isEmpty ? milliseconds : 0))
        let after = MailEngine.now
        if count > 0 {
            for (index, connection) in connections.enumerated() where polled[index].revents != 0 {
                connection.pump(now: after)
            }
        }
        if after != lastSweep {
            lastSweep = after
            for connection in connections where connection.isOpen { connection.expire(now: after) }
        }
        collect(after)
        defer { results.removeAll(keepingCapacity: true) }
        return results.map { ($0.0, $0.1) }
    }

    /// Says that the results of these messages are on disk.
    func release(_ messages: [Int]) {
        guard !messages.isEmpty else { return }
        let now = MailEngine.now
        for message in messages { origins.removeValue(forKey: message)?.release(now: now) }
    }

    /// Ends idle connections politely; waits for at most a second.
    func close() {
        for connection in connections { connection.quit() }
        for _ in 0..<20 where connections.contains(where: \.isOpen) {
            var polled = connections.filter(\.isOpen).map {
                pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0)
            }
            unsafe poll(&polled, nfds_t(polled.count), 50)
            for connection in connections where connection.isOpen { connection.pump(now: MailEngine.now) }
        }
        connections = []
    }

    /// Ends all connections at once; returns what is known of the messages that were under way.
    func abandon() -> [(job: MailJob, outcome: DeliveryOutcome)] {
        for connection in connections { connection.abandon() }
        connections = []
        defer { results.removeAll(keepingCapacity: true) }
        return results.map { ($0.0, $0.1) }
    }

    /// Opens connections until there are `wanted`, unless the relay refused us or a delay after a failure is not over.
    private func open(_ wanted: Int, now: Int) {
        guard pause == nil, trouble == nil, now >= reopenAt, !addresses.isEmpty else { return }
        while connections.count < wanted {
            // After a failure one connection tries alone, with the resolver's next address.
            if failures > 0, !connections.isEmpty { return }
            let address = addresses[failures % addresses.count]
            let place = Place()
            let connection = SMTPConnection(relay: relay, tls: tls, address: address, now: now, next: next) {
                [unowned self] job, outcome in
                results.append((job, outcome))
                origins[job.id] = place.connection
            }
            place.connection = connection
            connections.append(connection)
        }
    }

    /// Takes closed connections away, and draws `pause`, `trouble` and the delay until the next attempt from how they
    /// ended.
    private func collect(_ now: Int) {
        for connection in connections where !connection.isOpen {
            switch connection.session.ended {
            case .paused(let reason): pause = reason
            case .some(let outcome):
                failures += 1
                if case .temporary(let reason) = outcome { lastFailure = reason }
                reopenAt = now + min(1 << failures, MailEngine.longestDelay) / 2
                if failures > MailEngine.mostFailures, case .temporary(let reason) = outcome { trouble = reason }
            case nil: break
            }
        }
        connections.removeAll { !$0.isOpen }
        if connections.contains(where: { $0.session.isReady }) { failures = 0 }
    }

    /// Monotonic seconds.
    static var now: Int {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec
    }
}
