import Foundation
import Testing
import VoterRoll

/// Encodings of one byte for each character are told by what stands beside their letters, or somebody is asked.
struct EncodingTests {
    /// A roll whose only accents are in the name, as a machine of that kind writes it.
    private func roll(_ name: String, _ letters: [Unicode.Scalar: UInt8]) -> Data {
        let text = "MATRICULE;NOM;PRENOM;COLLEGE\nA1;\(name);\(name);ouvriers\n"
        return Data(text.unicodeScalars.map { letters[$0] ?? UInt8(truncatingIfNeeded: $0.value) })
    }

    private static let mac: [Unicode.Scalar: UInt8] = [
        "\u{C9}": 0x83, "\u{C8}": 0xE9, "\u{CB}": 0xE8, "\u{C0}": 0xCB, "\u{CE}": 0xEB, "\u{D4}": 0xEF, "\u{152}": 0xCE,
        "\u{153}": 0xCF, "\u{E9}": 0x8E, "\u{EF}": 0x95, "\u{2019}": 0xD5, "\u{E7}": 0x8D, "\u{EA}": 0x90,
    ]
    private static let dos: [Unicode.Scalar: UInt8] = [
        "\u{C9}": 0x90, "\u{C8}": 0xD4, "\u{CB}": 0xD3, "\u{CE}": 0xD7, "\u{D4}": 0xE2, "\u{E9}": 0x82, "\u{E8}": 0x8A,
        "\u{EE}": 0x8C,
    ]
    private static let latin9: [Unicode.Scalar: UInt8] = ["\u{152}": 0xBC, "\u{153}": 0xBD]
    private static let windows: [Unicode.Scalar: UInt8] = ["\u{152}": 0x8C, "\u{153}": 0x9C, "\u{2019}": 0x92]

    /// What is stored, or nil where somebody is asked.
    private func name(_ data: Data) throws -> String? {
        let fixture = try RollFixture()
        do { try fixture.publish(try fixture.load(data)) } catch {
            #expect("\(error)".contains("cannot be told for certain"), "\(error)")
            return nil
        }
        return try fixture.voters().first?.lastName
    }

    /// On a Mac its bytes are French letters.
    @Test func `a caron of Windows is asked for where it may be another letter`() throws {
        let carons: [Unicode.Scalar: UInt8] = ["\u{17D}": 0x8E, "\u{17E}": 0x9E]
        #expect(try name(roll("\u{17D}i\u{17E}ka", carons)) == nil)
        #expect(try name(roll("\u{17D}IDEK", carons)) == nil)
        // Of code page 850.
        #expect(try name(roll("\u{DC}ndal", ["\u{DC}": 0x9A])) == nil)
    }

    @Test(arguments: [
        "C\u{152}UR", "C\u{153}ur", "B\u{152}UF", "L\u{153}uillet", "S\u{152}UR MARIE", "D\u{2019}Angelo",
        "L\u{2019}HERMITE", "d\u{2019}Arc", "C\u{153}ur\u{E9}",
    ])
    func `a Mac's ligatures and apostrophes are no other letters`(name: String) throws {
        #expect(try self.name(roll(name, EncodingTests.mac)) == name)
    }

    @Test(arguments: [
        "SCH\u{152}LCHER", "\u{152}DIPE", "LEF\u{C8}VRE", "NO\u{CB}L", "B\u{152}HM", "C\u{D4}TE", "BENO\u{CE}T",
    ])
    func `what a Mac or DOS wrote is never another name in silence`(name: String) throws {
        for letters in [EncodingTests.mac, EncodingTests.dos]
        where name.unicodeScalars.allSatisfy({ $0.isASCII || letters[$0] != nil }) {
            let found = try self.name(roll(name, letters))
            #expect(found == nil || found == name, "\(found ?? "")")
        }
    }

    @Test(arguments: ["C\u{153}ur", "C\u{152}UR", "L\u{153}uillet"])
    func `the ligatures of ISO-8859-15 are read`(name: String) throws {
        #expect(try self.name(roll(name, EncodingTests.latin9)) == name)
    }

    @Test(arguments: [
        "Cl\u{E9}ment", "NO\u{CB}L", "LO\u{CF}C", "Beno\u{EE}t", "FRAN\u{C7}OIS", "FOR\u{CA}T", "C\u{153}ur",
        "C\u{152}UR",
        "D\u{2019}Angelo", "JO\u{C3}O", "Nu\u{F1}ez", "M\u{FC}ller", "CH\u{CA}NE", "Gis\u{E8}le", "\u{C9}LODIE",
        "Ana\u{EF}s", "GARC\u{CD}A", "Sim\u{F5}es",
    ])
    func `what Windows wrote stays what it was`(name: String) throws {
        #expect(try self.name(roll(name, EncodingTests.windows)) == name)
    }

