import Contacts
import Elections

/// Checks rows one by one and writes their normal forms into a batch. Every fault names line, column, value and reason.
///
///     CellChecker ─> PersonChecker ─> ContactChecker, AddressChecker ─> GroupChecker ─> PreferenceChecker
///     (whole row)    reference, name   mail, phone     its own readers   college …       language, channel, answer
///
/// A checker belongs to one sheet, since headings differ from sheet to sheet; what its parts remember of words and counts serves
/// all of its rows.
struct RowChecker {
    /// Where the columns stand, and who is told.
    let sheet: SheetColumns
    /// Asks what is asked of a whole row.
    private let cells: CellChecker
    private var person: PersonChecker
    private var contacts: ContactChecker
    private var address: AddressChecker
    private var groups: GroupChecker
    private var preferences: PreferenceChecker
    /// Columns without a heading.
    private let bare: BareColumns
    /// Whether a row was refused: from then on references are looked up among those of refused rows.
    private var hasRefused = false

    /// - Parameters:
    ///   - election: whose colleges, sites, languages and question rows must fit.
    ///   - name: of the sheet that is read; empty for text.
    ///   - isDelimited: whether rows may be too wide: a workbook's cells are never cut apart wrongly.
    init(election: Election, headings: RollHeadings, sheet name: String, isDelimited: Bool, report: RollReport) {
        sheet = SheetColumns(headings, report: report)
        cells = CellChecker(sheet: sheet, isDelimited: isDelimited)
        person = PersonChecker(sheet: sheet)
        contacts = ContactChecker(sheet: sheet)
        address = AddressChecker(sheet, sendsLetters: election.channels.contains(.letter))
        groups = GroupChecker(sheet, election, sheetName: name)
        preferences = PreferenceChecker(sheet, election)
        bare = BareColumns(headings.texts)
    }

    /// Checks one row; false when it was refused.
    /// - Parameters:
    ///   - bytes: the buffer that the fields lie in.
    ///   - batch: gets the row's normal forms; as it was where the row is refused.
    mutating func check(_ bytes: Span<UInt8>, _ fields: RowFields, into batch: inout RowBuffer) -> Bool {
        let start = batch.plain.count
        guard isReadable(bytes, fields) else { return false }
        var row = RollRow()
        row.line = fields.line
        var isGood = person.reference(bytes, fields, &row, &batch)
        isGood = person.names(bytes, fields, &row, &batch) && isGood
        isGood = reach(bytes, fields, &row, &batch) && isGood
        isGood = groups.check(bytes, fields, &row, &batch) && isGood
        isGood = preferences.check(bytes, fields, &row, &batch) && isGood
        isGood = !repeatsRefused(bytes, fields, row, batch) && isGood
        guard isGood else {
            let reference =
                row.reference.isAbsent ? nil : Folding.hash(batch.plain.span.extracting(row.reference.range))
            sheet.report.refuse(reference, line: fields.line)
            hasRefused = true
            batch.plain.removeLast(batch.plain.count - start)
            return false
        }
        batch.rows.append(row)
        return true
    }

    /// Says what occurred in many rows, once the last one was checked.
    func finish() { sheet.tally.tell(sheet.report) }

    /// Whether a row's fields can be read at all; where they cannot, further faults would mislead, and the row is refused.
    private mutating func isReadable(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        // What stands in which column is unknown, and so the reference too.
        guard cells.hasRightWidth(bytes, fields) else {
            sheet.report.refuse(nil, line: fields.line)
            return false
        }
        bare.tell(bytes, fields, into: sheet.tally)
        guard cells.hasSoundCells(bytes, fields) else {
            sheet.report.refuse(nil, line: fields.line)
            return false
        }
        guard cells.holdsNoErrors(bytes, fields), fields.notes.isEmpty || cells.lookAtCells(bytes, fields) else {
            sheet.report.refuse(cells.readableReference(bytes, fields), line: fields.line)
            hasRefused = true
            return false
        }
        return true
    }

    /// Reads mail, address and number; false when the row is refused for one of them.
    private mutating func reach(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: inout RollRow, _ batch: inout RowBuffer
    ) -> Bool {
        var isGood = contacts.mail(bytes, fields, &row, &batch)
        let country = sheet.optional(.country, bytes, fields)
        // First, because a country may stand in the address alone.
        isGood = address.check(bytes, country, fields, &row, &batch) && isGood
        guard let number = sheet.optional(.phone, bytes, fields) else { return isGood }
        return contacts.phone(bytes, number, fields, address.home(bytes, country), &row, &batch) && isGood
    }

    /// Whether a refused row has the reference already.
    private func repeatsRefused(
        _ bytes: Span<UInt8>, _ fields: RowFields, _ row: RollRow, _ batch: RowBuffer
    ) -> Bool {
        guard hasRefused, !row.reference.isAbsent,
            let line = sheet.report.refusedLine(Folding.hash(batch.plain.span.extracting(row.reference.range)))
        else { return false }
        sheet.fault(
            .reference, bytes, sheet.value(.reference, bytes, fields), fields,
            "is used twice: first on line \(sheet.report.place(line))")
        return true
    }
}
