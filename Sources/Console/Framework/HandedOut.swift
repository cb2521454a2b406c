import Elections
import HTTPServer
import Issuance
import Operations
import Store
import Typesetting

/// Files that the console hands out, and what the journal keeps of them.
struct HandedOut: ConsoleWork {
    let context: ConsoleContext

    /// Keeps in the journal that a file was handed out.
    func journal(_ call: ConsoleRequest, _ name: String) throws(StoreError) {
        try StaffRequests(parts.operations).handedOut(name, to: call.viewer)
    }

    /// What a sheet begins with: the mark by which spreadsheets know UTF-8. Fields are separated as French ones expect.
    static let sheetHead = "\u{FEFF}"

    /// A text as a file to keep.
    static func file(_ text: String, _ name: String, type: String) -> Response {
        file(Array(text.utf8), name, type: type)
    }

    /// Bytes as a file to keep.
    static func file(_ bytes: [UInt8], _ name: String, type: String) -> Response {
        Response(200, type: type, body: bytes).attached(as: name)
    }

    /// A report as a file, dated now.
    func paper(_ report: Report, _ name: String) throws -> Response {
        let created = BatchWriter.timestamp(parts.clock.now)
        return HandedOut.file(try report.pdf(created: created), name, type: "application/pdf")
    }
}
