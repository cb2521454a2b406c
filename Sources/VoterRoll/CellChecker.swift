import Inputs

/// What is asked of a whole row, before its fields are looked at.
struct CellChecker {
    /// Where the columns stand, and who is told.
    let sheet: SheetColumns
    /// Whether rows may be too wide: a workbook's cells are never cut apart wrongly.
    let isDelimited: Bool

    /// Whether no cell that is read holds the error of a formula.
    func holdsNoErrors(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        var isSound = true
        for (position, column) in sheet.columns.enumerated() where position < fields.ranges.count {
            let range = fields.ranges[position]
            guard let first = range.first, let last = range.last, range.count <= SheetErrors.longest,
                bytes[first] == UInt8(ascii: "#")
                    || bytes[first] | 32 == UInt8(ascii: "e") && 48...57 ~= bytes[last]
            else { continue }
            let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self).uppercased()
            guard SheetErrors.contain(text), column != nil || sheet.addressColumns.contains(position) else { continue }
            sheet.report.fault(
                RollFault(
                    line: fields.line, column: sheet.headings[position], value: sheet.shown(bytes, range),
                    reason: "is an error of the spreadsheet, not a value: correct the cell or empty it"))
            isSound = false
        }
        return isSound
    }

    /// Whether every cell that is read may be looked at: before anything is made of it.
    func hasSoundCells(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        guard let first = fields.ranges.first, let last = fields.ranges.last else { return true }
        // Nearly every row is short and holds no mark: one look at its bytes is enough.
        let whole = first.lowerBound..<last.upperBound
        if whole.count <= RollLimits.cell.scalars, WideText.hasNoMark(bytes, whole) { return true }
        var isSound = true
        for (position, column) in sheet.columns.enumerated() where position < fields.ranges.count {
            guard let column else { continue }
            let range = fields.ranges[position]
            switch RollLimits.cell.fault(bytes: range.map { bytes[$0] }) {
            case nil: continue
            case .tooLong:
                sheet.fault(column, bytes, range, fields, "is longer than \(RollLimits.cell.scalars) characters")
            case .marks:
                sheet.fault(column, bytes, range, fields, "piles up more than \(TextLimit.mostMarks) combining marks")
            }
            isSound = false
        }
        return isSound
    }

    /// Fields may be missing at a row's end, and empty ones too many may stand there: programs write both.
    func hasRightWidth(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        guard isDelimited else { return true }
        if fields.isOneField(bytes, of: sheet.headings.count) {
            sheet.report.fault(
                RollFault(
                    line: fields.line, column: "", value: sheet.shown(bytes, fields.ranges[0]),
                    reason: RowFields.isQuoted(bytes, fields.ranges[0])
                        ? "stands in quotes as a whole, so that it is one field: take these quotes away"
                        : "is one field: its values are separated by another mark than the headings are"))
            return false
        }
        guard fields.ranges.count > sheet.headings.count else { return true }
        for range in fields.ranges[sheet.headings.count...] where Invisible.trimmed(bytes, range) != nil {
            sheet.report.fault(
                RollFault(
                    line: fields.line, column: "", value: sheet.shown(bytes, range),
                    reason: "has \(fields.ranges.count) fields where the headings have \(sheet.headings.count): "
                        + "a separator inside a value wants quotes"))
            return false
        }
        return true
    }

    /// The hash of a refused row's reference, when it is one.
    func readableReference(_ bytes: Span<UInt8>, _ fields: RowFields) -> UInt64? {
        var plain: [UInt8] = []
        guard let range = sheet.value(.reference, bytes, fields), Reference.append(bytes, range, onto: &plain) == nil
        else {
            return nil
        }
        return Folding.hash(plain.span)
    }

    /// Looks at cells of a workbook that are no plain text; false when one of them is no value.
    func lookAtCells(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        var isGood = true
        UnseenCells(columns: sheet.columns, headings: sheet.headings).tell(fields, into: sheet.tally)
        for note in fields.notes where note.column < sheet.columns.count {
            guard let column = sheet.columns[note.column], note.column < fields.ranges.count else { continue }
            let range = fields.ranges[note.column]
            switch note.kind {
            case .error:
                sheet.fault(
                    column, bytes, range, fields,
                    "is an error of the spreadsheet, not a value: correct the cell or empty it")
                isGood = false
            case .uncalculated:
                sheet.fault(
                    column, bytes, nil, fields,
                    "holds a formula that was never calculated: open the file in a spreadsheet, save it and import it again"
                )
                isGood = false
            case .date where sheet.street?.parts.contains(note.column) == true:
                // A number such as 3-5 became a day.
                sheet.report.fault(
                    RollFault(
                        line: fields.line, column: sheet.headings[note.column], value: sheet.shown(bytes, range),
                        reason: "is a date in the spreadsheet: it was probably something else"))
                isGood = false
            case .date where column != .challenge:
                sheet.warn(
                    column, bytes, range, fields, "is a date in the spreadsheet: it was probably something else",
                    .wrongPerson)
            case .time:
                sheet.warn(
                    column, bytes, range, fields, "is a time in the spreadsheet: it was probably something else",
                    .wrongPerson)
            case .flag:
                sheet.warn(column, bytes, range, fields, "is TRUE or FALSE in the spreadsheet, not a text")
            case .number where column == .reference:
                sheet.tally.add(
                    line: fields.line, sheet.heading(column), sheet.shown(bytes, range),
                    "is a number in the spreadsheet: zeros at its beginning would be lost")
            // Of five zeros the number's own reading tells.
            case .rounded
            where column == .reference || column == .phone && range.suffix(5).contains { bytes[$0] != 48 }:
                sheet.warn(
                    column, bytes, range, fields,
                    "ends with zeros, as numbers do that a spreadsheet shortened: check it", .wrongPerson)
            case .tooLong where column == .reference:
                sheet.fault(column, bytes, range, fields, SheetErrors.tooLong)
                isGood = false
            case .tooLong: sheet.warn(column, bytes, range, fields, SheetErrors.tooLong, .wrongPerson)
            case .date, .number, .rounded, .hiddenRow, .hiddenColumn, .struck, .struckPart: continue
            }
        }
        return isGood
    }
}
