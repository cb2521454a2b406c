import Contacts

/// The letters and digits of a text in UTF-8, lower case and without accents or ligatures, one by one: those of ASCII, of Latin-1
/// and the ligature oe, which nearly every name and line of an address is made of.
struct PlainLetters {
    /// Whether something stood there that is not read here.
    private(set) var isBeyond = false
    private var index: Int
    private let end: Int
    /// The other letter of a ligature.
    private var second: UInt8?

    /// - Parameter range: the text's place in the bytes that each `next` gets.
    init(_ range: Range<Int>) { (index, end) = (range.lowerBound, range.upperBound) }

    /// The next one; nil at the end, and where something stands that is not read here.
    mutating func next(in bytes: Span<UInt8>) -> UInt8? {
        if let letter = second {
            second = nil
            return letter
        }
        while index < end {
            let byte = bytes[index]
            index += 1
            switch byte {
            case 48...57, 97...122: return byte
            case 65...90: return byte | 32
            case 0xC3 where index < end:
                let low = bytes[index]
                index += 1
                if let letter = letter(low) { return letter }
            case 0xC5 where index < end && bytes[index] | 1 == 0x93:
                index += 1
                second = UInt8(ascii: "e")
                return UInt8(ascii: "o")
            case 0x80...:
                isBeyond = true
                return nil
            default: continue
            }
        }
        return nil
    }

    /// The plain letter of one of U+00C0 to U+00FF, by the last byte; nil for those that fall away: what is no letter, and the
    /// northern ones that have no plain form.
    private mutating func letter(_ low: UInt8) -> UInt8? {
        switch low {
        case 0x86, 0xA6:
            second = UInt8(ascii: "e")
            return UInt8(ascii: "a")
        case 0x9F:
            second = UInt8(ascii: "s")
            return UInt8(ascii: "s")
        default: return Capitals.ofLatin1(low).map { $0 | 32 }
        }
    }
}
