import Testing
import VoterRoll

/// Names and lines of addresses are folded by their bytes where all letters are common ones, and by Foundation where one is not: the
/// two must agree. A Greek letter, which falls away, leads to the second.
struct FoldingTests {
    @Test(
        arguments: [
            "", " ", "Lille", "BOURG-EN-BRESSE", "Saint-Étienne", "12 bis, rue de l'Église", "Cœur", "ŒUVRE", "Ægir",
            "æ",
            "Straße", "Ångström", "Ñandú", "François", "Ÿ ÿ", "Øre", "Þór ð", "5 × 3 ÷ 2", "À-Â_Ä", "\u{A0}b\u{2019}c",
            "e\u{301}te\u{301}", "É\u{316}", "Łódź", "Ğ", "日本", "œ", "Œœ", "1\u{BD}", "a\u{2013}b",
        ])
    func `a text is folded alike by its bytes and by its letters`(text: String) {
        #expect(Folding.plain(text) == Folding.plain(text + "\u{3B1}"))
    }

    /// Every letter of two bytes in UTF-8, alone and between others.
    @Test func `every letter is folded alike by its bytes and by its letters`() throws {
        for value in UInt32(1)..<0x800 {
            let letter = String(try #require(Unicode.Scalar(value)))
            for text in [letter, "A\(letter)z", "\(letter)\u{301}"] {
                #expect(Folding.plain(text) == Folding.plain(text + "\u{3B1}"), "U+\(String(value, radix: 16))")
            }
        }
    }

    @Test(
        arguments: [
            ("Saint-Étienne", "saint etienne"), ("CŒUR", "coeur"), ("Ægir", "aegir"), ("Straße", "STRASSE"), ("ÿ", "Y"),
            ("12 B", "12b"), ("Øre", "re"),
        ])
    func `spellings of one thing are made equal`(one: String, other: String) {
        #expect(Folding.plain(one) == Folding.plain(other))
    }
}
