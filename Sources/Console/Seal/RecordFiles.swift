import Elections
import HTTPServer
import Operations
import Polling
import Staff
import Store
import Tally

/// The minutes on paper.
struct RecordFiles: ConsoleWork {
    let context: ConsoleContext

    /// The minutes alone.
    static let all = [
        ConsoleFile(path: "minutes.pdf", permission: .seeSeal) { task, call, _ in try RecordFiles(task).minutes(call) }
    ]

    /// The minutes so far; nil before there is a poll.
    func minutes(_ call: ConsoleRequest) throws -> Response? {
        try MinutesReport.find(store, parts.tallyService, pages, call.language).map {
            try HandedOut(context).paper($0, "minutes.pdf")
        }
    }
}
