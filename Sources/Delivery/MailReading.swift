import FoundationEssentials

/// A mail as it came in, read by the rules of MIME (RFC 2045, 2046, 5322) as far as notifications need them: headers with
/// their folds, parts in parts, and what a part's encoding hides. All of it as bytes: what a stranger piles up in a letter
/// costs no work on text.
struct MailReading {
    /// A header or a field of a report, unfolded.
    struct Field {
        /// In small letters.
        let name: String
        let value: [UInt8]
    }

    /// Parts in parts that are looked into: a report forwarded by a scanner stands two deep.
    private static let deepest = 4
    /// Headers of one part, at most; a real mail has some dozens.
    private static let mostFields = 1000

    let headers: [Field]
    /// The lines behind the empty one.
    let body: ArraySlice<[UInt8]>
    private let depth: Int

    /// - Parameter depth: how many multiparts it stands in; from `deepest` on no further parts are looked for.
    init(_ lines: ArraySlice<[UInt8]>, depth: Int = 0) {
        let end = lines.firstIndex { MailReading.trimmed($0[...]).isEmpty } ?? lines.endIndex
        headers = MailReading.fields(lines[..<end])
        body = end < lines.endIndex ? lines[(end + 1)...] : lines[lines.endIndex...]
        self.depth = depth
    }

    /// The first header of this name, which is given in small letters; nil where there is none.
    subscript(_ name: String) -> [UInt8]? { headers.first { $0.name == name }?.value }

    /// Type and subtype in small letters, without parameters; plain text where nothing is said.
    var type: String {
        guard let value = self["content-type"] else { return "text/plain" }
        return MailReading.word(value)
    }

    /// A field's word before any parameter, in small letters, without blanks and comments.
    private static func word(_ value: [UInt8]) -> String {
        String(decoding: pieces(value)[0].filter { !isBlank($0) }.map(lower), as: UTF8.self)
    }

    /// The parts of a multipart; those of its own parts where they are multiparts, but never what a message inside holds.
    var parts: [MailReading] {
        guard type.hasPrefix("multipart/"), depth < MailReading.deepest else { return [] }
        // Where no boundary is named, the first line that could be one is it.
        let marked = body.first { $0.starts(with: [45, 45]) && $0.count > 2 }.map { Array($0.dropFirst(2)) }
        guard let boundary = parameter("boundary") ?? marked else { return [] }
        let (start, end) = ([45, 45] + boundary, [45, 45] + boundary + [45, 45])
        var (parts, from): ([MailReading], Int?) = ([], nil)
        for index in body.indices {
            let line = MailReading.trimmed(body[index][...], onlyAtEnd: true)
            guard line == start[...] || line == end[...] else { continue }
            if let from { parts += part(body[from..<index]) }
            from = index + 1
            if line == end[...] { return parts }
        }
        // A mail that was cut short has no end.
        if let from { parts += part(body[from...]) }
        return parts
    }

    /// The parts of a part: its own where it is a multipart, else itself.
    private func part(_ lines: ArraySlice<[UInt8]>) -> [MailReading] {
        let part = MailReading(lines, depth: depth + 1)
        return part.type.hasPrefix("multipart/") ? part.parts : [part]
    }

    /// The value of a parameter of the content type, without its quotes.
    private func parameter(_ name: String) -> [UInt8]? {
        guard let value = self["content-type"] else { return nil }
        for piece in MailReading.pieces(value).dropFirst() {
            guard let equals = piece.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let key = MailReading.trimmed(piece[..<equals]).map(MailReading.lower)
            guard String(decoding: key, as: UTF8.self) == name else { continue }
            let plain = MailReading.trimmed(piece[(equals + 1)...])
            return plain.isEmpty ? nil : Array(plain)
        }
        return nil
    }

