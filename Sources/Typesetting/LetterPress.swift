import CPango

/// Writes letters into one PDF (1.4) that streams out as it is made: fixed text is recorded once for each face and
/// referred to by every page. Black and grey alone, without transparency, in the letters' language.
///
/// The same letters and the same creation time give the same bytes. Not Sendable: one press, one thread, one file.
@safe package final class LetterPress {
    /// What a file says of itself, and how its sheets are laid out.
    package struct Paper {
        let profile: PrinterProfile
        let title: String
        let language: String
        let created: String
        let logo: Logo?

        /// - Parameters:
        ///   - title: of the document.
        ///   - language: the one of most letters, as RFC 3066 writes it; others are marked page by page.
        ///   - created: written into the file instead of today's date, ISO 8601.
        package init(
            profile: PrinterProfile = PrinterProfile(), title: String, language: String, created: String, logo: Logo?
        ) {
            (self.profile, self.title, self.language) = (profile, title, language)
            (self.created, self.logo) = (created, logo)
        }
    }

    /// Letters name them by their index.
    let faces: [LetterFace]
    let paper: Paper
    /// The PDF as cairo writes it.
    private let surface: OpaquePointer
    private let cairo: OpaquePointer
    /// The fixed text of each face, once it was drawn.
    private var recordings: [Int: OpaquePointer] = unsafe [:]
    private let sink: PDFSink
    /// What becomes of cairo's PDF on its way out.
    private let file: PlainPDF
    /// The address's boxes, each in smaller type: a line of 38 wide letters is wider than the window in the first.
    private let addresses: [TextBox]
    /// The salutation's, each in smaller type; the last ones break it over two lines.
    private let greetings: [TextBox]
    /// One for each slot of the codes frame, so that what was laid out to be checked is drawn.
    private let codes: [TextBox]
    private let mark: TextBox

    /// Of everything but the codes.
    static let bodyFont = "Liberation Sans"
    /// Tells all characters apart that a code may have.
    private static let codeFont = "DejaVu Sans Mono Bold"
    /// In points, the largest first; each takes what the one before is too wide for.
    private static let addressSizes = ["10", "9", "8", "7.5", "7"]
    /// On one line, and on several: a name has as many letters as the roll takes.
    private static let (greetingSizes, smallGreetingSizes) = (["10.5", "9.5", "8.5"], ["8", "7", "6", "5"])

    /// - Parameter write: takes the next bytes of the file; false stops the press.
    /// - Throws: when cairo cannot begin the file.
    package init(
        faces: [LetterFace], paper: Paper, write: @escaping (Span<UInt8>) -> Bool
    ) throws(LetterError) {
        (self.faces, self.paper) = (faces, paper)
        let file = try PlainPDF(language: paper.language, write: write)
        self.file = file
        sink = PDFSink { bytes in
            file.take(bytes)
            return true
        }
        unsafe surface = try sink.surface(created: paper.created, title: paper.title)
        unsafe cairo = cairo_create(surface)
        let canvas = unsafe cairo
        addresses = LetterPress.addressSizes.map {
            unsafe TextBox(on: canvas, font: "\(LetterPress.bodyFont) \($0)", width: nil)
        }
        let width = paper.profile.greeting.width
        greetings =
            LetterPress.greetingSizes.map {
                unsafe TextBox(on: canvas, font: "\(LetterPress.bodyFont) \($0)", width: nil)
            }
            + LetterPress.smallGreetingSizes.map {
                unsafe TextBox(on: canvas, font: "\(LetterPress.bodyFont) \($0)", width: width, breaksWords: true)
            }
        codes = (0..<(faces.map(\.labels.count).max() ?? 0)).map { _ in
            unsafe TextBox(on: canvas, font: "\(LetterPress.codeFont) 15", width: nil)
        }
        mark = unsafe TextBox(on: cairo, font: "\(LetterPress.bodyFont) 6.5", width: nil)
    }

    deinit {
        unsafe cairo_destroy(cairo)
        for face in faces.indices { unsafe cairo_surface_destroy(recordings[face]) }
        unsafe cairo_surface_destroy(surface)
    }

    /// Draws the fixed text of every face, so that a fault in a template is found before the first letter.
    /// - Throws: the fault of the first face that cannot be drawn.
    package func prepare() throws(LetterError) {
        for face in faces.indices { _ = try unsafe recorded(face) }
    }

    /// Lays out everything of a letter; throws what does not fit into its place or has no glyphs.
    /// - Returns: the boxes with the address and the salutation.
    private func lay(
        _ letter: Letter, _ window: PrinterProfile.Frame
    ) throws(LetterError) -> (address: TextBox, greeting: TextBox) {
        let greeting = try LetterPress.largest(greetings, letter.greeting, in: paper.profile.greeting)
        for (box, (index, text)) in zip(codes, letter.codes.enumerated()) {
            try box.lay(text, in: paper.profile.slot(index))
        }
        try mark.lay(letter.mark, in: paper.profile.mark)
        return (
            try LetterPress.largest(addresses, letter.recipient.joined(separator: "\n"), in: window), greeting
        )
    }

    /// The first of several boxes, from large type to small, in which a text has room.
    /// - Throws: when it has none in the smallest, or no font has one of its characters.
    private static func largest(
        _ boxes: [TextBox], _ text: String, in frame: PrinterProfile.Frame
    ) throws(LetterError) -> TextBox {
        for box in boxes where box.fits(text, frame) {
            try box.checkGlyphs(text)
            return box
        }
        let smallest = boxes[boxes.count - 1]
        try smallest.lay(text, in: frame)
        return smallest
    }

    /// Adds one sheet. When this throws a fault of the letter, nothing of it was drawn, and other letters can follow.
    /// - Throws: what does not fit, or has no glyphs; or that the file cannot be written, after which nothing more is.
    package func add(_ letter: Letter) throws(LetterError) {
        let profile = paper.profile
        let recording = try unsafe recorded(letter.face)
        let window = profile.window.inset(PrinterProfile.play)
        let squares =
            try ModuleGrid(square: letter.link).content(in: profile.qr)
            + ModuleGrid(matrix: letter.matrix).content(in: profile.matrix)
        let (address, greeting) = try lay(letter, window)
        if let word = letter.watermark { try drawWatermark(word) }
        unsafe cairo_set_source_surface(cairo, recording, 0, 0)
        unsafe cairo_paint(cairo)
        unsafe cairo_set_source_rgb(cairo, 0, 0, 0)
        unsafe address.show(at: window, on: cairo)
        if !letter.greeting.isEmpty { unsafe greeting.show(at: profile.greeting, on: cairo) }
        for (index, box) in codes.prefix(letter.codes.count).enumerated() {
            unsafe box.show(at: profile.slot(index), on: cairo)
        }
        unsafe mark.show(at: profile.mark, on: cairo)
        let language = faces[letter.face].setting.language
        file.begin(PlainPDF.Addition(language: language == paper.language ? nil : language, content: squares))
        unsafe cairo_show_page(cairo)
        try checkStatus()
        try file.endPage(letter.mark)
    }

    /// A word in light grey, before anything else is drawn.
    private func drawWatermark(_ word: String) throws(LetterError) {
        let frame = PrinterProfile.Frame(x: 20, y: 130, width: 180, height: 60)
        unsafe cairo_set_source_rgb(cairo, 0.88, 0.88, 0.88)
        try unsafe TextBox(on: cairo, font: "\(LetterPress.bodyFont) Bold 84", width: nil).draw(
            word, in: frame, on: cairo)
        unsafe cairo_set_source_rgb(cairo, 0, 0, 0)
    }

    /// Writes the end of the file.
    /// - Throws: when the rest cannot be written, or has a form that `PlainPDF` does not know.
    package func finish() throws(LetterError) {
        unsafe cairo_surface_finish(surface)
        try checkStatus()
        try file.finish()
    }

    /// - Throws: when cairo has met a fault; it stays with the file.
    private func checkStatus() throws(LetterError) {
        let status = unsafe cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw LetterError(
                "The PDF could not be written: \(unsafe String(cString: cairo_status_to_string(status))).")
        }
    }

    /// The fixed text of a face, drawn at the first letter that has it.
    private func recorded(_ face: Int) throws(LetterError) -> OpaquePointer {
        if let known = unsafe recordings[face] { return unsafe known }
        var extents = cairo_rectangle_t(
            x: 0, y: 0, width: PrinterProfile.sheet.width * pointsPerMillimetre,
            height: PrinterProfile.sheet.height * pointsPerMillimetre)
        guard let recording = unsafe cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, &extents),
            let canvas = unsafe cairo_create(recording)
        else { throw LetterError("Out of memory.") }
        defer { unsafe cairo_destroy(canvas) }
        try unsafe drawFixed(faces[face], on: canvas)
        unsafe recordings[face] = recording
        return unsafe recording
    }
}
