package import Elections

/// Counts the groups of a roll without storing anything.
package struct RollCount {
    package let rows: Int
    package let accepted: Int
    package let groups: GroupCounts

    /// Reads and checks the whole file.
    package init(file: String, election: Election) throws(RollFileError) {
        let source = try RollLoader.source(file)
        let report = RollReport()
        var checker: RowChecker?
        var buffer = RowBuffer()
        var (rows, accepted, groups) = (0, 0, GroupCounts())
        try source.forEachRow { bytes, fields throws(RollFileError) in
            if checker == nil {
                let headings = try RollHeadings(bytes, fields, map: [:], file: file)
                checker = RowChecker(
                    election: election, headings: headings.texts, index: headings.index,
                    isDelimited: source is DelimitedSource, report: report)
                return
            }
            rows += 1
            buffer.clear()
            guard checker?.check(bytes, fields, into: &buffer) == true, let row = buffer.rows.first else { return }
            accepted += 1
            groups.add(buffer, row)
        }
        (self.rows, self.accepted, self.groups) = (rows, accepted, groups)
    }
}
