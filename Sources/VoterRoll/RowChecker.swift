import Contacts
import Elections
import Inputs

/// Checks rows one by one and writes their normal forms into a batch. Every fault names line, column, value and reason.
///
/// What a column holds is checked in the file of its kind: `RowChecker+Who`, `+Contacts`, `+Address`, `+Groups`.
/// A checker belongs to one sheet, since headings differ from sheet to sheet; what it remembers of words and counts
/// serves all of its rows.
struct RowChecker {
    /// Whose colleges, sites, languages and question rows must fit.
    let election: Election
    /// Gets every fault and warning at once.
    let report: RollReport
    /// As they stand in the file, by position.
    let headings: [String]
    /// Where each column stands, by its ordinal; -1 when the roll has no such column.
    let positions: [Int]
    /// Columns read where the first one's field is empty, by ordinal.
    let fallbacks: [[Int]]
    /// Which column each field belongs to; nil for those that are not read.
    private let columns: [Column?]
    /// Where the address lines stand, in the order in which they are printed.
    let addressColumns: [Int]
    /// Where a street stands in pieces.
    let street: StreetColumns?
    /// Whether rows may be too wide: a workbook's cells are never cut apart wrongly.
    private let isDelimited: Bool
    /// The election's first language, for rows that name none.
    let standardLanguage: [UInt8]
    /// Words met are remembered in each of these, so that they are the checker's own.
    var civilities = Vocabulary.civilities
    /// Titles that say neither; the field is left empty, with a warning.
    var vagueCivilities = Vocabulary.vagueCivilities
    /// Of the voter's messages.
    var languages = Vocabulary.languages
    /// By which the voter would rather be written to.
    var channels = Vocabulary.channels
    /// Made when the first row has a country: there are hundreds of names.
    lazy var countries = Vocabulary.countries
    /// By key and by title in both languages.
    var colleges: Vocabulary
    /// By key and by title in both languages.
    var sites: Vocabulary
    /// The college of voters whose row names none: the only one, or the one after which the sheet is named.
    let standardCollege: [UInt8]?
    /// Room for the value that is looked at.
    var scratch: [UInt8] = []
    /// Looks for names that cannot be printed.
    var fonts = RollFonts()
    /// Whether a line of the address holds more than Latin-1.
    var hasWide = false
    /// The country that a row's address lines end with.
    var countryInLines: [UInt8] = []
    /// A line and a name as they are compared.
    var folded: [UInt8] = []
    /// What occurs in many rows and is said once.
    var tally = WarningTally()
    /// Whether a row was refused: from then on references are looked up among those of refused rows.
    private var hasRefused = false

    /// A voter's weight: counted votes must stay exact.
    static let heaviest = 1_000_000

    /// - Parameter sheet: the name of the sheet that is read; empty for text.
    init(election: Election, headings: RollHeadings, sheet: String, isDelimited: Bool, report: RollReport) {
        self.election = election
        self.report = report
        self.headings = headings.texts
        positions = Column.allCases.map { headings.index[$0] ?? -1 }
        fallbacks = Column.allCases.map { headings.fallbacks[$0] ?? [] }
        var columns = [Column?](repeating: nil, count: headings.texts.count)
        for (column, position) in headings.index { columns[position] = column }
        for (column, others) in headings.fallbacks { for position in others { columns[position] = column } }
        for position in headings.street?.parts ?? [] { columns[position] = .address4 }
        self.columns = columns
        street = headings.street
        self.isDelimited = isDelimited
        addressColumns = [Column.address1, .address2, .address3, .address4, .address5, .address6].compactMap {
            headings.index[$0]
        }
        standardLanguage = Array((election.languages.first ?? .fr).rawValue.utf8)
        colleges = Vocabulary(election.colleges.mapValues { [$0.fr, $0.en] })
        sites = Vocabulary(election.sites.mapValues { [$0.fr, $0.en] })
        let name = Array(sheet.utf8)
        standardCollege =
            colleges.meaning(name.span, name.indices)
            ?? (election.colleges.count == 1 ? election.colleges.keys.first.map { Array($0.utf8) } : nil)
    }

