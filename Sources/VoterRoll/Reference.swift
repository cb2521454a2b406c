import Contacts
import Foundation
import Inputs

/// What may be a voter's reference: letters, digits and `- _ . /`, spaces between them, in Unicode's composed form.
enum Reference {
    /// Why an empty reference is refused, in words that stand after the column's heading.
    static let missing = "is missing: every voter needs a reference of their own"
    /// Characters of a reference; far beyond real ones, and short enough for every column of a page.
    private static let longest = 64
    /// Why any other character is refused.
    private static let otherCharacter =
        "holds a character that no reference has (letters, digits, - _ . / and blanks between them)"

    /// Appends the reference that lies at `range`, or says why it is none; then nothing is appended.
    /// - Returns: words that stand after the value; nil when it was appended.
    static func append(_ bytes: Span<UInt8>, _ range: Range<Int>, onto plain: inout [UInt8]) -> String? {
        guard range.count <= longest else { return "is longer than \(longest) characters" }
        for index in range where !isPlain(bytes[index], first: index == range.lowerBound) {
            guard bytes[index] >= 0x80 || bytes[index] < 32 || bytes[index] == 0x7F else { return otherCharacter }
            return appendOther(range.map { bytes[$0] }, onto: &plain)
        }
        for index in range { plain.append(bytes[index]) }
        return nil
    }

    /// Whether a reference is a number in scientific notation, whose last digits are lost: `1.23457E12`.
    static func isShortened(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let letter = range.first(where: { bytes[$0] | 32 == UInt8(ascii: "e") }) else { return false }
        let isMantissa = (range.lowerBound..<letter).allSatisfy {
            48...57 ~= bytes[$0] || ".,".utf8.contains(bytes[$0])
        }
        let holdsMark = (range.lowerBound..<letter).contains { ".,".utf8.contains(bytes[$0]) }
        let power = letter + 1..<range.upperBound
        return isMantissa && holdsMark && !power.isEmpty
            && power.allSatisfy { 48...57 ~= bytes[$0] || bytes[$0] == UInt8(ascii: "+") }
    }

    /// The reference that a text is, or why it is none.
    static func read(_ text: String) -> Result<String, Refusal> {
        let bytes = Array(Invisible.trimmed(text).utf8)
        guard !bytes.isEmpty else { return .failure(Refusal(reason: missing)) }
        var plain: [UInt8] = []
        if let reason = append(bytes.span, bytes.indices, onto: &plain) { return .failure(Refusal(reason: reason)) }
        return .success(String(decoding: plain, as: UTF8.self))
    }

    /// Why a text is no reference, in words that stand after it.
    struct Refusal: Error { let reason: String }

    /// Whether a byte of ASCII may stand there; marks and the space are refused at the beginning.
    private static func isPlain(_ byte: UInt8, first: Bool) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), 32: !first
        default: false
        }
    }

    /// The same for a reference with other letters than those of ASCII.
    private static func appendOther(_ bytes: [UInt8], onto plain: inout [UInt8]) -> String? {
        if let reason = Invisible.fault(bytes, allowingSpaces: false) { return reason }
        if let reason = Mojibake.fault(bytes) { return reason }
        let text = String(decoding: bytes, as: UTF8.self).precomposedStringWithCanonicalMapping
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if let latin = LookAlikes.latin(scalar) {
                return
                    "holds '\(scalar)' (\(Invisible.name(scalar))), which looks like \(latin) and is another letter: "
                    + "type it again"
            }
            guard isReference(scalar, first: index == 0) else { return otherCharacter }
        }
        plain.append(contentsOf: text.utf8)
        return nil
    }

    /// Letters of any alphabet and the marks on them, beside what ASCII allows.
    private static func isReference(_ scalar: Unicode.Scalar, first: Bool) -> Bool {
        if scalar.isASCII { return isPlain(UInt8(scalar.value), first: first) }
        return switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        case .nonspacingMark, .spacingMark: !first
        default: false
        }
    }

    /// What two spellings of one reference share: case, zeros at the beginning of its numbers and the number of blanks do not count.
    /// Stored ones stay as they were written: with others their voters would leave the roll at the next import.
    /// - Parameter bytes: a reference in normal form.
    static func key(_ bytes: Span<UInt8>) -> UInt64 {
        var hash = Folding.start
        var previousIsDigit = false
        for index in bytes.indices {
            let byte = bytes[index]
            let isDigit = 48...57 ~= byte
            let isLeadingZero =
                byte == 48 && !previousIsDigit && index + 1 < bytes.count && 48...57 ~= bytes[index + 1]
            if isLeadingZero || byte == 32 && index > 0 && bytes[index - 1] == 32 { continue }
            previousIsDigit = isDigit
            // Capitals of Latin-1 are 32 below their small letters, as in ASCII.
            let isCapital =
                65...90 ~= byte || 0x80...0x9E ~= byte && index > 0 && bytes[index - 1] == 0xC3 && byte != 0x97
            hash = Folding.add(isCapital ? byte | 32 : byte, hash)
        }
        return hash
    }
}
