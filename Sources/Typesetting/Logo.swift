import CPango

/// The organiser's mark at the head of a letter: a PNG, on white and in grey from the beginning, since mailing houses print black
/// and take no transparency.
///
/// Not Sendable: its pixels are cairo's.
@safe package final class Logo {
    private let surface: OpaquePointer
    /// In pixels.
    private let width: Double
    private let height: Double

    /// The file's bytes and pixels of a side at most: 60 mm at 600 dots to the inch take 1417.
    package static let (mostBytes, mostPixels) = (2 << 20, 3000)

    /// The file's bytes while cairo reads them.
    private final class Reader {
        let bytes: [UInt8]
        var at = 0
        init(_ bytes: [UInt8]) { self.bytes = bytes }
    }

    /// - Parameter name: the file's, for messages.
    /// - Throws: when it is no PNG, or has more bytes or pixels than are taken.
    package init(png bytes: [UInt8], name: String) throws(LetterError) {
        let (width, height) = try Logo.size(bytes, name)
        let reader = Reader(bytes)
        let picture = unsafe cairo_image_surface_create_from_png_stream(
            { context, target, count in
                guard let context = unsafe context, let target = unsafe target else { return CAIRO_STATUS_READ_ERROR }
                let reader = unsafe Unmanaged<Reader>.fromOpaque(context).takeUnretainedValue()
                guard reader.at + Int(count) <= reader.bytes.count else { return CAIRO_STATUS_READ_ERROR }
                for index in 0..<Int(count) { unsafe target[index] = reader.bytes[reader.at + index] }
                reader.at += Int(count)
                return CAIRO_STATUS_SUCCESS
            }, Unmanaged.passUnretained(reader).toOpaque())
        withExtendedLifetime(reader) {}
        defer { unsafe cairo_surface_destroy(picture) }
        guard unsafe cairo_surface_status(picture) == CAIRO_STATUS_SUCCESS,
            let made = unsafe cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
        else { throw LetterError("\(name) cannot be read as a PNG picture: save it anew as PNG.") }
        let canvas = unsafe cairo_create(made)
        unsafe cairo_set_source_rgb(canvas, 1, 1, 1)
        unsafe cairo_paint(canvas)
        unsafe cairo_set_source_surface(canvas, picture, 0, 0)
        unsafe cairo_paint(canvas)
        unsafe cairo_destroy(canvas)
        unsafe Logo.makeGrey(made, width, height)
        unsafe surface = made
        (self.width, self.height) = (Double(width), Double(height))
    }

    deinit { unsafe cairo_surface_destroy(surface) }

    /// The size as the PNG's first chunk says it (RFC 2083), before memory is taken for it.
    private static func size(_ bytes: [UInt8], _ name: String) throws(LetterError) -> (Int, Int) {
        guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), bytes.count > 24 else {
            throw LetterError("\(name) is no PNG picture: save the logo as PNG.")
        }
        func number(_ at: Int) -> Int { bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } }
        let (width, height) = (number(16), number(20))
        guard (1...mostPixels).contains(width), (1...mostPixels).contains(height), bytes.count <= mostBytes else {
            throw LetterError(
                "\(name) has \(width) x \(height) pixels and \(bytes.count) bytes: \(mostPixels) on a side and \(mostBytes) bytes "
                    + "are the most.")
        }
        return (width, height)
    }

    /// Each pixel as grey as the eye sees it (ITU-R BT.601).
    private static func makeGrey(_ surface: OpaquePointer, _ width: Int, _ height: Int) {
        unsafe cairo_surface_flush(surface)
        guard let pixels = unsafe cairo_image_surface_get_data(surface) else { return }
        let stride = unsafe Int(cairo_image_surface_get_stride(surface))
        for row in 0..<height {
            for column in 0..<width {
                let pixel = unsafe pixels + row * stride + column * 4
                let level = unsafe (Int(pixel[0]) * 29 + Int(pixel[1]) * 150 + Int(pixel[2]) * 77) >> 8
                for channel in 0..<3 { unsafe pixel[channel] = UInt8(min(level, 255)) }
            }
        }
        unsafe cairo_surface_mark_dirty(surface)
    }

    /// Draws it into a frame, as large as it fits, from the upper left corner.
    func draw(in frame: PrinterProfile.Frame, on canvas: OpaquePointer) {
        let scale = min(frame.width / width, frame.height / height) * pointsPerMillimetre
        unsafe cairo_save(canvas)
        unsafe cairo_translate(canvas, frame.x * pointsPerMillimetre, frame.y * pointsPerMillimetre)
        unsafe cairo_scale(canvas, scale, scale)
        unsafe cairo_set_source_surface(canvas, surface, 0, 0)
        unsafe cairo_paint(canvas)
        unsafe cairo_restore(canvas)
    }
}
