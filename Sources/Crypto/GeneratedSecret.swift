/// The nine-character secret of the policy `generated`: mailed with the identifier, replaced at each activation.
package enum GeneratedSecret {
    /// Always nine characters, as the users of that policy know it.
    package static let count = 9

    // Without characters that look alike: no 0 O o, no 1 I l i, no 5 S s, no 2 Z z, no 8 B, no u v.
    private static let lower = Array("abcdefghjkmnpqrtwxy".utf8)
    private static let upper = Array("ACDEFGHJKLMNPQRTUVWXY".utf8)
    private static let digits = Array("34679".utf8)
    private static let marks = Array("*+-=?!#%&@".utf8)

    /// A new secret with at least one character of each kind, about 51 bits.
    package static func random(from randomness: Randomness) -> Secret {
        let all = lower + upper + digits + marks
        while true {
            let symbols = randomness.numbers(count, below: all.count).map { all[$0] }
            if [lower, upper, digits, marks].allSatisfy({ kind in symbols.contains(where: kind.contains) }) {
                return Secret(symbols)
            }
        }
    }
}
