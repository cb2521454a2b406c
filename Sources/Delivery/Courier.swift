import Glibc
package import Crypto
package import Store
import Templating

/// How mail leaves.
package enum MailTransport: Sendable {
    case relay(MailRelay)
    case folder(Mailbox)
}

/// What the courier may do with SMS.
package struct SMSPolicy: Sendable {
    /// E.164 prefixes that are allowed: premium and far-away numbers are how SMS fraud earns its money.
    package var prefixes = ["+33", "+262", "+508", "+590", "+594", "+596", "+681", "+687", "+689"]
    /// Segments a day for each class; codes are counted, never stopped.
    package var budgets: [Priority: Int] = [.code: 20_000, .recovery: 5000, .batch: 200_000]

    package init() {}
}

/// Takes messages from the outbox to relay and gateway. One at a time across processes.
package final class Courier {
    private let store: Store
    private let outbox: Outbox
    private let mail: MailTransport?
    private let sms: (any SMSProvider)?
    private let policy: SMSPolicy
    private let keyOf: (Int) -> ElectionKey?
    private let owner: String
    private let lock: ProcessLock
    /// Messages that were leased and whose result is not stored yet.
    private var underWay: Set<Int> = []
    private var renewAt = 0
    private var frames: [Int: LoadedFrame] = [:]
    private var sealers: [Int: Sealer] = [:]

    /// Messages leased at a time: enough that no connection waits, few enough that a newcomer with priority overtakes.
    private static let leaseSize = 256
    private static let lowWater = 64
    /// Seconds between renewals of the dispatcher's lease, a fraction of its length.
    private static let renewSeconds = 10
    /// Longest wait for the relay in one step, in milliseconds.
    private static let patience = 200

    /// What one run did.
    package struct Report: Sendable {
        package var accepted = 0
        package var failed = 0
        package var temporary = 0
        package var unknown = 0
        /// Why a channel stopped; empty when none did.
        package var troubles: [String] = []

        package init() {}

        mutating func count(_ outcome: Handover) {
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
        keyOf: @escaping (Int) -> ElectionKey?
    ) throws(StoreError) {
        (self.store, self.outbox, self.mail, self.sms, self.policy, self.keyOf) = (store, outbox, mail, sms, policy, keyOf)
        owner = hex(outbox.randomness.bytes(8))
        lock = try ProcessLock(store: store.path, name: "dispatcher")
        let owner = owner
        let taken = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try outbox.takeLease(transaction, owner: owner, isAlone: true) else { return false }
            try transaction.execute("DELETE FROM outbox_pause")
            return true
        }
        guard taken else { throw StoreError(.busy, "Another dispatcher is at work.", cure: "Let it finish.") }
    }

    /// Sends everything that is due, then returns.
    /// - Parameter progress: called now and then with what was done so far.
    package func run(_ progress: (Report) -> Void = { _ in }) throws(StoreError) -> Report {
        var report = Report()
        switch mail {
        case .relay(let relay): try runMail(relay, &report, progress)
        case .folder(let mailbox): try runFolder(mailbox, &report, progress)
        case nil: break
        }
        if let sms { try runSMS(sms, &report, progress) }
        return report
    }

    // MARK: Mail

    private func runMail(_ relay: MailRelay, _ report: inout Report, _ progress: (Report) -> Void) throws(StoreError) {
        let desk = MailDesk(sender: { [unowned self] message throws(StoreError) in try job(message) })
        let engine = MailEngine(relay: relay, next: desk.next)
        desk.refill(try commit([], .email, lease: Courier.leaseSize))
        var mayBeMore = !desk.isEmpty
        var isStopped = false
        while !(desk.isEmpty && engine.isIdle && desk.refused.isEmpty && (isStopped || !mayBeMore)) {
            var results = engine.step(wanted: isStopped ? 0 : max(1, desk.count), milliseconds: Courier.patience).map {
                SendResult(id: $0.job.id, attempts: desk.attempts(of: $0.job.id), outcome: $0.outcome)
            }
            results += desk.takeRefused()
            let lease = !isStopped && mayBeMore && desk.count < Courier.lowWater ? Courier.leaseSize : 0
            if !results.isEmpty || lease > 0 {
                let leased = try commit(results, .email, lease: lease)
                if lease > 0 {
                    mayBeMore = leased.count == lease
                    desk.refill(leased)
                }
                for result in results { report.count(result.outcome) }
                engine.release()
                progress(report)
            }
            // Messages under way end as they end; nothing new is begun.
            let refusal = results.compactMap { if case .paused(let reason) = $0.outcome { reason } else { nil } }.first
            if !isStopped, let reason = engine.pause ?? desk.trouble ?? refusal ?? engine.trouble {
                try stop(.email, reason, isPause: engine.trouble == nil, desk.takeAll(), &report)
                isStopped = true
            }
        }
        engine.close()
    }

    /// Records that a channel stopped and gives back what was leased for it.
    private func stop(
        _ route: Route, _ reason: String, isPause: Bool, _ rest: [LeasedMessage], _ report: inout Report
    ) throws(StoreError) {
        report.troubles.append(reason)
        for message in rest { underWay.remove(message.id) }
        guard isPause else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try outbox.pause(transaction, route, reason)
        }
    }

    private func job(_ message: LeasedMessage) throws(StoreError) -> MailJob? {
        guard let (frame, model) = try open(message), let body = try mail(frame, model) else { return nil }
        return MailJob(
            id: message.id, sender: frame.frame.senderAddress, recipient: String(decoding: model.recipient, as: UTF8.self),
            body: body)
    }

    private func mail(_ frame: LoadedFrame, _ model: PersonalModel) throws(StoreError) -> [UInt8]? {
        do throws(TemplateError) { return try frame.mail(model) } catch {
            throw StoreError(.damaged, "\(error)", cure: "Run `store check`.")
        }
    }

    private func runFolder(_ mailbox: Mailbox, _ report: inout Report, _ progress: (Report) -> Void) throws(StoreError) {
        var leased = try commit([], .email, lease: Courier.leaseSize)
        while !leased.isEmpty {
            var results: [SendResult] = []
            for message in leased {
                let outcome = if let job = try job(message) {
                    mailbox.deliver(job.body, name: "\(message.id).eml")
                } else {
                    Handover.failed("a header would hold a control character")
                }
                results.append(SendResult(id: message.id, attempts: message.attempts, outcome: outcome))
                report.count(outcome)
                if case .paused(let reason) = outcome { report.troubles = [reason] }
            }
            leased = try commit(results, .email, lease: report.troubles.isEmpty ? Courier.leaseSize : 0)
            progress(report)
        }
    }

    // MARK: SMS

    private func runSMS(_ provider: any SMSProvider, _ report: inout Report, _ progress: (Report) -> Void) throws(StoreError) {
        for priority in Priority.allCases {
            while true {
                // One by one: each result is on disk before the next message leaves, since each is paid for.
                guard let message = try commit([], .sms, lease: 1, only: priority).first else { break }
                guard let outcome = try handOver(message, provider) else {
                    underWay.remove(message.id)
                    report.troubles.append("the day's SMS budget for \(priority) messages is used up; the rest goes tomorrow")
                    break
                }
                _ = try commit([SendResult(id: message.id, attempts: message.attempts, outcome: outcome)], .sms, lease: 0)
                report.count(outcome)
                progress(report)
                if case .paused(let reason) = outcome {
                    report.troubles.append(reason)
                    return
                }
            }
        }
    }

    /// Sends one SMS; nil when the day's budget of its class is used up.
    private func handOver(_ message: LeasedMessage, _ provider: any SMSProvider) throws(StoreError) -> Handover? {
        guard let (frame, model) = try open(message) else { return .failed("the model does not open") }
        let number = String(decoding: model.recipient, as: UTF8.self)
        guard policy.prefixes.contains(where: number.hasPrefix) else { return .failed("the number's prefix is not allowed") }
        let text: String
        do throws(TemplateError) { text = try frame.text(model.values) } catch {
            throw StoreError(.damaged, "\(error)", cure: "Run `store check`.")
        }
        let form = SMSText(text)
        guard let priority = Priority(rawValue: message.priority) else { return .failed("no such priority") }
        let budget = policy.budgets[priority] ?? 0
        let allowed = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            try outbox.charge(transaction, priority, count: form.segments, budget: budget) == form.segments
        }
        guard allowed else { return nil }
        return provider.send(SMS(number: number, text: text, isUnicode: !form.isGSM, reference: model.token))
    }

    // MARK: Common

    /// Stores results, renews the dispatcher's lease and leases further messages, all in one transaction.
    private func commit(
        _ results: [SendResult], _ route: Route, lease: Int, only: Priority? = nil
    ) throws(StoreError) -> [LeasedMessage] {
        for result in results { underWay.remove(result.id) }
        let (outbox, owner, except) = (outbox, owner, underWay)
        // The process lock keeps others of this machine away; the lease is for people to see, and renewed now and then.
        let mustRenew = outbox.clock.now >= renewAt
        let leased = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> [LeasedMessage] in
            if mustRenew, !(try outbox.takeLease(transaction, owner: owner, isAlone: false)) {
                throw StoreError(.busy, "Another dispatcher has taken over.", cure: "This one stops; nothing is lost.")
            }
            try outbox.record(transaction, results, route: route)
            return lease > 0 ? try outbox.lease(transaction, route, limit: lease, except: except, only: only) : []
        }
        if mustRenew { renewAt = outbox.clock.now + Courier.renewSeconds }
        for message in leased { underWay.insert(message.id) }
        return leased
    }

    /// The frame and the opened model of a message; nil when the model does not open.
    private func open(_ message: LeasedMessage) throws(StoreError) -> (LoadedFrame, PersonalModel)? {
        let frame = try frame(message)
        if sealers[message.election] == nil {
            guard let key = keyOf(message.election) else {
                throw StoreError(
                    .missing, "The key of election number \(message.election) is not in the key folder.",
                    cure: "Give the right folder with --keys, or restore the key from escrow.")
            }
            sealers[message.election] = Sealer(key: key.subkey(.outbox), randomness: outbox.randomness)
        }
        guard let plain = sealers[message.election]?.open(message.sealed, associated: PersonalModel.place(message.id)),
            let model = PersonalModel(plain, names: frame.kind.personalNames)
        else { return nil }
        return (frame, model)
    }

    private func frame(_ message: LeasedMessage) throws(StoreError) -> LoadedFrame {
        if let known = frames[message.frame] { return known }
        let stored = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try outbox.frame(reading, message.frame)
        }
        do throws(TemplateError) {
            let loaded = try LoadedFrame(stored, route: message.route)
            frames[message.frame] = loaded
            return loaded
        } catch {
            throw StoreError(.damaged, "\(error)", cure: "Run `store check`.")
        }
    }
}

