/// A piece of a parsed template.
/// Pieces follow each other as they stand in the source.
indirect enum Piece {
    case text(String)
    /// - Parameter escaped: false for `{{{name}}}` and `{{&name}}`.
    case value(Name, escaped: Bool)
    /// - Parameter inverted: true for `{{^name}}`: shown where the value is not.
    case section(Name, inverted: Bool, [Piece])
    /// The place is that of the tag, not inside the partial.
    case partial(Program, Place)
}

/// Where a tag stands.
struct Place {
    /// The file's or partial's name.
    let template: String
    /// From 1.
    let line: Int
    /// From 1, in characters.
    let column: Int

    /// An error at this place.
    func error(_ message: String) -> TemplateError {
        TemplateError(template: template, line: line, column: column, message: message)
    }
}

/// A dotted name; empty parts mean the current item itself (`.`).
struct Name {
    /// Between the dots; none of them empty.
    let parts: [String]
    let place: Place

    var text: String { parts.isEmpty ? "." : parts.joined(separator: ".") }

    /// What stands from a part on, as an object's key may hold it, dots and all.
    func rest(from index: Int) -> String {
        index == parts.count - 1 ? parts[index] : parts[index...].joined(separator: ".")
    }
}

/// A parsed template or partial; a class, since a partial may contain itself.
final class Program {
    var pieces: [Piece] = []
}

/// Parses Mustache (github.com/mustache/spec, version 1.4: comments, delimiters, interpolation, inverted, partials,
/// sections).
final class TemplateParser {
    private let partials: (String) -> String?
    /// By indentation and name, those that are still being parsed among them.
    private var programs: [String: Program] = [:]

    init(partials: @escaping (String) -> String?) { self.partials = partials }

    /// - Parameter name: for messages.
    /// - Throws: at the first fault, with line and column.
    func program(_ source: String, name: String) throws(TemplateError) -> Program {
        let program = Program()
        var scanner = Scanner(source, template: name)
        program.pieces = try pieces(&scanner, until: nil)
        return program
    }

    /// The partial `name` with every line indented; parsed once for each indentation.
    private func partial(_ name: String, indent: String, at place: Place) throws(TemplateError) -> Program {
        let key = indent + "\u{0}" + name
        if let known = programs[key] { return known }
        guard let source = partials(name) else { throw place.error("there is no partial \"\(name)\"") }
        let program = Program()
        programs[key] = program  // before parsing: the partial may contain itself
        var scanner = Scanner(TemplateParser.indent(source, by: indent), template: name)
        program.pieces = try pieces(&scanner, until: nil)
        return program
    }

    /// The source with every line indented, empty ones too.
    private static func indent(_ source: String, by indent: String) -> String {
        guard !indent.isEmpty else { return source }
        var result = ""
        var atLineStart = true
        for character in source {
            if atLineStart { result += indent }
            result.append(character)
            atLineStart = character.isNewline
        }
        return result
    }

    /// Up to the tag that closes `open`, or to the end.
    private func pieces(_ scanner: inout Scanner, until open: Name?) throws(TemplateError) -> [Piece] {
        var pieces: [Piece] = []
        while let (text, tag) = try scanner.next() {
            if !text.isEmpty { pieces.append(.text(text)) }
            guard let tag else { break }
            switch tag.kind {
            case .comment: continue
            case .value(let escaped): pieces.append(.value(try tag.name(), escaped: escaped))
            case .section(let inverted):
                let name = try tag.name()
                pieces.append(.section(name, inverted: inverted, try self.pieces(&scanner, until: name)))
            case .partial:
                let name = tag.content
                pieces.append(.partial(try partial(name, indent: tag.indent, at: tag.place), tag.place))
            case .end:
                guard let open, open.parts == (try tag.name()).parts else {
                    throw tag.place.error("{{/\(tag.content)}} closes a section that is not open")
                }
                return pieces
            }
        }
        if let open { throw open.place.error("the section \"\(open.text)\" is never closed") }
        return pieces
    }
}

/// What stands between two delimiters.
struct Tag {
    /// What the first character inside says: `#`, `^`, `/`, `>`, `!`, `&`, `{` or none; a change of delimiters is a
    /// comment.
    enum Kind { case comment, value(escaped: Bool), section(inverted: Bool), end, partial }
    var kind: Kind
    /// Without delimiters, mark and blanks around it.
    var content: String
    /// The blanks before a tag that stands alone on its line: a partial's lines get them.
    var indent: String
    var place: Place

    /// - Throws: where a part is empty or holds white space.
    func name() throws(TemplateError) -> Name {
        if content == "." { return Name(parts: [], place: place) }
        let parts = content.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains(where: { $0.isEmpty || $0.contains(where: \.isWhitespace) }) else {
            throw place.error("\"\(content)\" is no name")
        }
        return Name(parts: parts, place: place)
    }
}

