/// A telephone number in E.164 form, checked at birth. Numbers without a country are read as French, mainland or
/// overseas, by the national numbering plan (ARCEP decision 2018-0881 and its overseas annexes).
package struct PhoneNumber: Sendable, Hashable {
    /// `+` and 8 to 15 digits.
    package let text: String
    /// Whether the number takes SMS: known for French numbers, assumed for others, whose plans differ.
    package let isMobile: Bool

    /// Why a text is no number, in words that stand after the value.
    package enum Fault: Error, Sendable, Equatable {
        case character, length, plan

        package var reason: String {
            switch self {
            case .character: "holds a character that no telephone number has"
            case .length: "has not the digits of a telephone number (10 in France, or + and the country's code)"
            case .plan: "is not a number of the French plan"
            }
        }
    }

    package init(_ text: String) throws(Fault) {
        var out: [UInt8] = []
        isMobile = try PhoneNumber.normalise(Array(text.utf8).span, onto: &out)
        self.text = String(decoding: out, as: UTF8.self)
    }

    /// Takes back what `normalise` wrote, without checking it again.
    package init(stored: [UInt8], isMobile: Bool) {
        text = String(decoding: stored, as: UTF8.self)
        self.isMobile = isMobile
    }

    /// Longest number E.164 allows, in digits.
    private static let longest = 15
    private static let shortest = 8

    /// Checks the bytes, appends the E.164 form to `out` and says whether the number is a mobile one.
    package static func normalise(_ bytes: Span<UInt8>, onto out: inout [UInt8]) throws(Fault) -> Bool {
        var digits: [UInt8] = []
        digits.reserveCapacity(16)
        var international = try collect(bytes, into: &digits)
        if !international, digits.starts(with: [0, 0]) {
            digits.removeFirst(2)
            international = true
        }
        if international {
            if digits.starts(with: [3, 3, 0]) { digits.remove(at: 2) }  // +33 (0)6 ...
        } else {
            guard digits.count == 10, digits[0] == 0 else { throw .length }
            let code = overseas(digits)
            digits.replaceSubrange(0..<1, with: code)
            // Saint-Pierre-et-Miquelon: +508 and six digits, the national 0508 repeats the code.
            if code == [5, 0, 8] { digits.removeSubrange(3..<6) }
        }
        guard digits.count >= shortest, digits.count <= longest, digits[0] != 0 else { throw .length }
        let mobile = try isMobile(digits)
        out.append(UInt8(ascii: "+"))
        for digit in digits { out.append(48 + digit) }
        return mobile
    }

    /// Collects the digits; true when the number starts with +.
    private static func collect(_ bytes: Span<UInt8>, into digits: inout [UInt8]) throws(Fault) -> Bool {
        var international = false
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard digits.count <= longest + 2 else { throw .length }
                digits.append(bytes[index] - 48)
            case UInt8(ascii: "+"):
                guard digits.isEmpty, !international else { throw .character }
                international = true
            case UInt8(ascii: " "), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "("),
                UInt8(ascii: ")"), 0xC2, 0xA0, 0xE2, 0x80, 0xAF:  // the last five: no-break spaces in UTF-8
                continue
            default: throw .character
            }
        }
        return international
    }

    /// The country code of a national number of ten digits.
    private static func overseas(_ digits: [UInt8]) -> [UInt8] {
        let four = digits.prefix(4).reduce(0) { $0 * 10 + Int($1) }
        switch four {
        // 06 39 98 is kept for fiction (ARCEP), the rest of 06 39 is Mayotte's.
        case 639 where digits[4] == 9 && digits[5] == 8: return [3, 3]
        case 262, 263, 269, 639, 692, 693, 709: return [2, 6, 2]
        case 590, 690, 691: return [5, 9, 0]
        case 594, 694: return [5, 9, 4]
        case 596, 696, 697: return [5, 9, 6]
        case 508: return [5, 0, 8]
        default: return [3, 3]
        }
    }

    private static func isMobile(_ digits: [UInt8]) throws(Fault) -> Bool {
        if digits.starts(with: [3, 3]) {
            guard digits.count == 11, digits[2] != 0 else { throw .plan }
            return digits[2] == 6 || digits[2] == 7
        }
        for code: [UInt8] in [[2, 6, 2], [5, 9, 0], [5, 9, 4], [5, 9, 6]] where digits.starts(with: code) {
            guard digits.count == 12 else { throw .plan }
            return digits[3] == 6 || digits[3] == 7
        }
        if digits.starts(with: [5, 0, 8]), digits.count != 9 { throw .plan }
        return true
    }
}
