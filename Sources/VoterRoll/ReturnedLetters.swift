import Inputs

/// The post's list of undeliverable letters: CSV or XLSX with `batch` and `number`, or `reference`.
package struct ReturnedLetters {
    /// One letter.
    package struct Entry: Sendable, Equatable {
        package let line: Int
        package let batch: Int?
        package let number: Int?
        package let reference: String?
    }

    package let entries: [Entry]

    private static let batches = ["batch", "lot", "nlot", "ndelot", "numerolot", "numerodelot", "batchnumber"]
    private static let numbers = [
        "number", "numero", "pli", "npli", "ndepli", "numeropli", "numerodepli", "lettre", "nlettre", "ndelettre",
        "numerodelettre", "letter", "letternumber",
    ]

    /// Reads the file.
    package init(file: String) throws(RollFileError) {
        let source = try RollLoader.source(file, isRoll: false)
        var headings: [String]?
        var entries: [Entry] = []
        try source.forEachRow { bytes, fields throws(RollFileError) in
            let texts = fields.ranges.map { range in
                RowChecker.cell(bytes, range).map { cell in String(decoding: cell.map { bytes[$0] }, as: UTF8.self) }
                    ?? ""
            }
            guard let known = headings else {
                headings = texts.map(Folding.plain)
                return
            }
            func value(_ isNamed: (String) -> Bool) -> String? {
                known.firstIndex(where: isNamed).flatMap { $0 < texts.count && !texts[$0].isEmpty ? texts[$0] : nil }
            }
            let batch = value(ReturnedLetters.batches.contains).flatMap { Int($0) }
            let number = value(ReturnedLetters.numbers.contains).flatMap { Int($0) }
            // A heading that says reference may be called `numero` on a roll: here that is the letter's.
            let reference = value {
                !ReturnedLetters.numbers.contains($0) && Column.known($0)?.column == .reference
            }
            guard batch != nil && number != nil || reference != nil else {
                throw RollFileError(
                    file: file, line: fields.line,
                    message: "a returned letter is named by batch and number, or by reference")
            }
            entries.append(Entry(line: fields.line, batch: batch, number: number, reference: reference))
        }
        guard !entries.isEmpty else { throw RollFileError(file: file, line: 0, message: "the file lists no letters") }
        self.entries = entries
    }
}
