/// The election document (protocol section 5): its exact bytes make the fingerprint.
package struct ElectionDocument: Sendable {
    /// A question with its texts and the shape of its answers.
    package struct NamedQuestion: Sendable {
        /// UTF-8.
        package let text: [UInt8]
        /// UTF-8, in the order of the ballot, without the blank vote.
        package let answers: [[UInt8]]
        /// Answers, blank vote, least and most; as many answers as there are texts.
        package let shape: Question

        /// Nothing is compared here.
        package init(text: [UInt8], answers: [[UInt8]], shape: Question) {
            (self.text, self.answers, self.shape) = (text, answers, shape)
        }
    }

    /// 14 to 64 base-58 characters.
    package let uuid: [UInt8]
    /// UTF-8: the title that other programs of the protocol show.
    package let name: [UInt8]
    /// UTF-8; may be empty.
    package let description: [UInt8]
    /// Decimal digits.
    package let publicKey: [UInt8]
    /// At least one; all together at most `mostChoices` choices.
    package let questions: [NamedQuestion]
    /// Base64 of the document's SHA-256 without padding, 43 characters: what a ballot names as `election_hash`.
    package let fingerprint: [UInt8]

    /// What is needed to make and check ballots, without the texts.
    package var form: BallotForm {
        BallotForm(uuid: uuid, fingerprint: fingerprint, questions: questions.map { $0.shape })
    }

    /// Whether a voter may vote again, the last ballot counting: the protocol's rule, unless the document says otherwise.
    package let revote: Bool

    /// Choices in one ballot, blank votes among them, over all of its questions together: more than fit on a page that a voter
    /// reads through. A ballot of so many still fits a form of half a megabyte.
    package static let mostChoices = 250

    /// Longer identifiers than this are nobody's; the tool's have 14 characters.
    private static let longestUUID = 64

    /// What keeps bytes from being an election document.
    package enum Fault: Error, Sendable, Equatable {
        /// No JSON, or more than one value.
        case noJSON
        /// Another version of the protocol, or another group.
        case otherProtocol
        /// A member that is missing, or not of the kind that the protocol names.
        case wrongMember
        /// Not 14 to 64 base-58 characters.
        case wrongUUID
        /// Question, counted from 0, that nobody could vote on.
        case wrongQuestion(Int)
        /// More than `mostChoices` in all.
        case tooManyChoices
        /// `"isoloir"` says something else than whether a voter may vote again.
        case unknownRule
    }

    /// The document of these bytes; nil when it is none.
    package init?(_ bytes: [UInt8]) {
        do throws(Fault) { try self.init(reading: bytes) } catch { return nil }
    }

    /// The document of these bytes.
    /// - Throws: what keeps them from being one.
    package init(reading bytes: [UInt8]) throws(Fault) {
        guard let json = JSON.read(bytes) else { throw .noJSON }
        guard json["version"]?.integer == 1, let group = json["group"]?.bytes, JSON.equal(group, "BELENIOS-2048")
        else { throw .otherProtocol }
        guard let uuid = json["uuid"]?.bytes, ElectionDocument.isUUID(uuid) else { throw .wrongUUID }
        guard let name = json["name"]?.bytes, let description = json["description"]?.bytes,
            let key = json["public_key"]?.bytes, let list = json["questions"]?.list, !list.isEmpty
        else { throw .wrongMember }
        var questions: [NamedQuestion] = []
        var choices = 0
        for index in 0..<list.count {
            guard let question = ElectionDocument.question(list[index]) else { throw .wrongQuestion(index) }
            choices += question.shape.choices
            guard choices <= ElectionDocument.mostChoices else { throw .tooManyChoices }
            questions.append(question)
        }
        revote = try ElectionDocument.revote(json["isoloir"])
        (self.uuid, self.name, self.description, publicKey, self.questions) = (uuid, name, description, key, questions)
        fingerprint = Base64.digest(bytes.span)
    }

    /// The rule of a document's own member, which other programs do not look at: `{"revote":false}` or `{"revote":true}`.
    /// - Throws: `unknownRule` for whatever else stands there.
    private static func revote(_ rule: JSON?) throws(Fault) -> Bool {
        guard let rule else { return true }
        guard case .object(let members) = rule, members.count == 1, case .flag(let revote)? = rule["revote"] else {
            throw .unknownRule
        }
        return revote
    }

    /// Whether these are 14 to 64 base-58 characters.
    private static func isUUID(_ text: [UInt8]) -> Bool {
        guard text.count >= 14, text.count <= longestUUID else { return false }
        for byte in text where VotingCredential.value(byte) == nil { return false }
        return true
    }

    /// Nil where a part lacks, or least and most are no bounds of so many answers.
    private static func question(_ json: JSON) -> NamedQuestion? {
        guard let text = json["question"]?.bytes, let list = json["answers"]?.list, let least = json["min"]?.integer,
            let most = json["max"]?.integer
        else { return nil }
        var hasBlank = false
        if let blank = json["blank"] {
            guard case .flag(let flag) = blank else { return nil }
            hasBlank = flag
        }
        var answers: [[UInt8]] = []
        for entry in list {
            guard let answer = entry.bytes else { return nil }
            answers.append(answer)
        }
        guard !answers.isEmpty, least >= 0, least <= most, most <= answers.count else { return nil }
        return NamedQuestion(
            text: text, answers: answers,
            shape: Question(answers: answers.count, hasBlank: hasBlank, least: least, most: most))
    }

    /// The document's bytes for these parts, fields in the protocol's order.
    /// - Parameter revote: false adds our own member at the end, which says that each voter votes once.
    /// - Parameters:
    ///   - name: UTF-8, as every text here.
    ///   - publicKey: decimal digits.
    /// - Returns: one line without a newline; not checked to be readable again.
    package static func bytes(
        uuid: [UInt8], name: [UInt8], description: [UInt8], publicKey: [UInt8], questions: [NamedQuestion],
        revote: Bool = true
    ) -> [UInt8] {
        var text: [UInt8] = []
        text += "{\"version\":1,\"description\":"
        JSON.append(text: description, to: &text)
        text += ",\"name\":"
        JSON.append(text: name, to: &text)
        text += ",\"group\":\"BELENIOS-2048\",\"public_key\":"
        JSON.append(text: publicKey, to: &text)
        text += ",\"questions\":["
        for index in 0..<questions.count {
            if index > 0 { text.append(44) }
            append(questions[index], to: &text)
        }
        text += "],\"uuid\":"
        JSON.append(text: uuid, to: &text)
        if !revote { text += ",\"isoloir\":{\"revote\":false}" }
        text.append(125)
        return text
    }

    /// A question as the protocol writes it: answers, blank, min, max, question.
    private static func append(_ question: NamedQuestion, to text: inout [UInt8]) {
        text += "{\"answers\":["
        for index in 0..<question.answers.count {
            if index > 0 { text.append(44) }
            JSON.append(text: question.answers[index], to: &text)
        }
        text.append(93)
        if question.shape.hasBlank { text += ",\"blank\":true" }
        text += ",\"min\":"
        append(question.shape.least, to: &text)
        text += ",\"max\":"
        append(question.shape.most, to: &text)
        text += ",\"question\":"
        JSON.append(text: question.text, to: &text)
        text.append(125)
    }

    /// Appends the decimal digits of a number from 0.
    private static func append(_ number: Int, to text: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &text) }
        text.append(48 + UInt8(number % 10))
    }
}
