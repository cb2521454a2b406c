import Contacts
import Foundation
import Testing
import VoterRoll

/// Workbooks with what programs write beside plain cells.
struct WorkbookTests {
    /// A workbook of one sheet, stored without compression.
    private func workbook(
        _ rows: [[String]], styles: String = "", columns: String = "", hidden: Int? = nil,
        part: String = "sheet1", extra: [(String, Data)] = [], name: String = "Liste",
        second: (name: String, rows: [[String]])? = nil
    ) -> Data {
        let cells = rows.enumerated().map { row, cells in
            "<row r=\"\(row + 1)\"\(row == hidden ? " hidden=\"1\"" : "")>" + cells.joined() + "</row>"
        }.joined()
        func xml(_ text: String) -> Data { Data(("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + text).utf8) }
        let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        var (extra, more) = (extra, "")
        if let second {
            let rows = second.rows.enumerated().map { "<row r=\"\($0 + 1)\">" + $1.joined() + "</row>" }.joined()
            let relations = [(1, part), (2, "second")].map { number, part in
                "<Relationship Id=\"rId\(number)\" Target=\"worksheets/\(part).xml\"/>"
            }.joined()
            more = "<sheet name=\"\(second.name)\" sheetId=\"2\" r:id=\"rId2\"/>"
            extra += [
                (
                    "xl/worksheets/second.xml",
                    xml("<worksheet xmlns=\"\(main)\"><sheetData>\(rows)</sheetData></worksheet>")
                ),
                ("xl/_rels/workbook.xml.rels", xml("<Relationships>\(relations)</Relationships>")),
            ]
        }
        let parts: [(String, Data)] = [
            ("[Content_Types].xml", xml("<Types/>")),
            (
                "xl/workbook.xml",
                xml(
                    "<workbook xmlns=\"\(main)\" xmlns:r=\"r\"><sheets><sheet name=\"\(name)\" sheetId=\"1\" r:id=\"rId1\"/>\(more)</sheets></workbook>"
                )
            ),
            ("xl/styles.xml", xml("<styleSheet xmlns=\"\(main)\">\(styles)</styleSheet>")),
            (
                "xl/worksheets/\(part).xml",
                xml("<worksheet xmlns=\"\(main)\">\(columns)<sheetData>\(cells)</sheetData></worksheet>")
            ),
        ]
        return Zip.stored(parts + extra)
    }

    private func text(_ value: String) -> String { "<c t=\"inlineStr\"><is><t>\(value)</t></is></c>" }
    private func number(_ value: String, style: Int = 0) -> String { "<c s=\"\(style)\"><v>\(value)</v></c>" }

    private var headings: [String] {
        [
            "Matricule", "Nom", "Pr\u{E9}nom", "Coll\u{E8}ge", "T\u{E9}l\u{E9}phone", "N\u{B0} voie", "Voie", "CP",
            "Ville",
        ].map(text)
    }

    private func load(_ data: Data) throws -> (roll: LoadedRoll, fixture: RollFixture) {
        let fixture = try RollFixture()
        let roll = try fixture.registrar.imports.load(
            try fixture.file("r.xlsx", data), into: fixture.election, keys: fixture.keys, options: ImportOptions())
        return (roll, fixture)
    }

    private func row(phone: String, house: String = "<c/>") -> [String] {
        [
            text("A1"), text("Petit"), text("Zo\u{E9}"), text("ouvriers"), phone, house, text("rue Haute"),
            number("59000"), text("Lille"),
        ]
    }

    @Test(arguments: ["33600000000", "3.36E10", "33600000000.0", "6.4E8", "3.3639987E10"])
    func `digits that a spreadsheet lost are told`(value: String) throws {
        let (roll, _) = try load(workbook([headings, row(phone: number(value))]))
        #expect(roll.report.faultCount == 0, "\(roll.report.faults)")
        #expect(
            roll.report.warnings.count { $0.reason.contains("ends with zeros") } == 1, "\(roll.report.warnings)")
    }

    @Test(arguments: ["1234567890123450", "12345678901234567", "1.23456789012345E18"])
    func `a number of more digits than a spreadsheet keeps is no reference, and no certain telephone`(value: String)
        throws
    {
        let good = row(phone: "<c/>")
        let (roll, _) = try load(workbook([headings, [number(value)] + good.dropFirst()]))
        #expect(roll.report.faults.first?.reason.contains("more than fifteen digits") == true, "\(roll.report.faults)")
    }

    @Test(arguments: [[], ["Base"]])
    func `a preview shows the sheet that an import reads`(sheets: [String]) throws {
        let fixture = try RollFixture()
        let data = workbook(
            [[text("Voici la liste"), text("du personnel")]], name: "Garde",
            second: (name: "Base", rows: [[text("Matricule"), text("Nom"), text("Petit nom"), text("Coll\u{E8}ge")]]))
        let preview = try RollPreview(fixture.file("r.xlsx", data), sheets: sheets)
        #expect(
            preview.headings.map(\.text) == ["Matricule", "Nom", "Petit nom", "Coll\u{E8}ge"] && !preview.isReadable)
    }

