/// A sheet of a workbook.
struct WorkbookSheet {
    /// As its tab shows it.
    let name: String
    /// Whether the program does not show it, or hides it well.
    let isHidden: Bool
    /// The archive's name of its part.
    let part: String
}
