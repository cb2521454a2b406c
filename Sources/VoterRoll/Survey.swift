import Glibc

/// What a first pass over a text file finds: that it is text, its encoding, and its separator.
struct Survey {
    let isUTF8: Bool
    let hasMark: Bool
    let delimiter: UInt8

    init(_ file: Int32, _ path: String) throws(RollFileError) {
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        var checker = UTF8Checker()
        var first: [UInt8]?
        while true {
            let count = unsafe read(file, &chunk, chunk.count)
            guard count >= 0 else {
                throw RollFileError(file: path, line: 0, message: unsafe String(cString: strerror(errno)))
            }
            if count == 0 { break }
            if first == nil {
                first = Array(chunk.prefix(count))
                try Survey.refuseOther(first ?? [], path)
            }
            guard checker.take(chunk.span.extracting(0..<count)) else {
                throw RollFileError(
                    file: path, line: 0, message: "this is no text file: give the roll as CSV or as an .xlsx workbook")
            }
        }
        guard let first else { throw RollFileError(file: path, line: 0, message: "the file is empty") }
        isUTF8 = checker.isValid && checker.pending == 0
        hasMark = first.starts(with: [0xEF, 0xBB, 0xBF])
        delimiter = Survey.delimiter(of: first)
    }

    private static func refuseOther(_ start: [UInt8], _ path: String) throws(RollFileError) {
        if start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF]) {
            throw RollFileError(
                file: path, line: 0, message: "the file is in UTF-16: save it again as \"CSV UTF-8\" and import that")
        }
        if start.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw RollFileError(
                file: path, line: 0, message: "this is an old .xls workbook: save it as .xlsx or CSV and import that")
        }
    }

    /// The separator that occurs most often in the first line, outside quotes.
    private static func delimiter(of start: [UInt8]) -> UInt8 {
        let candidates = [UInt8(ascii: ";"), UInt8(ascii: ","), UInt8(ascii: "\t")]
        var counts = [0, 0, 0]
        var quoted = false
        for byte in start {
            if byte == UInt8(ascii: "\"") { quoted.toggle() }
            if quoted { continue }
            if byte == 10 || byte == 13 { break }
            if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
        }
        let best = counts.indices.max { counts[$0] < counts[$1] || counts[$0] == counts[$1] && $0 > $1 } ?? 0
        return candidates[best]
    }
}

/// Checks piece by piece that bytes are UTF-8 (RFC 3629).
private struct UTF8Checker {
    private(set) var isValid = true
    private(set) var pending = 0
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// False when the bytes cannot be text in any encoding.
    mutating func take(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            if byte == 0 { return false }
            if byte < 0x80, pending == 0 { continue }
            if isValid { advance(byte) }
        }
        return true
    }

    private mutating func advance(_ byte: UInt8) {
        if pending > 0 {
            guard lower...upper ~= byte else {
                isValid = false
                return
            }
            (lower, upper) = (0x80, 0xBF)
            pending -= 1
            return
        }
        switch byte {
        case 0xC2...0xDF: pending = 1
        case 0xE0: (pending, lower) = (2, 0xA0)
        case 0xED: (pending, upper) = (2, 0x9F)
        case 0xE1...0xEF: pending = 2
        case 0xF0: (pending, lower) = (3, 0x90)
        case 0xF4: (pending, upper) = (3, 0x8F)
        case 0xF1...0xF3: pending = 3
        default: isValid = false
        }
    }
}

/// Windows-1252, what spreadsheets of Western Europe write by default.
enum Windows1252 {
    private static let upper: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x8D, 0x17D,
        0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x9D,
        0x17E, 0x178,
    ]

    private static let table: [[UInt8]] = (0..<256).map { byte in
        let value = 0x80..<0xA0 ~= byte ? upper[byte - 0x80] : UInt32(byte)
        return Array(String(Unicode.Scalar(value) ?? "?").utf8)
    }

    /// The UTF-8 bytes of one byte.
    static func utf8(_ byte: UInt8) -> [UInt8] { table[Int(byte)] }
}
