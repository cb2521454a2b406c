import Contacts
import Crypto
import Delivery
package import Elections
package import Typesetting

/// What a print run puts on paper, read once: the letters' texts as they are now, the hours in force, the layout, the logo and the
/// enclosures. The specimen that is approved and the letters of a batch are made of it alike, so what is approved is what is printed.
package struct PrintMatter: Sendable {
    let election: Election
    let style: LetterStyle
    /// What goes into the envelopes, in the order of the settings.
    package let enclosures: [Enclosure]
    /// SHA-256 of each of them, in hexadecimal.
    package let enclosureDigests: [String]
    /// The texts as they were when this was made, by kind and language.
    private let texts: [Page: (text: String, frame: MessageEnvelope)]

    private struct Page: Hashable {
        let form: Form
        let language: Language
    }

    /// A kind of letter; what it says of an identifier that is kept until a letter is posted is another text.
    struct Form: Hashable {
        let kind: MessageKind
        let isUntilPosted: Bool
    }

    /// Every kind of letter that there is, each of which has its sheets in the specimen.
    static let forms = [
        Form(kind: .identifierCode, isUntilPosted: false), Form(kind: .identifier, isUntilPosted: false),
        Form(kind: .notice, isUntilPosted: false), Form(kind: .notice, isUntilPosted: true),
    ]

    /// Reads texts and enclosures.
    /// - Parameters:
    ///   - hours: those in force, as the letters give them.
    ///   - shelf: keeps enclosures that were read before.
    /// - Throws: when a template is missing or faulty, an enclosure cannot be read, or no mailing house would take it.
    package init(
        election: Election, messageTemplates: MessageTemplates, hours: PollHours, style: LetterStyle,
        shelf: EnclosureShelf
    ) throws(LetterError) {
        (self.election, self.style) = (election, style)
        var (enclosures, digests): ([Enclosure], [String]) = ([], [])
        for place in style.enclosures {
            let found = try shelf.enclosure(place.path, college: place.college)
            enclosures.append(found.enclosure)
            digests.append(found.digest)
        }
        (self.enclosures, enclosureDigests) = (enclosures, digests)
        var texts: [Page: (text: String, frame: MessageEnvelope)] = [:]
        for language in election.languages {
            for form in PrintMatter.forms {
                let frame: MessageEnvelope
                do throws(MessageTemplates.Fault) {
                    frame = try messageTemplates.frame(
                        form.kind, language, .letter, hours, isUntilPosted: form.isUntilPosted)
                } catch { throw LetterError(error.description) }
                texts[Page(form: form, language: language)] = (try frame.letterText(), frame)
            }
        }
        self.texts = texts
    }

    /// SHA-256 over what goes along and with whom, in hexadecimal; nil where nothing does.
    var enclosureDigest: String? {
        guard !enclosures.isEmpty else { return nil }
        var fields = LengthPrefixedFields("enclosures")
        for (enclosure, digest) in zip(enclosures, enclosureDigests) {
            // No college's key is empty.
            fields.append(enclosure.college ?? "")
            fields.append(digest)
        }
        return hex(sha256(fields.bytes))
    }

    /// The fixed text of a kind of letters, whose language is the election's first where it has no other.
    /// - Parameter date: the day of printing, in words.
    /// - Returns: the text as Markdown, and the face that it makes.
    /// - Throws: when its text does not fit the page.
    func face(
        _ form: Form, _ language: Language, date: (Language) -> String
    ) throws(LetterError) -> (text: String, face: LetterFace) {
        let language = election.languages.contains(language) ? language : election.languages.first ?? .fr
        guard let (text, frame) = texts[Page(form: form, language: language)] else {
            throw LetterError("There is no letter of the kind \(form.kind.rawValue).")
        }
        return (text, try frame.face(text, date: date(language)))
    }
}
