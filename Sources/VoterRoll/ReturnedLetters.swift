import Inputs

/// The post's list of undeliverable letters: CSV or XLSX with `batch` and `number`, or `reference`.
package struct ReturnedLetters {
    /// One letter.
    package struct Entry: Sendable, Equatable {
        /// The line of the file, or the row of the sheet, from 1.
        package let line: Int
        /// The batch's number, as the letter's mark has it; nil where the reference names the letter.
        package let batch: Int?
        /// The letter's number in the batch; nil where the reference names the letter.
        package let number: Int?
        /// The voter's reference; nil where batch and number name the letter.
        package let reference: String?
    }

    /// At least one, in the file's order.
    package let entries: [Entry]

    /// Folded headings of the batch's column.
    private static let batches = ["batch", "lot", "nlot", "ndelot", "numerolot", "numerodelot", "batchnumber"]
    /// Folded headings of the letter's column.
    private static let numbers = [
        "number", "numero", "pli", "npli", "ndepli", "numeropli", "numerodepli", "lettre", "nlettre", "ndelettre",
        "numerodelettre", "letter", "letternumber", "courrier", "ncourrier", "ndecourrier", "numerodecourrier",
        "enveloppe",
        "nenveloppe", "ndelenveloppe", "numerodanslelot",
    ]

    /// What is said of a file in which no line is the headings.
    private static let noHeadings =
        "no line is headings that name batch and number (Lot, Num\u{E9}ro) or the reference (Matricule): write them above the letters"

    /// Reads the file.
    /// - Throws: when the file cannot be read, a row names no letter, or there are no rows.
    package init(file: String) throws(RollFileError) {
        let source = try RollLoader.source(file, isRoll: false)
        var headings: [String]?
        var entries: [Entry] = []
        var titles = 0
        try source.forEachRow { bytes, fields throws(RollFileError) in
            let texts = fields.ranges.map { range in
                SheetColumns.cell(bytes, range).map { cell in String(decoding: cell.map { bytes[$0] }, as: UTF8.self) }
                    ?? ""
            }
            guard let known = headings else {
                let folded = texts.map(Folding.plain)
                if ReturnedLetters.areHeadings(folded) { headings = folded }
                titles += 1
                // A title and notes may stand above, as on a roll.
                guard headings != nil || titles < RollLimits.headingRows else {
                    throw RollFileError(file: file, line: 1, message: ReturnedLetters.noHeadings)
                }
                return
            }
            func value(_ isNamed: (String) -> Bool) -> String? {
                known.firstIndex(where: isNamed).flatMap { $0 < texts.count && !texts[$0].isEmpty ? texts[$0] : nil }
            }
            let batch = value(ReturnedLetters.batches.contains).flatMap { Int($0) }
            let number = value(ReturnedLetters.numbers.contains).flatMap { Int($0) }
            // A heading that says reference may be called `numero` on a roll: here that is the letter's.
            let reference = value(ReturnedLetters.isReference)
            guard batch != nil && number != nil || reference != nil else {
                throw RollFileError(
                    file: file, line: fields.line,
                    message: "a returned letter is named by batch and number, or by reference")
            }
            entries.append(Entry(line: fields.line, batch: batch, number: number, reference: reference))
        }
        guard headings != nil || titles == 0 else {
            throw RollFileError(file: file, line: 1, message: ReturnedLetters.noHeadings)
        }
        guard !entries.isEmpty else { throw RollFileError(file: file, line: 0, message: "the file lists no letters") }
        self.entries = entries
    }

    /// Whether a folded heading is the reference's and not the letter's number.
    private static func isReference(_ heading: String) -> Bool {
        !numbers.contains(heading) && Column.known(heading)?.column == .reference
    }

    /// Whether a line names what names a letter.
    /// - Parameter folded: its fields, folded.
    private static func areHeadings(_ folded: [String]) -> Bool {
        folded.contains(where: batches.contains) && folded.contains(where: numbers.contains)
            || folded.contains(where: isReference)
    }
}
