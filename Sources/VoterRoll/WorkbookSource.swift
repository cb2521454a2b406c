import Foundation

/// The first sheet of an .xlsx workbook (ECMA-376), as spreadsheets of all makers write it, read as a stream.
///
/// Two passes over the archive, since shared texts may come after the sheet that uses them.
final class WorkbookSource: RowSource {
    let encoding = "XLSX"
    let separator = ""
    private let path: String

    init(path: String) { self.path = path }

    func forEachRow(
        _ body: (Span<UInt8>, RowFields) throws(RollFileError) -> Void
    ) throws(RollFileError) {
        let parts = WorkbookParts()
        let book = try read(path, parts) {
            $0 == "xl/workbook.xml" || $0 == "xl/_rels/workbook.xml.rels" || $0 == "xl/styles.xml"
                || $0 == "xl/sharedStrings.xml"
        }
        guard book > 0 else {
            throw RollFileError(file: path, line: 0, message: "this is no .xlsx workbook")
        }
        let sheet = SheetReader(texts: parts.texts, dateStyles: parts.dateStyles, epoch1904: parts.epoch1904)
        let name = parts.firstSheet
        var found = false
        let archive = try Archive(path: path)
        try archive.forEachEntry { entry throws(RollFileError) in
            guard entry == name, !found else { return }
            found = true
            guard let stream = XMLStream(sheet) else { throw broken(entry) }
            try archive.readAll { bytes, count throws(RollFileError) in
                guard stream.feed(bytes, count: count) else { throw broken(entry) }
                try drain(sheet, body)
            }
            guard stream.feed([], count: 0, last: true) else { throw broken(entry) }
            try drain(sheet, body)
        }
        guard found else { throw RollFileError(file: path, line: 0, message: "the workbook has no sheet \(name)") }
    }

    private func drain(
        _ reader: SheetReader, _ body: (Span<UInt8>, RowFields) throws(RollFileError) -> Void
    ) throws(RollFileError) {
        if let fault = reader.sheet.fault { throw RollFileError(file: path, line: fault.line, message: fault.message) }
        for index in 0..<reader.sheet.rowCount {
            let fields = reader.sheet.rows[index]
            if fields.ranges.contains(where: { !$0.isEmpty }) {
                let bytes = reader.sheet.bytes
                try body(bytes.span, fields)
            }
        }
        reader.clear()
    }

    /// Feeds the wanted entries of the archive to `listener`; returns how many there were.
    private func read(
        _ path: String, _ listener: WorkbookParts, _ wanted: (String) -> Bool
    ) throws(RollFileError) -> Int {
        let archive = try Archive(path: path)
        var count = 0
        try archive.forEachEntry { entry throws(RollFileError) in
            guard wanted(entry) else { return }
            count += 1
            listener.begin(entry)
            guard let stream = XMLStream(listener) else { throw broken(entry) }
            try archive.readAll { bytes, count throws(RollFileError) in
                guard stream.feed(bytes, count: count) else { throw broken(entry) }
                guard listener.texts.count <= RollLimits.sharedTexts else {
                    throw RollFileError(
                        file: path, line: 0, message: "the workbook's texts are larger than any roll's: refused")
                }
            }
            guard stream.feed([], count: 0, last: true) else { throw broken(entry) }
        }
        return count
    }

    private func broken(_ entry: String) -> RollFileError {
        RollFileError(file: path, line: 0, message: "the workbook is damaged: \(entry) is not readable")
    }
}

/// Texts that cells share, in one buffer.
struct SharedTexts {
    private(set) var bytes: [UInt8] = []
    private var ends: [UInt32] = [0]

    var count: Int { bytes.count }

    mutating func append(_ text: UnsafeBufferPointer<UInt8>) { unsafe bytes.append(contentsOf: text) }

    mutating func endText() { ends.append(UInt32(bytes.count)) }

    /// Where text `index` lies; nil when there is none.
    func range(_ index: Int) -> Range<Int>? {
        guard index >= 0, index + 1 < ends.count else { return nil }
        return Int(ends[index])..<Int(ends[index + 1])
    }
}

/// Reads the parts of a workbook that the sheet needs: the first sheet's name, shared texts and date styles.
private final class WorkbookParts: XMLListener {
    private(set) var texts = SharedTexts()
    private(set) var dateStyles: Set<Int> = []
    private(set) var epoch1904 = false
    private var entry = ""
    private var sheetRelation: String?
    private var targets: [String: String] = [:]
    private var dateFormats = Set(14...22).union([27, 28, 29, 30, 31, 36, 45, 46, 47, 50, 57])
    private var inCellFormats = false
    private var styles = 0
    private var inText = false
    private var inPhonetic = false

    func begin(_ entry: String) { self.entry = entry }

    /// The archive's name of the first sheet.
    var firstSheet: String {
        guard let relation = sheetRelation, let target = targets[relation] else { return "xl/worksheets/sheet1.xml" }
        return target.hasPrefix("/") ? String(target.dropFirst()) : "xl/" + target
    }

    func started(_ name: UnsafePointer<UInt8>, _ attributes: XMLAttributes) {
        if entry == "xl/sharedStrings.xml" {
            if unsafe isNamed(name, "t") { inText = !inPhonetic }
            if unsafe isNamed(name, "rPh") { inPhonetic = true }
        } else if unsafe isNamed(name, "sheet"), sheetRelation == nil {
            sheetRelation = unsafe attributes.text("id")
        } else if unsafe isNamed(name, "Relationship"), let id = unsafe attributes.text("Id"),
            let target = unsafe attributes.text("Target")
        {
            targets[id] = target
        } else if unsafe isNamed(name, "workbookPr") {
            epoch1904 = ["1", "true"].contains(unsafe attributes.text("date1904"))
        } else if unsafe isNamed(name, "numFmt"), let code = unsafe attributes.text("formatCode"),
            let id = unsafe attributes.number("numFmtId")
        {
            if isDate(code) { dateFormats.insert(id) }
        } else if unsafe isNamed(name, "cellXfs") {
            inCellFormats = true
        } else if inCellFormats, unsafe isNamed(name, "xf") {
            if let id = unsafe attributes.number("numFmtId"), dateFormats.contains(id) {
                dateStyles.insert(styles)
            }
            styles += 1
        }
    }

    func ended(_ name: UnsafePointer<UInt8>) {
        if unsafe isNamed(name, "cellXfs") { inCellFormats = false }
        guard entry == "xl/sharedStrings.xml" else { return }
        if unsafe isNamed(name, "t") { inText = false }
        if unsafe isNamed(name, "rPh") { inPhonetic = false }
        if unsafe isNamed(name, "si") { texts.endText() }
    }

    func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        if inText { unsafe texts.append(bytes) }
    }

    /// Whether a number format shows a date: it names years or days outside quotes and brackets.
    private func isDate(_ code: String) -> Bool {
        var quoted = false
        var bracketed = false
        for character in code.lowercased() {
            switch character {
            case "\"": quoted.toggle()
            case "[": bracketed = true
            case "]": bracketed = false
            case "y", "d", "j":
                if !quoted, !bracketed { return true }
            default: continue
            }
        }
        return false
    }
}
