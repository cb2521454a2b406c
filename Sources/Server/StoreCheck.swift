package import CommandLineKit
import Journal
package import Store

/// Everything that can be checked; refuses with all that is wrong.
/// - Throws: refused where pages, indices, links or the journal's chain are damaged.
package func fullCheck(_ store: Store) throws(Refusal) {
    var faults = try refusing { try store.faults() }
    let verdict = try refusing {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try AuditJournal.verify(reading) }
    }
    if case .broken(let number, let reason) = verdict { faults.append("journal entry \(number): \(reason)") }
    guard faults.isEmpty else {
        throw Refusal(
            "\(store.path) is damaged:\n  \(faults.joined(separator: "\n  "))\n"
                + "Do not use it. Keep the file as it is, and restore the latest backup: isoloir store restore FILE --store NEW"
        )
    }
}