/// Cuts a template into text and tags.
struct Scanner {
    private let bytes: [UInt8]
    private let template: String
    private var at = 0
    /// Until a tag changes them, as `closing`.
    private var opening = Array("{{".utf8)
    private var closing = Array("}}".utf8)
    private var ended = false
    /// The line of the last place that was asked for, from 1, and where it begins: places are asked for in order, so that no
    /// byte is looked at twice.
    private var line = 1
    private var lineStart = 0
    /// Up to here line ends are counted.
    private var counted = 0

    init(_ source: String, template: String) {
        bytes = Array(source.utf8)
        self.template = template
    }

    /// The text up to the next tag, and the tag; nil at the end.
    mutating func next() throws(TemplateError) -> (String, Tag?)? {
        guard !ended else { return nil }
        guard let start = find(opening, from: at) else {
            ended = true
            return (text(at..<bytes.count), nil)
        }
        let (tag, end, mayStandAlone) = try tag(at: start)
        var (textEnd, resume) = (start, end)
        var found = tag
        if mayStandAlone, let line = standaloneLine(start, end) {
            found.indent = text(line.lowerBound..<start)
            (textEnd, resume) = (line.lowerBound, line.upperBound)
        }
        let before = text(at..<textEnd)
        at = resume
        return (before, found)
    }

    /// The tag that begins here, and where it ends.
    /// - Returns: `mayStandAlone` is true for kinds that take their whole line with them.
    private mutating func tag(at start: Int) throws(TemplateError) -> (Tag, end: Int, mayStandAlone: Bool) {
        let place = place(of: start)
        var inner = start + opening.count
        let sigil = inner < bytes.count ? bytes[inner] : 0
        var terminator = closing
        if sigil == UInt8(ascii: "{") { terminator = Array("}".utf8) + closing }
        if sigil == UInt8(ascii: "=") { terminator = Array("=".utf8) + closing }
        guard let stop = find(terminator, from: inner + (sigil == 0 ? 0 : 1)) ?? nil else {
            throw place.error("this tag is never closed")
        }
        if "#^/!>&{=".utf8.contains(sigil) { inner += 1 }
        let content = trimmed(inner..<stop)
        let end = stop + terminator.count
        func made(_ kind: Tag.Kind) -> Tag { Tag(kind: kind, content: content, indent: "", place: place) }
        switch sigil {
        case UInt8(ascii: "#"): return (made(.section(inverted: false)), end, true)
        case UInt8(ascii: "^"): return (made(.section(inverted: true)), end, true)
        case UInt8(ascii: "/"): return (made(.end), end, true)
        case UInt8(ascii: "!"): return (made(.comment), end, true)
        case UInt8(ascii: ">"): return (made(.partial), end, true)
        case UInt8(ascii: "&"), UInt8(ascii: "{"): return (made(.value(escaped: false)), end, false)
        case UInt8(ascii: "="):
            let parts = content.split(whereSeparator: \.isWhitespace)
            guard parts.count == 2 else { throw place.error("a change of delimiters needs two of them") }
            (opening, closing) = (Array(parts[0].utf8), Array(parts[1].utf8))
            return (made(.comment), end, true)
        default: return (made(.value(escaped: true)), end, false)
        }
    }

    /// The whole line of a tag that stands alone on it, line end included; nil when it does not.
    private func standaloneLine(_ start: Int, _ end: Int) -> Range<Int>? {
        var first = start
        while first > 0, bytes[first - 1] == 32 || bytes[first - 1] == 9 { first -= 1 }
        guard first == 0 || bytes[first - 1] == 10 else { return nil }
        var last = end
        while last < bytes.count, bytes[last] == 32 || bytes[last] == 9 { last += 1 }
        if last == bytes.count { return first..<last }
        if bytes[last] == 10 { return first..<last + 1 }
        if bytes[last] == 13, last + 1 < bytes.count, bytes[last + 1] == 10 { return first..<last + 2 }
        return nil
    }

    /// Where these bytes stand next; nil where they do not.
    private func find(_ needle: [UInt8], from start: Int) -> Int? {
        guard let first = needle.first, bytes.count >= needle.count else { return nil }
        var index = start
        while index <= bytes.count - needle.count {
            if bytes[index] == first, bytes[index..<index + needle.count].elementsEqual(needle) { return index }
            index += 1
        }
        return nil
    }

    private func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Without white space at both ends.
    private func trimmed(_ range: Range<Int>) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 32 || (9...13).contains($0) }
        let rest = bytes[range].drop(while: isSpace)
        guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(decoding: rest[rest.startIndex...last], as: UTF8.self)
    }

    /// Line and column from 1, the column in characters.
    /// - Parameter index: not before that of the last call.
    private mutating func place(of index: Int) -> Place {
        while let end = bytes[counted..<index].firstIndex(of: 10) {
            line += 1
            (counted, lineStart) = (end + 1, end + 1)
        }
        counted = index
        let column = String(decoding: bytes[lineStart..<index], as: UTF8.self).count + 1
        return Place(template: template, line: line, column: column)
    }
}
