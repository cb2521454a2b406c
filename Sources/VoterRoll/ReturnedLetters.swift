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

    /// Reads the file.
    package init(file: String) throws(RollFileError) {
        let source = try RollLoader.source(file)
        var headings: [String]?
        var entries: [Entry] = []
        try source.forEachRow { bytes, fields throws(RollFileError) in
            let texts = fields.ranges.map { range in String(decoding: range.map { bytes[$0] }, as: UTF8.self) }
            guard let known = headings else {
                headings = texts.map(Folding.plain)
                return
            }
            func value(_ names: [String]) -> String? {
                known.firstIndex(where: names.contains).flatMap {
                    $0 < texts.count && !texts[$0].isEmpty ? texts[$0] : nil
                }
            }
            let batch = value(["batch", "lot"]).flatMap { Int($0) }
            let number = value(["number", "numero", "pli"]).flatMap { Int($0) }
            let reference = value(["reference", "matricule"])
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
