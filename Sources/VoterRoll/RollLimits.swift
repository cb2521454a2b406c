import Inputs

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
