/// What an import was asked to do.
package struct ImportOptions: Sendable {
    /// Headings (folded by `Column.fold`) and the columns they mean, before the known ones. `#2` behind a heading is its
    /// second occurrence.
    package var map: [String: Column] = [:]
    /// Headings, written as those of `map`, that somebody said are not read, whatever they mean elsewhere.
    package var unread: Set<String> = []
    /// The sheets of a workbook to read, in this order; none: the one that is visible and has a roll's headings.
    package var sheets: [String] = []
    /// Whether the good rows are kept when others are refused.
    package var acceptValid = false
    /// Where every fault and warning is written.
    package var report: ReportFile?

    /// The whole file by its known headings, kept only without faults.
    package init() {}
}
