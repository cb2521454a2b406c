import CPango

/// Writes letters into one PDF (1.4) that streams out as it is made: fixed text is recorded once for each face and
/// referred to by every page.
///
/// The same letters and the same creation time give the same bytes. Not Sendable: one press, one thread, one file.
@safe package final class LetterPress {
    private let surface: OpaquePointer
    private let cairo: OpaquePointer
    private let profile: PrinterProfile
    private let faces: [LetterFace]
    private var recordings: [Int: OpaquePointer] = unsafe [:]
    private let sink: PDFSink
    /// The address's boxes, each in smaller type: a line of 38 wide letters is wider than the window in the first.
    private let addresses: [TextBox]
    private let greeting: TextBox
    private let code: TextBox
    private let mark: TextBox

    private static let bodyFont = "Liberation Sans"
    private static let codeFont = "DejaVu Sans Mono Bold"

    /// - Parameters:
    ///   - created: seconds since 1970, written into the file instead of today's date.
    ///   - write: takes the next bytes of the file; false stops the press.
    package init(
        faces: [LetterFace], profile: PrinterProfile = PrinterProfile(), created: String,
        write: @escaping (Span<UInt8>) -> Bool
    ) throws(LetterError) {
        (self.faces, self.profile) = (faces, profile)
        sink = PDFSink(write)
        unsafe surface = try sink.surface(created: created)
        unsafe cairo = cairo_create(surface)
        let canvas = unsafe cairo
        addresses = ["10", "9", "8"].map {
            unsafe TextBox(on: canvas, font: "\(LetterPress.bodyFont) \($0)", width: nil)
        }
        greeting = unsafe TextBox(on: cairo, font: "\(LetterPress.bodyFont) 10.5", width: nil)
        code = unsafe TextBox(on: cairo, font: "\(LetterPress.codeFont) 15", width: nil)
        mark = unsafe TextBox(on: cairo, font: "\(LetterPress.bodyFont) 6.5", width: nil)
    }

    deinit {
        unsafe cairo_destroy(cairo)
        for face in faces.indices { unsafe cairo_surface_destroy(recordings[face]) }
        unsafe cairo_surface_destroy(surface)
    }

    /// Draws the fixed text of every face, so that a fault in a template is found before the first letter.
    package func prepare() throws(LetterError) {
        for face in faces.indices { _ = try unsafe recorded(face) }
    }

    /// Whether everything of a letter fits into its place and has its glyphs; throws what is wrong.
    private func check(_ letter: Letter, _ inner: PrinterProfile.Frame) throws(LetterError) {
        let address = letter.recipient.joined(separator: "\n")
        if !addresses.dropLast().contains(where: { $0.fits(address, inner) }) {
            try addresses[addresses.count - 1].check(address, in: inner)
        }
        try greeting.check(letter.greeting, in: profile.greeting)
        for (index, text) in letter.codes.enumerated() { try code.check(text, in: LetterPress.slot(index, profile)) }
        try mark.check(letter.mark, in: profile.mark)
    }

    /// Adds one sheet. When this throws, nothing of it was drawn, and other letters can follow.
    package func add(_ letter: Letter) throws(LetterError) {
        let recording = try unsafe recorded(letter.face)
        // Three millimetres of play: the sheet moves in its envelope.
        let window = profile.window
        let inner = PrinterProfile.Frame(
            x: window.x + 3, y: window.y + 2, width: window.width - 4, height: window.height - 2)
        let code = try QRCode(letter.link)
        try check(letter, inner)
        if let word = letter.watermark { try drawWatermark(word) }
        unsafe cairo_set_source_surface(cairo, recording, 0, 0)
        unsafe cairo_paint(cairo)
        unsafe cairo_set_source_rgb(cairo, 0, 0, 0)
        try draw(address: letter.recipient.joined(separator: "\n"), in: inner)
        if !letter.greeting.isEmpty { try unsafe greeting.draw(letter.greeting, in: profile.greeting, on: cairo) }
        for (index, text) in letter.codes.enumerated() {
            try unsafe self.code.draw(text, in: LetterPress.slot(index, profile), on: cairo)
        }
        let qr = profile.qr
        unsafe code.draw(
            on: cairo, x: qr.x * pointsPerMillimetre, y: qr.y * pointsPerMillimetre,
            side: qr.width * pointsPerMillimetre)
        try unsafe mark.draw(letter.mark, in: profile.mark, on: cairo)
        unsafe cairo_show_page(cairo)
        try checkStatus()
    }

    private func draw(address: String, in frame: PrinterProfile.Frame) throws(LetterError) {
        for box in addresses.dropLast() where box.fits(address, frame) {
            try unsafe box.draw(address, in: frame, on: cairo)
            return
        }
        try unsafe addresses[addresses.count - 1].draw(address, in: frame, on: cairo)
    }

    private func drawWatermark(_ word: String) throws(LetterError) {
        let frame = PrinterProfile.Frame(x: 20, y: 130, width: 180, height: 60)
        unsafe cairo_set_source_rgb(cairo, 0.88, 0.88, 0.88)
        try unsafe TextBox(on: cairo, font: "\(LetterPress.bodyFont) Bold 84", width: nil).draw(
            word, in: frame, on: cairo)
        unsafe cairo_set_source_rgb(cairo, 0, 0, 0)
    }

    /// Writes the end of the file.
    package func finish() throws(LetterError) {
        unsafe cairo_surface_finish(surface)
        try checkStatus()
    }

    private func checkStatus() throws(LetterError) {
        let status = unsafe cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw LetterError(
                "The PDF could not be written: \(unsafe String(cString: cairo_status_to_string(status))).")
        }
    }

    /// Where the code of slot `index` stands, below its label.
    private static func slot(_ index: Int, _ profile: PrinterProfile) -> PrinterProfile.Frame {
        let frame = profile.codes
        return PrinterProfile.Frame(
            x: frame.x + 4, y: frame.y + 20 + Double(index) * 14, width: frame.width - 8, height: 8)
    }

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

    private func drawFixed(_ face: LetterFace, on canvas: OpaquePointer) throws(LetterError) {
        func box(_ size: String, _ frame: PrinterProfile.Frame) -> TextBox {
            unsafe TextBox(on: canvas, font: "\(LetterPress.bodyFont) \(size)", width: frame.width)
        }
        try unsafe box("9", profile.sender).draw(face.sender, in: profile.sender, on: canvas, markup: true)
        try unsafe drawBody(face.body, on: canvas)
        try unsafe box("9.5", profile.footer).draw(face.footer, in: profile.footer, on: canvas, markup: true)
        guard !face.labels.isEmpty else { return }
        let frame = profile.codes
        // The address is printed large enough to be typed from the sheet.
        let site = PrinterProfile.Frame(x: frame.x + 4, y: frame.y + 3, width: frame.width - 8, height: 9)
        let fittingSize = face.site.count <= 34 ? "15" : "10"
        try unsafe box("Bold \(fittingSize)", site).draw(face.site, in: site, on: canvas)
        for (index, label) in face.labels.enumerated() {
            let slot = LetterPress.slot(index, profile)
            let place = PrinterProfile.Frame(x: slot.x, y: slot.y - 5, width: slot.width, height: 5)
            try unsafe box("9", place).draw(label, in: place, on: canvas, markup: true)
        }
        unsafe outline(frame, on: canvas)
    }

    /// Type of the body in points, the largest first: as large as the texts allow, since many readers are old. Hours in several
    /// time zones take a line more.
    private static let bodySizes = ["11", "10.5", "10"]
    /// Millimetres between paragraphs and between the items of a list, and by which items stand back.
    private static let (paragraphGap, itemGap, itemIndent) = (2.2, 0.7, 4.5)

    private func drawBody(_ blocks: [LetterFace.Block], on canvas: OpaquePointer) throws(LetterError) {
        let frame = profile.body
        let sizes = LetterPress.bodySizes
        let size = sizes.first { unsafe bodyHeight(blocks, $0, on: canvas) <= frame.height } ?? sizes[sizes.count - 1]
        let font = "\(LetterPress.bodyFont) \(size)"
        var y = frame.y
        for (index, block) in blocks.enumerated() {
            let indent = block.isItem ? LetterPress.itemIndent : 0
            let place = PrinterProfile.Frame(
                x: frame.x + indent, y: y, width: frame.width - indent, height: frame.y + frame.height - y)
            if block.isItem {
                let mark = PrinterProfile.Frame(x: frame.x + 1, y: y, width: indent, height: place.height)
                try unsafe TextBox(on: canvas, font: font, width: nil).draw("\u{2022}", in: mark, on: canvas)
            }
            let height = try unsafe TextBox(on: canvas, font: font, width: place.width)
                .draw(block.markup, in: place, on: canvas, markup: true)
            y += height + LetterPress.gap(blocks, after: index)
        }
    }

    /// Millimetres between a block and the next.
    private static func gap(_ blocks: [LetterFace.Block], after index: Int) -> Double {
        let isInside = blocks[index].isItem && index + 1 < blocks.count && blocks[index + 1].isItem
        return isInside ? itemGap : paragraphGap
    }

    /// The body's height in millimetres in type of a size.
    private func bodyHeight(_ blocks: [LetterFace.Block], _ size: String, on canvas: OpaquePointer) -> Double {
        var height = 0.0
        for (index, block) in blocks.enumerated() {
            let width = profile.body.width - (block.isItem ? LetterPress.itemIndent : 0)
            let box = unsafe TextBox(on: canvas, font: "\(LetterPress.bodyFont) \(size)", width: width)
            height += box.height(markup: block.markup)
            if index + 1 < blocks.count { height += LetterPress.gap(blocks, after: index) }
        }
        return height
    }

    private func outline(_ frame: PrinterProfile.Frame, on canvas: OpaquePointer) {
        unsafe cairo_set_line_width(canvas, 0.8)
        unsafe cairo_rectangle(
            canvas, frame.x * pointsPerMillimetre, frame.y * pointsPerMillimetre, frame.width * pointsPerMillimetre,
            frame.height * pointsPerMillimetre)
        unsafe cairo_stroke(canvas)
    }
}
