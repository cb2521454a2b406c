/// A postal address of up to six lines and a country, in the form that NF Z10-011 asks for in the window of an
/// envelope: at most 38 characters a line, no punctuation from the fourth line on, the last lines in capitals.
package struct PostalAddress: Sendable, Hashable {
    /// NF Z10-011: lines, and characters on a line.
    package static let mostLines = 6
    /// Characters of a line (NF Z10-011).
    package static let longestLine = 38

    /// The lines to print, top to bottom; the last is the country, in capitals, for addresses abroad.
    package let lines: [String]
    /// The five digits of a French postcode; nil abroad.
    package let postcode: String?

    /// Why an address cannot be printed, in words that stand after the value.
    package enum Fault: Error, Sendable, Equatable {
        case empty, longLine(Int), noTown, noPostcode, tooManyLines

        /// Words that stand after the value.
        package var reason: String {
            switch self {
            case .empty: "is no whole address: it needs at least the recipient's line and the town's"
            case .longLine(let line):
                "is longer than the 38 characters of an address line (line \(line) of the address): shorten it"
            case .noTown: "has no town: the last line of an address abroad is its town"
            case .noPostcode: "must end with a French postcode of five digits and the town, or name its country"
            case .tooManyLines: "makes more than the six lines of an address"
            }
        }
    }

    /// - Parameters:
    ///   - lines: the first is the recipient's name; empty ones are left out.
    ///   - country: empty or any name of France for French addresses, overseas ones included.
    /// - Throws: why it cannot be printed.
    package init(lines: [String], country: String) throws(Fault) {
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for text in lines + [country] {
            let start = bytes.count
            bytes += Array(text.utf8)
            ranges.append(start..<bytes.count)
        }
        var stored: [UInt8] = []
        try PostalAddress.normalise(bytes.span, ranges.dropLast(), country: ranges[lines.count], onto: &stored)
        self.init(stored: stored)
    }

    /// Reads the form that `normalise` writes.
    /// - Parameter stored: from the store or an outbox's message; nothing is checked.
    package init(stored: [UInt8]) {
        var parts = String(decoding: stored, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
        let code = parts.isEmpty ? "" : parts.removeFirst()
        postcode = code.isEmpty ? nil : code
        lines = parts
    }

    /// Checks the lines that lie at `ranges` of `bytes` and appends the stored form to `out`: the postcode (empty
    /// abroad) and the lines to print, separated by line feeds. `out` is left as it was when this throws.
    /// - Throws: why it cannot be printed.
    package static func normalise(
        _ bytes: Span<UInt8>, _ ranges: some Collection<Range<Int>>, country: Range<Int>, onto out: inout [UInt8]
    ) throws(Fault) {
        let start = out.count
        do throws(Fault) { try append(bytes, ranges, country, onto: &out) } catch {
            out.removeLast(out.count - start)
            throw error
        }
    }

    /// Appends the stored form, and leaves what it has written where it throws.
    private static func append(
        _ bytes: Span<UInt8>, _ ranges: some Collection<Range<Int>>, _ country: Range<Int>, onto out: inout [UInt8]
    ) throws(Fault) {
        var filled = 0
        for range in ranges where holdsText(bytes, range) { filled += 1 }
        guard filled >= 2 else { throw .empty }
        guard filled <= mostLines else { throw .tooManyLines }
        let start = out.count
        let isFrench = isFrenchOrNone(bytes, country)
        if isFrench { out.append(contentsOf: repeatElement(0, count: 5)) }
        var index = 0
        var lineStart = out.count
        for range in ranges where holdsText(bytes, range) {
            out.append(10)
            lineStart = out.count
            // Lines keep their place from the bottom: the town is line 6 whatever is missing above it.
            let isLow = mostLines - (filled - 1) + index >= 4 && index > 0
            let length =
                isFrench && index == filled - 1
                ? appendTownLine(bytes, range, onto: &out)
                : appendLine(bytes, range, capitals: isLow, bare: isLow && isFrench, onto: &out)
            guard length <= longestLine else { throw .longLine(index + 1) }
            index += 1
        }
        if isFrench {
            guard hasPostcode(out, lineStart) else { throw .noPostcode }
            for offset in 0..<5 { out[start + offset] = out[lineStart + offset] }
        } else {
            guard out[lineStart...].contains(where: isLetter) else { throw .noTown }
            out.append(10)
            let start = out.count
            var length = appendLine(bytes, country, capitals: true, onto: &out)
            // A code is a list's, and tells a sorter nothing: of `CH` they make China.
            if let name = countryName(out[start...]) {
                out.replaceSubrange(start..., with: Array(name.utf8))
                length = name.count
            }
            // The country's line is for the French post, which reads capitals without accents.
            let plain = Array(Capitals.plain(String(decoding: out[start...], as: UTF8.self)).utf8)
            out.replaceSubrange(start..., with: plain)
            guard length <= longestLine else { throw .longLine(index + 1) }
        }
    }

    /// Whether a byte of UTF-8 belongs to a letter, as far as a byte tells.
    package static func isLetter(_ byte: UInt8) -> Bool { byte >= 0x80 || 97...122 ~= byte | 32 }

    /// White space and control characters.
    static func isSpace(_ byte: UInt8) -> Bool { byte <= 32 || byte == 127 }

    /// Whether anything but white space stands in a range.
    private static func holdsText(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for index in range where !isSpace(bytes[index]) { return true }
        return false
    }

    /// Whether a line begins with five digits that are a postcode, a space, and a town.
    private static func hasPostcode(_ out: [UInt8], _ start: Int) -> Bool {
        guard out.count > start + 6, out[start + 5] == 32, out[(start + 6)...].contains(where: isLetter) else {
            return false
        }
        let code = out[start..<start + 5]
        return code.allSatisfy { 48...57 ~= $0 } && code.contains { $0 != 48 }
    }

    /// Every name of France and of its territories, or none, in which case no country line is printed.
    /// - Parameter range: the country's place; empty for none.
    private static func isFrenchOrNone(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard holdsText(bytes, range) else { return true }
        return isFrance(bytes, range)
    }

    /// Bytes of a line that may still have 38 characters, of four bytes at most.
    private static let longestBytes = 160

    /// Appends a line with every run of white space as one space, and returns its length in characters.
    /// - Parameter bare: without hyphens, apostrophes and accents, as sorting machines read the last lines of French addresses.
    /// - Returns: `longestBytes`, which is no line, where it is longer than any.
    static func appendLine(
        _ bytes: Span<UInt8>, _ range: Range<Int>, capitals: Bool, bare: Bool = false, onto out: inout [UInt8]
    ) -> Int {
        var line = InlineArray<160, UInt8>(repeating: 0)
        var count = 0
        var characters = 0
        var isSimple = true
        var pendingSpace = false
        var index = range.lowerBound
        while index < range.upperBound {
            var byte = bytes[index]
            index += 1
            let isGap = byte == 0xC2 && index < range.upperBound && bytes[index] == 0xA0  // a no-break space
            if isGap { index += 1 }
            if bare, byte == 0xE2, index + 1 < range.upperBound, bytes[index] == 0x80, 0x90...0x99 ~= bytes[index + 1] {
                // A typographic hyphen, dash or apostrophe.
                index += 2
                pendingSpace = count > 0
                continue
            }
            if isGap || isSpace(byte) || capitals && isPunctuation(byte)
                || bare && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "'"))
            {
                pendingSpace = count > 0
                continue
            }
            guard count < longestBytes - 2 else { return longestBytes }
            if pendingSpace {
                line[count] = 32
                count += 1
                characters += 1
                pendingSpace = false
            }
            if byte & 0xC0 != 0x80 { characters += 1 }
            if byte > 0xC3 { isSimple = false }
            if capitals, 97...122 ~= byte { byte -= 32 }
            line[count] = byte
            count += 1
            // Latin-1's letters: a-grave to thorn, but for the division sign
            if byte == 0xC3, index < range.upperBound {
                byte = bytes[index]
                index += 1
                if bare, let capital = Capitals.ofLatin1(byte) {
                    line[count - 1] = capital
                    continue
                }
                // The German sharp s is SS in capitals; ligatures are two letters.
                if byte == 0x9F || bare { isSimple = false }
                line[count] = capitals && 0xA0...0xBE ~= byte && byte != 0xB7 ? byte - 32 : byte
                count += 1
            }
        }
        let text = line.span.extracting(0..<count)
        guard capitals, !isSimple else {
            out.append(copying: text)
            return characters
        }
        var raised = String(decoding: text.indices.map { text[$0] }, as: UTF8.self).uppercased()
        if bare { raised = Capitals.plain(raised) }
        out.append(contentsOf: raised.utf8)
        return raised.count
    }

    /// Apostrophes and hyphens are no punctuation here: abroad they belong to names.
    private static func isPunctuation(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: ":"), UInt8(ascii: "."), UInt8(ascii: "!"),
            UInt8(ascii: "?"), UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "*"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

extension PostalAddress {
    /// The form that `normalise` writes.
    package var stored: [UInt8] { Array(([postcode ?? ""] + lines).joined(separator: "\n").utf8) }
}
