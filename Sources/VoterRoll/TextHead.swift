import Contacts

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

/// Turns bytes of an encoding into UTF-8, piece by piece.
struct TextDecoder {
    /// Fixed for a file.
    private let encoding: TextEncoding
    /// UTF-8 of each byte; empty where the encoding is none of single bytes.
    private let table: [[UInt8]]
    /// The first half of a unit or of a pair that the last piece ended with.
    private var halfUnit: UInt8?
    /// The first of two units of UTF-16.
    private var highSurrogate: UInt32?

    /// Bytes of UTF-8 that a byte of the file becomes at most.
    static let growth = 3

    init(_ encoding: TextEncoding) { (self.encoding, table) = (encoding, encoding.table) }

    /// Appends the UTF-8 of some bytes; what a piece breaks off goes on with the next.
    mutating func decode(_ bytes: Span<UInt8>, onto out: inout [UInt8]) {
        switch encoding {
        case .utf8: out.append(copying: bytes)
        case .windows1252, .latin9, .macRoman, .codePage850:
            for index in bytes.indices { out.append(contentsOf: table[Int(bytes[index])]) }
        case .utf16Little, .utf16Big:
            for index in bytes.indices {
                guard let first = halfUnit else {
                    halfUnit = bytes[index]
                    continue
                }
                halfUnit = nil
                let (high, low) = encoding == .utf16Big ? (first, bytes[index]) : (bytes[index], first)
                unit(UInt32(high) << 8 | UInt32(low), onto: &out)
            }
        }
    }

    /// A unit of UTF-16; half a pair becomes the sign of a lost letter, which no field admits.
    private mutating func unit(_ unit: UInt32, onto out: inout [UInt8]) {
        var value = unit
        if let high = highSurrogate {
            highSurrogate = nil
            if 0xDC00..<0xE000 ~= unit {
                value = 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00)
            } else {
                out.append(contentsOf: [0xEF, 0xBF, 0xBD])
            }
        }
        if 0xD800..<0xDC00 ~= value {
            highSurrogate = value
            return
        }
        out.append(contentsOf: Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8))
    }
}
