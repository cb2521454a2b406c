import CPango

/// A text of headings, paragraphs and tables, laid out on as many sheets as it takes: receipts, results, signature lists.
/// No text keeps it from being made: a character without a font is drawn as a mark, and what is longer than a sheet goes on on
/// the next, since what it holds was sealed, or said by somebody, before.
package struct Report: Sendable {
    /// The faces of running text and of tables, in which `FontCheck` looks.
    static let (plain, bold, fixed) = ("Liberation Sans", "Liberation Sans Bold", "DejaVu Sans Mono")
    /// As `FontCheck` asks for them.
    static let fonts = [plain, bold].map { "\($0) 10" }

    /// What a report is made of, from top to bottom.
    package enum Block: Sendable {
        case heading(String)
        case paragraph(String)
        /// Figures and keys, in type that tells all characters apart.
        case mono(String)
        /// A line of a table: the first column takes what the others, of 30 mm each, leave.
        case row([String], isHead: Bool = false)
        /// An address as a QR code, for the camera of a telephone.
        case square(String)
        /// A name with a line beside it for the person to sign on.
        case signature(String)
    }

    /// In large type on the first sheet.
    private let title: String
    private var blocks: [Block] = []

    /// - Parameter title: of the first sheet.
    package init(title: String) { self.title = title }

    /// Appends a block below the others.
    package mutating func add(_ block: Block) { blocks.append(block) }

    /// Everything that it says, in its order.
    package var texts: [String] {
        [title]
            + blocks.flatMap { block in
                switch block {
                case .heading(let text), .paragraph(let text), .mono(let text), .signature(let text), .square(let text):
                    [text]
                case .row(let cells, _): cells
                }
            }
    }

    /// The sheets as a PDF (1.4); the same report and time give the same bytes.
    /// - Parameter created: as PDF writes it, ISO 8601.
    /// - Throws: when an address is too long for a QR code, or there is no memory. Texts never make it throw.
    package func pdf(created: String) throws(LetterError) -> [UInt8] {
        let press = try ReportPress(created: created)
        try press.heading(title, size: 18, gap: 4)
        for block in blocks {
            switch block {
            case .heading(let text): try press.heading(text, size: 13, gap: 2)
            case .paragraph(let text): try press.text(text, font: "\(Report.plain) 10.5", gap: 2)
            case .mono(let text): try press.text(text, font: "\(Report.fixed) 8.5", gap: 4)
            case .row(let cells, let isHead): try press.row(cells, isHead: isHead)
            case .signature(let name): try press.signature(name)
            case .square(let address): try press.square(address)
            }
        }
        return try press.finish()
    }
}

/// Draws a report from top to bottom, sheet after sheet.
@safe private final class ReportPress {
    private static let area = PrinterProfile.Frame(x: 20, y: 20, width: 170, height: 257)
    /// Millimetres of every column but the first.
    private static let columnWidth = 30.0

    /// The file as it grows.
    private final class Content { var bytes: [UInt8] = [] }

    private let content: Content
    private let sink: PDFSink
    private let surface: OpaquePointer
    private let cairo: OpaquePointer
    /// Millimetres from the top of the sheet at which the next block begins.
    private var y = ReportPress.area.y

    /// - Parameter created: ISO 8601, for the file's metadata.
    init(created: String) throws(LetterError) {
        let content = Content()
        self.content = content
        sink = PDFSink { bytes in
            for index in bytes.indices { content.bytes.append(bytes[index]) }
            return true
        }
        unsafe surface = try sink.surface(created: created)
        unsafe cairo = cairo_create(surface)
    }

    deinit {
        unsafe cairo_destroy(cairo)
        unsafe cairo_surface_destroy(surface)
    }

    /// A heading with a gap in millimetres above and below.
    func heading(_ text: String, size: Int, gap: Double) throws(LetterError) {
        if y > ReportPress.area.y { y += gap }
        // A heading keeps company: it does not stand alone at the foot of a sheet.
        if y > ReportPress.area.y + ReportPress.area.height - 30 { turn() }
        try self.text(text, font: "\(Report.bold) \(size)", gap: gap)
    }

    /// A paragraph with a gap in millimetres below it.
    func text(_ text: String, font: String, gap: Double) throws(LetterError) {
        y += try draw(text, font: font, x: ReportPress.area.x, width: ReportPress.area.width) + gap
    }

