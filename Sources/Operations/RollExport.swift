package import Crypto
package import Elections
import Journal
package import Store
package import VoterRoll

/// Takes out the roll with everybody's contacts. The command line comes here, and writes the file.
package struct RollExport {
    private let context: StoreContext
    private let registrar: Registrar
    private let election: StoredElection
    private let key: ElectionKey

    /// - Parameter key: of this election; it opens the contacts.
    package init(_ context: StoreContext, registrar: Registrar, election: StoredElection, key: ElectionKey) {
        (self.context, self.registrar) = (context, registrar)
        (self.election, self.key) = (election, key)
    }

    /// Hands out every voter in the roll's order; the entry of the journal is in the same transaction, so that whoever has the rows
    /// is named.
    /// - Returns: how many voters.
    /// - Throws: what the store said, and for contacts that do not open; nothing is noted then.
    package func export(by actor: Actor, row: (Voter, VoterContacts) -> Void) throws(StoreError) -> Int {
        let opener = ContactOpener(election: election.number, keys: RollKeys(key, randomness: context.randomness))
        return try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            var count = 0
            try registrar.each(transaction.reading, election) { voter, sealed throws(StoreError) in
                row(voter, try opener.open(sealed, voter: voter.id))
                count += 1
            }
            try context.journal.record(
                transaction, election: election.election.id, by: actor.principal, .rollExport, ["voters": "\(count)"])
            return count
        }
    }
}
