/// A town's field that holds the postcode of the postcode's field too: before the town, behind it or in brackets.
struct RepeatedCode {
    /// The code as the town's field has it.
    let code: Range<Int>
    /// The town.
    let town: Range<Int>
    /// Whether the field begins with the code, in digits alone.
    let isPlain: Bool

    /// Characters of the shortest code that is looked for: shorter ones may be a district's number.
    private static let shortest = 4

    /// Nil where the field does not hold it, or nothing else. Gaps, a country's letters before the digits and zeros that
    /// a spreadsheet dropped do not count.
    /// - Parameters:
    ///   - postcode: as it stands in its field.
    ///   - field: the town's.
    init?(_ bytes: Span<UInt8>, _ postcode: Range<Int>, _ field: Range<Int>) {
        // Nearly every town is without a digit.
        guard let first = field.first(where: { RepeatedCode.isDigit(bytes[$0]) }),
            let last = field.last(where: { RepeatedCode.isDigit(bytes[$0]) })
        else { return nil }
        let wanted = RepeatedCode.plain(bytes, postcode)
        guard wanted.count >= RepeatedCode.shortest - 1, postcode.count >= RepeatedCode.shortest else { return nil }
        let begins = RepeatedCode.words(bytes, field)
        // The longest piece at the beginning, else at the end, that is the code.
        let head = begins.map(\.upperBound).last { end in
            end < field.upperBound && end > first && RepeatedCode.plain(bytes, field.lowerBound..<end) == wanted
        }
        let tail = begins.map(\.lowerBound).first { start in
            start > field.lowerBound && start <= last
                && RepeatedCode.plain(bytes, start..<field.upperBound) == wanted
        }
        guard let code = head.map({ field.lowerBound..<$0 }) ?? tail.map({ $0..<field.upperBound }) else { return nil }
        var rest = head != nil ? code.upperBound..<field.upperBound : field.lowerBound..<code.lowerBound
        while let byte = rest.first, RepeatedCode.isMark(bytes[byte]) { rest.removeFirst() }
        while let byte = rest.last, RepeatedCode.isMark(bytes[byte]) { rest.removeLast() }
        guard rest.contains(where: { bytes[$0] >= 0x80 || 97...122 ~= bytes[$0] | 32 }) else { return nil }
        (self.code, town) = (code, rest)
        isPlain = head != nil && code.allSatisfy { RepeatedCode.isDigit(bytes[$0]) }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { 48...57 ~= byte }

    /// White space, and what people put between a code and a town.
    private static func isMark(_ byte: UInt8) -> Bool { byte <= 32 || "()[]-,;/.".utf8.contains(byte) }

    /// The runs of letters and those of digits in a range, apart: `59000Lille` is two.
    private static func words(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        var previous: Bool?
        for index in range {
            let byte = bytes[index]
            guard isDigit(byte) || byte >= 0x80 || 97...122 ~= byte | 32 else {
                previous = nil
                continue
            }
            if previous == isDigit(byte), let last = runs.indices.last {
                runs[last] = runs[last].lowerBound..<index + 1
            } else {
                runs.append(index..<index + 1)
            }
            previous = isDigit(byte)
        }
        return runs
    }

    /// A code as it is compared: letters in one case and digits; of digits behind a country's letters the digits alone, without
    /// zeros before them.
    private static func plain(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var code: [UInt8] = []
        // `Ay 51160` is a town and a code; a country's letters stand at the code, or are those of France.
        var isApart = false
        for index in WholeNumber.bare(bytes, range) {
            let byte = bytes[index]
            if isDigit(byte) {
                if let last = code.last, !isDigit(last), index > 0, bytes[index - 1] <= 32 { isApart = true }
                code.append(byte)
            }
            if byte >= 0x80 && byte != 0xC2 && byte != 0xA0 || 97...122 ~= byte | 32 { code.append(byte | 32) }
        }
        let letters = code.prefix { !isDigit($0) }.count
        guard !isApart || ["f", "fr"].contains(String(decoding: code.prefix(letters), as: UTF8.self)) else {
            return code
        }
        guard letters <= mostLetters, letters < code.count, code[letters...].allSatisfy(isDigit) else { return code }
        return Array(code[letters...].drop { $0 == 48 })
    }

    /// Letters of a country before its code, `FIN-00100`.
    private static let mostLetters = 3
}
