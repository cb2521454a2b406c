import CPango

/// Tells which texts the installed fonts cannot set: what is sealed stands on receipts, records and the result's paper for ever.
///
/// Not Sendable: one check, one thread.
@safe package final class FontCheck {
    private let surface: OpaquePointer
    private let cairo: OpaquePointer
    /// One for each font in which texts are set.
    private let boxes: [TextBox]

    /// Looks with every font that a text of an election is set in.
    package init() {
        unsafe surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, nil)
        unsafe cairo = cairo_create(surface)
        let canvas = unsafe cairo
        boxes = Report.fonts.map { unsafe TextBox(on: canvas, font: $0, width: nil) }
    }

    deinit {
        unsafe cairo_destroy(cairo)
        unsafe cairo_surface_destroy(surface)
    }

    /// The characters of a text that no installed font has, each once, in their order.
    package func missing(_ text: String) -> [Character] {
        guard boxes.contains(where: { !$0.hasGlyphs(text) }) else { return [] }
        var found: [Character] = []
        for character in text where !found.contains(character) {
            if boxes.contains(where: { !$0.hasGlyphs(String(character)) }) { found.append(character) }
        }
        return found
    }
}
