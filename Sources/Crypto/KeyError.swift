/// Why a key could not be had, and what to do about it.
package struct KeyError: Error, CustomStringConvertible {
    package let message: String
    package let cure: String

    package init(_ message: String, cure: String) {
        self.message = message
        self.cure = cure
    }

    package var description: String { "\(message) \(cure)" }
}
