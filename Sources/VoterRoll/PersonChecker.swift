import Contacts

/// Checks reference, civility and names.
struct PersonChecker {
    /// Where the columns stand, and who is told.
    let sheet: SheetColumns
    /// Words met are remembered in each of these, so that they are the checker's own.
    private var civilities = Synonyms.civilities
    /// Titles that say neither; the field is left empty, with a warning.
    private var vagueCivilities = Synonyms.vagueCivilities
    /// Looks for names that cannot be printed.
    private var fonts = RollFonts()

    /// - Parameter sheet: where the columns stand, and who is told.
    init(sheet: SheetColumns) { self.sheet = sheet }

    /// Reads the reference; false when the row is refused for it.
    mutating func reference(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        guard let range = sheet.value(.reference, bytes, fields) else {
            sheet.fault(.reference, bytes, nil, fields, Reference.missing)
            return false
        }
        let start = batch.plain.count
        if Placeholders.contain(bytes, range) {
            sheet.fault(.reference, bytes, range, fields, "stands for nothing: every voter has a reference")
            return false
        }
        if Reference.isShortened(bytes, range) {
            sheet.fault(.reference, bytes, range, fields, PhoneNumber.Fault.lostDigits.reason)
            return false
        }
        if WholeNumber.bare(bytes, range) != range {
            sheet.tally.add(
                line: fields.line, sheet.heading(.reference), sheet.shown(bytes, range),
                "ends with .0, as whole numbers do that a program wrote with decimals: it is kept as it stands")
        }
        if let reason = Reference.append(bytes, range, onto: &batch.plain) {
            sheet.fault(.reference, bytes, range, fields, reason)
            return false
        }
        row.reference = Slice(start: start, count: batch.plain.count - start)
        return true
    }

    /// What the next column says where the first one holds a title that both have: `Dr` beside a sex.
    private mutating func otherCivility(_ bytes: Span<UInt8>, _ first: Range<Int>, _ fields: RowFields) -> [UInt8]? {
        for position in sheet.fallbacks(.civility) where position < fields.ranges.count {
            guard vagueCivilities.meaning(bytes, first) != nil,
                let range = SheetColumns.cell(bytes, fields.ranges[position]),
                let meaning = civilities.meaning(bytes, range)
            else { continue }
            return meaning
        }
        return nil
    }

    /// Reads civility and both names; false when the row is refused for one of them.
    mutating func names(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = true
        if let range = sheet.optional(.civility, bytes, fields) {
            if let meaning = civilities.meaning(bytes, range) ?? otherCivility(bytes, range, fields) {
                row.civility = batch.slice { $0.append(contentsOf: meaning) }
            } else if vagueCivilities.meaning(bytes, range) != nil {
                sheet.warn(.civility, bytes, range, fields, "says neither Madame nor Monsieur, and is left out")
            } else {
                sheet.fault(.civility, bytes, range, fields, "is no civility (M., Mme, or empty)")
                isGood = false
            }
        }
        for column in [Column.lastName, .firstName] {
            guard let range = sheet.value(column, bytes, fields) else {
                sheet.fault(column, bytes, nil, fields, "is missing")
                isGood = false
                continue
            }
            if Placeholders.areCertain(bytes, range) {
                sheet.fault(column, bytes, range, fields, "stands for nothing: give the name")
                isGood = false
                continue
            }
            let start = batch.plain.count
            if let reason = PersonName.append(bytes, range, onto: &batch.plain) {
                sheet.fault(column, bytes, range, fields, reason)
                isGood = false
            }
            let slice = Slice(start: start, count: batch.plain.count - start)
            if column == .lastName { row.lastName = slice } else { row.firstName = slice }
            if let reason = fonts.fault(batch.plain[slice.range]) { sheet.warn(column, bytes, range, fields, reason) }
            if let reason = PersonName.doubt(batch.plain[slice.range]) {
                sheet.warn(column, bytes, range, fields, reason)
            }
        }
        if isGood, holdsFirstName(row, batch) {
            sheet.warn(
                .lastName, bytes, sheet.value(.lastName, bytes, fields), fields,
                "holds the first name too: with its own column it would be printed twice", .unreachable)
        }
        return isGood
    }

    /// Whether the family name has the first name among its words, as in columns that hold both.
    private func holdsFirstName(_ row: RollRow, _ batch: RowBuffer) -> Bool {
        let (last, first) = (row.lastName.range, row.firstName.range)
        guard first.count > 1, last.count > first.count + 1,
            batch.plain[last].contains(where: { $0 == 32 || $0 == UInt8(ascii: ",") })
        else { return false }
        let bytes = batch.plain
        for start in last.lowerBound...last.upperBound - first.count {
            guard bytes[start] | 32 == bytes[first.lowerBound] | 32 else { continue }
            let end = start + first.count
            let isWord =
                (start == last.lowerBound || " ,".utf8.contains(bytes[start - 1]))
                && (end == last.upperBound || " ,".utf8.contains(bytes[end]))
            if isWord, first.indices.allSatisfy({ bytes[$0] | 32 == bytes[$0 - first.lowerBound + start] | 32 }) {
                return true
            }
        }
        return false
    }
}
