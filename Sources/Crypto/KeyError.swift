/// Why a key could not be had, and what to do about it.
package struct KeyError: Error, CustomStringConvertible {
    /// What happened, to which file or folder.
    package let message: String
    /// What to do about it, as a sentence.
    package let cure: String

    /// - Parameters: sentences with their full stops.
    package init(_ message: String, cure: String) {
        self.message = message
        self.cure = cure
    }

    /// Both, as the command line prints them.
    package var description: String { "\(message) \(cure)" }
}
