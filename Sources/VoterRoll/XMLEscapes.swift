/// Characters that XML cannot hold or would change, as Office writes them in texts: `_x000D_` (ECMA-376, ST_Xstring).
enum XMLEscapes {
    /// Bytes of an escape.
    private static let length = 7

    /// Puts the characters in the place of their escapes in what stands from `start` on.
    static func decode(_ bytes: inout [UInt8], from start: Int) {
        var index = start
        while index + length <= bytes.count {
            guard bytes[index] == UInt8(ascii: "_"), let unit = unit(bytes, index) else {
                index += 1
                continue
            }
            var (value, end) = (unit, index + length)
            // A pair of UTF-16 units.
            if 0xD800..<0xDC00 ~= unit, end + length <= bytes.count, let low = self.unit(bytes, end),
                0xDC00..<0xE000 ~= low
            {
                (value, end) = (0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00), end + length)
            }
            let text = Array(String(Unicode.Scalar(value) ?? "\u{FFFD}").utf8)
            bytes.replaceSubrange(index..<end, with: text)
            // What is decoded is not looked at again: `_x005F_x000D_` is `_x000D_` as it was typed.
            index += text.count
        }
    }

    /// The unit of an escape that begins at `at`; nil when none does.
    private static func unit(_ bytes: [UInt8], _ at: Int) -> UInt32? {
        guard at + length <= bytes.count, bytes[at] == UInt8(ascii: "_"), bytes[at + 1] == UInt8(ascii: "x"),
            bytes[at + 6] == UInt8(ascii: "_")
        else { return nil }
        var unit: UInt32 = 0
        for digit in bytes[at + 2..<at + 6] {
            switch digit {
            case 48...57: unit = unit << 4 | UInt32(digit - 48)
            case 65...70: unit = unit << 4 | UInt32(digit - 55)
            case 97...102: unit = unit << 4 | UInt32(digit - 87)
            default: return nil
            }
        }
        return unit
    }
}
