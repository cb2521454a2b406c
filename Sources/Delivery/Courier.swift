import Contacts
package import Crypto
package import Dispatch
package import Store
import Synchronization
package import Threads

/// How mail leaves.
package enum MailTransport: Sendable {
    /// Over SMTP to the server that delivers it.
    case relay(MailRelay)
    /// Into a folder, for the demo and for rehearsals: nothing leaves the machine.
    case folder(Mailbox)
}

/// What the courier may do with SMS.
package struct SMSPolicy: Sendable {
    /// E.164 prefixes that are allowed: premium and far-away numbers are how SMS fraud earns its money.
    package var prefixes = ["+33", "+262", "+508", "+590", "+594", "+596", "+681", "+687", "+689"]
    /// Segments a day for each class; codes are counted, never stopped.
    package var budgets: [Priority: Int] = [.code: 20_000, .recovery: 5000, .batch: 200_000]

    /// French prefixes, metropolitan and overseas, and the budgets above.
    package init() {}
}

/// Takes messages from the outbox to relay and gateway. One at a time across processes.
///
///     Courier ─┬─ MailDispatch ── MailEngine ── connections ── relay
///              └─ SMSDispatch ─── provider ─────────────────── gateway      (a thread of its own)
package final class Courier: Sendable {
    private let store: Store
    private let outbox: Outbox
    private let mail: MailTransport?
    private let sms: (any SMSProvider)?
    private let policy: SMSPolicy
    private let keyOf: @Sendable (Int) throws(KeyError) -> ElectionKey?
    private let lease: DispatcherLease
    private let lock: ProcessLock
    private let bounces: BounceAddress?
    private let refusals = (mail: RefusalWatch("The relay"), sms: RefusalWatch("The SMS gateway"))

    /// What one run did.
    package struct Report: Sendable {
        /// Messages that the relay or gateway took.
        package var accepted = 0
        /// Messages that ended for good: refused, or refused too often for now.
        package var failed = 0
        /// Messages that wait for another attempt; those that a stopped channel gave back among them.
        package var temporary = 0
        /// Messages whose fate nobody knows, since the connection broke after they had gone out.
        package var unknown = 0
        /// Why something stopped or waits; empty when all is well.
        package var troubles: [String] = []
        /// Elections whose messages wait because their key is not at hand; `troubles` says so of each. The channel goes on for
        /// the others.
        var held: Set<Int> = []

        /// Of a run that did nothing yet.
        package init() {}

        /// Adds one message by what came of it.
        mutating func count(_ outcome: DeliveryOutcome) {
            switch outcome {
            case .accepted: accepted += 1
            case .failed: failed += 1
            case .temporary, .paused: temporary += 1
            case .unknown: unknown += 1
            }
        }
    }

    /// - Parameter keyOf: the key of the election with this number; nil when it is not at hand.
    /// - Throws: `.busy` when another dispatcher is at work.
    package init(
        store: Store, outbox: Outbox, mail: MailTransport?, sms: (any SMSProvider)?, policy: SMSPolicy = SMSPolicy(),
        bounces: BounceAddress? = nil,
        keyOf: @escaping @Sendable (Int) throws(KeyError) -> ElectionKey?
    ) throws(StoreError) {
        (self.store, self.outbox, self.mail, self.sms, self.policy, self.keyOf) = (
            store, outbox, mail, sms, policy, keyOf
        )
        self.bounces = bounces
        lock = try ProcessLock(store: store.path, name: "dispatcher")
        lease = try DispatcherLease(store: store, outbox: outbox)
    }

    /// Sends everything that is due, mail and SMS side by side, then returns.
    /// - Parameter progress: called now and then, from either thread, with what was done so far.
    package func run(_ progress: @escaping @Sendable (Report) -> Void = { _ in }) throws(StoreError) -> Report {
        let tally = DispatchReport(progress)
        let group = DispatchGroup()
        if let sms {
            do throws(OwnThread.Fault) {
                try OwnThread.begin("SMS", in: group) { [store, outbox, lease, policy, keyOf, refusals] in
                    let opener = MessageOpener(store: store, outbox: outbox, keyOf: keyOf)
                    let unstored = UnstoredResults()
                    let run = SMSDispatch(
                        store: store, outbox: outbox, lease: lease, provider: sms, policy: policy, opener: opener,
                        tally: tally, refusals: refusals.sms, unstored: unstored)
                    do throws(StoreError) { try run.run() } catch { tally.fail(error) }
                    do throws(StoreError) { try unstored.settle(store, outbox, route: .sms) } catch {
                        tally.fail(error)
                    }
                }
            } catch { tally.fail(StoreError(.failed, error.description)) }
        }
        if let mail {
            let opener = MessageOpener(store: store, outbox: outbox, keyOf: keyOf)
            let unstored = UnstoredResults()
            let run = MailDispatch(
                store: store, outbox: outbox, lease: lease, opener: opener, tally: tally, refusals: refusals.mail,
                unstored: unstored, bounces: bounces)
            do throws(StoreError) {
                switch mail {
                case .relay(let relay): try run.run(relay)
                case .folder(let mailbox): try run.run(mailbox)
                }
            } catch { tally.fail(error) }
            do throws(StoreError) { try unstored.settle(store, outbox, route: .email) } catch { tally.fail(error) }
        }
        group.wait()
        return try tally.finish()
    }
}

