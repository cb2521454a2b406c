import HTTPServer
import Typesetting

extension Response {
    /// A report as a file to keep.
    /// The date in it is always the same, so that a file tells nothing of when it was made.
    /// - Parameter name: of the file, in ASCII.
    static func pdf(_ report: Report, name: String) throws -> Response {
        Response(200, type: "application/pdf", body: try report.pdf(created: "2000-01-01T00:00:00Z")).attached(as: name)
    }
}
