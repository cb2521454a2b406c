/// Checks ballots: the text, the signature and every proof (protocol sections 6 and 7).
/// One serves for all ballots of a form, on as many threads as its group allows: it changes nothing.
package struct BallotChecker<Group: BallotGroup> {
    /// Arithmetic with the election's public key.
    package let group: Group
    /// What the ballots must look like: identifier, fingerprint and questions.
    package let form: BallotForm

    /// - Parameter group: with the public key of the document that the form is of; nothing compares them.
    package init(group: Group, form: BallotForm) { (self.group, self.form) = (group, form) }

    /// The ballot that a text is.
    /// - Throws: the first fault. Whether the credential is known is the caller's to check.
    /// - Parameter text: UTF-8, without a newline.
    package func check(_ text: [UInt8]) throws(BallotFault) -> ReadBallot<Group.Element> {
        let ballot = try read(text)
        try checkSignature(ballot, text)
        try checkProofs(ballot)
        return ballot
    }

    /// Reads a text without checking a proof.
    /// Cheap: numbers are parsed and compared with p and q, but membership in the group is not asked.
    /// - Throws: `notCanonical`, `otherElection`, `otherFingerprint`, `outsideGroup` or `outOfRange`.
    package func read(_ text: [UInt8]) throws(BallotFault) -> ReadBallot<Group.Element> {
        var reader = BallotReader(text, group: group, form: form)
        return try reader.read()
    }

    /// Checks every proof of a ballot that was read: the expensive part.
    /// - Throws: `outsideGroup(.choice)`, or the first proof that is wrong.
    package func checkProofs(_ ballot: ReadBallot<Group.Element>) throws(BallotFault) {
        let context = form.context(ballot.credential.span)
        for index in 0..<form.questions.count {
            try check(ballot.answers[index], form.questions[index], context, number: index)
        }
    }

    /// Checks that the credential's holder signed this text: one of a hundred parts of the whole work.
    /// - Parameter text: the one that the ballot was read from.
    /// - Throws: `wrongHash`, `outsideGroup(.credential)` or `wrongSignature`.
    package func checkSignature(_ ballot: ReadBallot<Group.Element>, _ text: [UInt8]) throws(BallotFault) {
        let unsigned = Array(text[0..<ballot.signedEnd]) + [125]
        let digest = Base64.digest(unsigned.span)
        guard digest == ballot.hash else { throw .wrongHash }
        let proof = ballot.signature
        guard let powers = group.openPowers(ballot.credentialElement, [proof.challenge], member: true) else {
            throw .outsideGroup(.credential)
        }
        var hash = ChallengeHash("sig|")
        hash.add(ballot.hash.span)
        hash.add("|")
        hash.add([group.product(group.openGeneratorPower(proof.response), powers[0])], of: group)
        guard hash.scalar() == proof.challenge else { throw .wrongSignature }
    }

    /// One answer: membership and the individual proof of every choice, then the proofs of their number.
    /// - Parameters:
    ///   - context: what every proof of the ballot is bound to.
    ///   - number: the question's, from 0, for the fault.
    private func check(
        _ answer: ReadBallot<Group.Element>.Answer, _ question: Question, _ context: [UInt8], number: Int
    ) throws(BallotFault) {
        var listed = context
        listed.append(124)
        var total: Ciphertext<Group.Element>?
        var firstPowers: (alpha: [Group.Element], beta: [Group.Element]) = ([], [])
        let hasBlank = question.hasBlank
        for index in 0..<question.choices {
            if index > 0 { listed.append(44) }
            listed += answer.pairs[index]
            let (choice, proofs) = (answer.choices[index], answer.individual[index])
            var exponents = [proofs[0].challenge, proofs[1].challenge]
            // The blank vote's ciphertext stands in two more statements.
            if hasBlank, index == 0 { exponents += [answer.overall[0].challenge, answer.blank[0].challenge] }
            guard let alphas = group.openPowers(choice.alpha, exponents, member: true),
                let betas = group.openPowers(choice.beta, exponents, member: true)
            else { throw .outsideGroup(.choice) }
            if hasBlank, index == 0 { firstPowers = (alphas, betas) } else { total = add(choice, to: total) }
            var statement = Statements<Group>("prove|", context, answer.pairs[index])
            for value in 0...1 { statement.add(proofs[value], alphas[value], betas[value], value: value, group) }
            guard statement.isTrue(group) else { throw .wrongIndividualProof(question: number, choice: index) }
        }
        guard let total else { return }
        try checkCounts(answer, question, listed, total, firstPowers, number)
    }

    /// The overall proof, and the blank vote's.
    private func checkCounts(
        _ answer: ReadBallot<Group.Element>.Answer, _ question: Question, _ listed: [UInt8],
        _ total: Ciphertext<Group.Element>, _ blank: (alpha: [Group.Element], beta: [Group.Element]), _ number: Int
    ) throws(BallotFault) {
        let skipped = question.hasBlank ? 1 : 0
        var exponents: [Scalar] = []
        for proof in answer.overall[skipped...] { exponents.append(proof.challenge) }
        if question.hasBlank { exponents.append(answer.blank[1].challenge) }
        guard let alphas = group.openPowers(total.alpha, exponents, member: false),
            let betas = group.openPowers(total.beta, exponents, member: false)
        else { throw .outsideGroup(.choice) }
        var pair: [UInt8] = []
        if !question.hasBlank {
            group.append(total.alpha, to: &pair)
            pair.append(44)
            group.append(total.beta, to: &pair)
        }
        var counts = Statements<Group>(question.hasBlank ? "bproof1|" : "prove|", listed, pair)
        if question.hasBlank { counts.add(answer.overall[0], blank.alpha[2], blank.beta[2], value: 1, group) }
        for index in skipped..<answer.overall.count {
            let place = index - skipped
            counts.add(answer.overall[index], alphas[place], betas[place], value: question.least + place, group)
        }
        guard counts.isTrue(group) else { throw .wrongOverallProof(question: number) }
        guard question.hasBlank else { return }
        var either = Statements<Group>("bproof0|", listed, [])
        either.add(answer.blank[0], blank.alpha[3], blank.beta[3], value: 0, group)
        either.add(answer.blank[1], alphas[alphas.count - 1], betas[betas.count - 1], value: 0, group)
        guard either.isTrue(group) else { throw .wrongBlankProof(question: number) }
    }

    /// The product of two ciphertexts, which holds the sum of their values.
    private func add(
        _ ciphertext: Ciphertext<Group.Element>, to total: Ciphertext<Group.Element>?
    ) -> Ciphertext<Group.Element> {
        guard let total else { return ciphertext }
        return Ciphertext(
            alpha: group.product(total.alpha, ciphertext.alpha), beta: group.product(total.beta, ciphertext.beta))
    }

    /// The statements of one proof, of which one is to be true.
    private struct Statements<Members: BallotGroup> {
        private var hash: ChallengeHash
        private var sum = Scalar.zero
        private var commitments: [Members.Element] = []

        /// - Parameters:
        ///   - label: the protocol's, with its bar.
        ///   - pair: the ciphertexts that stand in the hash of their own; empty where they are in the context.
        init(_ label: StaticString, _ context: [UInt8], _ pair: [UInt8]) {
            hash = ChallengeHash(label)
            hash.add(context.span)
            hash.add("|")
            if !pair.isEmpty {
                hash.add(pair.span)
                hash.add("|")
            }
        }

        /// A = g^s alpha^c and B = y^s beta^c g^(-value c).
        mutating func add(
            _ proof: Proof, _ alphaPower: Members.Element, _ betaPower: Members.Element, value: Int, _ group: Members
        ) {
            sum = sum + proof.challenge
            commitments.append(group.product(group.openGeneratorPower(proof.response), alphaPower))
            let right = group.product(group.openKeyPower(proof.response), betaPower)
            commitments.append(
                value == 0
                    ? right
                    : group.product(right, group.openGeneratorPower(Scalar(-value) * proof.challenge)))
        }

        /// Whether the challenges add up to the hash of all commitments.
        func isTrue(_ group: Members) -> Bool {
            var hash = hash
            hash.add(commitments, of: group)
            return hash.scalar() == sum
        }
    }
}

extension BallotChecker: Sendable where Group: Sendable {}