extension Courier {
    /// Milliseconds between looks for codes and for everything else, when nobody rings.
    private static let (codePause, otherPause) = (200, 1000)
    /// Milliseconds before a channel that stopped is tried again.
    private static let troublePause = 15_000
    /// Looks without a code after which the warm connection is closed politely: about a minute.
    private static let coldAfter = 300

    /// Hands over whatever becomes due until the bell says stop. Codes travel on connections of their own, which stay open:
    /// somebody waits for them at a screen.
    /// - Parameters:
    ///   - group: what is waited for once the bell has stopped.
    ///   - trouble: takes a reason whenever a channel stopped or waits.
    /// - Throws: where the system gives no thread; those that began go on until the bell says stop.
    package func begin(
        _ bell: WakeSignal, in group: DispatchGroup, trouble: @escaping @Sendable (String) -> Void
    ) throws(OwnThread.Fault) {
        for (classes, pause) in [(MessageClass.codes, Courier.codePause), (MessageClass.others, Courier.otherPause)] {
            if let mail { try serveMail(mail, classes, pause, bell, group, trouble) }
            if let sms { try serveSMS(sms, classes, pause, bell, group, trouble) }
        }
    }

    /// Begins the thread that sends the mails of some classes. That of codes keeps its connection and closes it after
    /// `coldAfter` looks without any.
    private func serveMail(
        _ mail: MailTransport, _ classes: ClosedRange<Priority>, _ pause: Int, _ bell: WakeSignal,
        _ group: DispatchGroup,
        _ trouble: @escaping @Sendable (String) -> Void
    ) throws(OwnThread.Fault) {
        let isWarm = classes == MessageClass.codes
        try OwnThread.begin("mail", in: group) { [store, outbox, lease, bounces, keyOf, refusals] in
            var idle = 0
            var kept: MailDispatch?
            let unstored = UnstoredResults()
            let line = Line(store: store, outbox: outbox, route: .email, classes: classes, unstored: unstored)
            Courier.loop(line, pause, bell, trouble) { tally throws(StoreError) in
                let run =
                    kept
                    ?? MailDispatch(
                        store: store, outbox: outbox, lease: lease,
                        opener: MessageOpener(store: store, outbox: outbox, keyOf: keyOf), tally: tally,
                        refusals: refusals.mail, unstored: unstored, classes: classes,
                        bounces: bounces, isWarm: isWarm, mayGoOn: { !bell.isStopped })
                run.tally = tally
                kept = isWarm ? run : nil
                idle = 0
                switch mail {
                case .relay(let relay): try run.run(relay)
                case .folder(let mailbox): try run.run(mailbox)
                }
            } rest: {
                idle += 1
                if idle == Courier.coldAfter { kept?.close() }
            }
            kept?.close()
        }
    }

    /// Begins the thread that sends the SMS of some classes.
    private func serveSMS(
        _ sms: any SMSProvider, _ classes: ClosedRange<Priority>, _ pause: Int, _ bell: WakeSignal,
        _ group: DispatchGroup,
        _ trouble: @escaping @Sendable (String) -> Void
    ) throws(OwnThread.Fault) {
        try OwnThread.begin("SMS", in: group) { [store, outbox, lease, policy, keyOf, refusals] in
            let unstored = UnstoredResults()
            let line = Line(store: store, outbox: outbox, route: .sms, classes: classes, unstored: unstored)
            Courier.loop(line, pause, bell, trouble) { tally throws(StoreError) in
                let opener = MessageOpener(store: store, outbox: outbox, keyOf: keyOf)
                try SMSDispatch(
                    store: store, outbox: outbox, lease: lease, provider: sms, policy: policy, opener: opener,
                    tally: tally, refusals: refusals.sms, unstored: unstored, classes: classes,
                    mayGoOn: { !bell.isStopped }
                ).run()
            } rest: {
            }
        }
    }

