import Foundation
import Inputs

/// What may be a person's name, in the roll and in a correction.
enum PersonName {
    /// Characters of a name; far beyond real ones, and short enough for every column of a page.
    private static let longest = 80

    /// Appends a name with single spaces, or says why it is none; then nothing is appended.
    static func append(_ bytes: Span<UInt8>, _ range: Range<Int>, onto plain: inout [UInt8]) -> String? {
        let start = plain.count
        let reason = copy(bytes, range, onto: &plain)
        if reason != nil { plain.removeLast(plain.count - start) }
        return reason
    }

    private static func copy(_ bytes: Span<UInt8>, _ range: Range<Int>, onto plain: inout [UInt8]) -> String? {
        guard range.count <= 4 * longest else { return "is longer than \(longest) characters" }
        let start = plain.count
        var isLatin1 = true
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            switch byte {
            case 65...90, 97...122: plain.append(byte)
            case 32, 9, 10, 13:
                if plain.count > start, plain[plain.count - 1] != 32 { plain.append(32) }
            case UInt8(ascii: "'"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: ","), UInt8(ascii: "("),
                UInt8(ascii: ")"), UInt8(ascii: "/"):
                guard plain.count > start || byte == UInt8(ascii: "'") else {
                    return "begins with a mark, not a letter"
                }
                plain.append(byte)
            case 0xC3 where index + 1 < range.upperBound && bytes[index + 1] != 0x97 && bytes[index + 1] != 0xB7:
                plain.append(byte)
                index += 1
                plain.append(bytes[index])
            case 0x80...:
                isLatin1 = false
                plain.append(byte)
            case 48...57: return "holds a digit, which no name has"
            default: return "holds a character that no name has"
            }
            index += 1
        }
        if !isLatin1 {
            guard TextLimit.marksAt(plain[start...]) == nil else { return "piles up combining marks" }
            let text = String(decoding: plain[start...], as: UTF8.self)
                .replacing("\u{A0}", with: " ").replacing("\u{202F}", with: " ").precomposedStringWithCanonicalMapping
            guard text.unicodeScalars.allSatisfy(isNameScalar) else { return "holds a character that no name has" }
            plain.replaceSubrange(start..., with: text.utf8)
        }
        guard plain.count - start <= 4 * longest,
            plain.count - start <= longest || String(decoding: plain[start...], as: UTF8.self).count <= longest
        else { return "is longer than \(longest) characters" }
        return nil
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark:
            true
        default: " '-.,()/\u{2019}\u{2010}\u{2011}\u{B7}".unicodeScalars.contains(scalar)
        }
    }
}
