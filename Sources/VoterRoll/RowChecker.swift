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
    let columns: [Column?]
    /// Where the address lines stand, in the order in which they are printed.
    let addressColumns: [Int]
    /// Where a street stands in pieces.
    let street: StreetColumns?
    /// Whether rows may be too wide: a workbook's cells are never cut apart wrongly.
    let isDelimited: Bool
    /// The election's first language, for rows that name none.
    let standardLanguage: [UInt8]
    /// Words met are remembered in each of these, so that they are the checker's own.
    var civilities = Synonyms.civilities
    /// Titles that say neither; the field is left empty, with a warning.
    var vagueCivilities = Synonyms.vagueCivilities
    /// Of the voter's messages.
    var languages = Synonyms.languages
    /// By which the voter would rather be written to.
    var channels = Synonyms.channels
    /// Made when the first row has a country: there are hundreds of names.
    lazy var countries = Synonyms.countries
    /// By key and by title in both languages.
    var colleges: Synonyms
    /// By key and by title in both languages.
    var sites: Synonyms
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
    /// Columns without a heading.
    private let bare: BareColumns
    /// Whether a row was refused: from then on references are looked up among those of refused rows.
    private var hasRefused = false

    /// A voter's weight: counted votes must stay exact.
    static let heaviest = 1_000_000

    /// - Parameter sheet: the name of the sheet that is read; empty for text.
    init(election: Election, headings: RollHeadings, sheet: String, isDelimited: Bool, report: RollReport) {
        self.election = election
        self.report = report
        self.headings = headings.texts
        bare = BareColumns(headings.texts)
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
        colleges = Synonyms(election.colleges.mapValues { [$0.fr, $0.en] })
        sites = Synonyms(election.sites.mapValues { [$0.fr, $0.en] })
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
        bare.tell(bytes, fields, into: &tally)
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
        if let first, !Placeholders.stand(in: column, bytes, first) { return first }
        var spare = first
        for other in others where other < fields.ranges.count {
            guard let range = RowChecker.cell(bytes, fields.ranges[other]) else { continue }
            if !Placeholders.stand(in: column, bytes, range) { return range }
            spare = spare ?? range
        }
        return spare
    }

    /// The same for a column that may be empty: what stands for nothing is told and is nothing.
    mutating func optional(_ column: Column, _ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int>? {
        guard let range = value(column, bytes, fields) else { return nil }
        guard Placeholders.stand(in: column, bytes, range) else { return range }
        if column == .town, let code = value(.postcode, bytes, fields),
            Placeholders.areTown(
                String(decoding: range.map { bytes[$0] }, as: UTF8.self),
                postcode: String(decoding: code.map { bytes[$0] }, as: UTF8.self))
        {
            return range
        }
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
}
