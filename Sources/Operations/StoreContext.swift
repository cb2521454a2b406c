package import Crypto
package import Journal
package import Store

/// What operations have in common that open nothing of an election: on the whole store and its keys, or on what of an election lies
/// there in clear. No rule stands here.
package struct StoreContext: Sendable {
    /// Each operation opens its own transaction here.
    package let store: Store
    /// Where the keys of the elections lie.
    package let keys: KeyFolder
    /// Every action of staff stands in it.
    package let journal: AuditJournal
    /// The server's clock, in seconds since 1970; a test sets it.
    package let clock: Clock
    /// The source of keys; a test fixes it.
    package let randomness: Randomness

    /// - Parameter keys: a folder apart from the store.
    package init(store: Store, keys: KeyFolder, journal: AuditJournal, clock: Clock, randomness: Randomness) {
        (self.store, self.keys, self.journal) = (store, keys, journal)
        (self.clock, self.randomness) = (clock, randomness)
    }

    /// An entry of the journal in a transaction of its own.
    /// - Parameter election: whose entry; nil for the whole store's.
    func note(
        _ action: JournalAction, of election: String? = nil, _ details: [String: String], by actor: Actor
    ) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try journal.record(transaction, election: election, by: actor.principal, action, details)
        }
    }
}
