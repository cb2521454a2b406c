/// Why a command did not do what it was asked, with the process's exit status.
package struct Refusal: Error, CustomStringConvertible {
    /// The process's exit status, as scripts rely on it.
    package enum Status: Int32, Sendable {
        /// Refused with a clear reason.
        case refused = 1
        /// The command line is wrong.
        case usage = 2
        /// Something that should not happen.
        case broken = 70
    }

    /// What the process ends with.
    package let status: Status
    /// The reason and the cure, in whole sentences.
    package let description: String

    /// - Parameter description: for people, on standard error: what was wrong, where, and the cure.
    package init(_ description: String, status: Status = .refused) {
        (self.status, self.description) = (status, description)
    }
}
