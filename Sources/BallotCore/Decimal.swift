/// Numbers as decimal digits without sign and leading zeros, as the protocol writes them (section 0).
enum Decimal {
    /// Nine digits fit a word.
    private static let chunk: UInt64 = 1_000_000_000

    /// The words of a number; nil when the text is empty, has other characters or a leading zero, or is too large.
    static func words<let count: Int>(
        _ text: Span<UInt8>, most: Int, as zero: InlineArray<count, UInt32>
    ) -> InlineArray<count, UInt32>? {
        guard !text.isEmpty, text.count <= most, text.count == 1 || text[0] != 48 else { return nil }
        var words = zero
        var at = 0
        while at < text.count {
            // The first chunk takes what is over.
            let end = at == 0 && text.count % 9 != 0 ? text.count % 9 : at + 9
            var (part, scale): (UInt64, UInt64) = (0, 1)
            for index in at..<end {
                guard text[index] >= 48, text[index] <= 57 else { return nil }
                part = part &* 10 &+ UInt64(text[index] - 48)
                scale = scale &* 10
            }
            var carry = part
            for index in 0..<count {
                let sum = UInt64(words[index]) &* scale &+ carry
                words[index] = UInt32(truncatingIfNeeded: sum)
                carry = sum &>> 32
            }
            guard carry == 0 else { return nil }
            at = end
        }
        return words
    }

    /// Appends the digits of a number.
    static func append<let count: Int>(_ number: InlineArray<count, UInt32>, to text: inout [UInt8]) {
        var number = number
        let start = text.count
        var top = count
        while true {
            while top > 0, number[top - 1] == 0 { top -= 1 }
            if top == 0 { break }
            var rest: UInt64 = 0
            for index in stride(from: top - 1, through: 0, by: -1) {
                let part = rest &<< 32 | UInt64(number[index])
                number[index] = UInt32(truncatingIfNeeded: part / chunk)
                rest = part % chunk
            }
            for _ in 0..<9 {
                text.append(48 + UInt8(truncatingIfNeeded: rest % 10))
                rest /= 10
            }
        }
        while text.count > start, text[text.count - 1] == 48 { text.removeLast() }
        if text.count == start { text.append(48) }
        var (low, high) = (start, text.count - 1)
        while low < high {
            text.swapAt(low, high)
            low += 1
            high -= 1
        }
    }
}
