/// The shape of a question: what a ballot's answer to it must look like.
package struct Question: Sendable, Equatable {
    /// Without the blank vote.
    package let answers: Int
    /// Whether a blank vote can be chosen in place of answers.
    package let hasBlank: Bool
    /// Answers that must be chosen at least, by whoever does not vote blank: 0 and more.
    package let least: Int
    /// Answers that may be chosen at most: not below `least`, not above `answers`.
    package let most: Int

    /// The bounds are not checked here: `ElectionDocument` and the election's definition do.
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
/// Both below q. The verifier computes the commitment from them, and compares its hash with the challenge.
package struct Proof: Sendable {
    /// The hash of the commitments modulo q, or this proof's share of it.
    package let challenge: Scalar
    /// nonce - secret * challenge, modulo q.
    package let response: Scalar

    /// As a maker or a reader has it; what it proves is checked elsewhere.
    package init(challenge: Scalar, response: Scalar) { (self.challenge, self.response) = (challenge, response) }

    /// Appends the JSON object, both numbers as texts of decimal digits.
    package func append(to text: inout [UInt8]) {
        text += "{\"challenge\":\""
        challenge.appendDecimal(to: &text)
        text += "\",\"response\":\""
        response.appendDecimal(to: &text)
        text += "\"}"
    }

    /// Appends a JSON array of proofs.
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
    /// g^r.
    package var alpha: Element
    /// y^r g^m.
    package var beta: Element

    /// Membership of the two numbers is the caller's to know.
    package init(alpha: Element, beta: Element) { (self.alpha, self.beta) = (alpha, beta) }
}

extension Ciphertext: Sendable where Element: Sendable {}

/// What the ballots of an election have in common.
package struct BallotForm: Sendable {
    /// The election's identifier: 14 base-58 characters, up to 64.
    package let uuid: [UInt8]
    /// The election's fingerprint F: 43 characters.
    package let fingerprint: [UInt8]
    /// In the order of the document.
    package let questions: [Question]

    /// - Parameters: as `ElectionDocument` reads them from the document's bytes.
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
