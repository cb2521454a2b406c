import Crypto
import Elections
import Foundation
import Glibc
import Issuance
import Journal
import Staff
package import Store
import VoterRoll

extension PrintOrders {
    /// The parcels, the latest first: all, or one printer's.
    package func parcels(_ reading: borrowing Reading, of printer: String?) throws(StoreError) -> [Parcel] {
        let rows = try reading.all(
            """
            SELECT id, batch, printer, fingerprint, letters, why, made_at, received_at, destroyed_at FROM bureau_parcel
            WHERE election = ?1 AND (?2 IS NULL OR printer = ?2) ORDER BY id DESC
            """, context.election.number, printer
        ) { (row: borrowing Row) throws(StoreError) in
            Parcel(
                id: try row[0], batch: try row[1], printer: try row[2], fingerprint: try row[3], letters: try row[4],
                why: try row[5], madeAt: try row[6], receivedAt: try row[7], destroyedAt: try row[8], files: [])
        }
        var parcels: [Parcel] = []
        for parcel in rows {
            let files = try reading.all(
                "SELECT number, name, bytes, sha256, fetched FROM bureau_file WHERE parcel = ? ORDER BY number",
                parcel.id
            ) { (row: borrowing Row) throws(StoreError) in
                Parcel.File(
                    number: try row[0], name: try row[1], bytes: try row[2], sha256: try row[3], fetched: try row[4])
            }
            parcels.append(
                Parcel(
                    id: parcel.id, batch: parcel.batch, printer: parcel.printer, fingerprint: parcel.fingerprint,
                    letters: parcel.letters, why: parcel.why, madeAt: parcel.madeAt, receivedAt: parcel.receivedAt,
                    destroyedAt: parcel.destroyedAt, files: files))
        }
        return parcels
    }

    /// What asking for a file came to.
    package enum Fetch: Sendable, Equatable {
        /// Here it is, for an hour and this printer's account alone; the next fetch of the file ends it.
        case ticket(String)
        /// It was fetched three times: the election manager prints it again.
        case spent
        case unknown
    }

    /// The name by which the register knows a printer; nil for everybody else.
    private func printer(_ actor: Actor) -> String? {
        guard actor.role == .printer, case .staff(let name) = actor.principal else { return nil }
        return name
    }

