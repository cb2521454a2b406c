/// Rows of a sheet while it is read.
struct SheetRows {
    /// Rows that are complete and not yet taken.
    private(set) var rows: [RowFields] = []
    /// How many `rows` there are, without a look at the array.
    private(set) var rowCount = 0
    /// The bytes that the rows' ranges point into.
    private(set) var bytes: [UInt8] = []
    /// Why the sheet cannot be read on; line 0 where no row is to blame.
    private(set) var fault: (line: Int, message: String)?

    /// Types of cells (ECMA-376, 18.18.11).
    private enum Kind { case number, shared, inline, text, flag, error, isoDate }

    /// Read before any sheet is.
    private let texts: SharedTexts
    /// Styles that show a number as a date, by their place among the cell formats.
    private let dateStyles: Set<Int>
    /// Whether days are counted from 1904, as old programs on Macs do.
    private let epoch1904: Bool
    /// Whether formulas were left to be calculated by the next program.
    private let isUncalculated: Bool
    /// Which of the sheets that are read it is, from 0.
    private let index: Int
    /// The row's number, from 1.
    private var line = 0
    /// The cell's column, from 0; -1 before the first.
    private var column = -1
    /// The cell's type.
    private var kind = Kind.number
    /// Whether the cell's style shows a date.
    private var isDate = false
    /// Whether what comes is the cell's value.
    private var inValue = false
    /// Whether what comes is how a name is spoken.
    private var inPhonetic = false
    /// Whether the cell has a formula.
    private var isFormula = false
    /// The cell's value so far.
    private var value: [UInt8] = []
    /// Where the row's cells lie in `bytes`.
    private var ranges: [Range<Int>] = []
    /// How much of a text that stands in the cell itself is struck through.
    private var runs = StruckRuns()
    /// Of the row's cells so far.
    private var notes: [CellNote] = []
    /// Columns that the spreadsheet does not show, from 0.
    private var hiddenColumns: [ClosedRange<Int>] = []
    /// Styles that strike a value through, by their place among the cell formats.
    private let struckStyles: Set<Int>
    /// Cells that are shown as one; they stand behind the rows.
    private(set) var merges: [MergedCells] = []

    init(_ parts: WorkbookParts, index: Int) {
        (texts, dateStyles, epoch1904) = (parts.texts, parts.dateStyles, parts.epoch1904)
        (isUncalculated, self.index, struckStyles) = (parts.isUncalculated, index, parts.struckStyles)
    }

    /// Forgets the rows that were taken.
    mutating func clear() {
        rows.removeAll(keepingCapacity: true)
        rowCount = 0
        // A row may be half read: its texts move to the front.
        if ranges.isEmpty {
            bytes.removeAll(keepingCapacity: true)
        } else {
            let start = ranges[0].lowerBound
            bytes.removeFirst(start)
            for index in ranges.indices {
                ranges[index] = max(0, ranges[index].lowerBound - start)..<max(0, ranges[index].upperBound - start)
            }
        }
    }

    /// Takes the beginning of an element.
    mutating func started(_ name: UnsafePointer<UInt8>, _ attributes: XMLAttributes) {
        if unsafe isNamed(name, "c") {
            unsafe startCell(attributes)
        } else if unsafe isNamed(name, "v") || isNamed(name, "t") {
            inValue = !inPhonetic
        } else if unsafe isNamed(name, "row") {
            line = unsafe attributes.number("r") ?? line + 1
            if line >= RollLimits.sheetLines {
                fault = fault ?? (0, "a row's number is larger than any sheet's: refused")
            }
            column = -1
            ranges.removeAll(keepingCapacity: true)
            notes.removeAll(keepingCapacity: true)
            if unsafe SheetRows.isHidden(attributes) { notes.append(CellNote(column: 0, kind: .hiddenRow)) }
        } else if unsafe isNamed(name, "col") {
            guard unsafe SheetRows.isHidden(attributes), let first = unsafe attributes.number("min"),
                let last = unsafe attributes.number("max"), 1...RollLimits.columns ~= first, first <= last
            else { return }
            hiddenColumns.append(first - 1...min(last, RollLimits.columns) - 1)
        } else if unsafe isNamed(name, "f") {
            isFormula = true
        } else if unsafe isNamed(name, "rPh") {
            // How a name is spoken, beside the name itself.
            inPhonetic = true
        } else if unsafe isNamed(name, "strike") {
            if unsafe attributes.isOn() { runs.strike() }
        } else if unsafe isNamed(name, "r") {
            runs.begin()
        } else if unsafe isNamed(name, "mergeCell"), merges.count < MergedCells.most {
            if let merge = unsafe attributes.bytes("ref").flatMap({ unsafe MergedCells($0) }) { merges.append(merge) }
        }
    }

