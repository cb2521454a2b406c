import Contacts
import Testing

struct EmailAddressTests {
    @Test(arguments: [
        ("a@b.fr", "a@b.fr"), ("Anne.Martin+x@Example.ORG", "Anne.Martin+x@example.org"),
        ("o'brien@example.org", "o'brien@example.org"), ("a@\u{E9}lection.example", "a@xn--lection-9xa.example"),
        ("a@xn--lection-9xa.example", "a@xn--lection-9xa.example"),
    ])
    func `a good address has one form`(text: String, form: String) throws {
        #expect(try EmailAddress(text).text == form)
    }

    @Test(arguments: [
        "", "a", "@", "a@", "@b.fr", "a@b", "a@@b.fr", "a b@c.fr", "a@b..fr", "a@-b.fr", "a@b-.fr", ".a@b.fr",
        "a.@b.fr", "a..b@c.fr",
        "a@b.123", "a@b.fr\r\nBcc: x@y.fr", "a\r\n@b.fr", "a@b.fr>", "<a@b.fr", "\u{E9}@b.fr", "a@[127.0.0.1]",
        "a,b@c.fr",
        "\(String(repeating: "a", count: 65))@b.fr", "a@\(String(repeating: "b", count: 64)).fr",
    ])
    func `anything else is refused`(text: String) {
        #expect(throws: EmailAddress.Fault.self) { try EmailAddress(text) }
    }
}

struct PhoneNumberTests {
    @Test(arguments: [
        ("06 39 98 12 34", "+33639981234", true), ("0033639981234", "+33639981234", true),
        ("+33 (0)6 39 98 12 34", "+33639981234", true), ("01.99.00.12.34", "+33199001234", false),
        ("0692 12 34 56", "+262692123456", true), ("0262 12 34 56", "+262262123456", false),
        ("0639 12 34 56", "+262639123456", true), ("0690123456", "+590690123456", true),
        ("0694123456", "+594694123456", true), ("0696123456", "+596696123456", true),
        ("0508 41 12 34", "+508411234", true),
        ("07 12 34 56 78", "+33712345678", true), ("+44 20 7946 0958", "+442079460958", true),
        ("06\u{A0}39\u{202F}98 12 34", "+33639981234", true),
    ])
    func `a good number is put into E.164`(text: String, form: String, mobile: Bool) throws {
        let number = try PhoneNumber(text)
        #expect(number.text == form)
        #expect(number.isMobile == mobile)
    }

    @Test(arguments: [
        "", "06", "061234567", "06123456789", "+33 0", "0 800", "06-ab-12-34-56", "++33639981234", "+1", "+3363998123",
    ])
    func `anything else is refused`(text: String) { #expect(throws: PhoneNumber.Fault.self) { try PhoneNumber(text) } }
}

struct PostalAddressTests {
    @Test func `lines are put into the standard's form`() throws {
        let address = try PostalAddress(
            lines: ["Mme Zo\u{E9} PÉREZ", "", "  12,  rue de l'\u{E9}glise ", "01000 Bourg-en-Bresse"], country: "")
        #expect(address.lines == ["Mme Zo\u{E9} PÉREZ", "12 RUE DE L EGLISE", "01000 BOURG EN BRESSE"])
        #expect(address.postcode == "01000")
    }

    @Test func `an address abroad ends with its country`() throws {
        let address = try PostalAddress(
            lines: ["M Karl Müller", "Hauptstraße 1", "10115 Berlin"], country: "Allemagne")
        #expect(address.lines[1] == "HAUPTSTRASSE 1")
        #expect(address.lines.last == "ALLEMAGNE")
        #expect(address.postcode == nil)
    }

    @Test func `what is stored is what was read`() throws {
        let address = try PostalAddress(lines: ["A", "59000 Lille"], country: "France")
        #expect(PostalAddress(stored: address.stored) == address)
    }

    @Test(arguments: [
        (["M X", "1 rue A", "Lille"], "", PostalAddress.Fault.noPostcode), (["M X"], "", .empty), ([], "", .empty),
        (["M X", String(repeating: "a", count: 39), "59000 Lille"], "", .longLine(2)),
        (["1", "2", "3", "4", "5", "6", "59000 Lille"], "", .tooManyLines), (["M X", "123"], "Suisse", .noTown),
        (["M X", "00000 Lille"], "", .noPostcode), (["M X", "59000"], "", .noPostcode),
    ])
    func `what cannot be delivered is refused`(lines: [String], country: String, fault: PostalAddress.Fault) {
        #expect(throws: fault) { try PostalAddress(lines: lines, country: country) }
    }
}
