import CPango

/// Points in a millimetre.
let pointsPerMillimetre = 72.0 / 25.4

/// One pango layout, used again for every text of its kind.
@safe final class TextBox {
    private let layout: OpaquePointer
    private let context: OpaquePointer

    /// - Parameters:
    ///   - font: as pango describes it: `Liberation Sans 10`.
    ///   - width: in millimetres; text wraps there. Nil: lines are never broken.
    ///   - breaksWords: whether a word that is wider than the box goes on in the next line: keys and signatures.
    init(on cairo: OpaquePointer, font: String, width: Double?, breaksWords: Bool = false) {
        unsafe context = pango_cairo_create_context(cairo)
        unsafe pango_cairo_context_set_resolution(context, 72)
        let options = unsafe cairo_font_options_create()
        unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        unsafe pango_cairo_context_set_font_options(context, options)
        unsafe cairo_font_options_destroy(options)
        unsafe pango_context_set_round_glyph_positions(context, 0)
        unsafe layout = pango_layout_new(context)
        let description = unsafe pango_font_description_from_string(font)
        unsafe pango_layout_set_font_description(layout, description)
        unsafe pango_font_description_free(description)
        if let width {
            unsafe pango_layout_set_width(layout, Int32(width * pointsPerMillimetre * Double(PANGO_SCALE)))
        }
        if breaksWords { unsafe pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR) }
        unsafe pango_layout_set_spacing(layout, Int32(PANGO_SCALE))
    }

    deinit {
        unsafe g_object_unref(UnsafeMutableRawPointer(layout))
        unsafe g_object_unref(UnsafeMutableRawPointer(context))
    }

    /// Whether plain `text` fits into a frame.
    func fits(_ text: String, _ frame: PrinterProfile.Frame) -> Bool {
        unsafe pango_layout_set_text(layout, text, -1)
        return frame.holds(size)
    }

    /// Whether the installed fonts have every character of plain `text`.
    func hasGlyphs(_ text: String) -> Bool {
        unsafe pango_layout_set_text(layout, text, -1)
        return unsafe pango_layout_get_unknown_glyphs_count(layout) == 0
    }

    /// Millimetres that rounding may add to a text that fits.
    fileprivate static let playOfWidth = 0.01

    /// What stands for a character that no font has; the last one is in every font.
    private static let replacements = ["\u{FFFD}", "?"]

    /// The text with a mark in place of each character that no installed font has.
    func settable(_ text: String) -> String {
        guard !hasGlyphs(text) else { return text }
        let mark = TextBox.replacements.first(where: hasGlyphs) ?? ""
        return text.map { hasGlyphs(String($0)) ? String($0) : mark }.joined()
    }

    /// The present text's size in millimetres.
    private var size: (width: Double, height: Double) {
        var (width, height) = (Int32(0), Int32(0))
        unsafe pango_layout_get_size(layout, &width, &height)
        let scale = Double(PANGO_SCALE) * pointsPerMillimetre
        return (Double(width) / scale, Double(height) / scale)
    }

    /// Draws `text` with its top left corner at a place in millimetres.
    /// - Returns: the height it takes, in millimetres.
    /// - Throws: when no font has one of its characters, or when it is larger than `frame`.
    @discardableResult
    func draw(
        _ text: String, in frame: PrinterProfile.Frame, on cairo: OpaquePointer, markup: Bool = false
    ) throws(LetterError) -> Double {
        let size = try measured(text, in: frame, markup: markup)
        unsafe show(at: frame, on: cairo)
        return size.height
    }

    /// Draws what was laid out last with its top left corner at that of a frame.
    func show(at frame: PrinterProfile.Frame, on cairo: OpaquePointer) {
        unsafe cairo_move_to(cairo, frame.x * pointsPerMillimetre, frame.y * pointsPerMillimetre)
        unsafe pango_cairo_show_layout(cairo, layout)
    }

    /// Lays out plain `text`; throws what keeps it from standing in `frame`.
    func lay(_ text: String, in frame: PrinterProfile.Frame) throws(LetterError) {
        _ = try measured(text, in: frame, markup: false)
    }

    /// Draws marked-up text line by line, and leaves out the folds: toner breaks there.
    /// - Parameter cairo: nil only measures.
    /// - Returns: the height that it takes, in millimetres.
    func flow(
        markup: String, in frame: PrinterProfile.Frame, avoiding folds: [Double], on cairo: OpaquePointer?
    ) throws(LetterError) -> Double {
        unsafe pango_layout_set_markup(layout, markup, -1)
        try checkGlyphs(markup)
        guard size.width <= frame.width + TextBox.playOfWidth else {
            throw LetterError(
                "\"\(markup.prefix(60))\" holds a word wider than its frame of \(Int(frame.width)) mm: shorten it.")
        }
        guard let iterator = unsafe pango_layout_get_iter(layout) else { throw LetterError("Out of memory.") }
        defer { unsafe pango_layout_iter_free(iterator) }
        let scale = Double(PANGO_SCALE) * pointsPerMillimetre
        var (shift, bottom) = (0.0, frame.y)
        repeat {
            var (first, last) = (Int32(0), Int32(0))
            unsafe pango_layout_iter_get_line_yrange(iterator, &first, &last)
            let (top, height) = (frame.y + Double(first) / scale, Double(last - first) / scale)
            for fold in folds {
                let (above, below) = (fold - PrinterProfile.foldPlay, fold + PrinterProfile.foldPlay)
                if top + shift < below, top + shift + height > above { shift = below - top }
            }
            bottom = top + shift + height
            if let cairo = unsafe cairo, let line = unsafe pango_layout_iter_get_line_readonly(iterator) {
                let baseline = unsafe Double(pango_layout_iter_get_baseline(iterator)) / scale
                unsafe cairo_move_to(
                    cairo, frame.x * pointsPerMillimetre, (frame.y + shift + baseline) * pointsPerMillimetre)
                unsafe pango_cairo_show_layout_line(cairo, line)
            }
        } while unsafe pango_layout_iter_next_line(iterator) != 0
        return bottom - frame.y
    }

    /// Whether marked-up text fits into a frame.
    func fits(markup: String, _ frame: PrinterProfile.Frame) -> Bool {
        unsafe pango_layout_set_markup(layout, markup, -1)
        return frame.holds(size)
    }

    /// Lays out a text and measures it in millimetres.
    /// - Throws: when no font has one of its characters, or when it is larger than the frame.
    private func measured(
        _ text: String, in frame: PrinterProfile.Frame, markup: Bool
    ) throws(LetterError) -> (width: Double, height: Double) {
        if markup {
            unsafe pango_layout_set_markup(layout, text, -1)
        } else {
            unsafe pango_layout_set_text(layout, text, -1)
        }
        try checkGlyphs(text)
        let size = size
        guard frame.holds(size) else {
            throw LetterError(
                "\"\(text.prefix(60))\" needs \(Int(size.width)) x \(Int(size.height)) mm, "
                    + "its frame has \(Int(frame.width)) x \(Int(frame.height)) mm: shorten it.")
        }
        return size
    }

    /// Throws where no font has a character of the text that was laid out last.
    func checkGlyphs(_ text: String) throws(LetterError) {
        guard unsafe pango_layout_get_unknown_glyphs_count(layout) == 0 else {
            throw LetterError(
                "No installed font has every character of \"\(text)\": install one (fonts-noto-core) or correct the text."
            )
        }
    }
}

extension PrinterProfile.Frame {
    /// Whether a text of this size fits.
    fileprivate func holds(_ size: (width: Double, height: Double)) -> Bool {
        size.height <= height + TextBox.playOfWidth && size.width <= width + TextBox.playOfWidth
    }
}
