/// Digits and Latin letters as keyboards of other scripts give them.
package enum PlainForm {
    /// Between a full-width sign and its ASCII one (Unicode, Halfwidth and Fullwidth Forms).
    private static let fullWidthStep: UInt32 = 0xFEE0

    /// A text with every decimal digit of any script as 0 to 9, and every full-width letter and sign as the ASCII one. All else
    /// stays as it is. For what has one spelling, such as codes, identifiers and numbers, never for secrets.
    package static func of(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var plain = String.UnicodeScalarView()
        for scalar in text.unicodeScalars { plain.append(PlainForm.scalar(scalar)) }
        return String(plain)
    }

    /// One scalar's plain form.
    private static func scalar(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        if scalar.isASCII { return scalar }
        if 0xFF01...0xFF5E ~= scalar.value { return Unicode.Scalar(scalar.value - fullWidthStep) ?? scalar }
        guard scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue,
            let digit = UInt8(exactly: value), digit < 10
        else { return scalar }
        return Unicode.Scalar(UInt8(ascii: "0") + digit)
    }
}
