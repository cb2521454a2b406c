/// How often each byte above 7F stands beside which letters: what tells encodings of one byte for each character apart.
struct ByteContexts {
    /// What stands before or after a byte.
    enum Neighbour: Int, CaseIterable {
        /// No letter.
        case none
        case vowel, consonant
        /// Before: a single consonant that begins a word, as in `d'`; after: an `l`.
        case special
        /// A byte above 7F too, of which nothing is known yet.
        case unknown
    }

    /// What the case of the letters beside a byte asks of a letter in its place.
    enum Shape: Int, CaseIterable {
        case any
        /// `HELENE`: no small letter.
        case capital
        /// `Helene`: no capital.
        case small
        /// `dArc`: no letter at all, or a mark between two words.
        case neither
    }

    /// Where a byte occurred, and how often.
    struct Occurrence {
        /// Less 80.
        let byte: Int
        let shape: Shape
        let before: Neighbour
        let after: Neighbour
        let count: Int
        /// The first line that has it so, from 1.
        let line: Int
    }

    /// Kinds of neighbours on one side.
    private static let neighbours = Neighbour.allCases.count
    /// Places in `counts` for one byte and shape.
    private static let perShape = neighbours * neighbours
    /// Places in `counts` for one byte.
    private static let perByte = Shape.allCases.count * perShape
    /// By byte (from 80 on), shape, neighbour before and neighbour behind.
    private var counts = [Int](repeating: 0, count: 128 * perByte)
    /// The line in which each of these occurred first.
    private var lines = [Int](repeating: 0, count: 128 * perByte)

    /// Counts the byte at `index`.
    /// - Parameters:
    ///   - index: of a byte above 7F; what lies beyond the piece counts as no letter.
    ///   - line: in which it stands.
    mutating func add(_ bytes: Span<UInt8>, _ index: Int, line: Int) {
        func at(_ offset: Int) -> UInt8 {
            let place = index + offset
            return bytes.indices.contains(place) ? bytes[place] : 0
        }
        let (two, before, after) = (at(-2), at(-1), at(1))
        let place =
            (Int(bytes[index]) - 128) * ByteContexts.perByte
            + ByteContexts.shape(two, before, after).rawValue * ByteContexts.perShape
            + ByteContexts.leading(two, before).rawValue * ByteContexts.neighbours
            + ByteContexts.trailing(after).rawValue
        if counts[place] == 0 { lines[place] = line }
        counts[place] += 1
    }

    /// What was counted.
    var occurrences: [Occurrence] {
        var found: [Occurrence] = []
        for (place, count) in counts.enumerated() where count > 0 {
            let rest = place % ByteContexts.perByte
            guard let shape = Shape(rawValue: rest / ByteContexts.perShape),
                let before = Neighbour(rawValue: rest % ByteContexts.perShape / ByteContexts.neighbours),
                let after = Neighbour(rawValue: rest % ByteContexts.neighbours)
            else { continue }
            found.append(
                Occurrence(
                    byte: place / ByteContexts.perByte, shape: shape, before: before, after: after, count: count,
                    line: lines[place]))
        }
        return found
    }

    /// What the case of the letter before and the two around a byte asks of a letter there.
    /// - Parameters:
    ///   - two: the byte before the one before; 0 where there is none.
    ///   - before: the byte before.
    ///   - after: the byte behind.
    private static func shape(_ two: UInt8, _ before: UInt8, _ after: UInt8) -> Shape {
        if isSmall(before) { return isCapital(after) ? .neither : .small }
        // `Leuf` with a ligature: a capital has its place at the beginning of a word.
        if isSmall(after) { return isCapital(before) ? .small : .any }
        return isCapital(after) || isCapital(before) && isCapital(two) ? .capital : .any
    }

    /// What stands before a byte: `.special` for a consonant with nothing before it.
    private static func leading(_ two: UInt8, _ before: UInt8) -> Neighbour {
        if before >= 0x80 { return .unknown }
        guard isLetter(before) else { return .none }
        if isVowel(before) { return .vowel }
        return isLetter(two) || two >= 0x80 ? .consonant : .special
    }

    /// What stands behind a byte: `.special` for an `l`.
    private static func trailing(_ after: UInt8) -> Neighbour {
        if after >= 0x80 { return .unknown }
        guard isLetter(after) else { return .none }
        return isVowel(after) ? .vowel : after | 32 == UInt8(ascii: "l") ? .special : .consonant
    }

    private static func isCapital(_ byte: UInt8) -> Bool { 65...90 ~= byte }
    private static func isSmall(_ byte: UInt8) -> Bool { 97...122 ~= byte }
    /// Whether a byte is a letter of ASCII.
    private static func isLetter(_ byte: UInt8) -> Bool { 97...122 ~= byte | 32 && byte < 0x80 }
    /// Whether a letter of ASCII is a vowel; `y` is one.
    private static func isVowel(_ byte: UInt8) -> Bool { "aeiouy".utf8.contains(byte | 32) }
}
