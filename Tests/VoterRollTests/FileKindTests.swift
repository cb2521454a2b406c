import Foundation
import Testing
import VoterRoll

/// Files of other kinds say what they are and what to do, whatever their ending.
struct FileKindTests {
    private func refusal(_ data: Data, _ name: String) throws -> String {
        let fixture = try RollFixture()
        do {
            _ = try fixture.registrar.imports.load(
                try fixture.file(name, data), into: fixture.election, keys: fixture.keys, options: ImportOptions())
            return ""
        } catch { return "\(error)" }
    }

    private static let mhtml = "MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"x\"\r\n\r\n--x\r\n"
    private static let flat =
        "<?xml version=\"1.0\"?>\n<office:document xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\"/>"
    /// The beginning of a container with the name of one stream.
    private static func container(_ stream: String) -> Data {
        Data([0xD0, 0xCF, 0x11, 0xE0] + [UInt8](repeating: 0, count: 600) + stream.utf8.flatMap { [$0, 0] })
    }

    @Test(
        arguments: [
            (Data(mhtml.utf8), "MHTML"), (Data("ID;PWXL;N;E\nP;PGeneral\nC;Y1;X1;K\"Nom\"\n".utf8), "SYLK"),
            (Data(flat.utf8), ".fods"), (Data("TABLE\r\n0,1\r\n\"EXCEL\"\r\n".utf8), "DIF"),
            (Data("%PDF-1.7\n%\n1 0 obj".utf8), "PDF"), (Data("{\\rtf1\\ansi".utf8), "RTF"),
            (Data("<?xml version=\"1.0\"?><electeurs><e/></electeurs>".utf8), "XML file"),
            (Data("<!-- made by SIRH -->\n<table><tr><td>Nom</td></tr></table>".utf8), "HTML"),
            (Data("<tr><td>Nom</td></tr>".utf8), "HTML"), (Data("[{\"Nom\": \"Petit\"}]".utf8), "JSON"),
            (Data("{\"url\": \"https://sheets.example.org/1\"}".utf8), "JSON"),
            (Data("BEGIN:VCARD\nVERSION:3.0\nN:Petit;Zoe\nEND:VCARD\n".utf8), "vCard"),
            (Data("Received: from a by b\nFrom: a@ex.example.org\n\nhello".utf8), "e-mail"),
            (Data([0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10]), "picture"), (Data([0xFF, 0xD8, 0xFF, 0xE0]), "picture"),
            (Data("SQLite format 3\0".utf8), "database"), (Data([0x1F, 0x8B, 8, 0]), "compressed archive"),
            (container("Workbook"), ".xls workbook"), (container("WordDocument"), ".doc"),
            (container("__substg1.0_0037"), "e-mail"), (container("EncryptedPackage"), "password"),
        ] as [(Data, String)])
    func `each kind has its own sentence with the cure`(data: Data, word: String) throws {
        for name in ["r.csv", "r.xlsx", "r.xls"] {
            let said = try refusal(data, name)
            #expect(said.contains(word) && (said.contains("import that") || said.contains("import the")), "\(said)")
        }
    }

    @Test(arguments: [
        "ID;PRENOM;NOM;COLLEGE\nA1;Zoe;Petit;ouvriers\n", "ID;PRENOM;NOM;COLLEGE\nC1;Zoe;Petit;ouvriers\n",
        "ID;PRENOM;NOM;COLLEGE\nP1;Zoe;Petit;ouvriers\n", "ID;PRENOM;NOM;COLLEGE\nE;Zoe;Petit;ouvriers\n",
    ])
    func `a roll whose headings begin as a SYLK file does is a roll`(text: String) throws {
        let fixture = try RollFixture()
        try fixture.publish(try fixture.load(text))
        #expect(try fixture.voters().first?.lastName == "Petit")
    }
}
