import Testing

@testable import Typesetting

struct GreyContentTests {
    private func grey(_ text: String) throws -> String {
        String(decoding: try GreyContent.grey(Array(text.utf8)), as: UTF8.self)
    }

    @Test(arguments: [
        ("0 0 0 rg BT (a)Tj ET", " 0 g BT (a)Tj ET"), ("q\n0.88 0.88 0.88 rg\n/x5 Do", "q 0.88 g\n/x5 Do"),
        ("1 0 0 RG 2 w", " 0.299 G 2 w"), ("0 0 0 rg /a0 gs\n/f-0-0 1 Tf", " 0 g\n/f-0-0 1 Tf"),
        ("[(1 0 0 rg )18(\\) rg)]TJ", "[(1 0 0 rg )18(\\) rg)]TJ"), ("((0 0 0 rg) gs)Tj", "((0 0 0 rg) gs)Tj"),
        ("<30207267> Tj", "<30207267> Tj"), ("/rg 1 Tf", "/rg 1 Tf"), ("", ""),
        ("/Span <</Lang (fr)>> BDC 0 0 0 rg EMC", "/Span <</Lang (fr)>> BDC 0 g EMC"),
    ])
    func `colours become grey and nothing else changes`(before: String, after: String) throws {
        #expect(try grey(before) == after)
    }

    @Test(arguments: [
        "/Pattern cs /p5 scn", "0 0 0 1 k", "/sh6 sh", "q BI /W 1 ID x EI Q", "0 0 rg", "(open", "<30", "a b c rg",
    ])
    func `what may bring colour, or is broken, is refused`(content: String) {
        #expect(throws: LetterError.self) { try grey(content) }
    }

    @Test(arguments: [
        (0.0, "0"), (93.543307, "93.543"), (-0.0004, "0"), (-1.5, "-1.5"), (1000, "1000"), (0.1, "0.1"),
        (2.0009, "2.001"),
    ])
    func `numbers have no exponent`(value: Double, text: String) { #expect(PDFNumber.text(value) == text) }
}

struct PlainPDFTests {
    /// What it makes of a text, given in one piece.
    private func made(_ text: String) throws -> String {
        var bytes: [UInt8] = []
        let file = try PlainPDF(language: "fr") { piece in
            for index in piece.indices { bytes.append(piece[index]) }
            return true
        }
        file.take(Array(text.utf8).span)
        try file.finish()
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let end =
        "xref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000040 00000 n \ntrailer\n<< /Size 3\n   /Root 1 0 R\n"
        + "   /Info 2 0 R\n>>\nstartxref\n60\n%%EOF\n"

    @Test func `the catalogue names the language, and every object is found where the table says`() throws {
        let text = try made(
            "%PDF-1.4\n1 0 obj\n<< /Type /Catalog\n>>\nendobj\n2 0 obj\n<< /Title (x) >>\nendobj\n" + PlainPDFTests.end)
        #expect(text.contains("/Lang (fr)"))
        let bytes = Array(text.utf8)
        for line in text.split(separator: "\n") where line.hasSuffix(" 00000 n ") {
            let place = try #require(Int(line.prefix(10)))
            #expect(String(decoding: bytes[place...], as: UTF8.self).contains(" 0 obj"))
            #expect((49...50).contains(bytes[place]))
        }
        let start = try #require(Int(text.split(separator: "\n").dropLast().last ?? ""))
        #expect(String(decoding: bytes[start...], as: UTF8.self).hasPrefix("xref"))
    }

    @Test(arguments: [
        "<< /Type /Page /Group << /Type /Group /S /Transparency /K true >> >>",
        "<< /ExtGState << /a0 << /CA 0.5 /ca 0.5 >> >> >>", "<< /ExtGState << /a0 << /SMask 7 0 R >> >> >>",
    ])
    func `transparency that means something is refused`(object: String) {
        #expect(throws: LetterError.self) {
            try made("1 0 obj\n\(object)\nendobj\n2 0 obj\n<< >>\nendobj\n" + PlainPDFTests.end)
        }
    }

