import Contacts

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
