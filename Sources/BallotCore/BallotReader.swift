/// Why a ballot is refused.
package enum BallotFault: Error, Sendable, Equatable {
    /// Not the one text that the protocol allows; the place is a byte offset.
    case notCanonical(at: Int)
    /// Its uuid is another election's.
    case otherElection
    /// It names another fingerprint: a ballot of an election document that was changed.
    case otherFingerprint
    /// A number that is no element below p, or no member of the group.
    case outsideGroup(StaticText)
    /// A proof's number that is not below q.
    case outOfRange
    /// The hash in the signature is not that of the text before it.
    case wrongHash
    /// The holder of the credential did not sign this text.
    case wrongSignature
    /// Question and choice count from 0.
    case wrongIndividualProof(question: Int, choice: Int)
    /// The number of choices is not proven to be one that the question allows.
    case wrongOverallProof(question: Int)
    /// A blank vote, or none, is not proven to exclude the other kind.
    case wrongBlankProof(question: Int)

    /// Which number was outside the group.
    package enum StaticText: Sendable, Equatable { case credential, choice }
}

/// A ballot as it was read: the numbers of a canonical text.
package struct ReadBallot<Element> {
    /// The answer to one question, in the form of its `Question`.
    package struct Answer {
        /// The blank vote's first, where there is one; numbers below p, whose membership the checker asks for.
        package let choices: [Ciphertext<Element>]
        /// `alpha,beta,alpha,beta...` as it stands in the hashes.
        let pairs: [[UInt8]]
        /// For each choice two proofs: that it holds 0, that it holds 1; one of them is true.
        let individual: [[Proof]]
        /// For each number of choices that is allowed one proof; a blank vote's stands before them.
        let overall: [Proof]
        /// Two proofs where the question has a blank vote: that none was given, or that nothing else was; else none.
        let blank: [Proof]
    }

    /// The public credential's digits.
    package let credential: [UInt8]
    /// The same as a number below p; its membership is checked with the signature.
    package let credentialElement: Element
    /// In the order of the election's questions, one each.
    package let answers: [Answer]
    /// Base64 of the SHA-256 of the text without its signature, 43 characters.
    let hash: [UInt8]
    /// Of the credential's exponent, over the hash (Schnorr).
    let signature: Proof
    /// Where the text without its signature ends.
    let signedEnd: Int
}

/// Reads the one text that the protocol allows for a ballot (section 7): what is not canonical is refused on the way.
struct BallotReader<Group: BallotGroup> {
    let group: Group
    let form: BallotForm
    /// The whole text; nothing of it is copied before it was read.
    private let text: [UInt8]
    /// The next byte to be read.
    private var at = 0

    /// - Parameter text: of a request or an archive, of any length; the caller bounds it.
    init(_ text: [UInt8], group: Group, form: BallotForm) {
        (self.text, self.group, self.form) = (text, group, form)
    }

    /// - Throws: the first fault from the left.
    mutating func read() throws(BallotFault) -> ReadBallot<Group.Element> {
        try expect("{\"election_uuid\":\"")
        guard equal(try string(), form.uuid) else { throw .otherElection }
        try expect("\",\"election_hash\":\"")
        guard equal(try string(), form.fingerprint) else { throw .otherFingerprint }
        try expect("\",\"credential\":\"")
        let credential = try string()
        guard let element = group.element(text.span.extracting(credential)) else { throw .outsideGroup(.credential) }
        try expect("\",\"answers\":[")
        var answers: [ReadBallot<Group.Element>.Answer] = []
        for index in 0..<form.questions.count {
            if index > 0 { try expect(",") }
            answers.append(try answer(form.questions[index]))
        }
        try expect("]")
        let signedEnd = at
        try expect(",\"signature\":{\"hash\":\"")
        let hash = try string()
        try expect("\",\"proof\":")
        let signature = try proof()
        try expect("}}")
        guard at == text.count else { throw .notCanonical(at: at) }
        return ReadBallot(
            credential: Array(text[credential]), credentialElement: element, answers: answers,
            hash: Array(text[hash]), signature: signature, signedEnd: signedEnd)
    }

    /// An answer with as many choices and proofs as its question has.
    private mutating func answer(_ question: Question) throws(BallotFault) -> ReadBallot<Group.Element>.Answer {
        try expect("{\"choices\":[")
        var choices: [Ciphertext<Group.Element>] = []
        var pairs: [[UInt8]] = []
        for index in 0..<question.choices {
            if index > 0 { try expect(",") }
            try expect("{\"alpha\":\"")
            let alpha = try string()
            try expect("\",\"beta\":\"")
            let beta = try string()
            try expect("\"}")
            guard let first = group.element(text.span.extracting(alpha)),
                let second = group.element(text.span.extracting(beta))
            else { throw .outsideGroup(.choice) }
            choices.append(Ciphertext(alpha: first, beta: second))
            var pair = Array(text[alpha])
            pair.append(44)
            pair.append(text.span.extracting(beta))
            pairs.append(pair)
        }
        try expect("],\"individual_proofs\":[")
        var individual: [[Proof]] = []
        for index in 0..<question.choices {
            if index > 0 { try expect(",") }
            individual.append(try proofs(2))
        }
        try expect("],\"overall_proof\":")
        let overall = try proofs(question.overallProofs)
        var blank: [Proof] = []
        if question.hasBlank {
            try expect(",\"blank_proof\":")
            blank = try proofs(2)
        }
        try expect("}")
        return ReadBallot.Answer(
            choices: choices, pairs: pairs, individual: individual, overall: overall, blank: blank)
    }

    /// A JSON array of exactly so many proofs.
    private mutating func proofs(_ count: Int) throws(BallotFault) -> [Proof] {
        try expect("[")
        var proofs: [Proof] = []
        for index in 0..<count {
            if index > 0 { try expect(",") }
            proofs.append(try proof())
        }
        try expect("]")
        return proofs
    }

    private mutating func proof() throws(BallotFault) -> Proof {
        try expect("{\"challenge\":\"")
        let challenge = try scalar()
        try expect("\",\"response\":\"")
        let response = try scalar()
        try expect("\"}")
        return Proof(challenge: challenge, response: response)
    }

    /// - Throws: `outOfRange` for digits that are no number below q.
    private mutating func scalar() throws(BallotFault) -> Scalar {
        let range = try string()
        guard let scalar = Scalar(decimal: text.span.extracting(range)) else { throw .outOfRange }
        return scalar
    }

    /// Passes over what must stand here.
    /// - Throws: `notCanonical` where something else does.
    private mutating func expect(_ literal: StaticString) throws(BallotFault) {
        let (start, text) = (at, text)
        let isThere = literal.withUTF8Buffer { buffer -> Bool in
            guard text.count - start >= buffer.count else { return false }
            for index in 0..<buffer.count where unsafe text[start + index] != buffer[index] { return false }
            return true
        }
        guard isThere else { throw .notCanonical(at: at) }
        at += literal.utf8CodeUnitCount
    }

    /// The bytes before the next quotation mark; the strings of a ballot hold no escapes.
    private mutating func string() throws(BallotFault) -> Range<Int> {
        let start = at
        while at < text.count, text[at] != 34 {
            guard text[at] != 92 else { throw .notCanonical(at: at) }
            at += 1
        }
        guard at < text.count, at > start else { throw .notCanonical(at: at) }
        return start..<at
    }

    private func equal(_ range: Range<Int>, _ other: [UInt8]) -> Bool {
        guard range.count == other.count else { return false }
        for index in 0..<other.count where text[range.lowerBound + index] != other[index] { return false }
        return true
    }
}
