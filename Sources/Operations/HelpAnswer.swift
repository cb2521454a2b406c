package import Authentication
package import Elections
package import Journal
package import Store

/// Keeps that a voter's question to the help desk was answered. Console, API and command line come here.
package struct HelpAnswer {
    private let store: Store
    private let queue: SupportQueue
    private let journal: AuditJournal
    private let election: StoredElection

    /// - Parameter queue: the questions of the same election.
    package init(store: Store, queue: SupportQueue, journal: AuditJournal, election: StoredElection) {
        (self.store, self.queue, self.journal, self.election) = (store, queue, journal, election)
    }

    /// Marks the question; false when none with this number waits.
    /// - Throws: an error of the store; nothing is changed then.
    package func mark(question: Int, by principal: Principal) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try queue.close(transaction, question: question) else { return false }
            try journal.record(
                transaction, election: election.election.id, by: principal, .supportDone, ["question": "\(question)"])
            return true
        }
    }
}
