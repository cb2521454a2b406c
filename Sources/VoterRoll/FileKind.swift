import Glibc

/// What a file is by its first bytes, whatever its name says.
enum FileKind: Sendable {
    case text, zip, oldWorkbook, oldDocument, message, protected, html, webArchive, xml2003, flatOpenDocument, xml,
        sylk, dif
    case pdf, richText, archive, image, database, json, cards

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
        case .oldDocument:
            "this is a text document or a presentation (.doc, .ppt): ask for the list as .xlsx or CSV and import that"
        case .message: "this is an e-mail: save the list that is attached to it and import that"
        case .webArchive:
            "this is a web page with its pictures (MHTML), whatever its name says: open it in a spreadsheet, save it as .xlsx and "
                + "import that"
        case .flatOpenDocument:
            "this is a flat OpenDocument file (.fods): open it in a spreadsheet, save it as .xlsx or CSV and import that"
        case .xml:
            "this is an XML file, not a table: ask for the list as .xlsx or CSV and import that"
        case .sylk:
            "this is a SYLK file (.slk), whatever its name says: open it in a spreadsheet, save it as .xlsx or CSV and import that"
        case .dif:
            "this is a DIF file, whatever its name says: open it in a spreadsheet, save it as .xlsx or CSV and import that"
        case .image: "this is a picture: ask for the list as .xlsx or CSV and import that"
        case .database: "this is a database, not a table: ask for the list as .xlsx or CSV and import that"
        case .json:
            "this is a JSON file, or a link to an online table: export the table as .xlsx or CSV and import that"
        case .cards: "these are visiting cards (vCard): ask for the list as .xlsx or CSV and import that"
        case .pdf: "this is a PDF: ask for the list as .xlsx or CSV and import that"
        case .richText: "this is a text document (RTF): ask for the list as .xlsx or CSV and import that"
        case .archive: "this is a compressed archive: unpack it and import the file that is in it"
        }
    }

    /// The refusal of a text document or presentation in a zip container.
    static let textDocument =
        "this is a text document or a presentation: ask for the list as .xlsx or CSV and import that"

    /// Bytes in which the names of an old container's streams are looked for.
    private static let looked = 1 << 18

    /// Looks at a file.
    /// - Throws: when the file cannot be opened. What cannot be read is left to whoever reads it as text.
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
            func names(_ stream: String) -> Bool { holds(start, Array(stream.utf8.flatMap { [$0, 0] })) }
            if names("EncryptedPackage") { return .protected }
            if names("Workbook") || names("Book") { return .oldWorkbook }
            if names("__substg1.0_") { return .message }
            return names("WordDocument") || names("PowerPoint Document") ? .oldDocument : .oldWorkbook
        }
        // The workbooks of Excel 2 to 4 have no container.
        if start.count > 4, start[0] == 9, [0, 2, 4].contains(start[1]), [4, 6].contains(start[2]), start[3] == 0 {
            return .oldWorkbook
        }
        if start.starts(with: "%PDF".utf8) || start.starts(with: [0xEF, 0xBB, 0xBF] + Array("%PDF".utf8)) {
            return .pdf
        }
        for (magic, kind) in magics where start.starts(with: magic) { return kind }
        if start.count > 20, start[4..<20].starts(with: "Standard ".utf8) { return .database }
        if start.starts(with: "{\\rtf".utf8) { return .richText }
        let text = String(decoding: start.prefix(2048).filter { $0 != 0 }, as: UTF8.self).lowercased()
            .drop { $0.isWhitespace || $0 == "\u{FEFF}" || $0 == "\u{FFFD}" }
        return text.hasPrefix("<") ? markup(text) : written(text)
    }

    /// What a file in angle brackets is.
    private static func markup(_ text: Substring) -> FileKind {
        // What the text is may stand behind a comment.
        if text.contains("opendocument") && text.contains("office:document") { return .flatOpenDocument }
        if text.contains("office:spreadsheet") { return .xml2003 }
        for tag in ["<html", "<table", "<tr", "<!doctype html"] where text.contains(tag) { return .html }
        if text.hasPrefix("<?xml") { return text.contains("workbook") ? .xml2003 : .xml }
        let tags = [
            "<!", "<meta", "<head", "<body", "<style", "<div", "<title", "<thead", "<tbody", "<font", "<center", "<p",
        ]
        for tag in tags where text.hasPrefix(tag) { return .html }
        return .text
    }

    /// What a file is that begins with words of its own format.
    private static func written(_ text: Substring) -> FileKind {
        if text.hasPrefix("mime-version:") || text.hasPrefix("from: <saved by") { return .webArchive }
        // A roll may have the headings ID and PRENOM: what makes a SYLK file is its cells, or its end.
        let cells = ["c;y", "c;x", "c;k", "f;", "p;p"]
        if text.hasPrefix("id;p"),
            text.hasPrefix("id;pwxl") || text.hasPrefix("id;pscalc")
                || text.hasSuffix("\ne\n")
                    && text.split(whereSeparator: \.isNewline).contains(where: { line in
                        cells.contains { line.hasPrefix($0) }
                    })
        {
            return .sylk
        }
        if text.hasPrefix("table"), text.dropFirst(5).drop(while: \.isNewline).hasPrefix("0,1") { return .dif }
        if text.hasPrefix("begin:vcard") { return .cards }
        for field in ["received:", "return-path:", "delivered-to:", "x-mozilla-status:"] where text.hasPrefix(field) {
            return .message
        }
        if text.hasPrefix("{\"") || text.hasPrefix("[{") || text.hasPrefix("{ \"") || text.hasPrefix("{\n") {
            return .json
        }
        return .text
    }

    /// What files of other kinds begin with.
    private static let magics: [([UInt8], FileKind)] = [
        ([0x1F, 0x8B], .archive), ([0x37, 0x7A, 0xBC, 0xAF], .archive), (Array("Rar!".utf8), .archive),
        (Array("BZh".utf8), .archive), ([0xFD, 0x37, 0x7A], .archive), ([0x28, 0xB5, 0x2F, 0xFD], .archive),
        ([0x89, 0x50, 0x4E, 0x47], .image), ([0xFF, 0xD8, 0xFF], .image), (Array("GIF8".utf8), .image),
        ([0x49, 0x49, 0x2A, 0], .image), ([0x4D, 0x4D, 0, 0x2A], .image), (Array("SQLite format 3".utf8), .database),
        (Array("PAR1".utf8), .database),
    ]

    /// Whether some bytes stand anywhere in others.
    private static func holds(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
        guard bytes.count >= wanted.count, let first = wanted.first else { return false }
        for start in 0...bytes.count - wanted.count where bytes[start] == first {
            if bytes[start..<start + wanted.count].elementsEqual(wanted) { return true }
        }
        return false
    }
}
