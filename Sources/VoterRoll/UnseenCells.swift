/// What a spreadsheet shows of a row otherwise than as a value that holds: hidden, or struck through.
struct UnseenCells {
    /// What each column means; nil for those that are not read.
    let columns: [Column?]
    /// As they stand in the file.
    let headings: [String]

    /// Tells of a row's hidden and struck cells, once for all rows that have the like.
    func tell(_ fields: RowFields, into tally: WarningTally) {
        var struck: [Int] = []
        for note in fields.notes where note.column < columns.count {
            switch note.kind {
            case .hiddenRow:
                tally.add(
                    line: fields.line, "", "",
                    "is hidden in the spreadsheet, and is read: delete it if it is no voter's", .wrongPerson)
            case .hiddenColumn where isRead(note.column, fields):
                tally.add(
                    line: fields.line, headings[note.column], "",
                    "stands in a hidden column of the spreadsheet, and is read: delete the column if it is an old one",
                    .wrongPerson)
            case .struck where isRead(note.column, fields) && struck.last != note.column: struck.append(note.column)
            case .struckPart where isRead(note.column, fields):
                tally.add(
                    line: fields.line, headings[note.column], "",
                    "has a part that is struck through in the spreadsheet, and is read: delete that part if it does not hold any more",
                    .wrongPerson)
            default: continue
            }
        }
        // Whoever strikes out the reference or the name means the person.
        guard !struck.contains(where: { columns[$0] == .reference || columns[$0] == .lastName }) else {
            return tally.add(
                line: fields.line, "", "",
                "is struck through in the spreadsheet, and is read: delete it if it is no voter's", .wrongPerson)
        }
        for column in struck {
            tally.add(
                line: fields.line, headings[column], "",
                "is struck through in the spreadsheet, and is read: empty the cell if it does not hold any more",
                .wrongPerson)
        }
    }

    /// Whether a cell is of a column that is read, and has anything in it.
    private func isRead(_ column: Int, _ fields: RowFields) -> Bool {
        columns[column] != nil && column < fields.ranges.count && !fields.ranges[column].isEmpty
    }
}
