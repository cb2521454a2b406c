import Inputs

/// How the headings of a file were understood.
struct RollHeadings {
    /// The headings as they stand in the file.
    let texts: [String]
    /// Where each known column stands, from 0.
    let index: [Column: Int]
    /// Headings that mean nothing here; their values are not read.
    let ignored: [String]

    init(
        _ bytes: Span<UInt8>, _ fields: RowFields, map: [String: Column], file: String
    ) throws(RollFileError) {
        var (texts, index, ignored): ([String], [Column: Int], [String]) = ([], [:], [])
        for (position, range) in fields.ranges.enumerated() {
            let value = range.map { bytes[$0] }
            guard RollLimits.cell.fault(bytes: value) == nil else {
                throw RollFileError(
                    file: file, line: fields.line,
                    message:
                        "the heading of column \(position + 1) is longer than \(RollLimits.cell.scalars) characters or "
                        + "piles up combining marks: is this line the headings?")
            }
            let text = String(decoding: value, as: UTF8.self)
            texts.append(text)
            guard let column = Column.named(text, map: map) else {
                if !range.isEmpty { ignored.append(text) }
                continue
            }
            guard index[column] == nil else {
                throw RollFileError(
                    file: file, line: fields.line,
                    message: "two columns are read as \(column.rawValue), the second is \"\(text)\": "
                        + "rename one, or say which with --map \"HEADING=\(column.rawValue)\"")
            }
            index[column] = position
        }
        for (heading, column) in map where !texts.contains(where: { Column.fold($0) == heading }) {
            throw RollFileError(
                file: file, line: fields.line,
                message: "--map names a heading for \(column.rawValue) that the file does not have; its headings are "
                    + texts.prefix(20).joined(separator: " | "))
        }
        let missing = [Column.reference, .lastName, .firstName].filter { index[$0] == nil }
        guard missing.isEmpty else {
            throw RollFileError(
                file: file, line: fields.line,
                message: "there is no column for \(missing.map(\.rawValue).joined(separator: ", ")) among the headings "
                    + "(\(texts.prefix(20).joined(separator: " | "))): name it with --map \"HEADING=\(missing[0].rawValue)\""
            )
        }
        (self.texts, self.index, self.ignored) = (texts, index, ignored)
    }
}
