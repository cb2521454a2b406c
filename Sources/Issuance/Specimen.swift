import Contacts
import Elections
import Typesetting

/// A proof of the letters: the longest address, six lines, accents, overseas and abroad, with codes that are not real.
package struct Specimen {
    private let matter: PrintMatter

    /// - Parameter matter: what the letters will be made of.
    package init(_ matter: PrintMatter) { self.matter = matter }

    /// In place of the day of printing, which is not known yet: the same texts give the same specimen on every day.
    private static let date = LocalText(fr: "Le (jour d\u{2019}impression)", en: "(Day of printing)")

    private static let addresses: [(lines: [String], country: String)] = [
        // Six lines of 38 characters each, the most that NF Z10-011 knows.
        (
            [
                "Mme Anne-Sophie DE LA ROCHEFOUCAULD-MM", "APPARTEMENT 1234 ESCALIER BB ETAGE 123",
                "RESIDENCE LES JARDINS D OBSERVATION 12", "127 BIS AVENUE DU MARECHAL D ESTREES X",
                "LIEU DIT LE MOULIN DE LA VIEILLE ABBEE", "01300 SAINT GERMAIN LES PAROISSES NORD",
            ], ""
        ),
        (["Mme Zo\u{E9} L'H\u{E9}ritier-N\u{FA}\u{F1}ez", "3 rue de l'\u{CE}le", "97400 Saint-Denis"], ""),
        (["M Fran\u{E7}ois D'ALEMBERT", "12 rue de la Poste", "75003 Paris"], ""),
        // Six lines and a country, the most that a window has to show.
        (
            [
                "M Karl M\u{DC}LLER-L\u{DC}DENSCHEID", "c/o Gesellschaft f\u{FC}r Wohnungsbau", "Aufgang 3, Hinterhaus",
                "Hauptstra\u{DF}e 12", "Postfach 30 12 34", "10115 Berlin",
            ], "Allemagne"
        ),
    ]

    /// The PDF's bytes.
    /// - Parameter created: ISO 8601, for the file's metadata.
    /// - Throws: `LetterError` where a template is faulty or a text cannot be set, `PostalAddress.Fault`.
    package func pdf(created: String) throws -> [UInt8] {
        let (election, forms) = (matter.election, PrintMatter.forms)
        var faces: [LetterFace] = []
        for language in election.languages {
            for form in forms { faces.append(try matter.face(form, language) { Specimen.date[$0] }.face) }
        }
        var bytes: [UInt8] = []
        // What goes along is approved with the letters: another enclosure is another specimen.
        let title = ["SPECIMEN", election.id, matter.enclosureDigest].compactMap(\.self).joined(separator: " \u{2013} ")
        let paper = try matter.style.paper(election, title: title, created: created)
        let press = try LetterPress(faces: faces, paper: paper) { piece in
            for index in piece.indices { bytes.append(piece[index]) }
            return true
        }
        let fakes = ["identifier": "SPEC-1MEN-0000", "code": "FAKE-C0DE"]
        for (index, face) in faces.enumerated() {
            for address in index == 0 ? Specimen.addresses : [Specimen.addresses[index % Specimen.addresses.count]] {
                var letter = Letter(
                    face: index, recipient: try PostalAddress(lines: address.lines, country: address.country).lines,
                    greeting: election.languages[index / forms.count] == .fr
                        ? "Madame Zo\u{E9} L\u{2019}H\u{E9}ritier," : "Ms Zo\u{E9} L\u{2019}H\u{E9}ritier,",
                    codes: face.slots.map { fakes[$0] ?? "" },
                    link: SiteLink.text(site: face.site, identifier: face.slots.isEmpty ? nil : fakes["identifier"]),
                    mark: "SPECIMEN \u{2013} \(election.id)", matrix: BatchWriter.matrix(batch: 0, number: 0))
                letter.watermark = "SPECIMEN"
                try press.add(letter)
            }
        }
        try press.finish()
        return bytes
    }
}