    /// Checks one row; false when it was refused.
    /// - Parameters:
    ///   - bytes: the buffer that the fields lie in.
    ///   - batch: gets the row's normal forms; as it was where the row is refused.
    mutating func check(_ bytes: Span<UInt8>, _ fields: RowFields, into batch: inout RowBuffer) -> Bool {
        let start = batch.plain.count
        var row = RollRow()
        row.line = fields.line
        guard hasRightWidth(bytes, fields) else {
            // What stands in which column is unknown, so that further faults would mislead, and the reference too.
            report.refuse(nil, line: fields.line)
            return false
        }
        guard hasSoundCells(bytes, fields) else {
            report.refuse(nil, line: fields.line)
            return false
        }
        guard holdsNoErrors(bytes, fields) else {
            report.refuse(readableReference(bytes, fields), line: fields.line)
            hasRefused = true
            return false
        }
        if !fields.notes.isEmpty, !lookAtCells(bytes, fields) {
            // What such a cell would hold is unknown, so that further faults would mislead.
            report.refuse(readableReference(bytes, fields), line: fields.line)
            hasRefused = true
            return false
        }
        var isGood = reference(bytes, fields, &row, &batch)
        isGood = names(bytes, fields, &row, &batch) && isGood
        isGood = contacts(bytes, fields, &row, &batch) && isGood
        isGood = groups(bytes, fields, &row, &batch) && isGood
        isGood = preferences(bytes, fields, &row, &batch) && isGood
        if hasRefused, !row.reference.isAbsent,
            let line = report.refusedLine(Folding.hash(batch.plain.span.extracting(row.reference.range)))
        {
            fault(
                .reference, bytes, value(.reference, bytes, fields), fields,
                "is used twice: first on line \(report.place(line))")
            isGood = false
        }
        guard isGood else {
            let reference =
                row.reference.isAbsent ? nil : Folding.hash(batch.plain.span.extracting(row.reference.range))
            report.refuse(reference, line: fields.line)
            hasRefused = true
            batch.plain.removeLast(batch.plain.count - start)
            return false
        }
        batch.rows.append(row)
        return true
    }

    /// Says what occurred in many rows, once the last one was checked.
    mutating func finish() { tally.tell(report) }

    // MARK: Fields

