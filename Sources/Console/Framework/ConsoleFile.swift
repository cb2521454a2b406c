import HTTPServer
import Staff

/// A file that the console hands out.
struct ConsoleFile: Sendable {
    /// Below `/manager/` and `/api/v1/`; names in braces stand for one segment.
    let path: String
    /// What a role must be allowed to fetch it.
    let permission: Permission
    /// Nil when there is no such file.
    let make: @Sendable (ConsoleContext, ConsoleRequest, Request) throws -> Response?
}
