import Inputs

/// Columns whose heading is empty: what stands below it is read by nobody.
struct BareColumns {
    /// Those among the headings, from 0.
    private let positions: [Int]
    /// How many headings there are.
    private let width: Int

    /// - Parameter headings: as they stand in the file.
    init(_ headings: [String]) {
        width = headings.count
        positions = headings.indices.filter { headings[$0].isEmpty }
    }

    /// Tells of what a row has there, once for all rows; in sheets also of what stands right of all headings.
    func tell(_ bytes: Span<UInt8>, _ fields: RowFields, into tally: WarningTally) {
        guard !positions.isEmpty || fields.ranges.count > width else { return }
        for position in positions + Array(width..<max(width, fields.ranges.count))
        where position < fields.ranges.count && Invisible.trimmed(bytes, fields.ranges[position]) != nil {
            tally.add(
                line: fields.line, "", "",
                "stands in column \(ColumnName.of(position)), which has no heading and is not read: give it one if it is to be read"
            )
        }
    }
}
