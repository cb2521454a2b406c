import Delivery
package import Elections
import Letterpress
import Templating

/// A proof of the letters: the longest address, six lines, accents, overseas and abroad, with codes that are not real.
package struct Specimen {
    private let election: Election
    private let office: MessageOffice
    private let hours: PollHours

    /// - Parameter hours: those in force, as the letters will give them.
    package init(election: Election, office: MessageOffice, hours: PollHours) {
        (self.election, self.office, self.hours) = (election, office, hours)
    }

    private static let addresses = [
        // Six lines of 38 characters each, the most that NF Z10-011 knows.
        [
            "Mme Anne-Sophie DE LA ROCHEFOUCAULD-MM", "APPARTEMENT 1234 ESCALIER BB ETAGE 123",
            "RESIDENCE LES JARDINS D OBSERVATION 12", "127 BIS AVENUE DU MARECHAL D ESTREES X",
            "LIEU DIT LE MOULIN DE LA VIEILLE ABBEE", "01300 SAINT GERMAIN LES PAROISSES NORD",
        ],
        ["Mme Zo\u{E9} L'H\u{E9}ritier-N\u{FA}\u{F1}ez", "3 RUE DE L \u{CE}LE", "97400 SAINT DENIS"],
        ["M Fran\u{E7}ois D'ALEMBERT", "12 RUE DE LA POSTE", "75003 PARIS"],
        ["M Karl M\u{DC}LLER", "HAUPTSTRASSE 12", "10115 BERLIN", "ALLEMAGNE"],
    ]

    /// The PDF's bytes.
    package func pdf(created: String) throws -> [UInt8] {
        var faces: [LetterFace] = []
        for language in election.languages {
            for kind in [MessageKind.identifierCode, .identifier, .notice] {
                let frame = try office.frame(kind, language, .letter, hours)
                let markdown = try LoadedFrame(frame, route: .letter).text([:])
                let slots = kind.personalNames.filter { $0 != "greeting" }
                faces.append(
                    try LetterFace(
                        markdown: markdown, slots: slots, site: election.address,
                        file: "letter/\(kind.rawValue).\(language.rawValue).md"))
            }
        }
        var bytes: [UInt8] = []
        let press = try LetterPress(faces: faces, created: created) { piece in
            for index in piece.indices { bytes.append(piece[index]) }
            return true
        }
        let fakes = ["identifier": "SPEC-1MEN-0000", "code": "FAKE-C0DE"]
        for (index, face) in faces.enumerated() {
            for lines in index == 0 ? Specimen.addresses : [Specimen.addresses[index % Specimen.addresses.count]] {
                var letter = Letter(
                    face: index, recipient: lines,
                    greeting: election.languages[index / 3] == .fr
                        ? "Madame Zo\u{E9} L\u{2019}H\u{E9}ritier," : "Ms Zo\u{E9} L\u{2019}H\u{E9}ritier,",
                    codes: face.slots.map { fakes[$0] ?? "" },
                    link: SiteLink.text(site: face.site, identifier: face.slots.isEmpty ? nil : fakes["identifier"]),
                    mark: "SPECIMEN \u{2013} \(election.id)")
                letter.watermark = "SPECIMEN"
                try press.add(letter)
            }
        }
        try press.finish()
        return bytes
    }
}
