/// The election document (protocol section 5): its exact bytes make the fingerprint.
package struct ElectionDocument: Sendable {
    package struct NamedQuestion: Sendable {
        /// UTF-8.
        package let text: [UInt8]
        package let answers: [[UInt8]]
        package let shape: Question

        package init(text: [UInt8], answers: [[UInt8]], shape: Question) {
            (self.text, self.answers, self.shape) = (text, answers, shape)
        }
    }

    package let uuid: [UInt8]
    package let name: [UInt8]
    package let description: [UInt8]
    /// Decimal digits.
    package let publicKey: [UInt8]
    package let questions: [NamedQuestion]
    package let fingerprint: [UInt8]

    package var form: BallotForm {
        BallotForm(uuid: uuid, fingerprint: fingerprint, questions: questions.map { $0.shape })
    }

    /// More choices than this in one ballot: no election has them, and a ballot would not fit its slot.
    package static let mostChoices = 1000

    /// The document of these bytes; nil when it is none of this protocol's version and group, or holds an impossible question.
    package init?(_ bytes: [UInt8]) {
        guard let json = JSON.read(bytes), json["version"]?.integer == 1,
            let group = json["group"]?.bytes, JSON.equal(group, "BELENIOS-2048"),
            let uuid = json["uuid"]?.bytes, ElectionDocument.isUUID(uuid), let name = json["name"]?.bytes,
            let description = json["description"]?.bytes, let key = json["public_key"]?.bytes,
            let list = json["questions"]?.list
        else { return nil }
        var questions: [NamedQuestion] = []
        for entry in list {
            guard let question = ElectionDocument.question(entry) else { return nil }
            questions.append(question)
        }
        guard !questions.isEmpty else { return nil }
        (self.uuid, self.name, self.description, publicKey, self.questions) = (uuid, name, description, key, questions)
        fingerprint = Base64.digest(bytes.span)
    }

    private static func isUUID(_ text: [UInt8]) -> Bool {
        guard text.count >= 14 else { return false }
        for byte in text where VotingCredential.value(byte) == nil { return false }
        return true
    }

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
        guard !answers.isEmpty, answers.count <= mostChoices, least >= 0, least <= most, most <= answers.count else {
            return nil
        }
        return NamedQuestion(
            text: text, answers: answers,
            shape: Question(answers: answers.count, hasBlank: hasBlank, least: least, most: most))
    }

    /// The document's bytes for these parts, fields in the protocol's order.
    package static func bytes(
        uuid: [UInt8], name: [UInt8], description: [UInt8], publicKey: [UInt8], questions: [NamedQuestion]
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
        text.append(125)
        return text
    }

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

    private static func append(_ number: Int, to text: inout [UInt8]) {
        if number >= 10 { append(number / 10, to: &text) }
        text.append(48 + UInt8(number % 10))
    }
}