    /// Looks, sends what is due, and rests, until the bell says stop. A trouble is reported and the channel tried
    /// again after `troublePause`; an error of the store is treated in the same way and does not end the loop.
    /// - Parameters:
    ///   - pause: milliseconds between two looks.
    ///   - rest: called after each look that found nothing due.
    private static func loop(
        _ line: Line, _ pause: Int, _ bell: WakeSignal,
        _ trouble: (String) -> Void, run: (DispatchReport) throws(StoreError) -> Void, rest: () -> Void
    ) {
        let (store, outbox, route) = (line.store, line.outbox, line.route)
        var (wait, heard) = (0, 0)
        // One election's missing key must not slow the others' codes down.
        var held = HeldElections()
        while bell.wait(milliseconds: wait, heard: &heard) {
            wait = pause
            do throws(StoreError) {
                let isDue = try store.read { (reading: borrowing Reading) throws(StoreError) in
                    try outbox.lease.isDue(reading, route, line.classes, except: held.now)
                }
                guard isDue || !line.unstored.isEmpty else {
                    rest()
                    continue
                }
                let tally = DispatchReport { _ in }
                try run(tally)
                let report = try tally.finish()
                for reason in report.troubles { trouble("\(route.rawValue): \(reason)") }
                held.add(report.held, milliseconds: troublePause)
                if report.troubles.count > report.held.count {
                    wait = troublePause
                } else if report.accepted > 0 {
                    try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                        try outbox.lease.resume(transaction, route)
                    }
                }
            } catch {
                trouble("\(route.rawValue): \(error)")
                wait = troublePause
            }
        }
        do throws(StoreError) { try line.unstored.settle(store, outbox, route: route) } catch { trouble("\(error)") }
    }

    /// Elections of which nothing is looked for until their key is asked for again.
    private struct HeldElections {
        private var until: [Int: Double] = [:]

        /// By their numbers.
        var now: Set<Int> { Set(until.filter { $0.value > Monotonic.seconds }.keys) }

        mutating func add(_ elections: Set<Int>, milliseconds: Int) {
            for election in elections { until[election] = Monotonic.seconds + Double(milliseconds) / 1000 }
        }
    }

    /// One thread's share of the work.
    private struct Line {
        let store: Store
        let outbox: Outbox
        let route: Channel
        let classes: ClosedRange<Priority>
        let unstored: UnstoredResults
    }
}

/// What both threads of a courier have done.
final class DispatchReport: Sendable {
    private struct State {
        var report = Courier.Report()
        var error: StoreError?
    }

    private let state = Mutex(State())
    private let progress: @Sendable (Courier.Report) -> Void

    init(_ progress: @escaping @Sendable (Courier.Report) -> Void) { self.progress = progress }

    /// Adds results, and calls `progress` with the sum.
    func count(_ results: [SendResult]) {
        guard !results.isEmpty else { return }
        let report = state.withLock { state in
            for result in results { state.report.count(result.outcome) }
            return state.report
        }
        progress(report)
    }

    /// Keeps a reason, each once.
    func trouble(_ reason: String) {
        state.withLock { if !$0.report.troubles.contains(reason) { $0.report.troubles.append(reason) } }
    }

    /// Keeps the elections whose key is not at hand, and why.
    func hold(_ blocked: [Int: String]) {
        for reason in blocked.values { trouble(reason) }
        state.withLock { $0.report.held.formUnion(blocked.keys) }
    }

    /// Keeps the first error; `finish` throws it.
    func fail(_ error: StoreError) { state.withLock { $0.error = $0.error ?? error } }

    /// What was counted.
    /// - Throws: the first error of either thread.
    func finish() throws(StoreError) -> Courier.Report {
        let state = state.withLock { $0 }
        if let error = state.error { throw error }
        return state.report
    }
}

/// The row that says which process dispatches, renewed now and then. The process lock keeps others of this machine
/// away; the row is for processes elsewhere on a shared volume, and for people to see.
final class DispatcherLease: Sendable {
    private let outbox: Outbox
    private let owner: String
    private let renewAt: Mutex<Int>

    /// Seconds between renewals, a fraction of the lease's length.
    private static let renewSeconds = 10

    /// - Throws: `.busy` when another process holds it.
    init(store: Store, outbox: Outbox) throws(StoreError) {
        self.outbox = outbox
        let owner = hex(outbox.randomness.bytes(8))
        self.owner = owner
        renewAt = Mutex(outbox.clock.now + DispatcherLease.renewSeconds)
        let taken = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try outbox.lease.takeLease(transaction, owner: owner, isAlone: true) else { return false }
            try outbox.lease.begin(transaction)
            return true
        }
        guard taken else { throw StoreError(.busy, "Another dispatcher is at work.", cure: "Let it finish.") }
    }

    /// Renews the lease when it is time, in the transaction that stores results.
    /// - Returns: false when another dispatcher took over. What was handed over is stored in any case.
    func holds(_ transaction: borrowing Transaction) throws(StoreError) -> Bool {
        let now = outbox.clock.now
        guard now >= renewAt.withLock({ $0 }) else { return true }
        // Once lost it is asked for again at every attempt.
        guard try outbox.lease.takeLease(transaction, owner: owner, isAlone: false) else { return false }
        renewAt.withLock { $0 = now + DispatcherLease.renewSeconds }
        return true
    }

    /// What a dispatcher is told that has lost its lease.
    static var lost: StoreError {
        StoreError(.busy, "Another dispatcher has taken over.", cure: "This one stops; nothing is lost.")
    }
}
