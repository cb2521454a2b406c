import Authentication
import Contacts
import Delivery
import Elections
import Issuance
import Journal
import Staff
import Store
import VoterRoll

/// Who learns of a contact that changed, and what is kept of it.
struct ContactNotices: StaffOperation {
    let context: OperationContext

    init(_ context: OperationContext) { self.context = context }

    /// Sends word of a changed contact by the channels that were used until now: where nothing has left yet, a mistyped address
    /// may be a stranger's.
    func notifyOld(_ transaction: borrowing Transaction, _ voter: Voter) throws(StoreError) {
        let principal = Principal.voter(voter.id)
        let generation = try outbox.nextGeneration(
            transaction.reading, election: election.number, subject: voter.id, .contactChanged)
        for route in try directory.routes(transaction.reading, principal)
        where try outbox.hasLeft(transaction.reading, election: election.number, subject: voter.id, by: route) {
            let note = VoterNotification(.contactChanged, by: route, priority: .recovery, generation: generation)
            _ = try directory.send(transaction, principal, note)
        }
    }

    /// Notifies the old contacts of several voters, where it is a contact that changes.
    func notifyOld(_ transaction: borrowing Transaction, _ rows: [ContactRow]) throws(StoreError) {
        for row in rows {
            try registrar.heldRows.bringBack(transaction, voter: row.voter)
            guard row.columns.contains(where: \.isContact),
                let voter = try context.voter(transaction.reading, row.voter)
            else {
                continue
            }
            try notifyOld(transaction, voter)
        }
    }

    /// Notifies voters whose place others take, by the contacts they had: also those who left the roll before.
    func notifyReplaced(_ transaction: borrowing Transaction, _ voters: Set<Int>) throws(StoreError) {
        for voter in voters.sorted() {
            try registrar.heldRows.lend(transaction, struck: voter) { voter throws(StoreError) in
                try notifyOld(transaction, voter)
            }
        }
    }

    /// What follows from each new contact: the takeover rule sees it, and the journal has it.
    func record(
        _ transaction: borrowing Transaction, _ rows: [ContactRow], why: String, by principal: Principal
    ) throws(StoreError) {
        for row in rows {
            if row.columns.contains(where: \.isContact) {
                try registrar.contactChanges.note(transaction, voter: row.voter, by: principal)
            }
            // Of a row that is here for its name alone the names are what changed.
            let columns = row.columns.isEmpty ? [.lastName, .firstName] : row.columns
            try journal.record(
                transaction, election: election.election.id, by: principal, .rollCorrect,
                [
                    "reference": row.reference, "column": columns.map(\.rawValue).joined(separator: ", "),
                    "reason": why,
                ], personal: .init(row.values, key: key))
        }
    }
}

extension ContactRow {
    /// The new contacts, for the journal's sealed part.
    fileprivate var values: [String: String] {
        var values: [String: String] = [:]
        for column in columns {
            switch column {
            case .email: values["email"] = after.mail?.text ?? ""
            case .phone: values["phone"] = after.phone?.text ?? ""
            // An answer is a secret: not even its hash is anybody's to read.
            case .challenge: continue
            default: values["address1"] = after.address?.lines.joined(separator: "|") ?? ""
            }
        }
        return values
    }
}
