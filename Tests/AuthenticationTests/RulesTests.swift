import Authentication
import Elections
import Foundation
import Testing

struct PassphraseRulesTests {
    private static let common = CommonSecrets(
        (try? String(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Templates/policy/common-secrets.txt"), encoding: .utf8)) ?? "")
    private static let context = [
        "Jeanne", "L'H\u{E9}ritier", "Jeanne L'H\u{E9}ritier", "L'H\u{E9}ritier Jeanne",
        "\u{C9}lection du comit\u{E9} social et \u{E9}conomique 2026", "7XK2M9PQ4RTW",
    ]

    private func faults(_ text: String, _ change: (inout AccessPolicy) -> Void = { _ in }) -> [PassphraseRules.Fault] {
        var policy = AccessPolicy(level: 2)
        change(&policy)
        return PassphraseRules(policy, common: PassphraseRulesTests.common, context: PassphraseRulesTests.context)
            .faults(text, again: text)
    }

    @Test(arguments: [
        "trois girafes bleues au march\u{E9}", "le toit du voisin penche vers l'est",
        "mon v\u{E9}lo rouill\u{E9} grince en mai",
        "\u{43F}\u{44F}\u{442}\u{44C} \u{437}\u{435}\u{43B}\u{451}\u{43D}\u{44B}\u{445} \u{441}\u{43B}\u{43E}\u{43D}\u{43E}\u{432} \u{432} \u{441}\u{430}\u{434}\u{443}",
    ])
    func `an ordinary sentence is good`(text: String) { #expect(faults(text) == []) }

    @Test(arguments: [
        "Vive les \u{E9}lections du cse", "vive les elections du CSE!!", "azertyuiopqsdfghjklm", "12345678901234567890",
        "motdepassemotdepasse", "aaaaaaaaaaaaaaaaaaaaaa", "soleil soleil soleil soleil", "Correct horse battery staple",
        "abababababababababababab",
    ])
    func `what everybody tries first is refused`(text: String) { #expect(faults(text) == [.common]) }

    @Test(arguments: [
        "Jeanne L'H\u{E9}ritier Jeanne", "\u{C9}lection du comit\u{E9} social et \u{E9}conomique 2027",
        "lheritierjeannelheritier", "7XK2M9PQ4RTW 7XK2M9PQ4RTW",
    ])
    func `what is made of the voter's own names is refused`(text: String) { #expect(faults(text) == [.personal]) }

    @Test func `words that hardly count are told as they were typed, each once`() {
        let rules = PassphraseRules(
            AccessPolicy(level: 2), common: PassphraseRulesTests.common, context: PassphraseRulesTests.context)
        #expect(
            rules.uncounted("Jeanne girafe Comit\u{E9} social Jeanne soleil") == [
                "Jeanne", "Comit\u{E9}", "social", "soleil",
            ])
        #expect(rules.uncounted("trois girafes bleues") == [])
    }

    @Test func `an empty entry is told as such`() {
        let rules = PassphraseRules(AccessPolicy(level: 2), common: PassphraseRulesTests.common, context: [])
        #expect(rules.faults("  ", again: "") == [.empty])
        #expect(rules.faults("trois girafes bleues ici", again: " ") == [.againEmpty])
    }

    @Test func `length counts characters, and the longest is 256`() {
        #expect(faults("dix-neuf signes ici") == [.tooShort])
        #expect(faults(String(repeating: "girafe ", count: 50)) == [.tooLong])
    }

    /// A browser's page counts in the same way: see the ticks in `test_secret_ticks.py`.
    @Test(arguments: [
        // Twelve signs, whatever a reader sees of them; what NFC puts together is one.
        ("Girafe-bl\u{1F469}\u{200D}\u{1F4BB}7", []), ("Girafe-bl\u{65}\u{301}e7", []),
        ("Gira-e\u{301}e\u{301}e7xe", [.tooShort]), ("Girafe-xq\u{303}7", [.tooShort]), ("Girafe-xxq\u{303}7", []),
        ("Girafe \u{2003} \u{A0}bl7", [PassphraseRules.Fault.tooShort]),
        // A letter is what has two forms, a digit one of ten; the rest is special.
        ("\u{6A9}\u{639}\u{644}\u{645}Girafe7xx", []), ("\u{FF11}irafexbleuEX", [.noDigit]),
        ("\u{BD}irafexbleuEX", [.noDigit]), ("stra\u{DF}e-\u{DF}\u{DF}\u{DF}\u{DF}7", [.noUpper]),
        ("GIRAFE-BLEU7\u{AA}", [.noLower]),
    ])
    func `signs are counted and told apart as every browser can`(text: String, expected: [PassphraseRules.Fault]) {
        let found = faults(text) {
            $0.secretKind = .password
            $0.secretMinimum = 12
        }
        #expect(found == expected)
    }

    @Test(arguments: [
        ("Girafe-bleue7", []), ("girafe-bleue7", [PassphraseRules.Fault.noUpper]), ("GIRAFE-BLEUE7", [.noLower]),
        ("Girafe-bleuex", [.noDigit]), ("Girafexbleue7", [.noSpecial]), ("Gi-7", [.tooShort]),
    ])
    func `a password has four kinds of characters`(text: String, expected: [PassphraseRules.Fault]) {
        let found = faults(text) {
            $0.secretKind = .password
            $0.secretMinimum = 12
        }
        #expect(found == expected)
    }

    @Test func `a passphrase needs no kinds, and both entries must agree`() {
        let rules = PassphraseRules(AccessPolicy(level: 2), common: PassphraseRulesTests.common, context: [])
        #expect(rules.faults("trois girafes bleues ici", again: "trois girafes bleues la") == [.different])
    }
}