    /// Counts a fetch of a file and gives a ticket for it.
    package func fetch(parcel: Int, file: Int, by actor: Actor) throws(StoreError) -> Fetch {
        guard let printer = printer(actor) else { return .unknown }
        return try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Fetch in
            let isTheirs = try transaction.reading.number(
                """
                SELECT count(*) FROM bureau_file JOIN bureau_parcel ON bureau_parcel.id = parcel
                WHERE parcel = ? AND number = ? AND election = ? AND printer = ? AND destroyed_at IS NULL
                """, parcel, file, context.election.number, printer)
            guard isTheirs == 1 else { return .unknown }
            let ticket = hex(context.randomness.bytes(16))
            let counted = try transaction.execute(
                """
                UPDATE bureau_file SET fetched = fetched + 1, ticket = ?, ticket_until = ?
                WHERE parcel = ? AND number = ? AND fetched < ?
                """, sha256(Array(ticket.utf8)), context.clock.now + PrintOrders.ticketSeconds, parcel, file,
                PrintOrders.mostFetched)
            guard counted == 1 else { return .spent }
            try journal(transaction, actor, .lettersFetch, ["parcel": "\(parcel)", "file": "\(file)"])
            return .ticket(ticket)
        }
    }

    /// The file of a ticket: its path and name; nil when the ticket is over or not this printer's.
    package func file(
        _ reading: borrowing Reading, parcel: Int, file: Int, ticket: String, by actor: Actor
    ) throws(StoreError) -> (path: String, name: String)? {
        guard let printer = printer(actor) else { return nil }
        let found = try reading.first(
            """
            SELECT folder, name, ticket FROM bureau_file JOIN bureau_parcel ON bureau_parcel.id = parcel
            WHERE parcel = ? AND number = ? AND election = ? AND printer = ? AND destroyed_at IS NULL
                AND ticket IS NOT NULL AND ticket_until > ?
            """, parcel, file, context.election.number, printer, context.clock.now
        ) { (row: borrowing Row) throws(StoreError) -> (folder: String, name: String, ticket: [UInt8]) in
            (try row[0], try row[1], try row[2])
        }
        guard let found, Secret(found.ticket).matches(Secret(sha256(Array(ticket.utf8)))) else { return nil }
        return ("\(found.folder)/\(found.name)", found.name)
    }

    /// The printer says that a parcel arrived and opens; false when it is not theirs, or was said before.
    package func received(parcel: Int, by actor: Actor) throws(StoreError) -> Bool {
        try mark(parcel, actor, .lettersReceived) { transaction, printer throws(StoreError) in
            try transaction.execute(
                """
                UPDATE bureau_parcel SET received_by = ?, received_at = ?
                WHERE id = ? AND election = ? AND printer = ? AND received_at IS NULL
                """, actor.principal.text, context.clock.now, parcel, context.election.number, printer)
        }
    }

    /// The printer says that files and spoiled sheets are destroyed: ours go too.
    package func destroyed(parcel: Int, by actor: Actor) throws(StoreError) -> Bool {
        let isDone = try mark(parcel, actor, .lettersDestroyed) { transaction, printer throws(StoreError) in
            try transaction.execute(
                """
                UPDATE bureau_parcel SET destroyed_by = ?, destroyed_at = ?
                WHERE id = ? AND election = ? AND printer = ? AND received_at IS NOT NULL AND destroyed_at IS NULL
                """, actor.principal.text, context.clock.now, parcel, context.election.number, printer)
        }
        if isDone { try sweep() }
        return isDone
    }

    /// Removes the files of parcels that were destroyed, and folders that no parcel names: what a crash left.
    package func sweep() throws(StoreError) {
        // In this order: the folder of a run that is going on has no parcel yet, and one that began since is not among the names.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        if case .printing = job { return }
        let kept = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            Set(
                try reading.all("SELECT folder FROM bureau_parcel WHERE destroyed_at IS NULL") {
                    (row: borrowing Row) throws(StoreError) -> String in try row[0]
                })
        }
        let ours = names.filter { PrintOrders.isFolder($0, of: context.election.election.id) }
        for path in ours.map({ "\(folder)/\($0)" }) where !kept.contains(path) {
            do { try FileManager.default.removeItem(atPath: path) } catch {
                throw StoreError(.failed, "\(path) cannot be removed: \(error.localizedDescription)")
            }
        }
    }

    /// Whether a folder's name is that of a parcel of this election: its name, the batch's number, and a mark of our own. Another
    /// election's name may begin with this one's: `cse` and `cse-2026`.
    static func isFolder(_ name: String, of election: String) -> Bool {
        guard name.hasPrefix("\(election)-") else { return false }
        return name.dropFirst(election.count + 1).wholeMatch(of: /[0-9]+-[0-9a-f]{12}/) != nil
    }

    /// Makes a change of one of a printer's parcels and journals it; false where `change` finds no row, or nobody
    /// prints here.
    private func mark(
        _ parcel: Int, _ actor: Actor, _ action: JournalAction,
        _ change: (borrowing Transaction, String) throws(StoreError) -> Int
    ) throws(StoreError) -> Bool {
        guard let printer = printer(actor) else { return false }
        return try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try change(transaction, printer) == 1 else { return false }
            try journal(transaction, actor, action, ["parcel": "\(parcel)"])
            return true
        }
    }

    /// Whether a batch, or one letter of it, is somebody's to speak of: a printer's where a parcel of theirs holds it.
    package func isTheirs(
        _ reading: borrowing Reading, batch: Int, letter: Int? = nil, _ actor: Actor
    ) throws(StoreError) -> Bool {
        guard let printer = printer(actor) else { return actor.may(.orderLetters) }
        return try reading.number(
            """
            SELECT count(*) FROM bureau_parcel WHERE election = ?1 AND batch = ?2 AND printer = ?3
                AND (?4 IS NULL AND why = '' OR ?4 BETWEEN first AND last)
            """, context.election.number, batch, printer, letter) > 0
    }
}
