import Inputs

/// JSON before it is read.
enum JSONText {
    /// Whether combining marks pile up in it, written out or as escapes: names of members are compared, and comparing takes
    /// long where they do.
    static func pilesUpMarks(_ bytes: [UInt8]) -> Bool {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var at = 0
        var high: UInt32 = 0
        while at < bytes.count {
            guard let unit = escape(bytes, at) else {
                plain.append(bytes[at])
                at += 1
                continue
            }
            at += 6
            // The first half of a pair waits for the second.
            if unit >> 10 == 0x36 {
                high = unit
                continue
            }
            let value = unit >> 10 == 0x37 && high != 0 ? 0x10000 + (high & 0x3FF) << 10 + unit & 0x3FF : unit
            high = 0
            if let scalar = Unicode.Scalar(value) { plain += Array(String(Character(scalar)).utf8) }
        }
        return TextLimit.marksAt(plain) != nil
    }

    /// The code unit of `\uXXXX` at a place.
    private static func escape(_ bytes: [UInt8], _ at: Int) -> UInt32? {
        guard bytes[at] == UInt8(ascii: "\\"), at + 5 < bytes.count, bytes[at + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var value: UInt32 = 0
        for byte in bytes[at + 2..<at + 6] {
            switch byte {
            case 48...57: value = value << 4 | UInt32(byte - 48)
            case 65...70, 97...102: value = value << 4 | UInt32((byte | 32) - 87)
            default: return nil
            }
        }
        return value
    }
}
