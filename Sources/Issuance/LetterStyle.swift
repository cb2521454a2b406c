import Contacts
import Delivery
import Elections
import Templating
package import Typesetting

/// How letters are laid out and handed over: what the settings say under `letters`, and the logo.
package struct LetterStyle: Sendable {
    /// The envelope's size, which says where the window is.
    package var envelope = PrinterProfile.Envelope.dl
    /// The window's side of the envelope, seen from its front.
    package var window = PrinterProfile.Side.right
    /// Whether notices, which carry no secret, are files of their own behind the identifiers'.
    package var noticesApart = false
    /// The PNG at the head of every letter.
    package var logo: [UInt8]?
    /// What goes into the envelope with every letter that brings an identifier.
    package var enclosures: [EnclosurePath] = []

    /// Where an enclosure lies, and the college whose letters it goes with; nil for all.
    package struct EnclosurePath: Sendable, Equatable {
        /// The college's key in the election; nil for every letter.
        package let college: String?
        /// A PDF, by its path on this machine.
        package let path: String

        /// - Parameter text: `statements.pdf`, or `cadres=statements.pdf` for one college.
        package init(_ text: String, colleges: some Collection<String>) {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            let isOne = parts.count == 2 && colleges.contains(parts[0])
            (college, path) = isOne ? (parts[0], parts[1]) : (nil, text)
        }
    }

    /// An envelope DL with its window on the right, nothing enclosed.
    package init() {}

    /// Where the logo lies in the folders of templates.
    package static let logoFile = "letter/logo.png"

    /// Where the window leaves room on the sheet.
    var profile: PrinterProfile { PrinterProfile(envelope, window: window) }

    /// What a file says of itself.
    /// - Parameter created: ISO 8601, for the file's metadata.
    /// - Throws: when the logo is no PNG that can be set.
    func paper(_ election: Election, title: String, created: String) throws(LetterError) -> LetterPress.Paper {
        var picture: Logo?
        if let logo { picture = try Logo(png: logo, name: LetterStyle.logoFile) }
        return LetterPress.Paper(
            profile: profile, title: title, language: (election.languages.first ?? .fr).rawValue, created: created,
            logo: picture)
    }
}

extension MessageEnvelope {
    /// The fixed text of letters with this frame, as Markdown.
    /// - Throws: when the template asks for a name that letters do not have.
    func letterText() throws(LetterError) -> String {
        do throws(TemplateError) { return try LoadedFrame(self, route: .letter).text([:]) } catch {
            throw LetterError("\(error)")
        }
    }

    /// The face of such letters.
    /// - Parameters:
    ///   - text: of `letterText`.
    ///   - date: the day of printing, in words.
    /// - Throws: when the text does not fit the page, or says what a letter cannot set.
    func face(_ text: String, date: String) throws(LetterError) -> LetterFace {
        // The greeting has a place of its own.
        let slots = MessageKind(rawValue: kind)?.personalNames.filter { $0 != "greeting" } ?? []
        return try LetterFace(
            markdown: text, slots: slots, site: shared["address"] ?? "", file: "letter/\(kind).\(language).md",
            setting: LetterFace.Setting(
                language: language, returnLine: ReturnLine(name: shared["organiser"] ?? "", address: senderLines),
                date: date))
    }
}

/// A sheet for the machine that puts it into its envelope, and for the post: no name, no secret.
package struct PrintedSheet: Sendable, Equatable {
    /// The letter's number in its batch, from 1.
    package let number: Int
    /// Five digits in France; abroad as that country writes it, empty where there is none.
    package let postcode: String
    /// `FRANCE`, or the address's last line.
    package let country: String
    /// Sides of the letter: 1 today.
    package let pages: Int
    /// `fr` or `en`.
    package let language: String
    /// The files that go with it, separated by blanks.
    package let enclosures: String

    /// Takes postcode and country from the address.
    /// - Parameter enclosures: names of files.
    init(number: Int, address: PostalAddress, language: String, enclosures: [String]) {
        (self.number, self.pages, self.language) = (number, 1, language)
        self.enclosures = enclosures.joined(separator: " ")
        if let code = address.postcode {
            (postcode, country) = (code, PrintedSheet.home)
        } else {
            country = address.lines.last ?? ""
            postcode = ForeignPostcode.find(in: address.lines.dropLast().last ?? "", country: country) ?? ""
        }
    }

    private static let home = "FRANCE"
}
