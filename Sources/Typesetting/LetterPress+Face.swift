import CPango

/// The fixed text of a letter, drawn once.
extension LetterPress {
    /// Draws sender, date, body, footer and labels.
    /// - Throws: when one of them does not fit into its frame, or has a character that no font has.
    func drawFixed(_ face: LetterFace, on canvas: OpaquePointer) throws(LetterError) {
        let profile = paper.profile
        func box(_ size: String, _ frame: PrinterProfile.Frame) -> TextBox {
            unsafe TextBox(on: canvas, font: "\(LetterPress.bodyFont) \(size)", width: frame.width)
        }
        /// The box with the largest type in which a text fits, or that with the smallest.
        func fitting(_ sizes: [String], _ markup: String, _ frame: PrinterProfile.Frame) -> TextBox {
            let boxes = sizes.map { box($0, frame) }
            return boxes.first { $0.fits(markup: markup, frame) } ?? boxes[boxes.count - 1]
        }
        unsafe paper.logo?.draw(in: profile.logo, on: canvas)
        let sender = profile.sender(below: paper.logo)
        try unsafe fitting(["9", "8", "7", "6.5", "6"], face.sender, sender).draw(
            face.sender, in: sender, on: canvas, markup: true)
        try unsafe drawReturnLine(face.setting.returnLine, on: canvas)
        try unsafe box("10", profile.date).draw(face.setting.date, in: profile.date, on: canvas)
        try unsafe drawBody(face.body, on: canvas)
        try unsafe box("9.5", profile.footer).draw(face.footer, in: profile.footer, on: canvas, markup: true)
        guard !face.labels.isEmpty else { return }
        let frame = profile.codes
        // The address is printed large enough to be typed from the sheet.
        let site = PrinterProfile.Frame(x: frame.x + 4, y: frame.y + 3, width: frame.width - 8, height: 9)
        let fittingSize = face.site.count <= 34 ? "15" : "10"
        try unsafe box("Bold \(fittingSize)", site).draw(face.site, in: site, on: canvas)
        for (index, label) in face.labels.enumerated() {
            let slot = profile.slot(index)
            let place = PrinterProfile.Frame(x: slot.x, y: slot.y - 5, width: slot.width, height: 5)
            try unsafe box("9", place).draw(label, in: place, on: canvas, markup: true)
        }
        unsafe outline(frame, on: canvas)
    }

    /// Draws the sender above the window: on one line, next to it, as long as the type can be read, else on two; never on three.
    private func drawReturnLine(_ line: ReturnLine, on canvas: OpaquePointer) throws(LetterError) {
        let frame = paper.profile.returnLine
        let single = PrinterProfile.Frame(
            x: frame.x, y: frame.bottom - LetterPress.singleLine, width: frame.width, height: LetterPress.singleLine)
        let lines = ["7", "6.5", "6", "5.5"].map {
            unsafe TextBox(on: canvas, font: "\(LetterPress.bodyFont) \($0)", width: nil)
        }
        let double = unsafe TextBox(
            on: canvas, font: "\(LetterPress.bodyFont) 5.5", width: frame.width, breaksWords: true)
        let text = line.wording { text in lines.contains { $0.fits(text, single) } || double.fits(text, frame) }
        if let box = lines.first(where: { $0.fits(text, single) }) {
            try unsafe box.draw(text, in: single, on: canvas)
        } else {
            try unsafe double.draw(text, in: frame, on: canvas)
        }
    }

    /// Millimetres in height of a line of 7 points.
    private static let singleLine = 3.0

    /// Type of the body in points, the largest first: as large as the texts allow, since many readers are old. Hours in several
    /// time zones take a line more.
    private static let bodySizes = ["11", "10.5", "10", "9.5"]
    /// Millimetres between paragraphs and between the items of a list, and by which items stand back.
    private static let (paragraphGap, itemGap, itemIndent) = (2.2, 0.7, 4.5)

    /// Draws the body in the largest type in which it fits.
    /// - Throws: when it does not fit in the smallest.
    private func drawBody(_ blocks: [LetterFace.Block], on canvas: OpaquePointer) throws(LetterError) {
        let frame = paper.profile.body
        var height = 0.0
        for size in LetterPress.bodySizes {
            height = try unsafe flow(blocks, size, on: canvas, draws: false)
            if height <= frame.height {
                _ = try unsafe flow(blocks, size, on: canvas, draws: true)
                return
            }
        }
        throw LetterError(
            "The letter's text needs \(Int(height)) mm in height, its frame has \(Int(frame.height)) mm: shorten it.")
    }

    /// Draws the body in type of a size, or only measures it; returns its height in millimetres.
    private func flow(
        _ blocks: [LetterFace.Block], _ size: String, on canvas: OpaquePointer, draws: Bool
    ) throws(LetterError) -> Double {
        let frame = paper.profile.body
        let font = "\(LetterPress.bodyFont) \(size)"
        var y = frame.y
        for (index, block) in blocks.enumerated() {
            let indent = block.isItem ? LetterPress.itemIndent : 0
            let markup = block.markup
            let place = PrinterProfile.Frame(x: frame.x + indent, y: y, width: frame.width - indent, height: 0)
            let height = try unsafe TextBox(on: canvas, font: font, width: place.width)
                .flow(markup: markup, in: place, avoiding: paper.profile.folds, on: draws ? canvas : nil)
            if block.isItem {
                let mark = PrinterProfile.Frame(x: frame.x + 1, y: y, width: indent, height: 0)
                _ = try unsafe TextBox(on: canvas, font: font, width: nil)
                    .flow(markup: "\u{2022}", in: mark, avoiding: paper.profile.folds, on: draws ? canvas : nil)
            }
            y += height
            if index + 1 < blocks.count { y += LetterPress.gap(blocks, after: index) }
        }
        return y - frame.y
    }

    /// Millimetres between a block and the next.
    private static func gap(_ blocks: [LetterFace.Block], after index: Int) -> Double {
        let isInside = blocks[index].isItem && index + 1 < blocks.count && blocks[index + 1].isItem
        return isInside ? itemGap : paragraphGap
    }

    /// A frame's border.
    private func outline(_ frame: PrinterProfile.Frame, on canvas: OpaquePointer) {
        unsafe cairo_set_source_rgb(canvas, 0, 0, 0)
        unsafe cairo_set_line_width(canvas, 0.8)
        unsafe cairo_rectangle(
            canvas, frame.x * pointsPerMillimetre, frame.y * pointsPerMillimetre, frame.width * pointsPerMillimetre,
            frame.height * pointsPerMillimetre)
        unsafe cairo_stroke(canvas)
    }
}
