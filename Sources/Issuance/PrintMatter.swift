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
    private let messageTemplates: MessageTemplates
    private let hours: PollHours

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

    /// Reads the enclosures.
    /// - Parameter hours: those in force, as the letters give them.
    /// - Throws: when an enclosure cannot be read, or no mailing house would take it.
    package init(
        election: Election, messageTemplates: MessageTemplates, hours: PollHours, style: LetterStyle
    ) throws(LetterError) {
        (self.election, self.messageTemplates, self.hours, self.style) = (election, messageTemplates, hours, style)
        var enclosures: [Enclosure] = []
        for place in style.enclosures { enclosures.append(try Enclosure(path: place.path, college: place.college)) }
        (self.enclosures, enclosureDigests) = (enclosures, enclosures.map { hex(sha256($0.bytes)) })
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
    /// - Throws: when the template is missing or faulty, or its text does not fit the page.
    func face(
        _ form: Form, _ language: Language, date: (Language) -> String
    ) throws(LetterError) -> (text: String, face: LetterFace) {
        let language = election.languages.contains(language) ? language : election.languages.first ?? .fr
        let frame: MessageEnvelope
        do throws(MessageTemplates.Fault) {
            frame = try messageTemplates.frame(form.kind, language, .letter, hours, isUntilPosted: form.isUntilPosted)
        } catch { throw LetterError(error.description) }
        let text = try frame.letterText()
        return (text, try frame.face(text, date: date(language)))
    }
}
