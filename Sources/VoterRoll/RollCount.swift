package import Elections

/// Counts the groups of a roll without storing anything.
/// For a look at a file before anything of it is kept; no key is needed.
package struct RollCount {
    /// Rows below the headings, good and bad.
    package let rows: Int
    /// Rows without a fault. A reference that comes twice is not found here.
    package let accepted: Int
    /// Of the accepted rows.
    package let groups: GroupCounts

    /// Reads and checks the whole file.
    /// - Parameter options: the sheets to read, and what headings mean.
    /// - Throws: when the file as a whole cannot be read.
    package init(file: String, election: Election, options: ImportOptions = ImportOptions()) throws(RollFileError) {
        let source = try RollLoader.source(file, sheets: options.sheets, map: options.map)
        var reading = RollReading(source, election: election, options: options, file: file, report: RollReport())
        var buffer = RowBuffer()
        var (rows, accepted, groups) = (0, 0, GroupCounts())
        try reading.forEachRow { checker, bytes, fields throws(RollFileError) in
            rows += 1
            buffer.clear()
            guard checker.check(bytes, fields, into: &buffer), let row = buffer.rows.first else { return }
            accepted += 1
            groups.add(buffer, row)
        }
        (self.rows, self.accepted, self.groups) = (rows, accepted, groups)
    }
}
