import CDataMatrix
import CQREncode

/// The dark and light modules of a code in two dimensions, row by row from the top.
struct ModuleGrid {
    /// Modules of a side, without a margin.
    let side: Int
    /// Row by row from the top.
    private let isDark: [Bool]

    /// A QR code (libqrencode), error correction M: readable with a crease or a smudge.
    /// - Parameter text: printable ASCII.
    /// - Throws: when the text is too long.
    init(square text: String) throws(LetterError) {
        guard let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else {
            throw LetterError("\"\(text)\" is too long for a QR code.")
        }
        defer { unsafe QRcode_free(code) }
        side = unsafe Int(code.pointee.width)
        isDark = unsafe UnsafeBufferPointer(start: code.pointee.data, count: side * side).map { $0 & 1 == 1 }
    }

    /// A DataMatrix (ECC 200, libdmtx), which the cameras of inserting machines read.
    /// - Parameter text: printable ASCII; two digits take one place.
    init(matrix text: String) throws(LetterError) {
        guard let encoder = unsafe dmtxEncodeCreate() else { throw LetterError("Out of memory.") }
        defer {
            var dead: UnsafeMutablePointer<DmtxEncode>? = unsafe encoder
            unsafe dmtxEncodeDestroy(&dead)
        }
        // One pixel for each module, and no margin: the picture is the grid.
        for (property, value) in [
            (DmtxPropScheme, DmtxSchemeAscii.rawValue), (DmtxPropSizeRequest, DmtxSymbolSquareAuto.rawValue),
            (DmtxPropModuleSize, 1), (DmtxPropMarginSize, 0),
        ] { unsafe dmtxEncodeSetProp(encoder, Int32(property.rawValue), Int32(value)) }
        var bytes = Array(text.utf8)
        guard unsafe dmtxEncodeDataMatrix(encoder, Int32(bytes.count), &bytes) != 0,
            let image = unsafe encoder.pointee.image, unsafe image.pointee.width == image.pointee.height
        else { throw LetterError("\"\(text)\" does not fit into a DataMatrix.") }
        let width = unsafe image.pointee.width
        side = Int(width)
        var found: [Bool] = []
        found.reserveCapacity(side * side)
        // Its pictures stand on their feet: the first row is the lowest.
        for y in (0..<width).reversed() {
            for x in 0..<width {
                var level = Int32(255)
                unsafe dmtxImageGetPixelValue(image, x, y, 0, &level)
                found.append(level < 128)
            }
        }
        isDark = found
    }

    /// Operators that draw it into a square, black, as a mask of one bit: machines print that as sharp as they can.
    /// - Parameter frame: the square in millimetres from the sheet's upper left corner.
    func content(in frame: PrinterProfile.Frame) -> [UInt8] {
        let places = [frame.width, frame.height, frame.x, PrinterProfile.sheet.height - frame.y - frame.height]
            .map { PDFNumber.text($0 * pointsPerMillimetre) }
        var content = Array(
            ("q 0 g \(places[0]) 0 0 \(places[1]) \(places[2]) \(places[3]) cm\n"
                + "BI /IM true /W \(side) /H \(side) /BPC 1 /D [1 0] /F /AHx ID ").utf8)
        content.reserveCapacity(content.count + side * (side + 7) / 4 + ModuleGrid.ending.count)
        for row in 0..<side {
            for first in stride(from: 0, to: side, by: 8) {
                var byte: UInt8 = 0
                for column in first..<min(first + 8, side) where isDark[row * side + column] {
                    byte |= 0x80 >> UInt8(column - first)
                }
                content.append(ModuleGrid.digits[Int(byte >> 4)])
                content.append(ModuleGrid.digits[Int(byte & 15)])
            }
        }
        content += ModuleGrid.ending
        return content
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
    private static let ending = Array(">\nEI Q\n".utf8)
}
