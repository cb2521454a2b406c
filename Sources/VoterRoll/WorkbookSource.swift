import Foundation
import Inputs

/// Sheets of an .xlsx workbook (ECMA-376), as spreadsheets of all makers write it, read as a stream.
///
/// Several passes over the archive: a part is named by another one, and may stand before it.
final class WorkbookSource: RowSource {
    /// What people are told; text in a workbook is UTF-8.
    let encoding = "XLSX"
    /// A workbook has none.
    let separator = ""
    /// Its encoding is certain.
    let doubt: CentralEuropeanSigns.Finding? = nil
    /// The names of those that were chosen.
    var sheets: [String] { chosen.map(\.name) }

    /// By sheet, of those that were read to their end.
    private var merges: [Int: [MergedCells]] = [:]

    private let path: String
    private let map: [String: Column]
    /// Names, texts and styles, read before any sheet.
    private let parts = WorkbookParts()
    /// In the order in which they are read.
    private var chosen: [WorkbookSheet] = []

    /// - Parameters:
    ///   - sheets: which to read, in this order; none: the first visible one, or the one that has a roll's headings.
    ///   - map: what headings mean besides the known ones.
    ///   - isRoll: whether the sheet with a roll's headings is wanted, rather than the first one.
    init(path: String, sheets: [String] = [], map: [String: Column] = [:], isRoll: Bool = true) throws(RollFileError) {
        (self.path, self.map) = (path, map)
        let (names, mimetype) = try entryNames()
        if let message = WorkbookSource.otherKind(names, mimetype: mimetype) {
            throw RollFileError(file: path, line: 0, message: message)
        }
        try read([("_rels/.rels", .packageRelationships)])
        let book = try read([
            (parts.workbook, .workbook), (PartName.relationships(of: parts.workbook), .relationships),
        ])
        guard book > 0 else { throw RollFileError(file: path, line: 0, message: "this is no .xlsx workbook") }
        try read([
            (parts.related("sharedStrings", usual: "sharedStrings.xml"), .texts),
            (parts.related("styles", usual: "styles.xml"), .styles),
        ])
        chosen = try sheets.isEmpty ? standard(isRoll: isRoll) : named(sheets)
    }

    /// The names of all entries, and what an OpenDocument file says it is.
    private func entryNames() throws(RollFileError) -> (names: Set<String>, mimetype: String) {
        var names: Set<String> = []
        var mimetype = ""
        let archive = try Archive(path: path)
        try archive.forEachEntry { entry throws(RollFileError) in
            names.insert(PartName.of(entry))
            guard entry == "mimetype" else { return }
            try archive.read { bytes, count throws(RollFileError) in
                mimetype = String(decoding: bytes.prefix(count), as: UTF8.self)
                return false
            }
        }
        return (names, mimetype)
    }

    /// What else a zip archive may be.
    /// - Parameter mimetype: what an OpenDocument file says it is; empty for others.
    private static func otherKind(_ names: Set<String>, mimetype: String) -> String? {
        if names.contains("content.xml"), mimetype.contains("opendocument"), !mimetype.contains("spreadsheet") {
            return FileKind.textDocument
        }
        if names.contains("content.xml") {
            return "this is an OpenDocument file (.ods): save it as .xlsx or CSV and import that"
        }
        if names.contains("xl/workbook.bin") {
            return "this is a binary workbook (.xlsb): save it as .xlsx and import that"
        }
        if names.contains(where: { $0.hasSuffix(".iwa") || $0 == "index.zip" }) {
            return "this is a document of Numbers or Pages: export it as .xlsx and import that"
        }
        if names.contains("word/document.xml") || names.contains(where: { $0.hasPrefix("ppt/") }) {
            return FileKind.textDocument
        }
        let isOffice = names.contains { $0 == "[content_types].xml" || $0.hasPrefix("xl/") || $0.hasSuffix(".rels") }
        return isOffice || names.isEmpty ? nil : FileKind.archive.refusal
    }

    // MARK: Which sheets

    /// The sheets with these names.
    /// - Throws: when there is none of a name, or it is named twice.
    private func named(_ wanted: [String]) throws(RollFileError) -> [WorkbookSheet] {
        var found: [WorkbookSheet] = []
        for name in wanted {
            let exact = parts.sheets.first { $0.name == name }
            guard let sheet = exact ?? parts.sheets.first(where: { Column.fold($0.name) == Column.fold(name) }) else {
                throw RollFileError(
                    file: path, line: 0,
                    message: "the workbook has no sheet \(name): its sheets are \(listed(parts.sheets))")
            }
            guard !found.contains(where: { $0.part == sheet.part }) else {
                throw RollFileError(file: path, line: 0, message: "the sheet \(name) is named twice")
            }
            found.append(sheet)
        }
        return found
    }

