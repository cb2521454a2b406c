/// Characters that nobody sees, or that turn the order of those around them: a text that holds one reads otherwise than it is.
package enum HiddenText {
    /// Whether a scalar is invisible by itself: controls, joiners, direction marks, blanks of no width, what has no meaning yet.
    package static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        // The Braille blank is drawn as nothing, and is no blank to Unicode.
        if scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}" { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    /// The first of them in a text: which, and at which scalar, from 1.
    package static func first(_ text: String) -> (scalar: Unicode.Scalar, place: Int)? {
        for (place, scalar) in text.unicodeScalars.enumerated() where isHidden(scalar) { return (scalar, place + 1) }
        return nil
    }
}