/// Leased mails on their way into the engine.
private final class MailDesk {
    private let sender: (LeasedMessage) throws(StoreError) -> MailJob?
    private var queue: [LeasedMessage] = []
    private var head = 0
    private var attempts: [Int: Int] = [:]
    /// Messages that could not be made into mails.
    private(set) var refused: [SendResult] = []
    /// Why no message at all can be made; nil while all is well.
    private(set) var trouble: String?

    init(sender: @escaping (LeasedMessage) throws(StoreError) -> MailJob?) { self.sender = sender }

    var count: Int { queue.count - head }
    var isEmpty: Bool { count == 0 }

    func refill(_ messages: [LeasedMessage]) {
        queue.removeFirst(head)
        head = 0
        queue.append(contentsOf: messages)
        for message in messages { attempts[message.id] = message.attempts }
    }

    /// The attempts of a message that was handed out; asked once for each.
    func attempts(of id: Int) -> Int { attempts.removeValue(forKey: id) ?? 1 }

    func next() -> MailJob? {
        while head < queue.count, trouble == nil {
            let message = queue[head]
            head += 1
            do throws(StoreError) {
                if let job = try sender(message) { return job }
                refuse(message, .failed("the message could not be opened, or a header would hold a control character"))
            } catch {
                trouble = "\(error)"
                refuse(message, .paused("\(error)"))
            }
        }
        return nil
    }

    private func refuse(_ message: LeasedMessage, _ outcome: Handover) {
        attempts[message.id] = nil
        refused.append(SendResult(id: message.id, attempts: message.attempts, outcome: outcome))
    }

    func takeRefused() -> [SendResult] {
        defer { refused = [] }
        return refused
    }

    func takeAll() -> [LeasedMessage] {
        defer { refill([]) }
        let rest = Array(queue[head...])
        head = queue.count
        return rest
    }
}