    /// The sheet that people see first; where several are seen, the one that is a roll. Cover pages and summaries are none.
    private func standard(isRoll: Bool) throws(RollFileError) -> [WorkbookSheet] {
        // A workbook without a list of its sheets has one by the usual name.
        let all = parts.sheets
        guard !all.isEmpty else {
            return [
                WorkbookSheet(
                    name: "1", isHidden: false, part: PartName.resolved("worksheets/sheet1.xml", from: parts.workbook))
            ]
        }
        let visible = all.filter { !$0.isHidden }
        guard let first = visible.first else {
            throw RollFileError(
                file: path, line: 0,
                message:
                    "every sheet of the workbook is hidden (\(listed(all))): show the one to be read, or name it with "
                    + "--sheet NAME", sheets: all.map(\.name))
        }
        guard all.count > 1, isRoll else { return [first] }
        var rolls: [WorkbookSheet] = []
        for sheet in visible where try hasHeadings(sheet) { rolls.append(sheet) }
        guard rolls.count < 2 else {
            throw RollFileError(
                file: path, line: 0,
                message: "several sheets of the workbook are rolls (\(listed(rolls))): name the one to be read with "
                    + "--sheet NAME, or each of them, --sheet NAME --sheet NAME, to read them together",
                sheets: rolls.map(\.name))
        }
        guard rolls.isEmpty else { return rolls }
        for sheet in all.filter(\.isHidden) where try hasHeadings(sheet) { rolls.append(sheet) }
        guard rolls.isEmpty else {
            throw RollFileError(
                file: path, line: 0,
                message:
                    "no visible sheet of the workbook is a roll (\(listed(visible))), and a hidden one is (\(listed(rolls))): "
                    + "show the one to be read, or name it with --sheet NAME", sheets: (visible + rolls).map(\.name))
        }
        return [first]
    }

    /// Names of sheets in quotes, for an error.
    private func listed(_ sheets: [WorkbookSheet]) -> String { sheets.map { "\"\($0.name)\"" }.joined(separator: ", ") }

    /// Whether a roll's headings stand in a sheet's first rows.
    private func hasHeadings(_ sheet: WorkbookSheet) throws(RollFileError) -> Bool {
        var isFound = false
        var rows = 0
        try forEachRow(of: sheet, index: 0) { bytes, fields throws(RollFileError) in
            rows += 1
            let texts = fields.ranges.map { range in
                String(decoding: range.prefix(RollLimits.shown).map { bytes[$0] }, as: UTF8.self)
            }
            if RollHeadings.isLikely(texts, map: map) { isFound = true }
            return !isFound && rows < RollLimits.headingRows
        }
        return isFound
    }

    // MARK: Rows

    func merges(of sheet: Int) -> [MergedCells] { merges[sheet] ?? [] }

    /// - Throws: when a sheet is missing or damaged, or holds more than the limits; what `body` throws.
    func forEachRow(
        _ body: (Span<UInt8>, RowFields) throws(RollFileError) -> Void
    ) throws(RollFileError) {
        // Those of sheets in which headings were looked for are nobody's.
        merges = [:]
        for (index, sheet) in chosen.enumerated() {
            try forEachRow(of: sheet, index: index) { bytes, fields throws(RollFileError) in
                try body(bytes, fields)
                return true
            }
        }
    }

    /// Hands the rows of one sheet to `body` until it returns false.
    private func forEachRow(
        of sheet: WorkbookSheet, index: Int, _ body: (Span<UInt8>, RowFields) throws(RollFileError) -> Bool
    ) throws(RollFileError) {
        let reader = SheetReader(parts, index: index)
        var found = false
        let archive = try Archive(path: path)
        try archive.forEachEntry { entry throws(RollFileError) in
            guard !found, PartName.of(entry) == sheet.part else { return }
            found = true
            guard let stream = XMLStream(reader) else { throw broken(entry) }
            var goesOn = true
            try archive.read { bytes, count throws(RollFileError) in
                guard stream.feed(bytes, count: count) else { throw broken(entry) }
                goesOn = try drain(reader, body)
                return goesOn
            }
            guard goesOn else { return }
            guard stream.feed([], count: 0, last: true) else { throw broken(entry) }
            _ = try drain(reader, body)
            merges[index] = reader.sheet.merges
        }
        guard found else {
            throw RollFileError(file: path, line: 0, message: "the workbook has no sheet \(sheet.part)")
        }
    }

    /// Hands out the rows that are complete, and forgets them; false when `body` wants no more.
    private func drain(
        _ reader: SheetReader, _ body: (Span<UInt8>, RowFields) throws(RollFileError) -> Bool
    ) throws(RollFileError) -> Bool {
        if let fault = reader.sheet.fault { throw RollFileError(file: path, line: fault.line, message: fault.message) }
        for index in 0..<reader.sheet.rowCount {
            let fields = reader.sheet.rows[index]
            let bytes = reader.sheet.bytes
            // A row of nothing but formulas without values is not empty.
            let isEmpty = fields.notes.allSatisfy {
                [.hiddenRow, .hiddenColumn, .struck, .struckPart].contains($0.kind)
            }
            guard !isEmpty || !fields.isBlank(bytes.span) else { continue }
            guard try body(bytes.span, fields) else { return false }
        }
        reader.clear()
        return true
    }

    // MARK: Parts

    /// Feeds the wanted parts to the reader of parts; returns how many there were.
    @discardableResult
    private func read(_ wanted: [(name: String, part: WorkbookParts.Part)]) throws(RollFileError) -> Int {
        let archive = try Archive(path: path)
        var count = 0
        try archive.forEachEntry { entry throws(RollFileError) in
            let name = PartName.of(entry)
            guard let found = wanted.first(where: { $0.name == name }) else { return }
            count += 1
            parts.begin(found.part)
            guard let stream = XMLStream(parts) else { throw broken(entry) }
            try archive.read { bytes, count throws(RollFileError) in
                guard stream.feed(bytes, count: count) else { throw broken(entry) }
                guard parts.texts.count <= RollLimits.sharedTexts else {
                    throw RollFileError(
                        file: path, line: 0, message: "the workbook's texts are larger than any roll's: refused")
                }
                return true
            }
            guard stream.feed([], count: 0, last: true) else { throw broken(entry) }
        }
        return count
    }

    /// What is said of a part whose XML cannot be read.
    private func broken(_ entry: String) -> RollFileError {
        RollFileError(file: path, line: 0, message: "the workbook is damaged: \(entry) is not readable")
    }
}
