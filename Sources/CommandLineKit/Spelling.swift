/// Which word was meant.
enum Spelling {
    /// The known word that differs least from a typed one; nil when none is near: one letter in three may be wrong.
    static func nearest(_ typed: String, among known: [String]) -> String? {
        let most = max(1, typed.count / 3)
        let found = known.map { (word: $0, distance: distance(typed, $0)) }.min { $0.distance < $1.distance }
        return found.flatMap { $0.distance <= most ? $0.word : nil }
    }

    /// Letters to add, drop, change or swap with their neighbour (optimal string alignment).
    static func distance(_ a: String, _ b: String) -> Int {
        let (a, b) = (Array(a.unicodeScalars), Array(b.unicodeScalars))
        var before: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var least = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
                row.append(least)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
