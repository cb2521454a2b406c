import Contacts

/// What spreadsheets and exports make of numbers.
enum PhoneSpelling {
    /// Whether a value is a number below zero: a formula took one part of a telephone number from another.
    static func isNegative(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count > 1, bytes[range.lowerBound] == UInt8(ascii: "-"), bytes[range.lowerBound + 1] != 48 else {
            return false
        }
        return range.dropFirst().allSatisfy { 48...57 ~= bytes[$0] || bytes[$0] == UInt8(ascii: ".") }
    }

    /// Appends the number as it was before: without the apostrophe that keeps a + from being a formula, and `3.36398E10` as its
    /// digits.
    static func append(
        _ bytes: Span<UInt8>, _ range: Range<Int>, onto out: inout [UInt8]
    ) throws(PhoneNumber.Fault) {
        var range = range
        if range.count > 1, bytes[range.lowerBound] == UInt8(ascii: "'") {
            range = range.lowerBound + 1..<range.upperBound
        }
        // As links hold it.
        if range.count > 4, "tel:".utf8.elementsEqual((0..<4).map { bytes[range.lowerBound + $0] | 32 }) {
            range = range.lowerBound + 4..<range.upperBound
        }
        // With any other letter or blank it is words, such as `et` between two numbers.
        guard let letter = range.first(where: { bytes[$0] | 32 == UInt8(ascii: "e") }),
            range.allSatisfy({ $0 == letter || 48...57 ~= bytes[$0] || ".,+-".utf8.contains(bytes[$0]) })
        else {
            out.append(copying: bytes.extracting(WholeNumber.bare(bytes, range)))
            return
        }
        var digits: [UInt8] = []
        var fraction: Int?
        for index in range.lowerBound..<letter {
            switch bytes[index] {
            case 48...57: digits.append(bytes[index])
            case UInt8(ascii: "."), UInt8(ascii: ","):
                guard fraction == nil else { throw .character }
                fraction = digits.count
            default: throw .character
            }
        }
        let power = String(decoding: range[(letter + 1)...].map { bytes[$0] }, as: UTF8.self)
        // No telephone number has a larger one, and any number may stand there.
        guard let exponent = Int(power), -30...30 ~= exponent, !digits.isEmpty else { throw .character }
        let length = (fraction ?? digits.count) + exponent
        // Digits that are not written are lost: zeros in their place would be another person's number.
        guard digits.count == length else { throw .lostDigits }
        out.append(contentsOf: digits)
    }
}