    /// Takes a cell's place, type and style.
    private mutating func startCell(_ attributes: XMLAttributes) {
        column = unsafe attributes.bytes("r").flatMap(SheetRows.column) ?? column + 1
        guard column < RollLimits.columns else {
            fault = fault ?? (line, "more than \(RollLimits.columns) columns")
            return
        }
        kind = unsafe SheetRows.kind(attributes.bytes("t"))
        isDate =
            unsafe kind == .number && !dateStyles.isEmpty && attributes.number("s").map(dateStyles.contains) == true
        (isFormula, inPhonetic) = (false, false)
        runs = StruckRuns()
        if !struckStyles.isEmpty, unsafe attributes.number("s").map(struckStyles.contains) == true { note(.struck) }
        value.removeAll(keepingCapacity: true)
    }

    /// Whether a row or column has `hidden`.
    private static func isHidden(_ attributes: XMLAttributes) -> Bool {
        guard let value = unsafe attributes.bytes("hidden"), let first = unsafe value.first else { return false }
        return first == UInt8(ascii: "1") || first == UInt8(ascii: "t")
    }

    /// The kind of a cell by its type attribute, most of which are one letter (ECMA-376, 18.18.11).
    private static func kind(_ type: UnsafeBufferPointer<UInt8>?) -> Kind {
        guard let type = unsafe type, let first = unsafe type.first else { return .number }
        guard type.count == 1 else { return first == UInt8(ascii: "i") ? .inline : .text }
        return switch first {
        case UInt8(ascii: "n"): .number
        case UInt8(ascii: "s"): .shared
        case UInt8(ascii: "b"): .flag
        case UInt8(ascii: "e"): .error
        case UInt8(ascii: "d"): .isoDate
        default: .text
        }
    }

    /// Takes the end of an element; that of a row completes it.
    mutating func ended(_ name: UnsafePointer<UInt8>) {
        if unsafe isNamed(name, "c") {
            endCell()
        } else if unsafe isNamed(name, "v") || isNamed(name, "t") {
            inValue = false
        } else if unsafe isNamed(name, "rPh") {
            inPhonetic = false
        } else if unsafe isNamed(name, "row") {
            rows.append(
                RowFields(ranges: ranges, line: index * RollLimits.sheetLines + line, sheet: index, notes: notes))
            rowCount += 1
            ranges.removeAll(keepingCapacity: true)
        }
    }

