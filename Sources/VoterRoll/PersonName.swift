import Foundation
import Inputs

/// What may be a person's name, in the roll and in a correction.
enum PersonName {
    /// Characters of a name; far beyond real ones, and short enough for every column of a page.
    private static let longest = 80

    /// Appends a name with single spaces, or says why it is none; then nothing is appended.
    /// - Returns: words that stand after the value; nil when it was appended.
    static func append(_ bytes: Span<UInt8>, _ range: Range<Int>, onto plain: inout [UInt8]) -> String? {
        let start = plain.count
        let reason = copy(bytes, withoutMark(bytes, range), onto: &plain)
        if reason != nil { plain.removeLast(plain.count - start) }
        return reason
    }

    /// Less the apostrophe by which people keep a text in a spreadsheet; that of `'t Hooft` stands before a small letter.
    private static func withoutMark(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        guard range.count > 2, bytes[range.lowerBound] == UInt8(ascii: "'"), 65...90 ~= bytes[range.lowerBound + 1]
        else {
            return range
        }
        return range.lowerBound + 1..<range.upperBound
    }

    /// Copies character by character, and tidies what goes beyond Latin-1; returns why the name is refused.
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
            case 0..<32, 0x7F: return Invisible.fault(range.map { bytes[$0] }, allowingSpaces: true)
            case UInt8(ascii: "`"): plain.append(UInt8(ascii: "'"))
            default:
                let other = "holds a character that no name has"
                return byte == UInt8(ascii: "_") ? other : ProgramMarks.fault(range.map { bytes[$0] }) ?? other
            }
            index += 1
        }
        if !isLatin1 {
            let given = Array(plain[start...])
            guard TextLimit.marksAt(given) == nil else { return "piles up combining marks" }
            if let reason = Invisible.fault(given, allowingSpaces: true) { return reason }
            let text = tidied(String(decoding: given, as: UTF8.self))
            guard text.unicodeScalars.allSatisfy(isNameScalar) else {
                return Mojibake.fault(given) ?? "holds a character that no name has"
            }
            plain.replaceSubrange(start..., with: text.utf8)
        }
        guard plain.count - start <= 4 * longest,
            plain.count - start <= longest || String(decoding: plain[start...], as: UTF8.self).count <= longest
        else { return "is longer than \(longest) characters" }
        return nil
    }

    /// Composed, with plain spaces, apostrophes and hyphens, and the letters of ligatures one by one.
    /// - Parameter text: a name that goes beyond Latin-1.
    private static func tidied(_ text: String) -> String {
        var tidied = String.UnicodeScalarView()
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar.value {
            case 0x2018, 0x201B, 0x2BC, 0x2B9, 0x2032, 0xB4: tidied.append("'")
            case 0x2012...0x2015, 0x2212: tidied.append("-")
            case 0xFB00...0xFB06:
                tidied.append(contentsOf: String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars)
            default: tidied.append(Invisible.isSpace(scalar) ? " " : scalar)
            }
        }
        // One space between words, whatever stood there.
        return String(tidied).split(separator: " ").joined(separator: " ")
    }

    /// What makes one look at a name again, in words that stand after it; nil when nothing does.
    /// - Parameter name: a name in normal form.
    static func doubt(_ name: some Collection<UInt8>) -> String? {
        guard name.contains(where: { $0 > 0xC3 || $0 == 0x83 || $0 == 0xC2 }) else { return nil }
        if let reason = Mojibake.fault(name) { return reason }
        var alphabets: Set<Int> = []
        for scalar in String(decoding: name, as: UTF8.self).unicodeScalars where scalar.properties.isAlphabetic {
            switch scalar.value {
            case 0..<0x250, 0x1E00..<0x1F00: alphabets.insert(0)
            case 0x370..<0x400, 0x1F00..<0x2000: alphabets.insert(1)
            case 0x400..<0x530: alphabets.insert(2)
            case 0x300..<0x370: continue
            default: alphabets.insert(3)
            }
        }
        return alphabets.count > 1 ? "mixes letters of two alphabets that look alike: type it again" : nil
    }

    /// A letter of any alphabet, a mark on one, or a sign that names have.
    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark:
            true
        default: " '-.,()/\u{2019}\u{2010}\u{2011}\u{B7}".unicodeScalars.contains(scalar)
        }
    }
}