    /// Of central Europe's code page.
    private static let windows1250: [Unicode.Scalar: UInt8] = [
        "\u{104}": 0xA5, "\u{105}": 0xB9, "\u{106}": 0xC6, "\u{107}": 0xE6, "\u{118}": 0xCA, "\u{119}": 0xEA,
        "\u{141}": 0xA3, "\u{142}": 0xB3, "\u{143}": 0xD1, "\u{144}": 0xF1, "\u{15A}": 0x8C, "\u{15B}": 0x9C,
        "\u{179}": 0x8F, "\u{17A}": 0x9F, "\u{17B}": 0xAF, "\u{17C}": 0xBF, "\u{10C}": 0xC8, "\u{10D}": 0xE8,
        "\u{158}": 0xD8, "\u{159}": 0xF8, "\u{15F}": 0xBA, "\u{13E}": 0xBE,
    ]

    /// Rows with French accents, and one below them with a street.
    private func street(_ street: String, _ letters: [Unicode.Scalar: UInt8]) throws -> [RollFault] {
        var lines = ["matricule;nom;prenom;college;adresse"]
        for number in 1...20 {
            lines.append("A\(number);L\u{E9}veill\u{E9};Zo\u{E9};ouvriers;3 all\u{E9}e du Pr\u{E9}, 59000 Lille")
        }
        lines.append("A99;Petit;Ir\u{E9}n\u{E9}e;ouvriers;3 rue \(street), 59000 Lille")
        let text = lines.joined(separator: "\n") + "\n"
        let data = Data(text.unicodeScalars.map { letters[$0] ?? UInt8(truncatingIfNeeded: $0.value) })
        return try RollFixture().load(data).report.warnings.filter { $0.reason.contains("central Europe") }
    }

    @Test(arguments: [
        "W\u{142}adys\u{142}awa", "Micha\u{142}", "\u{141}ukasza", "Wa\u{142}\u{119}sy", "Wo\u{17A}niaka",
        "D\u{105}browskiego", "Petrovi\u{107}", "Mi\u{15B}kiewicza", "KO\u{15A}CIUSZKI", "PETROVI\u{106}",
        "\u{17B}aneta", "Kr\u{E1}\u{13E}ov\u{E1}", "Pavi\u{107}evi\u{107}", "Ji\u{159}\u{ED}", "Dvo\u{159}\u{E1}k",
        "Mure\u{15F}anu", "Ja\u{15B}",
    ])
    func `a file of central Europe's code page is told with its first line and the cure`(name: String) throws {
        let told = try street(name, EncodingTests.windows1250)
        #expect(told.map(\.line) == [22], "\(told)")
        #expect(told.first?.reason.contains("save it as \"CSV UTF-8\"") == true)
        #expect(told.first?.column == "" && told.first?.value.isEmpty == false)
    }

    @Test(arguments: [
        "du C\u{153}ur Vol\u{E9}, 2\u{B0} \u{E9}tage", "de l\u{2019}\u{152}uvre \u{AB} Zo\u{EB} \u{BB}",
        "des V\u{153}ux",
        "L\u{E6}titia", "Konge\u{E6}ble", "3\u{BE} ter", "ex \u{E6}quo", "H\u{C6}NDEL", "L'HA\u{178}",
        "L'Ha\u{FF}-les-Roses", "Bj\u{F8}rn Dr\u{F8}bak",
        "K\u{153}nig", "Sch\u{153}lcher", "Man\u{153}uvre", "N\u{BA} 4", "M\u{AA} Carmen", "3 m\u{B3}", "120 m\u{B2}",
        "Dupont\u{B9}", "Marie\u{B2} Pierre\u{B3}", "I\u{F1}igo", "Gar\u{E7}on", "10 \u{A3}", "5\u{BD} ter",
        "\u{C9}lectrice\u{B7}s", "Mo\u{EF}se \u{2026}", "\u{152}DIPE", "S\u{152}UR", "S\u{C3}O JO\u{C3}O", "d\u{B4}Arc",
        "bis\u{A0}A", "Sa\u{F4}ne",
    ])
    func `nothing of this is told of what French programs write`(name: String) throws {
        let letters = EncodingTests.windows.merging([
            "\u{178}": 0x9F, "\u{2026}": 0x85, "\u{2013}": 0x96,
        ]) { $1 }
        #expect(try street(name, letters) == [])
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `a line with odd bytes is named by its number, whatever ends lines`(end: String) throws {
        var lines = ["matricule;nom;prenom;college"]
        for number in 1...30 { lines.append("A\(number);H\u{E9}l\u{E8}ne;Zo\u{E9};ouvriers") }
        var data = Data(lines.joined(separator: end).utf8)
        data.append(Data((end + "A31;Ben").utf8) + [0xEA] + Data("t;Zoe;ouvriers".utf8))
        let fixture = try RollFixture()
        #expect {
            _ = try fixture.load(data)
        } throws: {
            "\($0)".contains(":32:") && "\($0)".contains("some lines (32)")
        }
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `a fault below a cell of several lines has its own line`(end: String) throws {
        let roll = try RollFixture().load(
            [
                "matricule;nom;prenom;college;adresse", "A1;Petit;Zoe;ouvriers;\"3 rue X\(end)59000 Lille\"",
                "A2;;Zoe;ouvriers;",
            ]
            .joined(separator: end))
        #expect(roll.report.faults.map(\.line) == [4])
    }
}
