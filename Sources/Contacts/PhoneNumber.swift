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

    /// Digits as one number, so that nothing is allocated for each row of a roll.
    private struct Digits {
        var value = 0
        var count = 0

        /// The first `length` digits as a number.
        func leading(_ length: Int) -> Int {
            var result = value
            for _ in 0..<max(0, count - length) { result /= 10 }
            return result
        }

        /// Without the first `length` digits.
        func dropping(_ length: Int) -> Digits {
            var power = 1
            for _ in 0..<max(0, count - length) { power *= 10 }
            return Digits(value: value % power, count: count - length)
        }

        /// With the digits of `code` before it.
        func prefixed(_ code: Int, _ length: Int) -> Digits {
            var power = 1
            for _ in 0..<count { power *= 10 }
            return Digits(value: code * power + value, count: count + length)
        }
    }

    /// Checks the bytes, appends the E.164 form to `out` and says whether the number is a mobile one.
    package static func normalise(_ bytes: Span<UInt8>, onto out: inout [UInt8]) throws(Fault) -> Bool {
        var digits = Digits()
        var international = try collect(bytes, into: &digits)
        if !international, digits.count > 2, digits.leading(2) == 0 {
            digits = digits.dropping(2)
            international = true
        }
        if international {
            // +33 (0)6 ...
            if digits.count > 3, digits.leading(3) == 330 { digits = digits.dropping(3).prefixed(33, 2) }
        } else {
            guard digits.count == 10, digits.leading(1) == 0 else { throw .length }
            let code = country(digits)
            // Saint-Pierre-et-Miquelon: +508 and six digits, the national 0508 repeats the code.
            digits =
                code == 33 ? digits.dropping(1).prefixed(33, 2) : digits.dropping(code == 508 ? 4 : 1).prefixed(code, 3)
        }
        guard digits.count >= shortest, digits.count <= longest, digits.leading(1) != 0 else { throw .length }
        let mobile = try isMobile(digits)
        let start = out.count
        out.append(UInt8(ascii: "+"))
        var rest = digits.value
        for _ in 0..<digits.count { out.append(0) }
        for position in stride(from: digits.count, to: 0, by: -1) {
            out[start + position] = UInt8(48 + rest % 10)
            rest /= 10
        }
        return mobile
    }

    /// Collects the digits; true when the number starts with +.
    private static func collect(_ bytes: Span<UInt8>, into digits: inout Digits) throws(Fault) -> Bool {
        var international = false
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard digits.count <= longest + 2 else { throw .length }
                digits.value = digits.value * 10 + Int(bytes[index] - 48)
                digits.count += 1
            case UInt8(ascii: "+"):
                guard digits.count == 0, !international else { throw .character }
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
    private static func country(_ digits: Digits) -> Int {
        switch digits.leading(4) {
        // 06 39 98 is kept for fiction (ARCEP), the rest of 06 39 is Mayotte's.
        case 639: digits.leading(6) == 63_998 ? 33 : 262
        case 262, 263, 269, 692, 693, 709: 262
        case 590, 690, 691: 590
        case 594, 694: 594
        case 596, 696, 697: 596
        case 508: 508
        default: 33
        }
    }

    private static func isMobile(_ digits: Digits) throws(Fault) -> Bool {
        if digits.leading(2) == 33 {
            let first = digits.leading(3) % 10
            guard digits.count == 11, first != 0 else { throw .plan }
            return first == 6 || first == 7
        }
        switch digits.leading(3) {
        case 262, 590, 594, 596:
            guard digits.count == 12 else { throw .plan }
            let first = digits.leading(4) % 10
            return first == 6 || first == 7
        case 508:
            guard digits.count == 9 else { throw .plan }
            return true
        default: return true
        }
    }
}
