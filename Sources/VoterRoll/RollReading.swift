import Elections

/// Reads a table as a roll: finds the headings of each of its sheets, then hands the rows to a checker that knows them.
struct RollReading {
    /// How the headings of each sheet were understood.
    private(set) var headings: [RollHeadings] = []
    /// The file that is read, row by row.
    private let source: any RowSource
    /// Whose names rows must use.
    private let election: Election
    /// What headings mean, and which are not read.
    private let options: ImportOptions
    /// For what faults say.
    private let file: String
    /// Gets all faults and warnings.
    private let report: RollReport
    /// The present sheet's; none until its headings were found.
    private var checkers: [RowChecker] = []
    /// The present sheet's.
    private var search = HeadingSearch()
    /// The sheet that is read, from 0.
    private var sheet = 0
    /// The row of the present sheet's headings, and what is added to it in a line's number.
    private var head = (row: 0, offset: 0)
    /// Lines that repeat the headings.
    private let repeated = WarningTally()

    /// Tells the report which sheets are read.
    /// - Parameter file: the path, for what faults say.
    init(_ source: any RowSource, election: Election, options: ImportOptions, file: String, report: RollReport) {
        (self.source, self.election, self.options, self.file, self.report) = (source, election, options, file, report)
        report.name(source.sheets)
        if let doubt = source.doubt { warn(of: doubt) }
    }

    /// Tells that the names of the file are spelt wrongly where they are read in this encoding.
    private func warn(of doubt: CentralEuropeanSigns.Finding) {
        report.warn(
            RollFault(
                line: doubt.line, column: "", value: doubt.sign,
                reason:
                    "stands where no French word has it: the file is read as \(source.encoding) and is probably in another encoding "
                    + "(Windows-1250, of central Europe), so that names and places are spelt wrongly: open it where they look right, "
                    + "save it as \"CSV UTF-8\" and import that", weight: .wrongPerson))
    }

    /// Hands every row below the headings to `body`.
    /// - Parameter body: takes the sheet's checker, the buffer and the row's fields in it.
    /// - Throws: when no headings are found, or the source cannot be read on; what `body` throws.
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

    /// Passes from sheet to sheet, each of which has headings of its own.
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

    /// Looks for the headings in a row; where it is them, the rows below get a checker.
    private mutating func look(_ bytes: Span<UInt8>, _ fields: RowFields) throws(RollFileError) {
        var shown = fields
        shown.line %= RollLimits.sheetLines
        guard let found = try search.take(bytes, shown, options: options, file: place, isSheet: !source.sheets.isEmpty)
        else { return }
        headings.append(found)
        head = (shown.line, fields.line - shown.line)
        for heading in found.unread {
            report.warn(
                RollFault(
                    line: fields.line, column: heading.text, value: "",
                    reason: heading.isOnly
                        ? "is not read, as was said of this heading before: after this file the roll has nothing of it; to have it "
                            + "read, give the heading another name of the list of headings"
                        : "is not read, as was said of this heading before: another column is",
                    weight: heading.isOnly ? .wrongPerson : .detail))
        }
        let name = source.sheets.isEmpty ? "" : source.sheets[sheet]
        checkers.append(
            RowChecker(
                election: election, headings: found, sheet: name, isDelimited: source.sheets.isEmpty, report: report))
    }

    /// Ends a sheet: says what occurred in many of its rows.
    /// - Throws: what was wrong with its first row, where no headings were found.
    private mutating func endSheet() throws(RollFileError) {
        if checkers.isEmpty, let error = search.firstError { throw error }
        for checker in checkers {
            MergedCells.tell(
                source.merges(of: sheet), below: head.row, offset: head.offset, checker.sheet.columns,
                checker.sheet.headings, into: checker.sheet.tally)
            checker.finish()
        }
        (checkers, search) = ([], HeadingSearch())
    }

    /// The file, and the sheet where it has sheets.
    private var place: String { source.sheets.isEmpty ? file : "\(file) (sheet \(source.sheets[sheet]))" }
}
