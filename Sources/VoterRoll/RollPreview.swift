import Inputs

/// The headings of a file and its first rows, for somebody who says what each column is.
package struct RollPreview: Sendable {
    /// One column of the file.
    package struct Heading: Sendable, Equatable {
        package let text: String
        /// By which an import's map names it; the second and later ones of the same heading with their number.
        package let key: String
        /// What it is read as when nobody says otherwise.
        package let column: Column?
        /// What stands below it in the first rows.
        package fileprivate(set) var samples: [String]
    }

    package let headings: [Heading]

    /// Rows shown below the headings.
    private static let shown = 3
    /// Columns that are asked about: a form of more is none that anybody fills in.
    package static let mostColumns = 60
    /// Characters of a value that are shown.
    private static let longestSample = 40

    /// Reads the first rows of a file.
    /// - Parameter sheets: the sheets that are read, as for an import; of several the first one is shown.
    package init(_ path: String, sheets: [String] = [], map: [String: Column] = [:]) throws(RollFileError) {
        let source = try RollLoader.source(path, sheets: sheets, map: map, isRoll: false)
        var rows: [[String]] = []
        var isEnough = false
        do throws(RollFileError) {
            try source.forEachRow { bytes, fields throws(RollFileError) in
                rows.append(
                    fields.ranges.prefix(RollPreview.mostColumns).map { range in
                        guard let cell = RowChecker.cell(bytes, range) else { return "" }
                        let value = cell.prefix(RollLimits.shown).map { bytes[$0] }
                        return RollLimits.cell.fault(bytes: value) == nil ? String(decoding: value, as: UTF8.self) : ""
                    })
                isEnough = rows.count >= RollLimits.headingRows + RollPreview.shown
                // Nothing else stops a source that is read row by row.
                if isEnough { throw RollFileError(file: path, line: fields.line, message: "enough") }
            }
        } catch {
            guard isEnough || !rows.isEmpty else { throw error }
        }
        let candidates = rows.prefix(RollLimits.headingRows)
        let scores = candidates.map { row in
            (row.count { Column.named($0, map: map) != nil }, row.count { !$0.isEmpty })
        }
        guard let best = scores.indices.max(by: { scores[$0] < scores[$1] || scores[$0] == scores[$1] && $0 > $1 })
        else {
            throw RollFileError(file: path, line: 0, message: "the file holds no rows")
        }
        headings = RollPreview.headings(rows[best], below: rows[(best + 1)...].prefix(RollPreview.shown))
    }

    private static func headings(_ row: [String], below: some Collection<[String]>) -> [Heading] {
        var seen: [String: Int] = [:]
        return row.enumerated().map { position, text in
            let folded = Column.fold(text)
            let number = seen[folded, default: 0] + 1
            seen[folded] = number
            return Heading(
                text: text, key: number == 1 ? folded : "\(folded)#\(number)", column: Column.known(folded)?.column,
                samples: below.compactMap { position < $0.count && !$0[position].isEmpty ? $0[position] : nil }.map {
                    String($0.prefix(longestSample))
                })
        }
    }
}
