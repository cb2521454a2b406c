import Contacts
import Store

/// Sends the mails that are due.
final class MailDispatch {
    private let store: Store
    private let outbox: Outbox
    private let lease: DispatcherLease
    private let opener: MessageOpener
    /// Where this run's results are counted.
    var tally: DispatchReport
    private let refusals: RefusalWatch
    private let unstored: UnstoredResults
    private let classes: ClosedRange<Priority>
    /// Where bounces go: each mail's own variant of this address; nil for the sender's.
    private let bounces: BounceAddress?
    /// Connections that are kept for the next run.
    private var line: (queue: MailQueue, engine: MailEngine)?
    private let isWarm: Bool
    /// Whether the program goes on; once it does not, nothing new is begun.
    private let mayGoOn: @Sendable () -> Bool

    /// Messages leased at a time: enough that no connection waits, few enough that a newcomer with priority overtakes.
    private static let leaseSize = 128
    private static let lowWater = 64
    /// Longest wait for the relay in one step, in milliseconds.
    private static let patience = 200
    /// Seconds for which a program that ends waits for the relay's answers: a relay may take ten minutes, and systemd kills
    /// after one.
    private static let lastPatience = 10

    /// - Parameters:
    ///   - unstored: what earlier runs of this line could not store; it is stored first.
    ///   - isWarm: whether connections stay open between runs.
    ///   - mayGoOn: asked between messages; when false the run ends, and what was not begun waits.
    init(
        store: Store, outbox: Outbox, lease: DispatcherLease, opener: MessageOpener, tally: DispatchReport,
        refusals: RefusalWatch, unstored: UnstoredResults, classes: ClosedRange<Priority> = MessageClass.all,
        bounces: BounceAddress? = nil,
        isWarm: Bool = false, mayGoOn: @escaping @Sendable () -> Bool = { true }
    ) {
        (self.refusals, self.unstored, self.mayGoOn) = (refusals, unstored, mayGoOn)
        (self.classes, self.bounces, self.isWarm) = (classes, bounces, isWarm)
        (self.store, self.outbox, self.lease) = (store, outbox, lease)
        (self.opener, self.tally) = (opener, tally)
    }

    /// Through a relay.
    /// Returns when nothing is due any more, the channel has stopped, or the program ends. A relay that refuses
    /// everything pauses the channel in the store; one that is out of reach does not.
    /// - Throws: an error of the store, or one that keeps every message from being made, such as a damaged frame.
    func run(_ relay: MailRelay) throws(StoreError) {
        let (queue, engine) = line ?? newLine(relay)
        line = isWarm ? (queue, engine) : nil
        do throws(StoreError) { try serve(queue, engine) } catch {
            abandon(queue, engine)
            throw error
        }
    }

    /// After an error of the store: no connection is used again that waits for a result to be stored, and nothing that is
    /// leased stays in a queue. What the relay says of mails that it has in full is waited for and kept.
    private func abandon(_ queue: MailQueue, _ engine: MailEngine) {
        line = nil
        _ = queue.takeAll()
        let end = MailEngine.now + MailDispatch.lastPatience
        var sent: [(job: MailJob, outcome: DeliveryOutcome)] = []
        while engine.awaitsVerdicts, MailEngine.now < end {
            sent += engine.step(wanted: 0, milliseconds: MailDispatch.patience)
        }
        sent += engine.abandon()
        let results = sent.compactMap { job, outcome -> SendResult? in
            switch outcome {
            case .accepted, .failed, .unknown:
                SendResult(id: job.id, attempts: queue.attempts(of: job.id), outcome: MailDispatch.named(outcome, job))
            // It waits in the store as it did.
            case .temporary, .paused: nil
            }
        }
        unstored.add(results)
        tally.count(results)
    }

