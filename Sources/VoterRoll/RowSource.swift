import Inputs

/// One row of a table: fields lie in a buffer that is valid until the next row.
struct RowFields {
    /// Where each field lies in the bytes that come with it.
    var ranges: [Range<Int>]
    /// The line on which the row begins, from 1.
    var line: Int
    /// The sheet it stands on, from 0, in the order in which sheets are read.
    var sheet = 0
    /// Cells of a workbook that are no plain text.
    var notes: [CellNote] = []

    /// Whether every field is empty or white space.
    func isBlank(_ bytes: Span<UInt8>) -> Bool {
        for range in ranges where !range.isEmpty {
            if Invisible.trimmed(bytes, range) != nil { return false }
        }
        return true
    }
}

extension RowFields {
    /// Whether a field stands in quotes.
    static func isQuoted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.lowerBound > 0 && bytes[range.lowerBound - 1] == UInt8(ascii: "\"")
    }

    /// Whether the row's fields stand in one pair of quotes, as spreadsheets leave lines that were pasted into one column.
    /// - Parameter count: how many headings there are.
    func isOneField(_ bytes: Span<UInt8>, of count: Int) -> Bool {
        guard let first = ranges.first, count > 1, ranges.count == 1 || Invisible.trimmed(bytes, ranges[1]) == nil
        else {
            return false
        }
        for range in ranges.dropFirst() where Invisible.trimmed(bytes, range) != nil { return false }
        let most = ";,\t|".utf8.map { mark in first.count { bytes[$0] == mark } }.max() ?? 0
        // Fields may be missing at the end.
        return most + 1 >= RollHeadings.needed.count
    }
}

/// What a cell of a workbook is besides its text.
struct CellNote {
    /// Several may be noted of one cell.
    enum Kind {
        /// A number: leading zeros are lost.
        case number
        /// A number in scientific notation with fewer digits than it stands for.
        case rounded
        /// A number of more digits than a spreadsheet keeps.
        case tooLong
        /// `#N/A` and its like.
        case error
        /// A formula that no program has calculated.
        case uncalculated
        /// A number with a date's format, or a date as ISO 8601 writes it.
        case date
        /// A part of a day with a date's format.
        case time
        /// TRUE or FALSE.
        case flag
        /// A row, or the column of this cell, that the spreadsheet does not show.
        case hiddenRow, hiddenColumn
        /// A value, or a part of it, that is struck through.
        case struck, struckPart
    }

    /// The cell's column, from 0.
    let column: Int
    /// What was found.
    let kind: Kind
}

/// A table that is read row by row.
protocol RowSource: AnyObject {
    /// How the text was encoded, for people: `UTF-8`, `Windows-1252`, `XLSX`.
    var encoding: String { get }
    /// What separates fields: `,` `;` `tab`, or nothing for workbooks.
    var separator: String { get }
    /// The sheets that are read, in their order; empty for text.
    var sheets: [String] { get }
    /// Merged cells of the sheet that was read last; none of text.
    var merges: [MergedCells] { get }
    /// Hands every row that is not empty to `body`, headings included.
    func forEachRow(
        _ body: (Span<UInt8>, RowFields) throws(RollFileError) -> Void
    ) throws(RollFileError)
}

/// Bounds of what is taken for a voter roll.
enum RollLimits {
    /// Columns of a table: four times what any roll has.
    static let columns = 256
    /// Bytes of one row: a longer one means an unclosed quote.
    static let row = 1 << 18
    /// A cell: the longest that a roll has is a line of an address or an answer.
    static let cell = TextLimit(scalars: 500)
    /// Bytes of a cell that a fault shows.
    static let shown = 200
    /// Faults and warnings kept with their details; the rest is counted.
    static let details = 10_000
    /// What a workbook may inflate to, in bytes: several times a roll of a million voters.
    static let inflated = 2 << 30
    /// What a workbook's shared texts may take in memory, in bytes.
    static let sharedTexts = 256 << 20
    /// Rows in which the headings are looked for: titles and notes above them are a few lines.
    static let headingRows = 20
    /// Lines that a sheet may have: lines of the second one are counted from here on, of the third from twice that.
    static let sheetLines = 1 << 21
}
