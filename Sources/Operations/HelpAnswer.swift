package import Authentication
package import Elections
package import Journal
package import Store

/// Keeps that a voter's question to the help desk was answered. Console, API and command line come here.
package struct HelpAnswer {
    private let store: Store
    private let queue: HelpQueue
    private let logbook: Logbook
    private let election: StoredElection

    /// - Parameter queue: the questions of the same election.
    package init(store: Store, queue: HelpQueue, logbook: Logbook, election: StoredElection) {
        (self.store, self.queue, self.logbook, self.election) = (store, queue, logbook, election)
    }

    /// Marks the question; false when none with this number waits.
    /// - Throws: an error of the store; nothing is changed then.
    package func mark(question: Int, by principal: Principal) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try queue.close(transaction, question: question) else { return false }
            try logbook.record(
                transaction, election: election.election.id, by: principal, .supportDone, ["question": "\(question)"])
            return true
        }
    }
}
