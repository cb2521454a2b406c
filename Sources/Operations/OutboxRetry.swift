package import Crypto
package import Delivery
package import Elections
import Issuance
package import Journal
package import Store

/// Makes messages due again that failed, or of which nobody knows whether they arrived. Console, interface for programs and
/// command line all come here.
package struct OutboxRetry: Sendable {
    private let store: Store
    private let outbox: Outbox
    private let journal: AuditJournal
    private let election: StoredElection
    private let key: ElectionKey

    /// Of one election: messages of others are never found.
    package init(
        store: Store, outbox: Outbox, journal: AuditJournal, election: StoredElection, key: ElectionKey
    ) {
        self.store = store
        (self.outbox, self.journal, self.election, self.key) = (outbox, journal, election, key)
    }

    /// Makes all failed messages of a selection due again, or the unknown ones; returns how many.
    package func retry(
        unknown: Bool, of selection: MessageSelection, by principal: Principal
    ) throws(StoreError) -> Int {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int in
            let count = try outbox.retry(transaction, election: election.number, unknown: unknown, of: selection)
            try outbox.holdNews(transaction, election)
            var details = DeliveryService.details(selection)
            (details["messages"], details["unknown"]) = ("\(count)", unknown ? "yes" : "no")
            try record(transaction, details, personal: DeliveryService.personal(selection), by: principal)
            return count
        }
    }

    /// Makes one message of a voter due again; false when it cannot be.
    package func retry(
        _ transaction: borrowing Transaction, voter: Int, message: Int, by principal: Principal
    ) throws(StoreError) -> Bool {
        guard try outbox.retry(transaction, election: election.number, subject: voter, message: message) else {
            return false
        }
        try outbox.holdNews(transaction, election)
        try record(transaction, ["voter": "\(voter)", "message": "\(message)"], by: principal)
        return true
    }

    private func record(
        _ transaction: borrowing Transaction, _ details: [String: String], personal: [String: String] = [:],
        by principal: Principal
    ) throws(StoreError) {
        try journal.record(
            transaction, election: election.election.id, by: principal, .deliveryRetry, details,
            personal: .init(personal, key: key))
    }
}

extension DeliveryService {
    private var retries: OutboxRetry {
        OutboxRetry(
            store: context.store, outbox: context.outbox, journal: context.journal, election: context.election,
            key: context.key)
    }

    /// Makes failed messages due again, or those of which nobody knows; returns how many.
    package func retry(
        unknown: Bool, of selection: MessageSelection, by principal: Principal
    ) throws(StoreError) -> Int {
        let count = try retries.retry(unknown: unknown, of: selection, by: principal)
        forget()
        return count
    }

    /// Makes one message of a voter due again.
    package func retry(voter: Int, message: Int, by principal: Principal) throws(StoreError) -> Bool {
        let isDue = try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try context.voter(transaction.reading, voter) != nil else { return false }
            return try retries.retry(transaction, voter: voter, message: message, by: principal)
        }
        forget()
        return isDue
    }
}
