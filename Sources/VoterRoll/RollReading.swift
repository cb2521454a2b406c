import Elections

/// Reads a table as a roll: finds the headings of each of its sheets, then hands the rows to a checker that knows them.
struct RollReading {
    /// How the headings of each sheet were understood.
    private(set) var headings: [RollHeadings] = []
    private let source: any RowSource
    private let election: Election
    private let map: [String: Column]
    private let file: String
    private let report: RollReport
    private var checkers: [RowChecker] = []
    private var search = HeadingSearch()
    private var sheet = 0
    /// Lines that repeat the headings.
    private var repeated = WarningTally()

    init(_ source: any RowSource, election: Election, map: [String: Column], file: String, report: RollReport) {
        (self.source, self.election, self.map, self.file, self.report) = (source, election, map, file, report)
        report.name(source.sheets)
    }

    /// Hands every row below the headings to `body`.
    mutating func forEachRow(
        _ body: (inout RowChecker, Span<UInt8>, RowFields) throws(RollFileError) -> Void
    ) throws(RollFileError) {
        do throws(RollFileError) { try readRows(body) } catch {
            // Below a line that is no headings anything may stand; what is wrong with that line is said.
            if headings.isEmpty, !search.isDecided, let first = search.firstError { throw first }
            throw error
        }
        try endSheet()
        repeated.tell(report)
    }

    private mutating func readRows(
        _ body: (inout RowChecker, Span<UInt8>, RowFields) throws(RollFileError) -> Void
    ) throws(RollFileError) {
        try source.forEachRow { bytes, fields throws(RollFileError) in
            if fields.sheet != sheet {
                try endSheet()
                sheet = fields.sheet
            }
            guard let known = headings.last, !checkers.isEmpty else { return try look(bytes, fields) }
            if known.areRepeated(bytes, fields) {
                return repeated.add(line: fields.line, "", "", "repeats the headings and is passed over")
            }
            try body(&checkers[checkers.count - 1], bytes, fields)
        }
    }

    private mutating func look(_ bytes: Span<UInt8>, _ fields: RowFields) throws(RollFileError) {
        var shown = fields
        shown.line %= RollLimits.sheetLines
        guard let found = try search.take(bytes, shown, map: map, file: place) else { return }
        headings.append(found)
        let name = source.sheets.isEmpty ? "" : source.sheets[sheet]
        checkers.append(
            RowChecker(
                election: election, headings: found, sheet: name, isDelimited: source.sheets.isEmpty, report: report))
    }

    private mutating func endSheet() throws(RollFileError) {
        if checkers.isEmpty, let error = search.firstError { throw error }
        for index in checkers.indices { checkers[index].finish() }
        (checkers, search) = ([], HeadingSearch())
    }

    /// The file, and the sheet where it has sheets.
    private var place: String { source.sheets.isEmpty ? file : "\(file) (sheet \(source.sheets[sheet]))" }
}
