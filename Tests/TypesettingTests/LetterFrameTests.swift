import Foundation
import Testing

@testable import Typesetting

struct ReturnLineTests {
    private static let address = ["Bureau de vote", "14 rue des Tisserands", "59000 LILLE"]

    private func wording(_ name: String, _ address: [String], room: Int) -> String {
        ReturnLine(name: name, address: address).wording { $0.count <= room }
    }

    @Test func `the street goes first, then the end of the name, and the town never`() {
        let address = ReturnLineTests.address
        #expect(
            wording("CSE", address, room: 99)
                == "CSE \u{2013} Bureau de vote \u{2013} 14 rue des Tisserands \u{2013} 59000 LILLE")
        #expect(wording("CSE", address, room: 30) == "CSE \u{2013} 59000 LILLE")
        #expect(wording("Ateliers Beau", address, room: 24) == "Ateliers\u{2026} \u{2013} 59000 LILLE")
        #expect(wording("Ateliers", address, room: 12) == "59000 LILLE")
        #expect(
            wording("CSE", ["1 High Street", "LONDON SW1A 1AA", "UNITED KINGDOM"], room: 42)
                == "CSE \u{2013} LONDON SW1A 1AA \u{2013} UNITED KINGDOM")
        #expect(wording("CSE", [], room: 9) == "CSE")
        #expect(wording("", ["x"], room: 0) == "\u{2026}")
    }

    private func press(name: String, address: [String], _ envelope: PrinterProfile.Envelope) throws -> LetterPress {
        let face = try LetterFace(
            markdown: "# sender\nX\n# body\nX\n# codes\nIdentifiant | identifier\n# footer\nX\n", slots: ["identifier"],
            site: "vote.example.org", file: "x.md",
            setting: LetterFace.Setting(
                language: "fr", returnLine: ReturnLine(name: name, address: address), date: "Le 30 novembre 2026"))
        return try LetterPress(
            faces: [face],
            paper: LetterPress.Paper(
                profile: PrinterProfile(envelope, window: .left), title: "X", language: "fr",
                created: "2026-01-01T00:00:00Z",
                logo: nil)
        ) { _ in true }
    }

    /// As many characters as an election may have for them, in the widest letters: what is counted says nothing of what is
    /// measured.
    @Test(arguments: [
        (String(repeating: "W", count: 300), ["W", "59000 " + String(repeating: "W", count: 32)]),
        (String(repeating: "MW ", count: 46), ["59000 LILLE"]), ("CSE", [String(repeating: "W", count: 300)]), ("", []),
    ])
    func `no sender keeps a letter from being printed`(name: String, address: [String]) throws {
        for envelope in PrinterProfile.Envelope.allCases { try press(name: name, address: address, envelope).prepare() }
    }

    @Test(arguments: [
        "Madame " + String(repeating: "W", count: 80) + " " + String(repeating: "W", count: 80) + ",",
        "Monsieur " + String(repeating: "Anne-Marie ", count: 7) + String(repeating: "de la Tour ", count: 7) + ",",
        "Madame,", "",
    ])
    func `no name is too long for its salutation`(greeting: String) throws {
        let press = try press(name: "CSE", address: ["59000 LILLE"], .dl)
        try press.add(
            Letter(
                face: 0, recipient: ["ANNE", "59000 LILLE"], greeting: greeting, codes: ["ABCD-EFGH"],
                link: "https://vote.example.org", mark: "x", matrix: "001-000001-01-01"))
        try press.finish()
    }
}

struct PrivateKeyTests {
    private static let label = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nxyz\n"
    /// The beginnings of packets, as gpg and others write them.
    private static let packets: [[UInt8]] = [
        [0x95, 0x03, 0x98, 4, 0x65, 1, 2, 3], [0x94, 0x58, 4, 0x65, 1, 2, 3, 4], [0xC5, 0x58, 4, 0x65, 1, 2, 3, 4],
        [0xC7, 0xC3, 0x98, 4, 0x65, 1, 2, 3], [0x9D, 0x03, 0x98, 4, 0x65, 1, 2, 3],
    ]
    /// PKCS #1, #8, #8 encrypted, SEC 1, PKCS #12.
    private static let containers: [[UInt8]] = [
        [0x30, 0x82, 4, 0xA4, 2, 1, 0, 2, 0x82], [0x30, 0x82, 4, 0xBE, 2, 1, 0, 0x30, 0x0D],
        [0x30, 0x82, 5, 0x0E, 0x30, 0x40, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 5, 0x0D],
        [0x30, 0x77, 2, 1, 1, 4, 0x20], [0x30, 0x82, 9, 0x71, 2, 1, 3, 0x30],
    ]

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes + [UInt8](repeating: 7, count: 90)).base64EncodedString(options: [
            .lineLength64Characters, .endLineWithLineFeed,
        ])
    }

    static let burnt: [[UInt8]] =
        packets + containers + (packets + containers).map { Array(base64($0).utf8) }
        + (packets + containers).map {
            Array("-----BEGIN CERTIFICATE-----\r\nVersion: 1\r\n\r\n\(base64($0))\r\n=abcd\r\n".utf8)
        }
        + [
            label, label.replacing(" ", with: "\u{A0}"), label.replacing(" ", with: "\u{202F}"),
            label.replacing("PRIVATE", with: "\u{200B}Private"), label.replacing("-", with: "\u{2011}"),
            "\u{FEFF}" + label,
            label.replacing("PGP PRIVATE", with: "RSA PRIVATE"), "-----BEGIN PRIVATE KEY-----\n", "AGE-SECRET-KEY-1QQQ",
            "# created\nage-secret-key-1qqq",
            "PuTTY-User-Key-File-3: ssh-ed25519\n", "Created: 20260101T000000\nKey: (protected-private-key (rsa (n #00",
            "Key: (private-key (ecc",
            "(21:protected-private-key(3:rsa", "(11:private-key(3:ecc",
        ].map { Array($0.utf8) }
        + [false, true].flatMap { isBig -> [[UInt8]] in
            let units = label.utf16.flatMap { unit in
                let pair = [UInt8(unit >> 8), UInt8(unit & 255)]
                return isBig ? pair : pair.reversed()
            }
            return [units, (isBig ? [0xFE, 0xFF] : [0xFF, 0xFE]) + units]
        }

    @Test(arguments: burnt) func `a private key is known in every form`(bytes: [UInt8]) {
        #expect(PrinterKey.isLabelledPrivate(bytes))
    }

    @Test(arguments: [
        "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n" + base64([0x99, 1, 0x0D, 4, 0x65, 1, 2, 3])
            + "\n=abcd\n-----END PGP PUBLIC KEY BLOCK-----\n",
        base64([0xC6, 0x33, 4, 0x65, 1, 2, 3]), "Bonjour, voici la clef de notre atelier.",
        "-----BEGIN CERTIFICATE-----\n" + base64([0x30, 0x82, 3, 0x2A, 0x30, 0x82, 2, 0x12, 0xA0, 3, 2, 1, 2]),
        "-----BEGIN PUBLIC KEY-----\n"
            + base64([0x30, 0x82, 1, 0x22, 0x30, 0x0D, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1]), "",
    ])
    func `a public one is not taken for it`(text: String) {
        #expect(!PrinterKey.isLabelledPrivate(Array(text.utf8)))
        let bytes: [UInt8] = [0x99, 1, 0x0D, 4, 0x65, 1, 2, 3]
        #expect(!PrinterKey.isLabelledPrivate(bytes))
    }
}
