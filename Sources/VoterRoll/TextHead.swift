/// The beginning of a text file, by which its separator is found.
struct TextHead {
    /// The byte between fields.
    let delimiter: UInt8
    /// Whether the first line only names the separator, as Excel's exports do.
    let hasSeparatorLine: Bool

    /// Bytes that are looked at.
    private static let length = 1 << 16
    /// Separators, the likeliest in France first.
    private static let candidates = [UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: "|")]

    /// - Parameter start: the file's first bytes, as they stand in it.
    init(_ start: [UInt8], _ encoding: TextEncoding, map: [String: Column]) {
        var decoder = TextDecoder(encoding)
        var text: [UInt8] = []
        let head = Array(start.prefix(TextHead.length))
        decoder.decode(head.span, onto: &text)
        if text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
        if let named = TextHead.separatorLine(text) {
            (delimiter, hasSeparatorLine) = (named, true)
            return
        }
        hasSeparatorLine = false
        let lines = text.split(maxSplits: RollLimits.headingRows, omittingEmptySubsequences: true) {
            $0 == 10 || $0 == 13
        }
        .prefix(RollLimits.headingRows)
        for line in lines {
            // The separator by which a line is headings is the file's, whatever stands in titles above them.
            let known = TextHead.candidates.map { RollHeadings.needed(TextHead.fields(line, $0), map: map) }
            if let most = known.max(), most >= 2, let index = known.firstIndex(of: most) {
                delimiter = TextHead.candidates[index]
                return
            }
        }
        delimiter = TextHead.commonest(text)
    }

    /// The separator that a first line `sep=;` names.
    private static func separatorLine(_ text: [UInt8]) -> UInt8? {
        var line = text.prefix { $0 != 10 && $0 != 13 }
        if line.first == UInt8(ascii: "\""), line.last == UInt8(ascii: "\""), line.count > 2 {
            line = line.dropFirst().dropLast()
        }
        // What else stands in the line is the separator itself, where a spreadsheet filled it up.
        guard line.count >= 5, String(decoding: line.prefix(4), as: UTF8.self).lowercased() == "sep=" else {
            return nil
        }
        let named = line[line.startIndex + 4]
        guard line.dropFirst(4).allSatisfy({ $0 == named }), !isLetter(named), named != 34, named < 0x80 else {
            return nil
        }
        return named
    }

    /// Letters, digits and the space are no separators.
    private static func isLetter(_ byte: UInt8) -> Bool { 97...122 ~= byte | 32 || 48...57 ~= byte || byte == 32 }

    /// The fields of a line, quotes around them aside.
    /// - Parameter line: in UTF-8, without its end.
    static func fields(_ line: some Collection<UInt8>, _ delimiter: UInt8) -> [String] {
        line.split(omittingEmptySubsequences: false) { $0 == delimiter }.prefix(RollLimits.columns).map {
            String(decoding: $0.filter { $0 != UInt8(ascii: "\"") }, as: UTF8.self)
        }
    }

    /// The separator that occurs most often in the first line, outside quotes.
    /// - Parameter text: in UTF-8, without a byte order mark. The first candidate is taken where nothing decides.
    private static func commonest(_ text: [UInt8]) -> UInt8 {
        var counts = [Int](repeating: 0, count: candidates.count)
        var quoted = false
        for byte in text {
            if byte == UInt8(ascii: "\"") { quoted.toggle() }
            if quoted { continue }
            if byte == 10 || byte == 13 {
                if counts.contains(where: { $0 > 0 }) { break }
                continue
            }
            if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
        }
        let best = counts.indices.max { counts[$0] < counts[$1] || counts[$0] == counts[$1] && $0 > $1 } ?? 0
        return candidates[best]
    }
}
