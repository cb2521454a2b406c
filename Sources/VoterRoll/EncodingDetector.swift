import Glibc

/// What a first pass over a text file finds: that it is text, its encoding, its separator, and where its rows begin.
struct EncodingDetector {
    /// UTF-8 where all of it is; else the likeliest of the others.
    let encoding: TextEncoding
    /// Whether a byte order mark stands before UTF-8.
    let hasMark: Bool
    /// The byte between fields.
    let delimiter: UInt8
    /// Whether the first line only names the separator (`sep=;`).
    let hasSeparatorLine: Bool
    /// What says that the encoding is another after all; nil where nothing does.
    let doubt: CentralEuropeanSigns.Finding?

    /// Lines named of a file that is UTF-8 but for a few.
    private static let mostNamed = 10

    /// Reads the whole file once, but for UTF-16, of which the beginning is enough.
    /// - Throws: when it cannot be read, is empty or no text, or its encoding cannot be told.
    init(_ file: Int32, _ path: String, map: [String: Column]) throws(RollFileError) {
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        var census = ByteCensus()
        var first: [UInt8]?
        var wide: TextEncoding?
        while true {
            let count = unsafe read(file, &chunk, chunk.count)
            guard count >= 0 else {
                throw RollFileError(file: path, line: 0, message: unsafe String(cString: strerror(errno)))
            }
            if count == 0 { break }
            if first == nil {
                let start = Array(chunk.prefix(count))
                if EncodingDetector.isUTF32(start) {
                    throw RollFileError(
                        file: path, line: 0,
                        message: "this text is in UTF-32: save it as \"CSV UTF-8\" and import that")
                }
                if let message = FileKind.of(start).refusal {
                    throw RollFileError(file: path, line: 0, message: message)
                }
                first = start
                wide = EncodingDetector.wide(start)
            }
            if wide != nil {
                try EncodingDetector.refuseCut(file, path)
                break
            }
            guard census.take(chunk.span.extracting(0..<count)) else {
                throw RollFileError(
                    file: path, line: 0, message: "this is no text file: give the roll as CSV or as an .xlsx workbook")
            }
        }
        guard let first else { throw RollFileError(file: path, line: 0, message: "the file is empty") }
        if let wide { encoding = wide } else { encoding = try EncodingDetector.encoding(census, path) }
        doubt = CentralEuropeanSigns.first(in: census.contexts, readAs: encoding)
        hasMark = first.starts(with: [0xEF, 0xBB, 0xBF])
        let head = TextHead(first, encoding, map: map)
        (delimiter, hasSeparatorLine) = (head.delimiter, head.hasSeparatorLine)
    }

    /// Refuses a file of UTF-16 whose last character is half there.
    private static func refuseCut(_ file: Int32, _ path: String) throws(RollFileError) {
        var status = stat()
        if unsafe fstat(file, &status) == 0, status.st_size % 2 != 0 { throw cut(path) }
    }

    private static func cut(_ path: String) -> RollFileError {
        RollFileError(
            file: path, line: 0,
            message: "the file ends in the middle of a character: it was cut short; ask for it again")
    }

    /// By its mark, the smaller of which begins as that of UTF-16 does. No spreadsheet writes it.
    private static func isUTF32(_ start: [UInt8]) -> Bool {
        start.starts(with: [0xFF, 0xFE, 0, 0]) || start.starts(with: [0, 0, 0xFE, 0xFF])
    }

    /// UTF-16, by its mark or by the zeros in every other byte.
    /// - Parameter start: the file's first bytes.
    /// - Returns: nil for everything that is not UTF-16.
    private static func wide(_ start: [UInt8]) -> TextEncoding? {
        if start.starts(with: [0xFF, 0xFE]) { return .utf16Little }
        if start.starts(with: [0xFE, 0xFF]) { return .utf16Big }
        let sample = start.prefix(512)
        guard sample.count >= 8 else { return nil }
        let zeros = (0..<2).map { side in sample.indices.filter { $0 % 2 == side && sample[$0] == 0 }.count }
        let half = sample.count / 2
        // Nearly every character of a roll is Latin.
        if zeros[0] == 0, zeros[1] * 10 >= half * 8 { return .utf16Little }
        if zeros[1] == 0, zeros[0] * 10 >= half * 8 { return .utf16Big }
        return nil
    }

