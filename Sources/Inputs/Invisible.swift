/// Characters that draw nothing: white space, controls, and format characters, which programs leave around and inside values
/// that people copy.
package enum Invisible {
    /// Whether a scalar is white space or draws nothing.
    package static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...32, 0x7F...0xA0, 0xAD, 0x2800: return true
        case 0..<0x300: return false
        default: break
        }
        let properties = scalar.properties
        if properties.isWhitespace || properties.isDefaultIgnorableCodePoint { return true }
        return properties.generalCategory == .format
    }

    /// Whether a scalar is a space of some width, which between words is a plain space.
    package static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 32 || scalar.value >= 0x80 && scalar.properties.generalCategory == .spaceSeparator
    }

    /// The range less what is blank at both ends; nil when nothing is left.
    package static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let byte = bytes[low]
            // Nearly every value begins with a letter of Latin-1: no look at its properties.
            if 33..<0x7F ~= byte || byte == 0xC3 { break }
            guard let (scalar, length) = scalar(bytes, low, high), isBlank(scalar) else { break }
            low += length
        }
        while low < high {
            if 33..<0x7F ~= bytes[high - 1] { break }
            var start = high - 1
            while start > low, bytes[start] & 0xC0 == 0x80, high - start < 4 { start -= 1 }
            if bytes[start] == 0xC3 { break }
            guard let (scalar, length) = scalar(bytes, start, high), start + length == high, isBlank(scalar) else {
                break
            }
            high = start
        }
        return low < high ? low..<high : nil
    }

    /// A text less what is blank at both ends.
    package static func trimmed(_ text: String) -> String {
        let bytes = Array(text.utf8)
        return trimmed(bytes.span, bytes.indices).map { String(decoding: bytes[$0], as: UTF8.self) } ?? ""
    }

    /// A text of somebody else's as it may be shown on a terminal and in a report: what would command the terminal, break the line
    /// or turn the direction of what stands behind it is written out, `<U+001B>`.
    package static func escaped(_ text: String) -> String {
        // Nearly every text has none of the bytes by which such characters begin.
        guard text.utf8.contains(where: { $0 < 32 || $0 == 0x7F || $0 == 0xC2 || $0 == 0xD8 || $0 == 0xE2 }),
            text.unicodeScalars.contains(where: isCommand)
        else { return text }
        return text.unicodeScalars.reduce(into: "") { out, scalar in
            if isCommand(scalar) { out += "<\(name(scalar))>" } else { out.unicodeScalars.append(scalar) }
        }
    }

    /// Control characters, line ends, and marks of direction (Unicode Standard Annex 9, 2).
    private static func isCommand(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<32, 0x7F...0x9F, 0x61C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    /// Why a value is refused for an invisible character inside it, in words that stand after the value; nil when it holds
    /// none. Plain spaces, and line ends where `spaces` are allowed, are none.
    package static func fault(_ bytes: some Collection<UInt8>, allowingSpaces: Bool) -> String? {
        guard bytes.contains(where: { $0 < 32 || $0 >= 0x7F }) else { return nil }
        var before: [Unicode.Scalar] = []
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            let isLineEnd = scalar.value == 9 || scalar.value == 10 || scalar.value == 13
            let isAllowed = scalar.value == 32 || allowingSpaces && (isLineEnd || isSpace(scalar))
            if isBlank(scalar), !isAllowed {
                let place = String(String.UnicodeScalarView(before.suffix(shown)))
                return "holds an invisible character (\(name(scalar))) after '\(place)': delete it"
            }
            before.append(scalar)
        }
        return nil
    }

    /// Characters shown of what stands before an invisible one: enough to find it.
    private static let shown = 20

    /// `U+200B`.
    package static func name(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    /// The scalar that begins at `at`, and its length in bytes; nil when the bytes are no UTF-8.
    package static func scalar(_ bytes: Span<UInt8>, _ at: Int, _ end: Int) -> (Unicode.Scalar, Int)? {
        let first = bytes[at]
        if first < 0x80 { return (Unicode.Scalar(first), 1) }
        let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        guard length > 0, at + length <= end else { return nil }
        var value = UInt32(first) & (0xFF >> UInt32(length + 1))
        for index in at + 1..<at + length {
            guard bytes[index] & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(bytes[index] & 0x3F)
        }
        return Unicode.Scalar(value).map { ($0, length) }
    }
}