    @Test func `settings that say that everything is opaque go`() throws {
        let text = try made(
            "1 0 obj\n<< /Group << /Type /Group /S /Transparency /I true /CS /DeviceRGB >>\n"
                + "/ExtGState <<\n/a0 << /CA 1 /ca 1 >>\n>> /Font 5 0 R >>\nendobj\n" + PlainPDFTests.end)
        #expect(!text.contains("Group") && !text.contains("ExtGState") && text.contains("/Font 5 0 R"))
    }

    @Test(arguments: ["", "1 0 obj\n<< >>\n", "nothing\n1 0 obj\n<< >>\nendobj\n"])
    func `a file of another form is refused`(text: String) {
        #expect(throws: LetterError.self) { try made(text) }
    }
}

struct ProfileTests {
    private static let all = PrinterProfile.Envelope.allCases.flatMap { envelope in
        PrinterProfile.Side.allCases.map { PrinterProfile(envelope, window: $0) }
    }

    @Test(arguments: all)
    func `nothing but the address stands in the window, and nothing on a fold or over another`(profile: PrinterProfile)
    {
        let frames = [
            profile.sender, profile.logo, profile.returnLine, profile.date, profile.matrix, profile.greeting,
            profile.codes, profile.qr, profile.footer, profile.mark,
        ]
        for (index, frame) in frames.enumerated() {
            #expect(
                frame.x >= PrinterProfile.margin && frame.right <= PrinterProfile.sheet.width - PrinterProfile.margin)
            #expect(frame.y >= PrinterProfile.margin)
            #expect(frame.bottom <= PrinterProfile.sheet.height - PrinterProfile.margin + 0.01)
            // Of all that is not the address the window may show the sender's line alone, wherever the sheet lies.
            #expect(frame == profile.returnLine || !frame.meets(profile.visible), "\(frame)")
            #expect(!frame.meets(profile.window), "\(frame)")
            for fold in profile.folds { #expect(frame.bottom <= fold - 2 || frame.y >= fold + 2, "\(frame)") }
            for other in frames.dropFirst(index + 1) { #expect(!frame.meets(other), "\(frame) \(other)") }
        }
    }

    /// Measured on the envelopes: where the window is seen from the sheet's corner when it lies as far to each side as it can.
    @Test(arguments: [
        (PrinterProfile.Envelope.dl, PrinterProfile.Side.right, [90.0, 44, 200, 90]), (.dl, .left, [10, 44, 120, 90]),
        (.c5, .right, [90, 43.5, 209, 102]), (.c5, .left, [1, 43.5, 120, 102]),
    ])
    func `the window shows more than the address as the sheet moves`(
        envelope: PrinterProfile.Envelope, side: PrinterProfile.Side, edges: [Double]
    ) {
        let profile = PrinterProfile(envelope, window: side)
        let visible = profile.visible
        #expect([visible.x, visible.y, visible.right, visible.bottom] == edges)
        #expect(profile.window.x >= visible.x && profile.window.right <= visible.right)
        #expect(profile.window.y >= visible.y && profile.window.bottom <= visible.bottom)
    }

    @Test func `a window keeps room for seven lines of an address`() {
        for profile in ProfileTests.all {
            #expect(profile.window.inset(PrinterProfile.play).height >= 24)
            #expect(profile.window.inset(PrinterProfile.play).width >= 73)
        }
    }
}

extension PrinterProfile.Frame {
    fileprivate func meets(_ other: PrinterProfile.Frame) -> Bool {
        x < other.right && other.x < right && y < other.bottom && other.y < bottom
    }
}

struct ModuleGridTests {
    /// The finder pattern of ECC 200: dark to the left and below, dark and light by turns above and to the right.
    @Test(arguments: ["001-000001-01-01", "999-999999-99-99"])
    func `a matrix stands on its feet and has one size`(text: String) throws {
        let content = String(
            decoding: try ModuleGrid(matrix: text).content(in: PrinterProfile().matrix), as: UTF8.self)
        #expect(content.contains("/W 16 /H 16"))
        let digits = try #require(content.split(separator: "ID ").last?.prefix { $0 != ">" })
        let rows = stride(from: 0, to: digits.count, by: 4).map {
            Array(digits)[$0..<$0 + 4].map { String($0) }.joined()
        }
        #expect(rows.count == 16 && rows.last == "FFFF" && rows.first == "AAAA")
        #expect(rows.allSatisfy { (Int($0, radix: 16) ?? 0) & 0x8000 != 0 })
    }
}
