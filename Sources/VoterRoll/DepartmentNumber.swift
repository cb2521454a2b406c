/// The number of a department with which a town's field begins, or that stands behind the town in brackets: `59 Lille`, `Lille (59)`.
/// No French town is called so.
struct DepartmentNumber {
    /// The town without it.
    let town: Range<Int>
    /// Whether it is the one of the postcode.
    let isOfPostcode: Bool

    /// What is said of the postcode's own.
    static let leftOut = "holds its department's number, which is not printed"
    /// What is said of another one.
    static let other = "holds the number of another department than the postcode: look which is right"

    /// Nil where the postcode is none of France, or the field holds no such number beside a town.
    /// - Parameters:
    ///   - postcode: as it stands in its field.
    ///   - field: the town's.
    init?(_ bytes: Span<UInt8>, _ postcode: Range<Int>, _ field: Range<Int>) {
        // Nearly every town is without a digit.
        guard field.contains(where: { DepartmentNumber.isDigit(bytes[$0]) }),
            let code = DepartmentNumber.code(bytes, postcode),
            let (number, town) = DepartmentNumber.leading(bytes, field) ?? DepartmentNumber.bracketed(bytes, field)
        else { return nil }
        self.town = town
        isOfPostcode = DepartmentNumber.numbers(of: code).contains(number)
        guard !isOfPostcode else { return }
        // `3 Epis` is a place, and `Paris (15)` a part of one.
        let isLeading = town.lowerBound > field.lowerBound
        if !isLeading || number.utf8.count < 2 || code.suffix(2).elementsEqual(number.utf8) { return nil }
    }

    /// The five digits of a French postcode, the zero put back that a spreadsheet dropped; nil for anything else.
    private static func code(_ bytes: Span<UInt8>, _ postcode: Range<Int>) -> [UInt8]? {
        let given = Array(bytes, WholeNumber.bare(bytes, postcode)).filter { $0 != 32 }
        // `F-59000` is France's own writing.
        let digits = CountryPlace.isFiveDigits(bytes, postcode) ? given.filter(isDigit) : given
        guard 4...5 ~= digits.count, digits.allSatisfy(isDigit) else { return nil }
        return digits.count == 4 ? [48] + digits : digits
    }

    /// As people write the department of a postcode: without its zero too, with a letter in Corsica, with three digits overseas.
    private static func numbers(of code: [UInt8]) -> Set<String> {
        let two = String(decoding: code.prefix(2), as: UTF8.self)
        if two == "20" { return ["20", "2a", "2b"] }
        let three = String(decoding: code.prefix(3), as: UTF8.self)
        return two.hasPrefix("0") ? [two, String(two.dropFirst())] : two >= "97" ? [two, three] : [two]
    }

    /// A number that the field begins with, in brackets perhaps, and the town behind it.
    private static func leading(_ bytes: Span<UInt8>, _ field: Range<Int>) -> (String, Range<Int>)? {
        var rest = field
        let isBracketed = bytes[field.lowerBound] == UInt8(ascii: "(")
        if isBracketed { rest.removeFirst() }
        let word = rest.prefix { isDigit(bytes[$0]) || isLetter(bytes[$0]) }
        rest = rest.dropFirst(word.count)
        if isBracketed {
            guard rest.first.map({ bytes[$0] }) == UInt8(ascii: ")") else { return nil }
            rest.removeFirst()
        }
        // `2eme arrondissement` is none, and nothing but a gap parts the number from the town.
        guard let number = number(bytes, word), let gap = rest.first, " -,".utf8.contains(bytes[gap]) else {
            return nil
        }
        rest = rest.drop { " -,".utf8.contains(bytes[$0]) }
        guard let first = rest.first, isLetter(bytes[first]) || bytes[first] >= 0x80 else { return nil }
        return (number, rest)
    }

    /// A number in brackets at the field's end, and the town before it.
    private static func bracketed(_ bytes: Span<UInt8>, _ field: Range<Int>) -> (String, Range<Int>)? {
        guard bytes[field.upperBound - 1] == UInt8(ascii: ")"),
            let start = field.last(where: { bytes[$0] == UInt8(ascii: "(") }),
            let number = number(bytes, start + 1..<field.upperBound - 1)
        else { return nil }
        var town = field.lowerBound..<start
        while let last = town.last, bytes[last] <= 32 { town.removeLast() }
        return town.isEmpty ? nil : (number, town)
    }

    /// One to three digits, or Corsica's with their letter; nil where this is no number of a department.
    private static func number(_ bytes: Span<UInt8>, _ word: Range<Int>) -> String? {
        guard 1...3 ~= word.count else { return nil }
        let text = String(decoding: word.map { bytes[$0] }, as: UTF8.self).lowercased()
        if ["2a", "2b"].contains(text) { return text }
        guard word.allSatisfy({ isDigit(bytes[$0]) }), let number = Int(text) else { return nil }
        let two = word.count == 3 ? number / 10 : number
        return CountryPlace.isDepartment(two) && (word.count < 3 || two >= 97) ? text : nil
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 48...57 ~= byte }
    private static func isLetter(_ byte: UInt8) -> Bool { 97...122 ~= byte | 32 && byte < 0x80 }
}
