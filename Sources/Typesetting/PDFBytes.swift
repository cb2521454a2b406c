/// A piece of a PDF outside its streams, looked through without copying it.
struct PDFBytes {
    private let bytes: ArraySlice<UInt8>

    /// - Parameter bytes: whose indices all results are in.
    init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

    /// Whether a word stands at the beginning.
    func starts(_ word: StaticString) -> Bool { bytes.starts(with: PDFBytes.array(word)) }

    /// Where `word` stands first, in the indices of the whole.
    func range(of word: StaticString) -> Range<Int>? {
        let wanted = PDFBytes.array(word)
        let found = unsafe bytes.withUnsafeBufferPointer { bytes -> Int? in
            var at = 0
            while at + wanted.count <= bytes.count {
                guard let next = unsafe bytes[at...(bytes.count - wanted.count)].firstIndex(of: wanted[0]) else {
                    return nil
                }
                var matched = 1
                while matched < wanted.count, unsafe bytes[next + matched] == wanted[matched] { matched += 1 }
                if matched == wanted.count { return next }
                at = next + 1
            }
            return nil
        }
        return found.map { bytes.startIndex + $0..<bytes.startIndex + $0 + wanted.count }
    }

    /// The whole number behind `word` and white space.
    func number(after word: StaticString) -> Int? {
        guard let place = word.utf8CodeUnitCount == 0 ? bytes.startIndex..<bytes.startIndex : range(of: word) else {
            return nil
        }
        let digits = bytes[place.upperBound...].drop { $0 == 32 || $0 == 10 }.prefix { (48...57).contains($0) }
        guard !digits.isEmpty, digits.count < 11 else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }

    /// The dictionary that begins here, with those in it; in the indices of the whole.
    var dictionary: Range<Int>? {
        guard let start = bytes.firstIndex(where: { $0 != 32 && $0 != 10 }) else { return nil }
        var (depth, at) = (0, start)
        while at + 1 < bytes.endIndex {
            switch (bytes[at], bytes[at + 1]) {
            case (UInt8(ascii: "<"), UInt8(ascii: "<")):
                depth += 1
                at += 2
            case (UInt8(ascii: ">"), UInt8(ascii: ">")):
                depth -= 1
                at += 2
                if depth == 0 { return start..<at }
            default:
                guard depth > 0 else { return nil }
                at += 1
            }
        }
        return nil
    }

    /// The words between white space.
    var words: [String] {
        bytes.split { $0 == 32 || $0 == 10 }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes of a literal.
    private static func array(_ word: StaticString) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    }
}
