import Contacts
import Store

/// Sends the SMS that are due, codes first, one by one: each result is on disk before the next message leaves, since
/// each is paid for.
final class SMSDispatch {
    private let store: Store
    private let outbox: Outbox
    private let lease: DispatcherLease
    private let provider: any SMSProvider
    private let policy: SMSPolicy
    private let opener: MessageOpener
    private let tally: DispatchReport
    private let refusals: RefusalWatch
    private let unstored: UnstoredResults
    private let classes: ClosedRange<Priority>
    /// Whether the program goes on; once it does not, nothing new is begun.
    private let mayGoOn: @Sendable () -> Bool
    /// Classes whose budget of the day is used up.
    private var spent: Set<Priority> = []
    /// The election whose message was the last.
    private var latest = 0

    init(
        store: Store, outbox: Outbox, lease: DispatcherLease, provider: any SMSProvider, policy: SMSPolicy,
        opener: MessageOpener, tally: DispatchReport, refusals: RefusalWatch, unstored: UnstoredResults,
        classes: ClosedRange<Priority> = MessageClass.all, mayGoOn: @escaping @Sendable () -> Bool = { true }
    ) {
        (self.refusals, self.unstored) = (refusals, unstored)
        (self.classes, self.mayGoOn) = (classes, mayGoOn)
        (self.store, self.outbox, self.lease, self.provider) = (store, outbox, lease, provider)
        (self.policy, self.opener, self.tally) = (policy, opener, tally)
    }

    /// Returns when nothing is due any more, the channel has stopped, or the program ends.
    /// - Throws: an error of the store, or a frame that cannot be read.
    func run() throws(StoreError) {
        spent = []
        try storeResults()
        // One that was begun is ended: an SMS whose answer nobody took in would be sent twice.
        while mayGoOn(), let message = try next() {
            guard let outcome = try handOver(message) else { continue }
            if case .paused(let reason) = outcome {
                tally.trouble(reason)
                return
            }
        }
        tally.hold(opener.blocked)
    }

    /// The most urgent message of a class that may still send.
    private func next() throws(StoreError) -> LeasedMessage? {
        for priority in Priority.allCases where classes.contains(priority) && !spent.contains(priority) {
            let order = LeaseOrder(
                route: .sms, limit: 1, blocked: Set(opener.blocked.keys), classes: priority...priority, after: latest)
            let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try outbox.lease.due(reading, order).first
            }
            if let found {
                latest = found.election
                return found
            }
        }
        return nil
    }

    /// How the handing over began: it may go out, was taken back meanwhile, or the day's budget is used up.
    private enum Start { case begun, withdrawn, spent }

    /// Sends one SMS and stores the result; nil when it was not sent now.
    private func handOver(_ message: LeasedMessage) throws(StoreError) -> DeliveryOutcome? {
        let (sms, segments): (SMS, Int)
        switch try opener.open(message) {
        case .noKey: return nil
        case .unreadable:
            return try store(message, .failed("the message does not open with its election's key"))
        case .opened(let frame, let model):
            let number = String(decoding: model.recipient, as: UTF8.self)
            guard policy.prefixes.contains(where: number.hasPrefix) else {
                return try store(message, .failed("the number's prefix is not allowed"))
            }
            let text = try text(frame, model)
            let form = SMSText(text)
            segments = form.segments
            sms = SMS(
                number: number, text: text, isUnicode: !form.isGSM, reference: model.token,
                tag: opener.tag(message.election, model.token))
        }
        let priority = Priority(rawValue: message.priority) ?? .batch
        let budget = policy.budgets[priority] ?? 0
        let start = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Start in
            guard try lease.holds(transaction) else { throw DispatcherLease.lost }
            guard try outbox.lease.charge(transaction, priority, count: segments, budget: budget) else { return .spent }
            // Charged and withdrawn: the charge is taken back with the rest of the transaction's work.
            guard try outbox.lease.markSent(transaction, message.id) else {
                try outbox.lease.refund(transaction, priority, count: segments)
                return .withdrawn
            }
            return .begun
        }
        switch start {
        case .withdrawn: return nil
        case .spent:
            spent.insert(priority)
            tally.trouble("The day's SMS budget for \(priority) messages is used up: the rest goes tomorrow.")
            return nil
        case .begun:
            let outcome = provider.send(sms)
            let refund = SendResult.Refund(priority: priority, segments: segments)
            let result = try store(message, outcome, refund: SMSDispatch.wasPaid(outcome) ? nil : refund)
            guard let reason = refusals.note(outcome) else { return result }
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try outbox.lease.pause(transaction, .sms, reason)
            }
            return .paused(reason)
        }
    }

    /// Whether the gateway may ask money for it: also where nobody knows whether it went out.
    private static func wasPaid(_ outcome: DeliveryOutcome) -> Bool {
        switch outcome {
        case .accepted, .unknown: true
        case .failed, .temporary, .paused: false
        }
    }

    /// - Throws: `.damaged` when the frame's template asks for a name that the message has not.
    private func text(_ frame: LoadedFrame, _ model: PersonalModel) throws(StoreError) -> String {
        do { return try frame.text(model.values) } catch {
            throw StoreError(.damaged, "\(error)", cure: "Run `store check`.")
        }
    }

    /// Stores what came of a message. Where the store does not take it in, `unstored` keeps it for the next run.
    /// - Parameter refund: what goes back to its class's budget.
    private func store(
        _ message: LeasedMessage, _ outcome: DeliveryOutcome, refund: SendResult.Refund? = nil
    ) throws(StoreError) -> DeliveryOutcome {
        let result = SendResult(id: message.id, attempts: message.attempts, outcome: outcome, refund: refund)
        unstored.add([result])
        tally.count([result])
        try storeResults()
        return outcome
    }

    /// Stores what `unstored` holds.
    private func storeResults() throws(StoreError) {
        guard !unstored.isEmpty else { return }
        let count = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try unstored.record(transaction, outbox, route: .sms)
        }
        unstored.forget(count)
    }
}
