/// What somebody said of the headings of a file.
package struct HeadingAnswers: Sendable {
    /// Headings that mean another column than they would by themselves; a column is taken away from every other heading.
    private var columns: [String: Column] = [:]
    /// Headings that are known and are not read.
    private var unread: Set<String> = []
    /// Headings that mean what they mean by themselves.
    private(set) var standard: Set<String> = []
    /// Columns that a heading was said to be already.
    private var taken: Set<Column> = []

    /// Nothing was said yet.
    package init() {}

    /// Takes what was said of one heading: a column's name, or nothing for one that is not read; nil where nothing was said.
    /// - Returns: false where two headings are said to be the same column.
    package mutating func take(_ heading: RollPreview.Heading, _ answer: String?) -> Bool {
        guard let answer, !heading.key.isEmpty else { return true }
        guard let column = Column(rawValue: answer) else {
            if heading.column != nil { unread.insert(heading.key) } else { standard.insert(heading.key) }
            return true
        }
        if column == heading.column {
            standard.insert(heading.key)
            return heading.isSpare || taken.insert(column).inserted
        }
        columns[heading.key] = column
        return taken.insert(column).inserted
    }

    /// As they are kept: nothing for a heading that is not read.
    var meanings: [(heading: String, meaning: String)] {
        columns.map { ($0.key, $0.value.rawValue) } + unread.map { ($0, "") }
    }
}
