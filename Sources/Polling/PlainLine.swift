import Foundation

/// Texts that stand on one line of a record or statement which people read and programs parse: nothing in them may begin another
/// line, hide, or turn the reading direction.
package enum PlainLine {
    /// Bytes of a name, and of any other line.
    package static let (longestName, longest) = (100, 1000)

    /// Whether the text is one line that shows itself whole.
    package static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longest && !text.unicodeScalars.contains(where: isHidden)
    }

    /// Whether the text is the name of one person, in the one spelling that Unicode has for it (NFC).
    package static func isName(_ text: String) -> Bool {
        isPlain(text) && text.utf8.count <= longestName && !text.hasPrefix(" ") && !text.hasSuffix(" ")
            && !text.contains("  ")
            && Array(text.precomposedStringWithCanonicalMapping.utf8) == Array(text.utf8)
    }

    /// The text with a question mark for whatever would break its line or hide.
    static func shown(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(isHidden(scalar) ? "?" : scalar) }
        return String(scalars)
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}" { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        // Blanks that look like the plain one, or like nothing.
        case .spaceSeparator: scalar != " "
        default: false
        }
    }
}