    @Test func `each of several sheets is previewed, and what can be read is told`() throws {
        let fixture = try RollFixture()
        let data = workbook(
            [[text("Matricule"), text("Nom"), text("Pr\u{E9}nom")]], name: "Un",
            second: (name: "Deux", rows: [[text("Num"), text("Nom"), text("Petit nom")]]))
        let previews = try RollPreview.each(fixture.file("r.xlsx", data), sheets: ["Un", "Deux"], map: [:])
        #expect(
            previews.map { $0.headings.map(\.text) } == [
                ["Matricule", "Nom", "Pr\u{E9}nom"], ["Num", "Nom", "Petit nom"],
            ])
        #expect(previews.map(\.isReadable) == [true, false])
    }

    /// A sheet without a row does not end the one before it.
    @Test(arguments: [true, false])
    func `merged cells are told of the sheet that has them`(isSecondBlank: Bool) throws {
        let fixture = try RollFixture()
        let heads = ["Matricule", "Nom", "Pr\u{E9}nom", "Coll\u{E8}ge"].map(text)
        let rows = ["Petit", "Durand"].map { [$0, $0, "Zo\u{E9}", "ouvriers"].map(text) }
        let more = ["Leroy", "Morel"].map { [$0, $0, "Zo\u{E9}", "ouvriers"].map(text) }
        let data = workbook(
            [heads] + rows, columns: "<mergeCells><mergeCell ref=\"C2:C3\"/></mergeCells>", name: "Un",
            second: (name: "Deux", rows: isSecondBlank ? [] : [heads] + more))
        var options = ImportOptions()
        options.sheets = ["Un", "Deux"]
        let path = try fixture.file("r.xlsx", data)
        let roll = try fixture.registrar.imports.load(
            path, into: fixture.election, keys: fixture.keys, options: options)
        let told = roll.report.warnings.filter { $0.reason.contains("merged cells") }
        #expect(told.map(\.value) == ["C2:C3"], "\(told)")
        #expect(told.map(\.line) == [2] && told.first?.column.hasPrefix("Un!") == true, "\(told)")
    }

    @Test(arguments: [("E2:F2", RollFault.Weight.detail), ("B2:C2", .wrongPerson), ("C2:C3", .wrongPerson)])
    func `cells merged in one row want each its own value, those below each other the same`(
        merge: String, weight: RollFault.Weight
    ) throws {
        let heads = ["Matricule", "Nom", "Pr\u{E9}nom", "Coll\u{E8}ge", "Adresse 1", "Adresse 2"].map(text)
        let rows = ["Petit", "Durand"].map { [$0, $0, "Zo\u{E9}", "ouvriers", "3 rue X", ""].map(text) }
        let (roll, _) = try load(
            workbook([heads] + rows, columns: "<mergeCells><mergeCell ref=\"\(merge)\"/></mergeCells>"))
        let told = roll.report.warnings.filter { $0.reason.contains("merged cells") }
        #expect(told.map(\.value) == [merge] && told.map(\.weight) == [weight], "\(told)")
        #expect(told.first?.reason.contains("what belongs there") == (merge != "C2:C3"))
    }

    @Test(arguments: [
        ("Standard", false), ("General", false), ("Est\u{E1}ndar", false), ("0", false), ("# ##0", false),
        ("0000000000", false), ("&quot;jour &quot;0", false), ("\\d0", false), ("[Red]0", false), ("0_d", false),
        ("dd/mm/yyyy", true), ("jj/mm/aaaa", true), ("d mmm yy", true), ("yyyymmdd", true),
        ("[$-40C]d mmmm yyyy;@", true),
    ])
    func `a number format is a date's by what it says outside words`(code: String, isDate: Bool) throws {
        let styles =
            "<numFmts><numFmt numFmtId=\"164\" formatCode=\"\(code)\"/></numFmts>"
            + "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs>"
        let (roll, fixture) = try load(
            workbook([headings, row(phone: "<c/>", house: number("45000", style: 1))], styles: styles))
        #expect(
            roll.report.faults.contains { $0.reason.contains("is a date") && $0.column == "N\u{B0} voie" } == isDate)
        guard !isDate else { return }
        try fixture.publish(roll)
        #expect(try fixture.contacts("A1").address?.lines[1] == "45000 RUE HAUTE")
    }

    @Test func `what the spreadsheet does not show is told`() throws {
        let rows = [headings, row(phone: number("33639980001"))]
        let plain = try load(workbook(rows)).roll.report.warnings
        #expect(!plain.contains { $0.reason.contains("hidden") })
        let ofRow = try load(workbook(rows, hidden: 1)).roll
        #expect(ofRow.rows == 1 && ofRow.report.warnings.contains { $0.line == 2 && $0.reason.contains("is hidden") })
        let columns = "<cols><col min=\"4\" max=\"5\" hidden=\"1\"/></cols>"
        let ofColumn = try load(workbook(rows, columns: columns)).roll
        let told = ofColumn.report.warnings.filter { $0.reason.contains("hidden column") }.map(\.column)
        #expect(Set(told) == ["Coll\u{E8}ge", "T\u{E9}l\u{E9}phone"])
    }

    /// Whatever the locale of the machine: the test's own is that of C.
    @Test func `a sheet whose part has a name of other letters is read`() throws {
        let plain = workbook([headings, row(phone: number("33639980001"))])
        let relation =
            "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/feuille%20%C3%A9t%C3%A9.xml\"/></Relationships>"
        let named = workbook(
            [headings, row(phone: number("33639980001"))], part: "feuille \u{E9}t\u{E9}",
            extra: [("xl/_rels/workbook.xml.rels", Data(relation.utf8))])
        for data in [plain, named] {
            let (roll, fixture) = try load(data)
            try fixture.publish(roll)
            #expect(try fixture.voters().map(\.reference) == ["A1"])
        }
    }

    @Test func `an entry with a name of other letters damages nothing`() throws {
        let name = "xl/media/logo \u{E9}t\u{E9} \u{65E5}.png"
        let (roll, fixture) = try load(
            workbook([headings, row(phone: number("33639980001"))], extra: [(name, Data([1]))]))
        try fixture.publish(roll)
        #expect(try fixture.contacts("A1").phone?.text == "+33639980001")
    }

    @Test(arguments: ["1.23457E12", "1,23457E+12"])
    func `a reference whose last digits are lost is refused`(reference: String) throws {
        let roll = try RollFixture().load("ref;nom;prenom;college\n\(reference);Petit;Zoe;ouvriers\n")
        #expect(roll.report.faults.first?.reason.contains("last digits are lost") == true)
    }

    @Test(arguments: ["NaN", "null", "NC", "sans", "-"])
    func `what stands for nothing is no reference`(reference: String) throws {
        let roll = try RollFixture().load("ref;nom;prenom;college\n\(reference);Petit;Zoe;ouvriers\n")
        #expect(roll.report.faults.first?.reason.contains("stands for nothing") == true)
    }
}

