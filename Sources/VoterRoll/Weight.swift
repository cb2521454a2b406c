import Inputs

/// A voter's weight as files write it: `2`, `2,0`, `1 000`.
enum Weight {
    /// Counted votes must stay exact.
    static let heaviest = 1_000_000

    /// The weight; nil when this is no whole number from 1 on, or too heavy a one.
    static func read(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
        var text = String(decoding: range.map { bytes[$0] }, as: UTF8.self)
        guard range.count <= RollLimits.shown else { return nil }
        if let mark = text.firstIndex(where: { ".,".contains($0) }) {
            // A spreadsheet's whole number with decimals; three digits behind the mark may be thousands.
            let decimals = text[text.index(after: mark)...]
            guard !decimals.isEmpty, decimals.count != 3, decimals.allSatisfy({ $0 == "0" }) else { return nil }
            text = String(text[..<mark])
        }
        let digits = text.unicodeScalars.filter { !Invisible.isSpace($0) }
        guard digits.allSatisfy({ 48...57 ~= $0.value }), let weight = Int(String(String.UnicodeScalarView(digits))),
            1...heaviest ~= weight
        else { return nil }
        return weight
    }
}
