/// A table that is read row by row.
protocol RowSource: AnyObject {
    /// How the text was encoded, for people: `UTF-8`, `Windows-1252`, `XLSX`.
    var encoding: String { get }
    /// What separates fields: `,` `;` `tab`, or nothing for workbooks.
    var separator: String { get }
    /// The sheets that are read, in their order; empty for text.
    var sheets: [String] { get }
    /// Merged cells of a sheet that was read to its end; none of text.
    /// - Parameter sheet: which of `sheets`, from 0.
    func merges(of sheet: Int) -> [MergedCells]
    /// What says that the text is of another encoding after all; nil where nothing does.
    var doubt: CentralEuropeanSigns.Finding? { get }
    /// Hands every row that is not empty to `body`, headings included.
    func forEachRow(
        _ body: (Span<UInt8>, RowFields) throws(RollFileError) -> Void
    ) throws(RollFileError)
}
