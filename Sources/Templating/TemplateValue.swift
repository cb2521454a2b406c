/// What a template is rendered with.
package indirect enum TemplateValue: Sendable, Equatable {
    /// A section over it is shown, also where it is empty.
    case text(String)
    case flag(Bool)
    /// A section over it is shown once for each item, and not at all without items.
    case list([TemplateValue])
    /// By the names of its shape.
    case object([String: TemplateValue])
    /// As an empty text; a section over it is not shown.
    case nothing

    /// Whether a section over this value is shown.
    var isShown: Bool {
        switch self {
        case .flag(let flag): flag
        case .list(let items): !items.isEmpty
        case .nothing: false
        case .text, .object: true
        }
    }
}

/// What a template may ask for: the type of a model, known before any value is.
package indirect enum Shape: Sendable, Equatable {
    /// Also for values that may be `nothing`.
    case text
    /// Written as "true" or "false" where no section asks for it.
    case flag
    /// A section over it is shown once for each item.
    case list(Shape)
    /// The names that may be asked for, and of what kind each is.
    case object([String: Shape])
    /// Holds nothing that could be asked for, as the items of a list that is always empty.
    case unknown
}

/// A model that templates are written against: its shape is checked when a template is loaded.
package protocol TemplateModel {
    /// The names a template may use.
    static var shape: [String: Shape] { get }
    /// The values of these names, all of them.
    var values: [String: TemplateValue] { get }
}

/// Where a template is wrong, and how.
package struct TemplateError: Error, CustomStringConvertible, Equatable {
    /// The template's or partial's file name.
    package let template: String
    /// From 1.
    package let line: Int
    /// From 1, in characters as a reader counts them.
    package let column: Int
    /// What is wrong, without the place.
    package let message: String

    /// - Parameters: line and column from 1.
    package init(template: String, line: Int, column: Int, message: String) {
        (self.template, self.line, self.column, self.message) = (template, line, column, message)
    }

    /// `name:line:column: message`, as editors read it.
    package var description: String { "\(template):\(line):\(column): \(message)" }
}

/// How values are written into the text.
package enum Escaping: Sendable {
    /// `& < > " '` become character references.
    case html
    /// Control characters and line separators become spaces, so that a value never makes a line of its own.
    case plain
    /// As `plain`, and typographic characters become the plain ones that one SMS segment can hold.
    case sms

    /// Appends a value as it may stand in the text.
    func escape(_ text: String, into output: inout String) {
        switch self {
        case .html:
            // Most values hold nothing to be escaped.
            guard text.utf8.contains(where: { $0 < 64 && Escaping.isSpecial($0) }) else {
                output += text
                return
            }
            var start = text.startIndex
            var index = start
            while index < text.endIndex {
                let byte = text.utf8[index]
                let next = text.utf8.index(after: index)
                if byte < 64, Escaping.isSpecial(byte) {
                    output += text[start..<index]
                    output += Escaping.entity(byte)
                    start = next
                }
                index = next
            }
            output += text[start...]
        case .plain:
            for scalar in text.unicodeScalars { output.unicodeScalars.append(Escaping.visible(scalar)) }
        case .sms: output += Escaping.foldForSMS(text)
        }
    }

    /// What stands for one of `& < > " '` in HTML.
    private static func entity(_ byte: UInt8) -> String {
        switch byte {
        case 38: "&amp;"
        case 60: "&lt;"
        case 62: "&gt;"
        case 34: "&quot;"
        default: "&#39;"
        }
    }

    /// Whether a byte is `& < > " '`.
    private static func isSpecial(_ byte: UInt8) -> Bool {
        byte == 38 || byte == 60 || byte == 62 || byte == 34 || byte == 39
    }

    /// A space for what may not stand in a line; all else as it is.
    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar { breaksLine(scalar) ? " " : scalar }

    /// Whether a scalar is a control, of ASCII or of Latin-1 (with U+0085, "next line"), or one of Unicode's line and paragraph
    /// separators: some mail programs and telephones begin a new line at these too.
    package static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<32, 127..<160, 0x2028, 0x2029: true
        default: false
        }
    }

    /// Plain forms of the typographic characters that are not in GSM 03.38's alphabet.
    /// What else the alphabet lacks stays as it is.
    package static func foldForSMS(_ text: String) -> String {
        var folded = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x2018, 0x2019, 0x02BC: folded.append("'")
            case 0x201C, 0x201D, 0xAB, 0xBB: folded.append("\"")
            case 0xA0, 0x202F, 0x2009: folded.append(" ")
            case 0x2010...0x2015: folded.append("-")
            case 0x2026: folded.append(contentsOf: "...".unicodeScalars)
            default: folded.append(visible(scalar))
            }
        }
        return String(folded)
    }
}
