import Foundation
import Inputs

/// Texts that stand on one line of a record or statement which people read and programs parse: nothing in them may begin another
/// line, hide, or turn the reading direction.
package enum PlainLine {
    /// Bytes of a name, and of any other line.
    package static let (longestName, longest) = (100, 1000)

    /// Whether the text is one line that shows itself whole.
    package static func isPlain(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longest && showsItself(text)
    }

    /// Whether nothing in a text of any length breaks its line, hides, or turns the reading direction.
    package static func showsItself(_ text: String) -> Bool { !text.unicodeScalars.contains(where: isHidden) }

    /// Whether the text is the name of one person, in the one spelling that Unicode has for it (NFC).
    package static func isName(_ text: String) -> Bool {
        isPlain(text) && text.utf8.count <= longestName && !text.hasPrefix(" ") && !text.hasSuffix(" ")
            && !text.contains("  ")
            && Array(text.precomposedStringWithCanonicalMapping.utf8) == Array(text.utf8)
    }

    /// The text with plain blanks for those of other kinds: French writes a no-break one before its colons.
    package static func spaced(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        return String(scalars).precomposedStringWithCanonicalMapping
    }

    /// The text with a question mark for whatever would break its line or hide.
    static func shown(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { scalars.append(isHidden(scalar) ? "?" : scalar) }
        return String(scalars)
    }

    /// Whether a scalar could break the line, hide, or pass for a blank.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        // Blanks that look like the plain one, or like nothing, have no place on such a line either.
        HiddenText.isHidden(scalar) || (scalar.properties.generalCategory == .spaceSeparator && scalar != " ")
    }
}
