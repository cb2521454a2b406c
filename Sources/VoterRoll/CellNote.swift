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
