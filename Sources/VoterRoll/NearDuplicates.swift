/// Finds rows that share a mailbox, a phone or (nearly) a name, with 16 bytes a row.
struct NearDuplicates {
    /// The line is that of a whole import: a second sheet's lines are counted from far on.
    private var keys: [(key: UInt64, line: UInt32, exact: UInt32)] = []

    /// - Parameter exactly: what rows share that are the same, not alike: those are not told.
    /// - Parameter key: equal for rows that resemble one another; unequal ones may share it once in 2^64.
    mutating func add(_ key: UInt64, line: Int, exactly: UInt64? = nil) {
        keys.append((key, UInt32(truncatingIfNeeded: line), exactly.map { UInt32(truncatingIfNeeded: $0) } ?? 0))
    }

    /// Hands each line whose key occurred before to `body`, with the line of the first.
    /// - Parameter isExact: whether rows that are the same are passed over.
    mutating func report(isExact: Bool = false, _ body: (_ line: Int, _ earlier: Int) -> Void) {
        keys.sort { ($0.key, $0.line) < ($1.key, $1.line) }
        var first = 0
        for index in keys.indices.dropFirst() {
            if keys[index].key != keys[first].key {
                first = index
            } else if !isExact || keys[index].exact != keys[first].exact {
                body(Int(keys[index].line), Int(keys[first].line))
            }
        }
        keys = []
    }
}
