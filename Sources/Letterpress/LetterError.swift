/// Why a letter cannot be laid out or written, and what to do about it.
package struct LetterError: Error, CustomStringConvertible {
    package let message: String

    package init(_ message: String) { self.message = message }

    package var description: String { message }
}
