import Foundation

/// Reads the parts of a workbook that its sheets need: their names, shared texts and date styles.
final class WorkbookParts: XMLListener {
    /// What is read at present.
    enum Part { case packageRelationships, workbook, relationships, texts, styles }

    /// The texts that cells name by number.
    private(set) var texts = SharedTexts()
    /// Styles that show a number as a date, by their place among the cell formats.
    private(set) var dateStyles: Set<Int> = []
    /// Styles that strike a value through, by their place among the cell formats.
    private(set) var struckStyles: Set<Int> = []
    /// Whether days are counted from 1904.
    private(set) var epoch1904 = false
    /// Whether the program that wrote the workbook left its formulas to be calculated by the next one.
    private(set) var isUncalculated = false
    /// The archive's name of the workbook's own part.
    private(set) var workbook = "xl/workbook.xml"
    /// Set by `begin`.
    private var part = Part.workbook
    /// Sheets in the workbook's order; what they relate to is known later.
    private var entries: [(name: String, isHidden: Bool, relation: String?)] = []
    /// Relationships of the workbook's part, by their names.
    private var targets: [String: (target: String, type: String)] = [:]
    /// Number formats that show a date: the built-in ones (ECMA-376, 18.8.30), and those that the workbook defines.
    private var dateFormats = Set(14...22).union([27, 28, 29, 30, 31, 36, 45, 46, 47, 50, 57])
    /// Fonts that strike through, by their place, and how many fonts there were.
    private var struckFonts: Set<Int> = []
    private var fonts = 0
    /// Whether what comes is one of the fonts that cell formats name.
    private var inFonts = false
    /// Whether what comes is one of the formats that cells name.
    private var inCellFormats = false
    /// Cell formats counted so far.
    private var styles = 0
    /// Whether what comes is a shared text.
    private var inText = false
    /// Whether what comes is how a text is spoken.
    private var inPhonetic = false

    /// Says what the elements that follow belong to.
    func begin(_ part: Part) { self.part = part }

    /// The sheets in the workbook's order; what is no table of cells is left out.
    var sheets: [WorkbookSheet] {
        entries.enumerated().compactMap { index, entry in
            guard let relation = entry.relation, let found = targets[relation] else {
                let standard = PartName.resolved("worksheets/sheet\(index + 1).xml", from: workbook)
                return WorkbookSheet(name: entry.name, isHidden: entry.isHidden, part: standard)
            }
            guard found.type.isEmpty || found.type.hasSuffix("/worksheet") else { return nil }
            return WorkbookSheet(
                name: entry.name, isHidden: entry.isHidden, part: PartName.resolved(found.target, from: workbook))
        }
    }

    /// The part that the workbook relates to by a type, `sharedStrings`; by its usual name where it names none.
    /// - Parameters:
    ///   - type: the end of the relationship's type.
    ///   - usual: the part's name where the workbook does not say.
    func related(_ type: String, usual: String) -> String {
        let found = targets.values.first { $0.type.hasSuffix("/" + type) }
        return PartName.resolved(found?.target ?? usual, from: workbook)
    }

    /// Takes the beginning of an element.
    func started(_ name: UnsafePointer<UInt8>, _ attributes: XMLAttributes) {
        switch part {
        case .texts:
            if unsafe isNamed(name, "t") { inText = !inPhonetic }
            if unsafe isNamed(name, "rPh") { inPhonetic = true }
            if unsafe isNamed(name, "r") { texts.beginRun() }
            if unsafe isNamed(name, "strike"), unsafe attributes.isOn() { texts.strike() }
        case .packageRelationships, .relationships:
            guard unsafe isNamed(name, "Relationship"), let target = unsafe attributes.text("Target") else { return }
            let type = unsafe attributes.text("Type") ?? ""
            if part == .relationships, let id = unsafe attributes.text("Id") { targets[id] = (target, type) }
            if part == .packageRelationships, type.hasSuffix("/officeDocument") { workbook = PartName.of(target) }
        case .workbook: unsafe startedInWorkbook(name, attributes)
        case .styles: unsafe startedInStyles(name, attributes)
        }
    }

    /// Takes sheets, the epoch and whether formulas were calculated.
    private func startedInWorkbook(_ name: UnsafePointer<UInt8>, _ attributes: XMLAttributes) {
        if unsafe isNamed(name, "sheet") {
            // libxml2 leaves the ampersand of an attribute as it found it.
            let title = unsafe (attributes.text("name") ?? "").replacing("&#38;", with: "&")
            let state = unsafe attributes.text("state") ?? "visible"
            entries.append((title, state != "visible", unsafe attributes.text("id")))
        } else if unsafe isNamed(name, "workbookPr") {
            epoch1904 = ["1", "true"].contains(unsafe attributes.text("date1904"))
        } else if unsafe isNamed(name, "calcPr") {
            isUncalculated = ["1", "true"].contains(unsafe attributes.text("fullCalcOnLoad"))
        }
    }

    /// Takes number formats and which cell formats use a date's.
    private func startedInStyles(_ name: UnsafePointer<UInt8>, _ attributes: XMLAttributes) {
        if unsafe isNamed(name, "numFmt"), let code = unsafe attributes.text("formatCode"),
            let id = unsafe attributes.number("numFmtId")
        {
            if isDate(code) { dateFormats.insert(id) }
        } else if unsafe isNamed(name, "fonts") {
            inFonts = true
        } else if inFonts, unsafe isNamed(name, "font") {
            fonts += 1
        } else if inFonts, unsafe isNamed(name, "strike") {
            if unsafe attributes.isOn() { struckFonts.insert(fonts - 1) }
        } else if unsafe isNamed(name, "cellXfs") {
            inCellFormats = true
        } else if inCellFormats, unsafe isNamed(name, "xf") {
            if let id = unsafe attributes.number("numFmtId"), dateFormats.contains(id) { dateStyles.insert(styles) }
            if let font = unsafe attributes.number("fontId"), struckFonts.contains(font) { struckStyles.insert(styles) }
            styles += 1
        }
    }

    /// Takes the end of an element.
    func ended(_ name: UnsafePointer<UInt8>) {
        if unsafe isNamed(name, "cellXfs") { inCellFormats = false }
        if unsafe isNamed(name, "fonts") { inFonts = false }
        guard part == .texts else { return }
        if unsafe isNamed(name, "t") { inText = false }
        if unsafe isNamed(name, "rPh") { inPhonetic = false }
        if unsafe isNamed(name, "si") { texts.endText() }
    }

    /// Takes text; only that of shared texts is kept.
    func text(_ bytes: UnsafeBufferPointer<UInt8>) {
        if inText { unsafe texts.append(bytes) }
    }

    /// Whether a number format shows a date or a time: outside quotes, brackets and escapes it holds a run of letters that name years,
    /// months, days and hours alone, in English or French. `General`, `Standard` and `Estandar` are words.
    private func isDate(_ code: String) -> Bool {
        var (quoted, bracketed, escaped) = (false, false, false)
        var runs = [""]
        for character in code.lowercased() {
            if escaped {
                escaped = false
                continue
            }
            switch character {
            case "\"": quoted.toggle()
            case "[" where !quoted: bracketed = true
            case "]" where !quoted: bracketed = false
            case "\\", "_", "*": escaped = !quoted
            case _ where character.isLetter && !quoted && !bracketed: runs[runs.count - 1].append(character)
            default: if runs.last?.isEmpty == false { runs.append("") }
            }
        }
        return runs.contains { run in
            run.allSatisfy { "ymdjhsa".contains($0) } && run.contains { "ydjh".contains($0) }
        }
    }
}