    /// Where the trimmed value of a column lies; nil when the roll has no such column or the field is empty.
    /// - Parameter column: where it has fallbacks, the first of them whose field says something.
    func value(_ column: Column, _ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int>? {
        let position = positions[column.ordinal]
        guard position >= 0 else { return nil }
        let first = position < fields.ranges.count ? RowChecker.cell(bytes, fields.ranges[position]) : nil
        let others = fallbacks[column.ordinal]
        guard !others.isEmpty else { return first }
        // What stands for nothing gives way to the next column.
        if let first, !Placeholders.contain(bytes, first) { return first }
        var spare = first
        for other in others where other < fields.ranges.count {
            guard let range = RowChecker.cell(bytes, fields.ranges[other]) else { continue }
            if !Placeholders.contain(bytes, range) { return range }
            spare = spare ?? range
        }
        return spare
    }

    /// The same for a column that may be empty: what stands for nothing is told and is nothing.
    mutating func optional(_ column: Column, _ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int>? {
        guard let range = value(column, bytes, fields) else { return nil }
        guard Placeholders.contain(bytes, range) else { return range }
        // Two letters in the country's column are a country's code.
        if column == .country, range.count == 2 { return range }
        warn(column, bytes, range, fields, "stands for nothing and is read as empty")
        return nil
    }

    /// A field without what is blank around it, and without the `="..."` by which people keep zeros in CSV.
    /// - Returns: nil when nothing is left.
    static func cell(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        guard var found = Invisible.trimmed(bytes, range) else { return nil }
        // The apostrophe by which spreadsheets keep digits and signs a text is none of theirs.
        if bytes[found.lowerBound] == UInt8(ascii: "'"), found.count > 1, isKept(bytes[found.lowerBound + 1]) {
            found = found.lowerBound + 1..<found.upperBound
        }
        guard bytes[found.lowerBound] == UInt8(ascii: "="), found.count >= 3,
            bytes[found.lowerBound + 1] == UInt8(ascii: "\""), bytes[found.upperBound - 1] == UInt8(ascii: "\"")
        else { return found }
        return Invisible.trimmed(bytes, found.lowerBound + 2..<found.upperBound - 1)
    }

    /// Whether a byte may begin what is kept a text: a digit, or a sign that would begin a formula.
    private static func isKept(_ byte: UInt8) -> Bool {
        48...57 ~= byte || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "@")
            || byte == UInt8(ascii: "-")
    }

    /// Refuses the row for a value; nil where the field is empty.
    func fault(
        _ column: Column, _ bytes: Span<UInt8>, _ range: Range<Int>?, _ fields: RowFields, _ reason: String
    ) {
        report.fault(finding(column, bytes, range, fields, reason))
    }

    /// Warns of a value; the row is taken.
    func warn(
        _ column: Column, _ bytes: Span<UInt8>, _ range: Range<Int>?, _ fields: RowFields, _ reason: String,
        _ weight: RollFault.Weight = .detail
    ) {
        report.warn(finding(column, bytes, range, fields, reason, weight))
    }

    /// The same for the column at a position, where it is not the first one of its meaning.
    func warn(
        at position: Int, _ bytes: Span<UInt8>, _ range: Range<Int>?, _ fields: RowFields, _ reason: String,
        _ weight: RollFault.Weight = .detail
    ) {
        report.warn(
            RollFault(
                line: fields.line, column: headings[position], value: shown(bytes, range ?? 0..<0), reason: reason,
                weight: weight))
    }

    /// What is said of a value, with its beginning.
    private func finding(
        _ column: Column, _ bytes: Span<UInt8>, _ range: Range<Int>?, _ fields: RowFields, _ reason: String,
        _ weight: RollFault.Weight = .detail
    ) -> RollFault {
        RollFault(
            line: fields.line, column: heading(column), value: shown(bytes, range ?? 0..<0), reason: reason,
            weight: weight)
    }

    /// The beginning of a value, as a fault shows it.
    func shown(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
        let value = range.prefix(RollLimits.shown).map { bytes[$0] }
        // Marks that pile up would be text work of whoever shows them.
        if let at = TextLimit.marksAt(value) { return String(decoding: value[..<max(0, at - 100)], as: UTF8.self) }
        return String(decoding: value, as: UTF8.self)
    }

    /// What the file calls a column; the column's own name where it has none.
    func heading(_ column: Column) -> String {
        let position = positions[column.ordinal]
        return position >= 0 ? headings[position] : column.rawValue
    }

    // MARK: Whole rows

    /// What spreadsheets write into a cell whose formula fails, in English and French: of `#N/A` too nobody knows what should stand
    /// there, unlike of an `N/A` that somebody typed.
    private static let errors: Set<String> = [
        "#N/A", "#N/D", "#REF!", "#NAME?", "#NOM?", "#VALUE!", "#VALEUR!", "#DIV/0!", "#NULL!", "#NUL!", "#NUM!",
        "#NOMBRE!", "#SPILL!",
        "#PROPAGATION!", "#CALC!", "#CALCUL!", "#FIELD!", "#CHAMP!", "#GETTING_DATA", "#BLOCKED!", "#UNKNOWN!",
        "#ERROR!",
    ]

    /// Whether no cell that is read holds the error of a formula.
    private func holdsNoErrors(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        var isSound = true
        for (position, column) in columns.enumerated() where position < fields.ranges.count {
            let range = fields.ranges[position]
            guard let first = range.first, let last = range.last, range.count <= RowChecker.longestError,
                bytes[first] == UInt8(ascii: "#")
                    || bytes[first] | 32 == UInt8(ascii: "e") && 48...57 ~= bytes[last]
            else { continue }
            let text = String(decoding: range.map { bytes[$0] }, as: UTF8.self).uppercased()
            let isError =
                RowChecker.errors.contains(text) || text.allSatisfy { $0 == "#" } && text.count >= 3
                || RowChecker.isNumberedError(text)
            guard isError, column != nil || addressColumns.contains(position) else { continue }
            report.fault(
                RollFault(
                    line: fields.line, column: headings[position], value: shown(bytes, range),
                    reason: "is an error of the spreadsheet, not a value: correct the cell or empty it"))
            isSound = false
        }
        return isSound
    }

    /// Whether a text is an error of LibreOffice: `Err:502`, in French `Erreur :502`.
    private static func isNumberedError(_ text: String) -> Bool {
        guard text.hasPrefix("ERR"), let colon = text.firstIndex(of: ":"),
            ["ERR", "ERREUR"].contains(Invisible.trimmed(String(text[..<colon])))
        else { return false }
        let number = Invisible.trimmed(String(text[text.index(after: colon)...]))
        return number.utf8.count == 3 && number.utf8.allSatisfy { 48...57 ~= $0 }
    }

    /// Bytes of the longest error.
    private static let longestError = 20

    /// Whether every cell that is read may be looked at: before anything is made of it.
    private func hasSoundCells(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        guard let first = fields.ranges.first, let last = fields.ranges.last else { return true }
        // Nearly every row is short and holds no mark: one look at its bytes is enough.
        let whole = first.lowerBound..<last.upperBound
        if whole.count <= RollLimits.cell.scalars, hasNoMark(bytes, whole) { return true }
        var isSound = true
        for (position, column) in columns.enumerated() where position < fields.ranges.count {
            guard let column else { continue }
            let range = fields.ranges[position]
            switch RollLimits.cell.fault(bytes: range.map { bytes[$0] }) {
            case nil: continue
            case .tooLong:
                fault(column, bytes, range, fields, "is longer than \(RollLimits.cell.scalars) characters")
            case .marks:
                fault(column, bytes, range, fields, "piles up more than \(TextLimit.mostMarks) combining marks")
            }
            isSound = false
        }
        return isSound
    }

    /// Whether no byte of a combining mark stands in a range, as in nearly every cell.
    private func hasNoMark(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where bytes[index] >= 0xCC { return false }
        return true
    }

    /// Fields may be missing at a row's end, and empty ones too many may stand there: programs write both.
    private func hasRightWidth(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        guard isDelimited else { return true }
        if isOneField(bytes, fields) {
            report.fault(
                RollFault(
                    line: fields.line, column: "", value: shown(bytes, fields.ranges[0]),
                    reason: isQuoted(bytes, fields.ranges[0])
                        ? "stands in quotes as a whole, so that it is one field: take these quotes away"
                        : "is one field: its values are separated by another mark than the headings are"))
            return false
        }
        guard fields.ranges.count > headings.count else { return true }
        for range in fields.ranges[headings.count...] where Invisible.trimmed(bytes, range) != nil {
            report.fault(
                RollFault(
                    line: fields.line, column: "", value: shown(bytes, range),
                    reason: "has \(fields.ranges.count) fields where the headings have \(headings.count): "
                        + "a separator inside a value wants quotes"))
            return false
        }
        return true
    }

    /// Whether a field stands in quotes.
    private func isQuoted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.lowerBound > 0 && bytes[range.lowerBound - 1] == UInt8(ascii: "\"")
    }

