import Glibc

/// What a file is by its first bytes, whatever its name says.
enum FileKind: Sendable {
    case text, zip, oldWorkbook, protected, html, xml2003, pdf, richText, archive

    /// What stands in the way of reading it as a table; nil for text and workbooks.
    var refusal: String? {
        switch self {
        case .text, .zip: nil
        case .oldWorkbook: "this is an old .xls workbook: save it as .xlsx or CSV and import that"
        case .protected: "this workbook is protected by a password: save it without one and import that"
        case .html:
            "this is a web page (HTML), whatever its name says: open it in a spreadsheet, save it as .xlsx and import that"
        case .xml2003:
            "this is an XML spreadsheet of Excel 2003: open it in a spreadsheet, save it as .xlsx and import that"
        case .pdf: "this is a PDF: ask for the list as .xlsx or CSV and import that"
        case .richText: "this is a text document (RTF): ask for the list as .xlsx or CSV and import that"
        case .archive: "this is a compressed archive: unpack it and import the file that is in it"
        }
    }

    /// Bytes in which the names of an old container's streams are looked for.
    private static let looked = 1 << 18

    /// Looks at a file.
    static func of(path: String) throws(RollFileError) -> FileKind {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw RollFileError(file: path, line: 0, message: unsafe String(cString: strerror(errno)))
        }
        defer { close(file) }
        var status = stat()
        // A pipe is refused by whoever reads it.
        guard unsafe fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .text }
        var start = [UInt8](repeating: 0, count: looked)
        let count = unsafe read(file, &start, start.count)
        let head = Array(start.prefix(max(0, count)))
        guard of(head) == .oldWorkbook, let place = directory(head), place >= head.count else { return of(head) }
        // The directory of a large container lies behind what was read.
        let more = unsafe pread(file, &start, start.count, off_t(place))
        return of(head + start.prefix(max(0, more)))
    }

    /// Where the directory of an old container (MS-CFB) begins; nil when this is none.
    private static func directory(_ head: [UInt8]) -> Int? {
        guard head.count >= 512, head.starts(with: [0xD0, 0xCF, 0x11, 0xE0]), 9...12 ~= head[30] else { return nil }
        let sector = (0..<4).reduce(0) { $0 | Int(head[48 + $1]) << (8 * $1) }
        return (sector + 1) << Int(head[30])
    }

    /// Looks at the first bytes of a file.
    static func of(_ start: [UInt8]) -> FileKind {
        if start.starts(with: [0x50, 0x4B, 3, 4]) || start.starts(with: [0x50, 0x4B, 5, 6]) { return .zip }
        if start.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            // The names of a container's streams are UTF-16.
            return holds(start, Array("EncryptedPackage".utf8.flatMap { [$0, 0] })) ? .protected : .oldWorkbook
        }
        // The workbooks of Excel 2 to 4 have no container.
        if start.count > 4, start[0] == 9, [0, 2, 4].contains(start[1]), [4, 6].contains(start[2]), start[3] == 0 {
            return .oldWorkbook
        }
        if start.starts(with: "%PDF".utf8) { return .pdf }
        if start.starts(with: "{\\rtf".utf8) { return .richText }
        for magic: [UInt8] in [
            [0x1F, 0x8B], [0x37, 0x7A, 0xBC, 0xAF], Array("Rar!".utf8), Array("BZh".utf8), [0xFD, 0x37, 0x7A],
        ]
        where start.starts(with: magic) { return .archive }
        let text = String(decoding: start.prefix(2048).filter { $0 != 0 }, as: UTF8.self).lowercased()
            .drop { $0.isWhitespace || $0 == "\u{FEFF}" || $0 == "\u{FFFD}" }
        if text.hasPrefix("<") {
            if text.contains("office:spreadsheet") || text.hasPrefix("<?xml") && text.contains("workbook") {
                return .xml2003
            }
            for tag in ["<html", "<!doctype", "<table", "<meta", "<head", "<body", "<style", "<div", "<?xml"]
            where text.hasPrefix(tag) { return .html }
        }
        return .text
    }

    private static func holds(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard bytes.count >= wanted.count, let first = wanted.first else { return false }
        for start in 0...bytes.count - wanted.count where bytes[start] == first {
            if bytes[start..<start + wanted.count].elementsEqual(wanted) { return true }
        }
        return false
    }
}