    /// The pieces of a field between semicolons, as they read: without quotes, with what a backslash stands before, and without
    /// comments (RFC 2045, 5.1, and RFC 5322, 3.2). At least one.
    static func pieces(_ value: [UInt8]) -> [[UInt8]] {
        var pieces: [[UInt8]] = [[]]
        var (isQuoted, isEscaped, comments) = (false, false, 0)
        for byte in value {
            switch byte {
            case _ where isEscaped:
                isEscaped = false
                if comments == 0 { pieces[pieces.count - 1].append(byte) }
            case UInt8(ascii: "\\") where isQuoted || comments > 0: isEscaped = true
            case UInt8(ascii: "\"") where comments == 0: isQuoted.toggle()
            case UInt8(ascii: "(") where !isQuoted: comments += 1
            case UInt8(ascii: ")") where !isQuoted && comments > 0: comments -= 1
            case _ where comments > 0: continue
            case UInt8(ascii: ";") where !isQuoted: pieces.append([])
            default: pieces[pieces.count - 1].append(byte)
            }
        }
        return pieces
    }

    /// The body's lines as they read once the part's encoding is taken off.
    var content: [[UInt8]] {
        switch MailReading.word(self["content-transfer-encoding"] ?? []) {
        case "base64":
            let text = String(decoding: body.joined(), as: UTF8.self)
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else { return Array(body) }
            return MailReading.lines([UInt8](data))
        case "quoted-printable": return MailReading.lines(MailReading.plain(body))
        default: return Array(body)
        }
    }

    /// RFC 2045, 6.7.
    private static func plain(_ lines: ArraySlice<[UInt8]>) -> [UInt8] {
        var bytes: [UInt8] = []
        for line in lines {
            let line = trimmed(line[...], onlyAtEnd: true)
            var at = line.startIndex
            var isSoft = false
            while at < line.endIndex {
                if line[at] == UInt8(ascii: "=") {
                    if at + 1 == line.endIndex {
                        isSoft = true
                    } else if at + 2 < line.endIndex, let high = digit(line[at + 1]), let low = digit(line[at + 2]) {
                        bytes.append(high << 4 | low)
                        at += 3
                        continue
                    }
                }
                if !isSoft { bytes.append(line[at]) }
                at += 1
            }
            if !isSoft { bytes.append(10) }
        }
        return bytes
    }

    /// The value of a hexadecimal digit in either case; nil for anything else.
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }

    /// Lines without their ends, CRLF or LF.
    private static func lines(_ bytes: [UInt8]) -> [[UInt8]] {
        bytes.split(separator: 10, omittingEmptySubsequences: false).map { line in
            Array(line.last == 13 ? line.dropLast() : line)
        }
    }

    /// Fields one to a line, with what is folded under them (RFC 5322, 2.2.3).
    static func fields(_ lines: ArraySlice<[UInt8]>) -> [Field] {
        var fields: [Field] = []
        for line in lines.prefix(mostFields) {
            if let first = line.first, isBlank(first), let last = fields.last {
                let before = last.value.isEmpty ? [] : last.value + [32]
                fields[fields.count - 1] = Field(name: last.name, value: before + trimmed(line[...]))
            } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
                let name = trimmed(line[..<colon]).map(lower)
                fields.append(
                    Field(
                        name: String(decoding: name, as: UTF8.self), value: Array(trimmed(line[(colon + 1)...]))))
            }
        }
        return fields
    }

    /// Without blanks at both ends, or at the end alone.
    static func trimmed(_ bytes: ArraySlice<UInt8>, onlyAtEnd: Bool = false) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let last = bytes.last, isBlank(last) || last == 13 { bytes.removeLast() }
        return onlyAtEnd ? bytes : bytes.drop(while: isBlank)
    }

    /// Whether a byte is a space or a tab.
    static func isBlank(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 }

    /// An ASCII capital as a small letter; other bytes as they are.
    static func lower(_ byte: UInt8) -> UInt8 { 65...90 ~= byte ? byte | 32 : byte }
}
