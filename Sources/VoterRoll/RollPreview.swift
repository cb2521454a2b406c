import Inputs

/// The headings of a file and its first rows, for somebody who says what each column is.
package struct RollPreview: Sendable {
    /// One column of the file.
    package struct Heading: Sendable, Equatable {
        /// As it stands in the file.
        package let text: String
        /// By which an import's map names it; the second and later ones of the same heading with their number.
        package let key: String
        /// What it is read as when nobody says otherwise.
        package let column: Column?
        /// Whether another heading means the same and comes first, or is a street's name of which this is a piece.
        package let isSpare: Bool
        /// What stands below it in the first rows.
        package fileprivate(set) var samples: [String]
    }

    /// In the file's order, `mostColumns` of them at most.
    package let headings: [Heading]
    /// Whether an import finds all the columns that it cannot do without.
    package let isReadable: Bool

    /// Rows shown below the headings.
    private static let shown = 3
    /// Columns that are asked about: a form of more is none that anybody fills in.
    package static let mostColumns = 60
    /// Characters of a value that are shown.
    private static let longestSample = 40

    /// Reads the first rows of a file.
    /// - Parameters:
    ///   - sheets: the sheets that are read, as for an import, which picks the one that is a roll; of several the first one is shown.
    ///   - map: what headings mean besides the known ones.
    /// - Throws: when nothing of the file can be read; a fault behind the first rows is not seen.
    package init(_ path: String, sheets: [String] = [], map: [String: Column] = [:]) throws(RollFileError) {
        let source = try RollLoader.source(path, sheets: sheets, map: map)
        var rows: [[String]] = []
        var isEnough = false
        do throws(RollFileError) {
            try source.forEachRow { bytes, fields throws(RollFileError) in
                rows.append(
                    fields.ranges.prefix(RollPreview.mostColumns).map { range in
                        guard let cell = SheetColumns.cell(bytes, range) else { return "" }
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
        isReadable = Set(rows[best].compactMap { Column.named($0, map: map) }).isSuperset(of: RollHeadings.needed)
        headings = RollPreview.headings(rows[best], below: rows[(best + 1)...].prefix(RollPreview.shown))
    }

    /// The same of every sheet that an import would read.
    /// - Throws: where the file or one of the sheets cannot be read, or holds no rows.
    package static func each(
        _ path: String, sheets: [String], map: [String: Column]
    ) throws(RollFileError) -> [RollPreview] {
        guard sheets.count > 1 else { return [try RollPreview(path, sheets: sheets, map: map)] }
        var previews: [RollPreview] = []
        for sheet in sheets { previews.append(try RollPreview(path, sheets: [sheet], map: map)) }
        return previews
    }

    /// The columns with their keys, meanings and samples.
    private static func headings(_ row: [String], below: some Collection<[String]>) -> [Heading] {
        let folded = row.map(Column.fold)
        let street = StreetColumns(folded, taken: [])
        let known = folded.indices.map { position -> (column: Column, rank: Int)? in
            street?.parts.contains(position) == true ? (.address4, .max) : Column.known(folded[position])
        }
        var first: [Column: Int] = [:]
        for case let (column, rank)? in known { first[column] = min(first[column] ?? rank, rank) }
        var seen: [String: Int] = [:]
        return row.enumerated().map { position, text in
            let number = seen[folded[position], default: 0] + 1
            seen[folded[position]] = number
            let key = number == 1 ? folded[position] : "\(folded[position])#\(number)"
            let isSpare = known[position].map { $0.rank > first[$0.column] ?? 0 } ?? false
            return Heading(
                text: text, key: key, column: known[position]?.column, isSpare: isSpare,
                samples: below.compactMap { position < $0.count && !$0[position].isEmpty ? $0[position] : nil }.map {
                    String($0.prefix(longestSample))
                })
        }
    }
}
