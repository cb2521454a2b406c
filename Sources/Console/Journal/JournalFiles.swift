import Authentication
import Contacts
import Crypto
import Elections
import HTTPServer
import Journal
import Operations
import Polling
import Staff
import Store
import VoterRoll

/// The journal as a sheet.
struct JournalFiles: ConsoleWork {
    let context: ConsoleContext

    /// The sheet alone.
    static let all = [
        ConsoleFile(path: "journal.csv", permission: .seeJournal) { task, call, _ in try JournalFiles(task).sheet(call)
        }
    ]

    /// The entries of this election as a sheet, with their hashes as far as nothing is hidden. The export itself is kept in the journal.
    func sheet(_ call: ConsoleRequest) throws -> Response {
        var text =
            HandedOut.sheetHead + ["number", "at", "principal", "action", "details", "hash"].joined(separator: ";")
            + "\r\n"
        let export = JournalExport(store: store, journal: parts.journal, clock: parts.clock, own: election.id)
        try export.note("journal.csv", of: election.id, by: call.viewer)
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try export.each(reading, of: election.id, for: call.viewer) { line throws(StoreError) in
                let entry = line.entry
                text +=
                    [
                        "\(entry.number)", LocalTime.short(entry.at, zone: election.timeZone), entry.principal,
                        entry.action, line.details, line.hash.map(hex) ?? "",
                    ].map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n"
            }
        }
        return HandedOut.file(text, "journal.csv", type: "text/csv; charset=utf-8")
    }
}