    /// Whether a row's fields stand in one pair of quotes, as spreadsheets leave lines that were pasted into one column.
    private func isOneField(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        guard let first = fields.ranges.first, headings.count > 1,
            fields.ranges.count == 1 || Invisible.trimmed(bytes, fields.ranges[1]) == nil
        else { return false }
        for range in fields.ranges.dropFirst() where Invisible.trimmed(bytes, range) != nil { return false }
        let most = ";,\t|".utf8.map { mark in first.count { bytes[$0] == mark } }.max() ?? 0
        // Fields may be missing at the end.
        return most + 1 >= RollHeadings.needed.count
    }

    /// The hash of a refused row's reference, when it is one.
    private func readableReference(_ bytes: Span<UInt8>, _ fields: RowFields) -> UInt64? {
        var plain: [UInt8] = []
        guard let range = value(.reference, bytes, fields), Reference.append(bytes, range, onto: &plain) == nil else {
            return nil
        }
        return Folding.hash(plain.span)
    }

    /// Looks at cells of a workbook that are no plain text; false when one of them is no value.
    private mutating func lookAtCells(_ bytes: Span<UInt8>, _ fields: RowFields) -> Bool {
        var isGood = true
        for note in fields.notes where note.column < columns.count {
            if note.kind == .hiddenRow {
                tally.add(
                    line: fields.line, "", "",
                    "is hidden in the spreadsheet, and is read: delete it if it is no voter's", .wrongPerson)
                continue
            }
            guard let column = columns[note.column], note.column < fields.ranges.count else { continue }
            let range = fields.ranges[note.column]
            switch note.kind {
            case .error:
                fault(
                    column, bytes, range, fields,
                    "is an error of the spreadsheet, not a value: correct the cell or empty it")
                isGood = false
            case .uncalculated:
                fault(
                    column, bytes, nil, fields,
                    "holds a formula that was never calculated: open the file in a spreadsheet, save it and import it again"
                )
                isGood = false
            case .date where street?.parts.contains(note.column) == true:
                // A number such as 3-5 became a day.
                report.fault(
                    RollFault(
                        line: fields.line, column: headings[note.column], value: shown(bytes, range),
                        reason: "is a date in the spreadsheet: it was probably something else"))
                isGood = false
            case .date where column != .challenge:
                warn(
                    column, bytes, range, fields, "is a date in the spreadsheet: it was probably something else",
                    .wrongPerson)
            case .flag:
                warn(column, bytes, range, fields, "is TRUE or FALSE in the spreadsheet, not a text")
            case .number where column == .reference:
                tally.add(
                    line: fields.line, heading(column), shown(bytes, range),
                    "is a number in the spreadsheet: zeros at its beginning would be lost")
            // Of five zeros the number's own reading tells.
            case .rounded
            where column == .reference || column == .phone && range.suffix(5).contains { bytes[$0] != 48 }:
                warn(
                    column, bytes, range, fields,
                    "ends with zeros, as numbers do that a spreadsheet shortened: check it", .wrongPerson)
            case .hiddenColumn where !range.isEmpty:
                tally.add(
                    line: fields.line, headings[note.column], "",
                    "stands in a hidden column of the spreadsheet, and is read: delete the column if it is an old one",
                    .wrongPerson)
            case .date, .number, .rounded, .hiddenRow, .hiddenColumn: continue
            }
        }
        return isGood
    }
}
