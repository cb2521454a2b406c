/// Why a ballot is refused.
package enum BallotFault: Error, Sendable, Equatable {
    /// Not the one text that the protocol allows; the place is a byte offset.
    case notCanonical(at: Int)
    case otherElection
    case otherFingerprint
    /// A number that is no element below p, or no member of the group.
    case outsideGroup(StaticText)
    /// A proof's number that is not below q.
    case outOfRange
    case wrongHash
    case wrongSignature
    /// Question and choice count from 0.
    case wrongIndividualProof(question: Int, choice: Int)
    case wrongOverallProof(question: Int)
    case wrongBlankProof(question: Int)

    /// Which number was outside the group.
    package enum StaticText: Sendable, Equatable { case credential, choice }
}

/// A ballot as it was read: the numbers of a canonical text.
package struct ReadBallot<Element> {
    package struct Answer {
        package let choices: [Ciphertext<Element>]
        /// `alpha,beta,alpha,beta...` as it stands in the hashes.
        let pairs: [[UInt8]]
        let individual: [[Proof]]
        let overall: [Proof]
        let blank: [Proof]
    }

    /// The public credential's digits.
    package let credential: [UInt8]
    package let credentialElement: Element
    package let answers: [Answer]
    let hash: [UInt8]
    let signature: Proof
    /// Where the text without its signature ends.
    let signedEnd: Int
}

/// Reads the one text that the protocol allows for a ballot (section 7): what is not canonical is refused on the way.
struct BallotReader<Group: BallotGroup> {
    let group: Group
    let form: BallotForm
    private let text: [UInt8]
    private var at = 0

    init(_ text: [UInt8], group: Group, form: BallotForm) {
        (self.text, self.group, self.form) = (text, group, form)
    }

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

    private mutating func scalar() throws(BallotFault) -> Scalar {
        let range = try string()
        guard let scalar = Scalar(decimal: text.span.extracting(range)) else { throw .outOfRange }
        return scalar
    }

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
