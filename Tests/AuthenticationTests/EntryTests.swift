import Authentication
import Crypto
import Elections
import Testing

struct IdentifierEntryTests {
    @Test func `a random identifier is read however it was typed or pasted`() throws {
        let code = SymbolCode.random(count: 12, from: .system)
        for text in [
            code.canonical, code.grouped, code.grouped.lowercased(), "  \(code.grouped.replacing("-", with: " ")) ",
            "Votre identifiant de vote : \(code.grouped)", code.canonical.replacing("0", with: "O"),
            code.grouped.replacing("-", with: "\u{2011}"), fullWidth(code.grouped),
        ] {
            #expect(IdentifierEntry(text, scheme: .random) == .canonical(code.canonical), "\(text)")
        }
    }

    /// As keyboards of East Asia write it.
    private func fullWidth(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.compactMap { Unicode.Scalar($0.value + 0xFEE0) }))
    }

    @Test func `digits of other scripts are digits, other signs are not`() throws {
        let digits = DigitCode.random(from: .system).canonical
        for zero in [0xFF10, 0x0660, 0x0966, 0x1D7CE] as [UInt32] {
            let other = String(
                String.UnicodeScalarView(digits.utf8.compactMap { Unicode.Scalar(zero + UInt32($0) - 48) }))
            #expect(IdentifierEntry(other, scheme: .digits) == .canonical(digits), "\(other)")
        }
        #expect(IdentifierEntry(fullWidth("jeanne@example.org"), scheme: .email) == .canonical("jeanne@example.org"))
        // A superscript and a fraction are no digits.
        #expect(IdentifierEntry("\u{B2}\u{BD}", scheme: .digits) == .malformed)
    }

    @Test func `a wrong symbol is found from the text alone`() {
        let code = SymbolCode.random(count: 12, from: .system).canonical
        let wrong = (code.hasPrefix("7") ? "8" : "7") + code.dropFirst()
        #expect(IdentifierEntry(String(wrong), scheme: .random) == .mistyped)
        #expect(IdentifierEntry("ABC", scheme: .random) == .malformed)
        #expect(IdentifierEntry("  ", scheme: .random) == .empty)
        #expect(IdentifierEntry(String(repeating: "A", count: 10_000), scheme: .random) == .malformed)
    }

    @Test func `names and addresses fold, digits keep their check`() {
        #expect(IdentifierEntry(" Dupont-A ", scheme: .name) == .canonical("duponta"))
        #expect(IdentifierEntry("Jeanne@Example.ORG ", scheme: .email) == .canonical("jeanne@example.org"))
        #expect(IdentifierEntry("jeanne", scheme: .email) == .malformed)
        let digits = DigitCode.random(from: .system).canonical
        #expect(IdentifierEntry("N\u{B0} \(digits.prefix(5)) \(digits.suffix(5))", scheme: .digits) != .empty)
        #expect(IdentifierEntry(String(digits), scheme: .digits) == .canonical(digits))
    }
}

struct OneTimeCodeTests {
    @Test(arguments: [
        ("123456", "123456"), ("123 456", "123456"), ("123-456", "123456"),
        ("Votre code : 123456 (demande K7)", "123456"),
        ("123456 : votre code, valable 10 min", "123456"), ("I23O56", "123056"), ("12345", nil), ("code", nil),
        ("1234567890123", nil), ("", nil),
    ])
    func `a code is found in what was typed or pasted`(text: String, code: String?) {
        #expect(OneTimeCode.find(in: text, digits: 6...8) == code)
    }
}

struct SecretTextTests {
    /// Copied out of a page or a table.
    @Test(arguments: ["L\u{2019}\u{E9}cole", "L'\u{200B}e\u{301}cole\u{FEFF}", " L\u{AD}'\u{E9}cole\u{2060} "])
    func `an answer is the same with characters that draw nothing`(typed: String) {
        #expect(SecretText.answer(typed).matches(SecretText.answer("L'\u{E9}cole")))
        #expect(!SecretText.answer(typed).matches(SecretText.answer("Lecole")))
    }

    @Test(arguments: [
        ("  deux   mots ", "deux mots"), ("l\u{2019}\u{E9}t\u{E9}", "l'\u{E9}t\u{E9}"),
        ("e\u{301}t\u{E9}", "\u{E9}t\u{E9}"),
        ("\u{AB}\u{A0}oui\u{A0}\u{BB}", "\" oui \""), ("a\u{202F}b\u{3000}c\td", "a b c d"), ("Ab", "Ab"),
    ])
    func `what telephones change does not matter, and nothing else folds`(typed: String, normal: String) {
        #expect(SecretText.normalised(typed) == normal)
    }
}
