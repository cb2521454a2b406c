import CQREncode

/// A QR code as modules, for pages.
package enum SquareCode {
    /// Rows of modules, true for dark; nil when the text is too long.
    package static func modules(_ text: String) -> [[Bool]]? {
        guard let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else { return nil }
        defer { unsafe QRcode_free(code) }
        let width = unsafe Int(code.pointee.width)
        return (0..<width).map { row in
            (0..<width).map { column in unsafe code.pointee.data[row * width + column] & 1 == 1 }
        }
    }
}
