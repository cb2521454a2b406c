import CPango
import CQREncode

/// A QR code (libqrencode) as a one-bit mask, error correction M: readable with a crease or a smudge.
@safe final class QRCode {
    /// Modules of a side.
    let width: Int
    /// One bit for each module.
    private let mask: OpaquePointer

    /// - Parameter text: printable ASCII.
    /// - Throws: when the text is too long.
    init(_ text: String) throws(LetterError) {
        guard let code = unsafe QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M) else {
            throw LetterError("\"\(text)\" is too long for a QR code.")
        }
        defer { unsafe QRcode_free(code) }
        width = unsafe Int(code.pointee.width)
        let side = Int32(width)
        guard let made = unsafe cairo_image_surface_create(CAIRO_FORMAT_A1, side, side),
            let pixels = unsafe cairo_image_surface_get_data(made)
        else { throw LetterError("Out of memory.") }
        unsafe mask = made
        let stride = unsafe Int(cairo_image_surface_get_stride(mask))
        for row in 0..<width {
            for column in 0..<width where unsafe code.pointee.data[row * width + column] & 1 == 1 {
                // The bits of a byte begin with the lowest on little-endian machines.
                unsafe pixels[row * stride + column / 8] |= 1 << UInt8(column % 8)
            }
        }
        unsafe cairo_surface_mark_dirty(mask)
    }

    deinit { unsafe cairo_surface_destroy(mask) }

    /// Draws the code into the square whose upper left corner and side are given in points.
    func draw(on canvas: OpaquePointer, x: Double, y: Double, side: Double) {
        unsafe cairo_save(canvas)
        unsafe cairo_translate(canvas, x, y)
        unsafe cairo_scale(canvas, side / Double(width), side / Double(width))
        let pattern = unsafe cairo_pattern_create_for_surface(mask)
        unsafe cairo_pattern_set_filter(pattern, CAIRO_FILTER_NEAREST)
        unsafe cairo_mask(canvas, pattern)
        unsafe cairo_pattern_destroy(pattern)
        unsafe cairo_restore(canvas)
    }
}
