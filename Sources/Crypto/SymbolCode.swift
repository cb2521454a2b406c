import Inputs

/// Codes in Crockford's 32 characters whose last symbol is a check symbol.
///
/// The check is a weighted sum over GF(32) (x^5 + x^2 + 1) with a different power of the generator for each position:
/// it finds every single wrong symbol and every swap of two symbols, neighbours or not, in codes of up to 31 symbols.
package struct SymbolCode: Sendable, Hashable {
    /// Crockford's base 32: no I, L, O or U.
    package static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    /// The symbols with their check symbol, upper case, without dashes: what is hashed and looked up.
    package let canonical: String

    /// A new random code of `count` symbols, the check symbol included: 5 bits of entropy for each of the others.
    /// - Parameter count: 2 to 31.
    package static func random(count: Int, from randomness: Randomness) -> SymbolCode {
        let data = randomness.bytes(count - 1).map { $0 & 31 }
        return SymbolCode(symbols: data + [check(data)])
    }

    private init(symbols: [UInt8]) {
        canonical = String(decoding: symbols.map { SymbolCode.alphabet[Int($0)] }, as: UTF8.self)
    }

    /// What came of reading a typed code.
    package enum Reading: Sendable, Equatable {
        case code(SymbolCode)
        /// Too few or too many symbols, or a character that no code contains.
        case malformed
        /// The right form, but the check symbol says that something was mistyped.
        case mistyped
    }

    /// Reads what somebody typed: spaces, dashes and case do not matter, O is 0, I and L are 1,
    /// and a full-width sign is its plain one.
    /// - Parameter count: 2 to 31 symbols, the check symbol included.
    package static func read(_ text: String, count: Int) -> Reading {
        guard OneTimeCode.pasted.admits(text) else { return .malformed }
        let text = PlainForm.of(text)
        var symbols: [UInt8] = []
        for character in text.utf8 where !isFiller(character) {
            guard let symbol = value(character), symbols.count < count else { return .malformed }
            symbols.append(symbol)
        }
        guard symbols.count == count else {
            // A no-break space or a typographic dash is two or three bytes, none of them a symbol.
            let folded = text.unicodeScalars.filter { $0.isASCII }
            return folded.count == text.unicodeScalars.count
                ? .malformed : read(String(String.UnicodeScalarView(folded)), count: count)
        }
        return check(symbols.dropLast()) == symbols[count - 1] ? .code(SymbolCode(symbols: symbols)) : .mistyped
    }

    /// The code in groups of four: XXXX-XXXX-XXXX.
    package var grouped: String {
        let symbols = Array(canonical)
        return stride(from: 0, to: symbols.count, by: 4).map { String(symbols[$0..<min($0 + 4, symbols.count)]) }
            .joined(separator: "-")
    }

    /// What is passed over between symbols: blanks, dashes, points and every byte that is not ASCII.
    private static func isFiller(_ character: UInt8) -> Bool {
        character == UInt8(ascii: " ") || character == UInt8(ascii: "-") || character == UInt8(ascii: "\t")
            || character == UInt8(ascii: ".") || character >= 0x80
    }

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 128)
        for (value, symbol) in alphabet.enumerated() {
            values[Int(symbol)] = UInt8(value)
            if symbol >= 65 { values[Int(symbol) + 32] = UInt8(value) }
        }
        for (alias, value) in [("O", 0), ("o", 0), ("I", 1), ("i", 1), ("L", 1), ("l", 1)] {
            values[Int(alias.utf8.first ?? 0)] = UInt8(value)
        }
        return values
    }()

    /// The symbol of a character; nil for U and all that is no letter or digit.
    private static func value(_ character: UInt8) -> UInt8? {
        guard character < 128, values[Int(character)] < 32 else { return nil }
        return values[Int(character)]
    }

    /// Powers of the generator: `powers[i]` is x^i.
    private static let powers: [UInt8] = {
        var powers: [UInt8] = [1]
        while powers.count < 31 { powers.append(product(powers[powers.count - 1], 2)) }
        return powers
    }()

    /// The sum over all symbols, each times x to the power of its place from 1.
    private static func check(_ data: some Collection<UInt8>) -> UInt8 {
        var sum: UInt8 = 0
        for (index, symbol) in data.enumerated() { sum ^= product(symbol, powers[index + 1]) }
        return sum
    }

    /// In GF(32).
    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (result, factor, rest) = (UInt8(0), left, right)
        while rest > 0 {
            if rest & 1 == 1 { result ^= factor }
            factor = factor & 16 == 0 ? factor << 1 : (factor << 1 & 31) ^ 0b00101
            rest >>= 1
        }
        return result
    }
}

extension SymbolCode {
    /// The code in a text that was pasted with words around it; nil when there is none whose check symbol is right.
    /// - Parameter count: symbols of the code, the check symbol included.
    package static func find(in text: String, count: Int) -> SymbolCode? {
        guard OneTimeCode.pasted.admits(text) else { return nil }
        let words = PlainForm.of(text).split { $0.isWhitespace || ":,;.!?()\u{AB}\u{BB}\"".contains($0) }
        // A code may be written in up to as many groups as it has symbols.
        for start in words.indices {
            var joined = ""
            for end in start..<min(words.count, start + count) {
                joined += words[end]
                if joined.utf8.count > 4 * count { break }
                if case .code(let code) = read(joined, count: count) { return code }
            }
        }
        return nil
    }
}
