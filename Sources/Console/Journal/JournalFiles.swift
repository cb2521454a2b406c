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
        ConsoleFile(path: "journal.csv", deed: .seeJournal) { task, call, _ in try JournalFiles(task).sheet(call) }
    ]

    /// An entry's details as far as its reader may know them: how many votes lie in the box between two rounds is nobody's
    /// but the bureau's while the poll is open.
    static func told(_ entry: JournalEntry, _ isHidden: Bool) -> String {
        let counts = ["poll.suspend", "poll.resume", "poll.closing"]
        return isHidden && counts.contains(entry.action) ? "{\"votes\":\"...\"}" : entry.details
    }

    /// The entries of this election as a sheet, with their hashes. The export itself is kept in the journal.
    func sheet(_ call: Call) throws -> Response {
        var text =
            HandedOut.sheetHead + ["number", "at", "principal", "action", "details", "hash"].joined(separator: ";")
            + "\r\n"
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            let isHidden = try parts.desk.isSecret(reading) && !call.viewer.may(.seeVotes)
            try Logbook.each(reading) { entry, hash throws(StoreError) in
                guard entry.election == nil || entry.election == election.id else { return }
                text +=
                    [
                        "\(entry.number)", LocalTime.short(entry.at, zone: election.timeZone), entry.principal,
                        entry.action,
                        JournalFiles.told(entry, isHidden), hex(hash),
                    ].map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n"
            }
        }
        try HandedOut(context).journal(call, "journal.csv")
        return HandedOut.file(text, "journal.csv", type: "text/csv; charset=utf-8")
    }
}
