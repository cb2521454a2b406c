import Inputs

/// One row of a table: fields lie in a buffer that is valid until the next row.
struct RowFields {
    /// Where each field lies in the bytes that come with it.
    var ranges: [Range<Int>]
    /// The line on which the row begins, from 1.
    var line: Int
    /// Columns (from 0) whose cell was a number in a workbook: leading zeros may be lost.
    var numeric: [Int] = []
}

/// A table that is read row by row.
protocol RowSource: AnyObject {
    /// How the text was encoded, for people: `UTF-8`, `Windows-1252`, `XLSX`.
    var encoding: String { get }
    /// What separates fields: `,` `;` `tab`, or nothing for workbooks.
    var separator: String { get }
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
}
