/// Fields joined without ambiguity: each is preceded by its length as four bytes, big-endian.
package struct LengthPrefixedFields: Sendable {
    /// The joined fields so far.
    package private(set) var bytes: [UInt8] = []

    /// No field yet.
    package init() {}

    /// - Parameter fields: UTF-8, usually the purpose first.
    package init(_ fields: String...) { for field in fields { append(field) } }

    /// A field of UTF-8 bytes.
    package mutating func append(_ text: String) { append(Array(text.utf8).span) }

    /// A field of eight bytes, big-endian; negative numbers as two's complement.
    package mutating func append(_ number: Int) {
        withNumber(8)
        for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }

    /// A field of any bytes, below 4 GiB.
    package mutating func append(_ field: Span<UInt8>) {
        withNumber(field.count)
        for index in field.indices { bytes.append(field[index]) }
    }

    /// The length before a field, four bytes, big-endian.
    private mutating func withNumber(_ count: Int) {
        for shift in stride(from: 24, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
    }

    /// Splits what `append` joined; nil when the bytes are no such thing.
    package static func split(_ bytes: [UInt8]) -> [[UInt8]]? {
        var fields: [[UInt8]] = []
        var at = 0
        while at < bytes.count {
            guard at + 4 <= bytes.count else { return nil }
            let count = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            guard count <= bytes.count - at - 4 else { return nil }
            fields.append(Array(bytes[at + 4..<at + 4 + count]))
            at += 4 + count
        }
        return fields
    }
}
