/// Finds rows that share a mailbox, a phone or (nearly) a name, with 16 bytes a row.
struct Resemblances {
    private var keys: [(key: UInt64, line: UInt32)] = []

    mutating func add(_ key: UInt64, line: Int) { keys.append((key, UInt32(truncatingIfNeeded: line))) }

    /// Hands each line whose key occurred before to `body`, with the line of the first.
    mutating func report(_ body: (_ line: Int, _ earlier: Int) -> Void) {
        keys.sort { ($0.key, $0.line) < ($1.key, $1.line) }
        var first = 0
        for index in keys.indices.dropFirst() {
            if keys[index].key == keys[first].key {
                body(Int(keys[index].line), Int(keys[first].line))
            } else {
                first = index
            }
        }
        keys = []
    }
}