    /// The encoding that a whole file's bytes are of.
    /// - Throws: when it is mostly UTF-8 with other bytes in some lines, or two encodings are as likely.
    private static func encoding(_ census: ByteCensus, _ path: String) throws(RollFileError) -> TextEncoding {
        if census.isUTF8 { return .utf8 }
        if census.isCut, census.sequences > 0 { throw cut(path) }
        if census.sequences > census.oddBytes {
            let lines = census.oddLines.prefix(mostNamed).map(String.init).joined(separator: ", ")
            throw RollFileError(
                file: path, line: census.oddLines.first ?? 0,
                message:
                    "the file is UTF-8 but for some lines (\(lines)), which were pasted from another encoding: type "
                    + "their accents again and save the file as UTF-8")
        }
        guard
            let guess = EncodingGuess.of(census.contexts)
        else {
            throw RollFileError(
                file: path, line: 0,
                message: "the file's accents are of an encoding that cannot be told for certain: save it again as "
                    + "\"CSV UTF-8\" and import that")
        }
        return guess
    }
}

/// Counts what tells encodings apart, piece by piece.
private struct ByteCensus {
    /// Whole sequences of UTF-8 (RFC 3629) above 7F, and bytes that are part of none.
    private(set) var sequences = 0
    /// Bytes above 7F that are part of no sequence of UTF-8.
    private(set) var oddBytes = 0
    /// The first lines with such bytes.
    private(set) var oddLines: [Int] = []
    /// What stands beside each byte above 7F.
    private(set) var contexts = ByteContexts()
    /// The line that is read, from 1.
    private var line = 1
    /// The last byte of the piece before this one.
    private var last: UInt8 = 0
    /// Bytes that the present sequence still wants.
    private var pending = 0
    /// The lowest value that the next of them may have.
    private var lower: UInt8 = 0x80
    /// The highest.
    private var upper: UInt8 = 0xBF
    /// Lines kept; an error names few of them.
    private static let mostLines = 100

    /// Whether every sequence is whole.
    var isUTF8: Bool { oddBytes == 0 && pending == 0 }

    /// Whether all but the last sequence is whole.
    var isCut: Bool { oddBytes == 0 && pending > 0 }

    /// False when the bytes cannot be text in any encoding of bytes.
    mutating func take(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x80, pending == 0 {
                if byte < 14, endsLine(bytes, index) { line += 1 }
                if byte == 0 { return false }
                continue
            }
            if byte == 0 { return false }
            if byte >= 0x80 { contexts.add(bytes, index, line: line) }
            advance(byte, endsLine: byte < 14 && endsLine(bytes, index))
        }
        if !bytes.isEmpty { last = bytes[bytes.count - 1] }
        return true
    }

    /// Whether a line ends with this byte: with LF, with CR, and once with both.
    private func endsLine(_ bytes: Span<UInt8>, _ index: Int) -> Bool {
        let previous = index > 0 ? bytes[index - 1] : last
        return bytes[index] == 13 || bytes[index] == 10 && previous != 13
    }

    /// Takes one byte of a sequence, or of none.
    private mutating func advance(_ byte: UInt8, endsLine: Bool) {
        if pending > 0 {
            guard lower...upper ~= byte else {
                odd()
                pending = 0
                if endsLine { line += 1 }
                if byte >= 0x80 { begin(byte) }
                return
            }
            (lower, upper) = (0x80, 0xBF)
            pending -= 1
            if pending == 0 { sequences += 1 }
            return
        }
        begin(byte)
    }

    /// Takes the first byte of a sequence (RFC 3629, 4).
    private mutating func begin(_ byte: UInt8) {
        (lower, upper) = (0x80, 0xBF)
        switch byte {
        case 0xC2...0xDF: pending = 1
        case 0xE0: (pending, lower) = (2, 0xA0)
        case 0xED: (pending, upper) = (2, 0x9F)
        case 0xE1...0xEF: pending = 2
        case 0xF0: (pending, lower) = (3, 0x90)
        case 0xF4: (pending, upper) = (3, 0x8F)
        case 0xF1...0xF3: pending = 3
        default: odd()
        }
    }

    /// Counts a byte that belongs to no sequence.
    private mutating func odd() {
        oddBytes += 1
        if oddLines.last != line, oddLines.count < ByteCensus.mostLines { oddLines.append(line) }
    }
}