    /// Hands over what is due, until nothing is, the channel stops or the program ends.
    private func serve(_ queue: MailQueue, _ engine: MailEngine) throws(StoreError) {
        let recorder = MailRecorder(
            store: store, outbox: outbox, lease: lease, unstored: unstored, classes: classes)
        queue.refill(try recorder.commit([], wanted: MailDispatch.leaseSize))
        var mayBeMore = !queue.isEmpty
        var isStopped = false
        var endsBy: Int?
        while !(queue.isEmpty && engine.isIdle && queue.refused.isEmpty && (isStopped || !mayBeMore)) {
            let isLate = endsBy.map { MailEngine.now >= $0 } ?? false
            let sent =
                isLate
                ? engine.abandon()
                : engine.step(wanted: isStopped ? 0 : max(1, queue.count), milliseconds: MailDispatch.patience)
            let tried = sent.map { job, outcome in
                SendResult(id: job.id, attempts: queue.attempts(of: job.id), outcome: MailDispatch.named(outcome, job))
            }
            // What could not be made into a mail was never offered: the relay refused nothing.
            let results = tried + queue.takeRefused()
            let order = !isStopped && mayBeMore && queue.count < MailDispatch.lowWater ? MailDispatch.leaseSize : 0
            recorder.giveBack(queue.takeBlocked())
            tally.count(results)
            if !results.isEmpty || order > 0 {
                let leased = try recorder.commit(results, wanted: order, blocked: Set(opener.blocked.keys))
                if order > 0 {
                    mayBeMore = leased.count == order
                    queue.refill(leased)
                }
                engine.release(sent.map(\.job.id))
            }
            // Messages under way end as they end; nothing new is begun.
            if !isStopped, let reason = stopReason(tried, engine, queue) {
                recorder.giveBack(queue.takeAll())
                isStopped = true
                try stop(reason, isPause: engine.trouble == nil)
            }
            if endsBy == nil, !mayGoOn() {
                recorder.giveBack(queue.takeAll())
                (isStopped, endsBy) = (true, MailEngine.now + MailDispatch.lastPatience)
            }
        }
        if !isWarm || isStopped { close() ?? engine.close() }
        try recorder.finish()
        tally.hold(opener.blocked)
        if let error = queue.error { throw error }
    }

    /// A fresh engine and the queue that feeds it.
    private func newLine(_ relay: MailRelay) -> (queue: MailQueue, engine: MailEngine) {
        let queue = MailQueue(sender: { [unowned self] message throws(StoreError) in try job(message) })
        return (queue, MailEngine(relay: relay, next: queue.next))
    }

    /// Ends connections that were kept; nil when there were none.
    @discardableResult
    func close() -> Void? {
        guard let kept = line else { return nil }
        line = nil
        kept.engine.close()
        return ()
    }

    /// An accepted mail is known by its token where bounces come back.
    private static func named(_ outcome: DeliveryOutcome, _ job: MailJob) -> DeliveryOutcome {
        if case .accepted(nil) = outcome, let token = job.token { .accepted(providerID: token) } else { outcome }
    }

    /// Why the channel stops, by what became of the mails that were offered to the relay.
    private func stopReason(_ results: [SendResult], _ engine: MailEngine, _ queue: MailQueue) -> String? {
        for result in results {
            if case .paused(let reason) = result.outcome { return reason }
            if let reason = refusals.note(result.outcome) { return reason }
        }
        return engine.pause ?? engine.trouble ?? queue.error.map { "\($0)" }
    }

