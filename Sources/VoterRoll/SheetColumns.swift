import Elections
import Inputs

/// Where each column of a sheet stands, and who is told of its fields: what all checks of a sheet's rows have in common.
struct SheetColumns {
    /// Gets every fault and warning at once.
    let report: RollReport
    /// What occurs in many rows and is said once.
    let tally = WarningTally()
    /// As they stand in the file, by position.
    let headings: [String]
    /// Where each column stands, by its ordinal; -1 when the roll has no such column.
    private let positions: [Int]
    /// Columns read where the first one's field is empty, by ordinal.
    private let fallbacks: [[Int]]
    /// Which column each field belongs to; nil for those that are not read.
    let columns: [Column?]
    /// Where the address lines stand, in the order in which they are printed.
    let addressColumns: [Int]
    /// Where a street stands in pieces.
    let street: StreetColumns?

    /// - Parameter headings: of the sheet.
    init(_ headings: RollHeadings, report: RollReport) {
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
        addressColumns = [Column.address1, .address2, .address3, .address4, .address5, .address6].compactMap {
            headings.index[$0]
        }
    }

    // MARK: Fields

    /// Where a column stands; nil when the roll has no such column.
    func position(_ column: Column) -> Int? {
        let position = positions[column.ordinal]
        return position >= 0 ? position : nil
    }

    /// The columns that are read after the first one of their meaning.
    func fallbacks(_ column: Column) -> [Int] { fallbacks[column.ordinal] }

    /// Where the trimmed value of a column lies; nil when the roll has no such column or the field is empty.
    /// - Parameter column: where it has fallbacks, the first of them whose field says something.
    func value(_ column: Column, _ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int>? {
        let position = positions[column.ordinal]
        guard position >= 0 else { return nil }
        let first = position < fields.ranges.count ? SheetColumns.cell(bytes, fields.ranges[position]) : nil
        let others = fallbacks[column.ordinal]
        guard !others.isEmpty else { return first }
        // What stands for nothing gives way to the next column.
        if let first, !Placeholders.stand(in: column, bytes, first) { return first }
        var spare = first
        for other in others where other < fields.ranges.count {
            guard let range = SheetColumns.cell(bytes, fields.ranges[other]) else { continue }
            if !Placeholders.stand(in: column, bytes, range) { return range }
            spare = spare ?? range
        }
        return spare
    }

    /// The same for a column that may be empty: what stands for nothing is told and is nothing.
    func optional(_ column: Column, _ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int>? {
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

    /// A cell of the address that says something.
    func addressCell(_ position: Int, _ bytes: Span<UInt8>, _ fields: RowFields) -> Range<Int>? {
        guard let range = SheetColumns.cell(bytes, fields.ranges[position]) else { return nil }
        guard Placeholders.contain(bytes, range) || Placeholders.areZeros(bytes, range) else { return range }
        warn(at: position, bytes, range, fields, "stands for nothing and is read as empty")
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

    // MARK: What is told

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

    /// Warns of a line of the address.
    func warn(
        ofLine text: String, _ fields: RowFields, _ reason: String, _ weight: RollFault.Weight = .wrongPerson
    ) {
        report.warn(
            RollFault(line: fields.line, column: addressHeading, value: text, reason: reason, weight: weight))
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

    /// An invisible character is why a word is not known, where there is one.
    func hidden(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String? {
        Invisible.fault(range.map { bytes[$0] }, allowingSpaces: true)
    }

    /// What the file calls a column; the column's own name where it has none.
    func heading(_ column: Column) -> String {
        let position = positions[column.ordinal]
        return position >= 0 ? headings[position] : column.rawValue
    }

    /// What the file calls the address: its first line's heading.
    var addressHeading: String { addressColumns.first.map { headings[$0] } ?? "address" }
}
