import Crypto
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Staff
import Store
import Typesetting
import VoterRoll
import WebContent

/// Files of parcels: each is given for a ticket alone.
struct ParcelFiles: ConsoleWork {
    let context: ConsoleContext

    /// A file of a parcel, or the part of it that a broken download still needs (RFC 9110, section 14).
    /// - Returns: nil where the ticket is not of this file or has expired; 206 for a part, 416 for one that there is
    ///   not.
    func file(_ call: ConsoleRequest, _ request: Request) throws -> Response? {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.letters.file(
                reading, parcel: call.id("parcel"), file: call.id("file"), ticket: call.place["ticket"] ?? "",
                by: call.viewer)
        }
        guard let found else { return nil }
        var response = Response(200, type: "application/octet-stream")
        response.file = found.path
        let size = response.size
        response.headers += [
            ("Content-Disposition", "attachment; filename=\"\(found.name)\""), ("Accept-Ranges", "bytes"),
        ]
        guard let wanted = request.header("range") else { return response }
        guard let range = ByteRange.read(wanted, size: size) else {
            var refusal = Response.text(416, "no such part\n")
            refusal.headers.append(("Content-Range", "bytes */\(size)"))
            return refusal
        }
        response.status = 206
        response.range = range
        response.headers.append(("Content-Range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"))
        return response
    }
}

/// One part of a file, as a browser that goes on with a download asks for it.
enum ByteRange {
    /// Reads `bytes=500-` or `bytes=0-499`; nil for what cannot be given.
    /// - Parameter size: bytes of the whole file.
    static func read(_ text: String, size: Int) -> Range<Int>? {
        guard text.hasPrefix("bytes="), !text.contains(",") else { return nil }
        let ends = text.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = Int(ends[0]), first >= 0, first < size else { return nil }
        let last = ends[1].isEmpty ? size - 1 : Int(ends[1]) ?? -1
        guard last >= first else { return nil }
        return first..<(min(last, size - 1) + 1)
    }
}
