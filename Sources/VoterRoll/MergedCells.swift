/// Cells that a spreadsheet shows as one: the first of them has the value, and the others are empty.
struct MergedCells: Sendable {
    /// From 1, as the spreadsheet counts them.
    let rows: ClosedRange<Int>
    /// From 0.
    let columns: ClosedRange<Int>
    /// As people know the place, `C2:C4`.
    let text: String

    /// Merges of a sheet that are kept: each costs its file a few bytes, and a roll has none.
    static let most = 1_000

    /// - Parameter reference: `C2:C4`; nil where it is of one cell, or none.
    init?(_ reference: UnsafeBufferPointer<UInt8>) {
        let text = unsafe String(decoding: reference.prefix(MergedCells.longest), as: UTF8.self)
        let corners = text.split(separator: ":").map { corner in
            let letters = corner.prefix { $0.isASCII && $0.isUppercase }
            let column = letters.utf8.reduce(0) { min($0 * 26 + Int($1) - 64, RollLimits.columns) } - 1
            return (column: column, row: Int(corner.dropFirst(letters.count)) ?? 0)
        }
        guard corners.count == 2, corners.allSatisfy({ $0.column >= 0 && $0.row > 0 }),
            corners[0].column <= corners[1].column, corners[0].row <= corners[1].row
        else { return nil }
        (rows, columns) = (corners[0].row...corners[1].row, corners[0].column...corners[1].column)
        self.text = text
    }

    /// Bytes of the longest reference, `XFD1048576:XFD1048576`.
    private static let longest = 21

    /// Tells of those below the headings, or among them, that leave cells of columns empty that are read.
    /// - Parameters:
    ///   - merges: of one sheet.
    ///   - line: the headings' row in the sheet.
    ///   - offset: what a line's number has beyond its row, for sheets behind the first.
    static func tell(
        _ merges: [MergedCells], below line: Int, offset: Int, _ columns: [Column?], _ headings: [String],
        into tally: WarningTally
    ) {
        for merge in merges where merge.rows.upperBound >= line && merge.columns.lowerBound < columns.count {
            let covered = merge.columns.clamped(to: 0...columns.count - 1)
            let read = covered.filter { columns[$0] != nil }
            guard let first = read.first else { continue }
            let row = max(merge.rows.lowerBound, line)
            // Of a heading over several columns the others have none, and are not read at all.
            let leavesEmpty = merge.rows.upperBound > row || read.count > 1 || row == line && covered.count > 1
            guard leavesEmpty else { continue }
            // One heading over several columns: only the first of them has a meaning.
            guard merge.rows.upperBound > line else {
                tally.add(
                    line: offset + row, headings[first], merge.text,
                    "is a heading of merged cells, and only the column below the first of them is read: unmerge them and write a "
                        + "heading above each column", .wrongPerson)
                continue
            }
            // In one row there is one value: an address that goes over its columns is whole in the first.
            if merge.rows.upperBound == row {
                let isAddress = read.allSatisfy { columns[$0]?.isAddress == true }
                tally.add(
                    line: offset + row, headings[first], merge.text,
                    "are merged cells of one row, of which the first alone has the value and the others are read as empty: unmerge them "
                        + "and write in each column what belongs there", isAddress ? .detail : .wrongPerson)
                continue
            }
            tally.add(
                line: offset + row, headings[first], merge.text,
                "are merged cells, of which the first alone has the value and the others are read as empty: unmerge them and write it "
                    + "in each", .wrongPerson)
        }
    }
}
