import CQREncode

/// The modules of a QR code (libqrencode), error correction M: readable with a crease or a smudge.
struct QRCode {
    let width: Int
    private let dark: [Bool]

    /// - Parameter text: printable ASCII.
    init(_ text: String) throws(LetterError) {
        guard let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else {
            throw LetterError("\"\(text)\" is too long for a QR code.")
        }
        defer { unsafe QRcode_free(code) }
        let width = unsafe Int(code.pointee.width)
        let data = unsafe UnsafeBufferPointer(start: code.pointee.data, count: width * width)
        self.width = width
        dark = unsafe data.map { $0 & 1 == 1 }
    }

    /// Hands each run of dark modules to `body`: column, row, length.
    func runs(_ body: (Int, Int, Int) -> Void) {
        for row in 0..<width {
            var column = 0
            while column < width {
                guard dark[row * width + column] else {
                    column += 1
                    continue
                }
                let start = column
                while column < width, dark[row * width + column] { column += 1 }
                body(start, row, column - start)
            }
        }
    }
}
