/// Why a letter cannot be laid out or written, and what to do about it.
package struct LetterError: Error, CustomStringConvertible {
    /// A sentence, or a clause with the template's line before it.
    package let message: String

    /// - Parameter message: what is wrong, for which letter or file, and what to do.
    package init(_ message: String) { self.message = message }

    /// The message as it is.
    package var description: String { message }
}
