import Inputs

/// Gathers the digits of a telephone number as people write it.
enum PhoneDigits {
    /// Digits of two numbers in one value: more than E.164's fifteen and the two of `00`.
    private static let most = 17

    /// Collects the digits; true when the number starts with +. A `(0)` behind other digits is left out: it is dialled inside
    /// the country alone.
    /// - Throws: `.character` for what no number has, `.several` for the digits of two.
    static func collect(_ bytes: Span<UInt8>, into digits: inout PhoneNumber.Digits) throws(PhoneNumber.Fault) -> Bool {
        var international = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard digits.count < most else { throw .several }
                digits.value = digits.value * 10 + Int(byte - 48)
                digits.count += 1
            case UInt8(ascii: "+"):
                guard digits.count == 0, !international else {
                    throw digits.count >= 9 ? .several : .character
                }
                international = true
            case UInt8(ascii: "("):
                if digits.count > 0, let end = zero(bytes, from: index + 1) { index = end }
            // What a list leaves behind its last entry.
            case UInt8(ascii: ";"), UInt8(ascii: ","):
                guard digits.count > 0, isBlank(bytes, from: index + 1) else {
                    throw digits.count >= 9 ? .several : .character
                }
            case 9, 10, 13, UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"),
                UInt8(ascii: ")"):
                break
            case 0x80...:
                guard let (scalar, length) = Invisible.scalar(bytes, index, bytes.count),
                    Invisible.isSpace(scalar) || isHyphen(scalar)
                else { throw .character }
                index += length - 1
            default: throw isSecond(bytes, from: index, after: digits.count) ? .several : .character
            }
            index += 1
        }
        return international
    }

    /// Where the bracket after `0` closes; nil when something else stands in the brackets.
    private static func zero(_ bytes: Span<UInt8>, from start: Int) -> Int? {
        var index = start
        var zeros = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "0"): zeros += 1
            case UInt8(ascii: " "): break
            case UInt8(ascii: ")"): return zeros == 1 ? index : nil
            default: return nil
            }
            index += 1
        }
        return nil
    }

    /// Digits of the shortest number inside a country that nobody takes for an extension.
    private static let wholeNumber = 8

    /// Whether a mark or word, such as `ou`, stands between two whole numbers.
    private static func isSecond(_ bytes: Span<UInt8>, from start: Int, after count: Int) -> Bool {
        guard count >= wholeNumber else { return false }
        return (start..<bytes.count).count { 48...57 ~= bytes[$0] } >= wholeNumber
    }

    private static func isBlank(_ bytes: Span<UInt8>, from start: Int) -> Bool {
        (start..<bytes.count).allSatisfy { bytes[$0] == UInt8(ascii: " ") }
    }

    private static func isHyphen(_ scalar: Unicode.Scalar) -> Bool {
        0x2010...0x2015 ~= scalar.value || scalar.value == 0x2212 || scalar.value == 0xB7
    }
}
