/// The shape of a question: what a ballot's answer to it must look like.
package struct Question: Sendable, Equatable {
    package let answers: Int
    package let hasBlank: Bool
    package let least: Int
    package let most: Int

    package init(answers: Int, hasBlank: Bool, least: Int, most: Int) {
        (self.answers, self.hasBlank, self.least, self.most) = (answers, hasBlank, least, most)
    }

    /// Encrypted values of an answer: a blank vote's stands first.
    package var choices: Int { answers + (hasBlank ? 1 : 0) }
    /// Proofs that the number of choices is allowed (sections 6).
    package var overallProofs: Int { most - least + 1 + (hasBlank ? 1 : 0) }

    /// Whether these choices, 0 or 1 each and the blank vote first, are a vote on the question.
    package func allows(_ values: [UInt8]) -> Bool {
        guard values.count == choices else { return false }
        var sum = 0
        for index in 0..<choices {
            guard values[index] <= 1 else { return false }
            if index > 0 || !hasBlank { sum += Int(values[index]) }
        }
        if hasBlank, values[0] == 1 { return sum == 0 }
        return sum >= least && sum <= most
    }
}

/// A proof: challenge and response.
package struct Proof: Sendable {
    package let challenge: Scalar
    package let response: Scalar

    package init(challenge: Scalar, response: Scalar) { (self.challenge, self.response) = (challenge, response) }

    package func append(to text: inout [UInt8]) {
        text += "{\"challenge\":\""
        challenge.appendDecimal(to: &text)
        text += "\",\"response\":\""
        response.appendDecimal(to: &text)
        text += "\"}"
    }

    static func append(_ proofs: [Proof], to text: inout [UInt8]) {
        text.append(91)
        for index in 0..<proofs.count {
            if index > 0 { text.append(44) }
            proofs[index].append(to: &text)
        }
        text.append(93)
    }
}

/// An ElGamal ciphertext of g^m: alpha = g^r, beta = y^r g^m.
package struct Ciphertext<Element> {
    package var alpha: Element
    package var beta: Element

    package init(alpha: Element, beta: Element) { (self.alpha, self.beta) = (alpha, beta) }
}

extension Ciphertext: Sendable where Element: Sendable {}

/// What the ballots of an election have in common.
package struct BallotForm: Sendable {
    package let uuid: [UInt8]
    /// The election's fingerprint F: 43 characters.
    package let fingerprint: [UInt8]
    package let questions: [Question]

    package init(uuid: [UInt8], fingerprint: [UInt8], questions: [Question]) {
        (self.uuid, self.fingerprint, self.questions) = (uuid, fingerprint, questions)
    }

    /// What every proof of a ballot is bound to: F and the public credential (section 6).
    func context(_ credential: Span<UInt8>) -> [UInt8] {
        var text = fingerprint
        text.append(124)
        text.append(credential)
        return text
    }
}
