/// One column that an import changes.
package struct RollChange: Sendable, Equatable {
    /// The column's name, `address` for all lines of it; empty where the row as a whole changes.
    package let column: String
    /// Empty for contacts, which are not shown.
    package var before = ""
    /// Empty for contacts; else the new value.
    package var after = ""

    /// `college: unique -> cadres`, or the column alone.
    package var text: String {
        let values = before.isEmpty && after.isEmpty ? "" : "\"\(before)\" -> \"\(after)\""
        return [column, values].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