    /// Takes text, of which a value may come in several pieces.
    mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard inValue else { return }
        unsafe value.append(contentsOf: bytes)
        if kind == .inline { unsafe runs.take(bytes) }
    }

    /// Appends the cell's text and notes what it is besides.
    private mutating func endCell() {
        guard column < RollLimits.columns else { return }
        while ranges.count < column { ranges.append(bytes.count..<bytes.count) }
        let start = bytes.count
        if !hiddenColumns.isEmpty, hiddenColumns.contains(where: { $0.contains(column) }) { note(.hiddenColumn) }
        if isFormula, value.isEmpty && kind != .text || isUncalculated && kind == .number && value == [48] {
            // `<v>0</v>` is what programs write that do not calculate, and ask the next one to.
            note(.uncalculated)
        }
        if let kind = runs.kind { note(kind) }
        switch kind {
        case .shared: appendShared()
        case .number:
            if isDate, let time = SheetRows.time(value) {
                bytes.append(contentsOf: time.utf8)
                note(.time)
            } else if isDate, let date = SheetRows.date(value, epoch1904) {
                bytes.append(contentsOf: date.utf8)
                note(.date)
            } else {
                appendNumber()
            }
        case .inline, .text:
            bytes.append(contentsOf: value)
            if value.contains(UInt8(ascii: "_")) { XMLEscapes.decode(&bytes, from: start) }
        case .error:
            bytes.append(contentsOf: value)
            note(.error)
        case .isoDate:
            // The day, without the time behind it.
            bytes.append(contentsOf: value.prefix(10))
            if !value.isEmpty { note(.date) }
        case .flag:
            bytes.append(contentsOf: value == [49] ? Array("TRUE".utf8) : Array("FALSE".utf8))
            note(.flag)
        }
        if ranges.count == column { ranges.append(start..<bytes.count) } else { ranges[column] = start..<bytes.count }
    }

    /// Notes something of the present cell.
    private mutating func note(_ kind: CellNote.Kind) { notes.append(CellNote(column: column, kind: kind)) }

    /// Appends a text that several cells share; one that is not there is a fault.
    private mutating func appendShared() {
        guard !value.isEmpty else { return }
        let index = Int(String(decoding: value, as: UTF8.self))
        guard let index, let range = texts.range(index) else {
            fault =
                fault
                ?? (
                    line,
                    "the workbook is damaged: a cell points to a text that it does not hold; open it in a spreadsheet, save it "
                        + "and import that"
                )
            return
        }
        if let kind = texts.struck(index) { note(kind) }
        bytes.append(contentsOf: texts.bytes[range])
    }

    /// Digits of a number that spreadsheets show in full, and zeros at the end of a longer one that are hardly its own.
    private static let (shortened, lostZeros) = (9, 5)

    /// Digits that a spreadsheet keeps of a number (IEEE 754, 53 bits); it writes zeros in place of those behind them.
    private static let exactDigits = 15

    /// A number as people would write it: `3.36E10` is 33600000000.
    private mutating func appendNumber() {
        guard !value.isEmpty else { return }
        note(.number)
        if value.allSatisfy({ 48...57 ~= $0 || $0 == 45 }) {
            bytes.append(contentsOf: value)
            if value.count > SheetRows.exactDigits {
                note(.tooLong)
                return
            }
            // 1.23457E12 as its digits.
            if value.count > SheetRows.shortened, value.suffix(SheetRows.lostZeros).allSatisfy({ $0 == 48 }) {
                note(.rounded)
            }
            return
        }
        let text = String(decoding: value, as: UTF8.self)
        guard let number = Double(text), number == number.rounded(), abs(number) < 1e15 else {
            bytes.append(contentsOf: value)
            if let number = Double(text), abs(number) >= 1e15 { note(.tooLong) }
            return
        }
        let whole = String(Int(number))
        bytes.append(contentsOf: whole.utf8)
        // As many digits as the number stands for are written where none is lost.
        let written = value.prefix { $0 | 32 != UInt8(ascii: "e") }.filter { 48...57 ~= $0 }.count
        if value.contains(where: { $0 | 32 == UInt8(ascii: "e") }), written < whole.count, whole.count > 8 {
            note(.rounded)
        }
    }

    /// The column (from 0) of a cell's name: `AB12` is 27.
    private static func column(_ cell: UnsafeBufferPointer<UInt8>) -> Int? {
        var column = 0
        for index in cell.indices {
            let byte = unsafe cell[index]
            guard 65...90 ~= byte, column < 1 << 20 else { break }
            column = column * 26 + Int(byte) - 64
        }
        return column > 0 ? column - 1 : nil
    }

    /// A part of a day without a day, as `14:30`.
    private static func time(_ value: [UInt8]) -> String? {
        guard let number = Double(String(decoding: value, as: UTF8.self)), number > 0, number < 1 else { return nil }
        let minutes = min(Int((number * 1440).rounded()), 1439)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minutes / 60)):\(two(minutes % 60))"
    }

    /// A day number as `2026-11-24`. Excel counts days from 1899-12-30, or from 1904-01-01.
    private static func date(_ value: [UInt8], _ epoch1904: Bool) -> String? {
        guard let number = Double(String(decoding: value, as: UTF8.self)), number > 0, number < 2_958_466 else {
            return nil
        }
        // Howard Hinnant's civil_from_days, for days since 1970-01-01.
        let days = Int(number) - (epoch1904 ? 24107 : 25569) + 719_468
        let era = days / 146_097
        let dayOfEra = days - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shifted + 2) / 5 + 1
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(year)-\(two(month))-\(two(day))"
    }
}
