import CPango

/// Takes a PDF's bytes as cairo writes them.
final class PDFSink {
    /// False stops the writing.
    private let write: (Span<UInt8>) -> Bool

    /// - Parameter write: takes the next bytes; false stops cairo with an error.
    init(_ write: @escaping (Span<UInt8>) -> Bool) { self.write = write }

    /// A new PDF (1.4) of A4 sheets that goes into this sink, which must outlive it.
    /// - Parameters:
    ///   - created: written into the file instead of today's date, ISO 8601.
    ///   - title: of the document; readers show it in place of the file's name.
    /// - Throws: when there is no memory.
    func surface(created: String, title: String? = nil) throws(LetterError) -> OpaquePointer {
        let sheet = PrinterProfile.sheet
        guard
            let made = unsafe cairo_pdf_surface_create_for_stream(
                { context, bytes, count in
                    guard let context = unsafe context, let bytes = unsafe bytes else {
                        return CAIRO_STATUS_WRITE_ERROR
                    }
                    let sink = unsafe Unmanaged<PDFSink>.fromOpaque(context).takeUnretainedValue()
                    return unsafe sink.write(UnsafeBufferPointer(start: bytes, count: Int(count)).span)
                        ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR
                }, Unmanaged.passUnretained(self).toOpaque(), sheet.width * pointsPerMillimetre,
                sheet.height * pointsPerMillimetre)
        else { throw LetterError("The PDF could not be begun.") }
        unsafe cairo_pdf_surface_restrict_to_version(made, CAIRO_PDF_VERSION_1_4)
        unsafe cairo_pdf_surface_set_metadata(made, CAIRO_PDF_METADATA_CREATE_DATE, created)
        if let title { unsafe cairo_pdf_surface_set_metadata(made, CAIRO_PDF_METADATA_TITLE, title) }
        return unsafe made
    }
}
