import Journal
package import Store

/// Keeps in the journal which settings the programs of a store run with. Every command comes here.
package struct SettingsRecord: Sendable {
    private let context: StoreContext

    /// Of one store.
    package init(_ context: StoreContext) { self.context = context }

    /// Notes the settings where they are not those of the last time.
    /// - Parameter hash: SHA-256 of the settings file, in hexadecimal.
    package func note(_ hash: String, by actor: Actor) throws(StoreError) {
        let isKnown = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try SettingsRecord.last(reading) == hash
        }
        guard !isKnown else { return }
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            guard try SettingsRecord.last(transaction.reading) != hash else { return }
            try context.journal.record(
                transaction, election: nil, by: actor.principal, .settingsChange, ["sha256": hash])
        }
    }

    private static func last(_ reading: borrowing Reading) throws(StoreError) -> String? {
        try AuditJournal.lastDetails(reading, action: .settingsChange)?["sha256"]
    }
}
