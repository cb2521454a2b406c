package import Crypto
package import Store

/// Takes in what gateways and relays say of messages that they accepted.
package struct ReceiptService: Sendable {
    private let store: Store
    private let outbox: Outbox
    private let keyOf: @Sendable (Int) throws(KeyError) -> ElectionKey?

    /// What a report came to.
    package enum Outcome: Sendable, Equatable {
        case taken
        /// The tag is not the one that we gave with this token, or there is no such message.
        case foreign
    }

    /// - Parameter keyOf: the key of the election with this number; nil when it is not at hand, and then no report of
    ///   its messages is taken.
    package init(
        store: Store, outbox: Outbox, keyOf: @escaping @Sendable (Int) throws(KeyError) -> ElectionKey?
    ) {
        (self.store, self.outbox, self.keyOf) = (store, outbox, keyOf)
    }

    /// Whether token and tag are of one of our messages.
    /// - Throws: an error of the store, or of a key file that cannot be read.
    func isOurs(token: String, tag: String) throws(StoreError) -> Bool {
        let election = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try outbox.election(reading, providerID: token)
        }
        guard let election else { return false }
        do throws(KeyError) {
            guard let key = try keyOf(election) else { return false }
            return ReceiptKey(key).isRight(token, tag: tag)
        } catch { throw StoreError(.failed, "\(error)", cure: "Check the key folder.") }
    }

    /// Notes that a message arrived, or never will.
    /// - Parameter reply: codes alone, never text that may repeat an address.
    package func take(
        token: String, tag: String, delivered: Bool, reply: String? = nil
    ) throws(StoreError) -> Outcome {
        guard try isOurs(token: token, tag: tag) else { return .foreign }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try outbox.takeReceipt(transaction, providerID: token, delivered: delivered, reply: reply)
        }
        return .taken
    }
}