    /// One line of a table with a rule below it; a row that is too high goes on on the next sheet.
    func row(_ cells: [String], isHead: Bool) throws(LetterError) {
        let font = "\(isHead ? Report.bold : Report.plain) 9.5"
        let first = ReportPress.area.width - ReportPress.columnWidth * Double(cells.count - 1)
        if y > ReportPress.area.y + ReportPress.area.height - 12 { turn() }
        var height = 0.0
        for (index, cell) in cells.enumerated() {
            let x = ReportPress.area.x + (index == 0 ? 0 : first + ReportPress.columnWidth * Double(index - 1))
            let width = index == 0 ? first : ReportPress.columnWidth
            height = max(height, try draw(cell, font: font, x: x, width: width - 2))
        }
        y += height + 1.5
        line(from: ReportPress.area.x, width: ReportPress.area.width)
    }

    /// Millimetres that a signature takes in height.
    private static let signatureHeight = 16.0

    /// A name, and a line to its right.
    func signature(_ name: String) throws(LetterError) {
        let area = ReportPress.area
        if y > area.y + area.height - ReportPress.signatureHeight { turn() }
        let half = area.width / 2
        let top = y
        y = top + ReportPress.signatureHeight - 6
        _ = try draw(name, font: "\(Report.plain) 10.5", x: area.x, width: half - 4)
        y = top + ReportPress.signatureHeight
        line(from: area.x + half, width: half)
    }

    /// Millimetres of a square's side: a camera reads it from a sheet on a table, and from a screen.
    private static let squareSide = 32.0

    /// A QR code at the left edge.
    func square(_ address: String) throws(LetterError) {
        let area = ReportPress.area
        if y > area.y + area.height - ReportPress.squareSide { turn() }
        let code = try QRCode(address)
        unsafe cairo_set_source_rgb(cairo, 0, 0, 0)
        unsafe code.draw(
            on: cairo, x: area.x * pointsPerMillimetre, y: y * pointsPerMillimetre,
            side: ReportPress.squareSide * pointsPerMillimetre)
        y += ReportPress.squareSide + 4
    }

    /// A thin line just above the present height.
    private func line(from x: Double, width: Double) {
        unsafe cairo_set_line_width(cairo, 0.4)
        unsafe cairo_move_to(cairo, x * pointsPerMillimetre, (y - 0.75) * pointsPerMillimetre)
        unsafe cairo_line_to(cairo, (x + width) * pointsPerMillimetre, (y - 0.75) * pointsPerMillimetre)
        unsafe cairo_stroke(cairo)
    }

    /// Draws a text, on the next sheet where this one has no room for it, and in pieces where a whole sheet has none; returns
    /// the height of what stands on the last one.
    private func draw(_ text: String, font: String, x: Double, width: Double) throws(LetterError) -> Double {
        let box = unsafe TextBox(on: cairo, font: font, width: width, breaksWords: true)
        var rest = Substring(text)
        while rest.count > ReportPress.pieceLength {
            let piece = rest.prefix(ReportPress.pieceLength)
            let cut = piece.lastIndex(of: " ").map { piece.index(after: $0) } ?? piece.endIndex
            y += try draw(box.settable(String(rest[..<cut])), in: box, x: x, width: width)
            rest = rest[cut...]
        }
        return try draw(box.settable(String(rest)), in: box, x: x, width: width)
    }

    /// Characters laid out at once: the time that takes grows faster than their number.
    private static let pieceLength = 2000

    /// Draws a text that can be set, cutting it in two until each part has room.
    private func draw(_ text: String, in box: TextBox, x: Double, width: Double) throws(LetterError) -> Double {
        func frame() -> PrinterProfile.Frame {
            PrinterProfile.Frame(x: x, y: y, width: width, height: ReportPress.area.y + ReportPress.area.height - y)
        }
        if !box.fits(text, frame()), y > ReportPress.area.y { turn() }
        guard !box.fits(text, frame()), text.count > 1 else { return try unsafe box.draw(text, in: frame(), on: cairo) }
        let middle = text.index(text.startIndex, offsetBy: text.count / 2)
        let cut = text[..<middle].lastIndex(of: " ").map { text.index(after: $0) } ?? middle
        y += try draw(String(text[..<cut]), in: box, x: x, width: width)
        return try draw(String(text[cut...]), in: box, x: x, width: width)
    }

    /// Ends the sheet.
    private func turn() {
        unsafe cairo_show_page(cairo)
        y = ReportPress.area.y
    }

    /// Ends the last sheet and the file.
    func finish() throws(LetterError) -> [UInt8] {
        unsafe cairo_show_page(cairo)
        unsafe cairo_surface_finish(surface)
        let status = unsafe cairo_surface_status(surface)
        guard status == CAIRO_STATUS_SUCCESS else {
            throw LetterError(
                "The PDF could not be written: \(unsafe String(cString: cairo_status_to_string(status))).")
        }
        return content.bytes
    }
}
