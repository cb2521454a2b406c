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
        var (rows, accepted, groups) = (0, 0, GroupCounts())
        try source.forEachRow { bytes, fields throws(RollFileError) in
            guard let known = checker else {
                let headings = try RollHeadings(bytes, fields, map: [:], file: file)
                checker = RowChecker(
                    election: election, headings: headings.texts, index: headings.index,
                    isDelimited: source is DelimitedSource, report: report)
                return
            }
            rows += 1
            let batch = RowBatch()
            guard known.check(bytes, fields, into: batch), let row = batch.rows.first else { return }
            accepted += 1
            groups.add(batch, row)
        }
        (self.rows, self.accepted, self.groups) = (rows, accepted, groups)
    }
}