    /// Records that the channel stopped.
    private func stop(_ reason: String, isPause: Bool) throws(StoreError) {
        tally.trouble(reason)
        guard isPause else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try outbox.lease.pause(transaction, .email, reason)
        }
    }

    /// Into a folder.
    /// - Throws: an error of the store, or a frame that cannot be read.
    func run(_ mailbox: Mailbox) throws(StoreError) {
        var isPaused = false
        while !isPaused, mayGoOn() {
            let order = LeaseOrder(
                route: .email, limit: MailDispatch.leaseSize, blocked: Set(opener.blocked.keys), classes: classes)
            let leased = try record(leasing: order)
            if leased.isEmpty { break }
            for message in leased where !isPaused && mayGoOn() {
                guard let outcome = try deliver(message, mailbox) else { continue }
                let result = SendResult(id: message.id, attempts: message.attempts, outcome: outcome)
                unstored.add([result])
                tally.count([result])
                if case .paused(let reason) = outcome {
                    tally.trouble(reason)
                    isPaused = true
                }
            }
        }
        if !unstored.isEmpty { _ = try record() }
        tally.hold(opener.blocked)
    }

    /// Stores what was put into the folder, and leases further messages.
    private func record(leasing order: LeaseOrder? = nil) throws(StoreError) -> [LeasedMessage] {
        let (count, leased) = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (Int, [LeasedMessage]?) in
            let count = try unstored.record(transaction, outbox, route: .email)
            guard try lease.holds(transaction) else { return (count, nil) }
            return (
                count,
                try order.map { order throws(StoreError) in try outbox.lease.due(transaction.reading, order) } ?? []
            )
        }
        unstored.forget(count)
        guard let leased else { throw DispatcherLease.lost }
        return leased
    }

    /// What became of a message; nil when its election's key is not at hand.
    private func deliver(_ message: LeasedMessage, _ mailbox: Mailbox) throws(StoreError) -> DeliveryOutcome? {
        switch try job(message) {
        case .mail(let job): mailbox.deliver(job.body, name: "\(message.id).eml")
        case .refused(let reason): .failed(reason)
        case .waits: nil
        }
    }

    /// Opens a leased message and makes its mail.
    /// - Throws: `.damaged` when its frame cannot be read or asks for a name that the message has not.
    private func job(_ message: LeasedMessage) throws(StoreError) -> MailMade {
        switch try opener.open(message) {
        case .noKey: return .waits
        case .unreadable: return .refused("the message does not open with its election's key")
        case .opened(let frame, let model):
            let body: [UInt8]?
            do { body = try frame.mail(model) } catch {
                throw StoreError(.damaged, "\(error)", cure: "Run `store check`.")
            }
            guard let body else { return .refused("a header would hold a control character") }
            return .mail(
                MailJob(
                    id: message.id,
                    sender: bounces?.sender(model.token, tag: opener.tag(message.election, model.token))
                        ?? frame.frame.senderAddress,
                    recipient: String(decoding: model.recipient, as: UTF8.self), body: body,
                    token: bounces == nil ? nil : model.token))
        }
    }
}

/// What became of a leased message on its way to a mail.
enum MailMade {
    /// Ready for the engine.
    case mail(MailJob)
    /// It can never be sent, for this reason.
    case refused(String)
    /// Its election's key is not at hand.
    case waits
}

/// Leased mails on their way into the engine.
private final class MailQueue {
    private let sender: (LeasedMessage) throws(StoreError) -> MailMade
    private var queue: [LeasedMessage] = []
    private var head = 0
    private var attempts: [Int: Int] = [:]
    private var blocked: [Int] = []
    /// Messages that could not be made into mails.
    private(set) var refused: [SendResult] = []
    /// Why no message at all can be made; nil while all is well.
    private(set) var error: StoreError?

    init(sender: @escaping (LeasedMessage) throws(StoreError) -> MailMade) { self.sender = sender }

    /// Messages that wait for a connection.
    var count: Int { queue.count - head }
    var isEmpty: Bool { count == 0 }

    /// Appends leased messages.
    func refill(_ messages: [LeasedMessage]) {
        queue.removeFirst(head)
        head = 0
        queue.append(contentsOf: messages)
        for message in messages { attempts[message.id] = message.attempts }
    }

    /// The attempts of a message that was handed out; asked once for each.
    func attempts(of id: Int) -> Int { attempts.removeValue(forKey: id) ?? 1 }

    /// The next mail that can be made; nil when there is none, or `error` is set. Messages that cannot be made are put
    /// into `refused` or kept for `takeBlocked`.
    func next() -> MailJob? {
        while head < queue.count, error == nil {
            let message = queue[head]
            head += 1
            do throws(StoreError) {
                switch try sender(message) {
                case .mail(let job): return job
                case .refused(let reason):
                    attempts[message.id] = nil
                    refused.append(SendResult(id: message.id, attempts: message.attempts, outcome: .failed(reason)))
                case .waits:
                    attempts[message.id] = nil
                    blocked.append(message.id)
                }
            } catch {
                head -= 1
                self.error = error
            }
        }
        return nil
    }

    /// Hands out `refused` and empties it.
    func takeRefused() -> [SendResult] {
        defer { refused = [] }
        return refused
    }

    /// Messages whose election's key is not at hand.
    func takeBlocked() -> [Int] {
        defer { blocked = [] }
        return blocked
    }

    /// Messages that are not handed over after all.
    func takeAll() -> [Int] {
        let rest = Array(queue[head...])
        for message in rest { attempts[message.id] = nil }
        (queue, head) = ([], 0)
        return rest.map(\.id)
    }
}