/// Zip archives as tests need them.
enum Zip {
    /// Entries without compression (PKWARE, APPNOTE 4.3).
    static func stored(_ entries: [(name: String, data: Data)]) -> Data {
        var (body, directory) = (Data(), Data())
        func two(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8 & 0xFF)] }
        func four(_ value: Int) -> [UInt8] { two(value & 0xFFFF) + two(value >> 16) }
        for (name, data) in entries {
            // Names in UTF-8, by flag 11.
            var common: [UInt8] = two(20) + two(0x800)
            common += two(0) + four(0) + four(Int(crc(data))) + four(data.count) + four(data.count)
            common += two(name.utf8.count) + two(0)
            var entry: [UInt8] = [0x50, 0x4B, 1, 2] + two(20) + common
            entry += two(0) + two(0) + two(0) + four(0) + four(body.count)
            directory += Data(entry) + Data(name.utf8)
            body += Data([0x50, 0x4B, 3, 4] + common) + Data(name.utf8) + data
        }
        var end: [UInt8] = [0x50, 0x4B, 5, 6] + two(0) + two(0) + two(entries.count) + two(entries.count)
        end += four(directory.count) + four(body.count) + two(0)
        return body + directory + Data(end)
    }

    private static func crc(_ data: Data) -> UInt32 {
        var crc = ~UInt32(0)
        for byte in data {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}
