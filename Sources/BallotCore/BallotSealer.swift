/// Encrypts and signs a ballot (protocol sections 6 and 7). What is done, and how long it takes, does not depend on the
/// choices.
package struct BallotSealer<Group: BallotGroup, Source: ScalarSource> {
    private let group: Group
    private let form: BallotForm
    /// Gives the randomness of every ciphertext and proof; nothing of it is used twice.
    private var source: Source

    /// - Parameters:
    ///   - group: with the election's public key.
    ///   - source: of every secret number; one that repeats itself gives the choices away.
    package init(group: Group, form: BallotForm, source: Source) {
        (self.group, self.form, self.source) = (group, form, source)
    }

    /// What a proof says of one ciphertext: that it holds a certain value. `excess` is the value it holds less that one, and
    /// `randomness` the r of the ciphertext.
    private struct Statement {
        let randomness: Scalar
        let excess: Scalar
    }

    /// The ballot's text.
    /// - Parameters:
    ///   - choices: for each question 0 or 1 for each choice, the blank vote first where there is one.
    ///   - secret: the credential's exponent.
    ///   - progress: called after each encrypted choice with the number done.
    /// - Returns: nil when the choices are no vote on the questions.
    package mutating func seal(
        _ choices: [[UInt8]], secret: Scalar, progress: (Int) -> Void = { _ in }
    ) -> [UInt8]? {
        guard choices.count == form.questions.count else { return nil }
        for index in 0..<choices.count where !form.questions[index].allows(choices[index]) { return nil }
        var credential: [UInt8] = []
        group.append(group.generatorPower(secret), to: &credential)
        var text: [UInt8] = []
        text += "{\"election_uuid\":\""
        text.append(form.uuid.span)
        text += "\",\"election_hash\":\""
        text.append(form.fingerprint.span)
        text += "\",\"credential\":\""
        text.append(credential.span)
        text += "\",\"answers\":["
        let context = form.context(credential.span)
        var done = 0
        for index in 0..<choices.count {
            if index > 0 { text.append(44) }
            answer(form.questions[index], choices[index], context, to: &text) {
                done += 1
                progress(done)
            }
        }
        text.append(93)
        sign(&text, secret: secret)
        return text
    }

    /// Encrypts and proves one answer, and appends it.
    /// - Parameter step: called after each encrypted choice.
    private mutating func answer(
        _ question: Question, _ values: [UInt8], _ context: [UInt8], to text: inout [UInt8], step: () -> Void
    ) {
        var (proofs, written, listed): ([UInt8], [UInt8], [UInt8]) = ([], [], context)
        listed.append(124)
        // Sums over all choices but the blank vote, whose own numbers are kept apart.
        var (sum, sumRandomness, blank, blankRandomness) = (Scalar.zero, Scalar.zero, Scalar.zero, Scalar.zero)
        var total: Ciphertext<Group.Element>?
        var realSum = 0
        for index in 0..<values.count {
            let (value, randomness) = (Scalar(Int(values[index])), source.next())
            let ciphertext = encrypt(value, randomness)
            let isBlank = question.hasBlank && index == 0
            if isBlank {
                (blank, blankRandomness) = (value, randomness)
            } else {
                realSum += Int(values[index])
                sum = sum + value
                sumRandomness = sumRandomness + randomness
                total = add(ciphertext, to: total)
            }
            if index > 0 {
                written.append(44)
                listed.append(44)
                proofs.append(44)
            }
            let pair = decimal(ciphertext)
            append(ciphertext, to: &written)
            listed.append(pair.span)
            let statements = [
                Statement(randomness: randomness, excess: value),
                Statement(randomness: randomness, excess: value - Scalar(1)),
            ]
            Proof.append(prove("prove|", context, pair, statements, real: Int(values[index])), to: &proofs)
            step()
        }
        text += "{\"choices\":["
        text.append(written.span)
        text += "],\"individual_proofs\":["
        text.append(proofs.span)
        text += "],\"overall_proof\":"
        var counts: [Statement] = []
        for count in question.least...question.most {
            counts.append(Statement(randomness: sumRandomness, excess: sum - Scalar(count)))
        }
        guard question.hasBlank else {
            let pair = total.map { decimal($0) } ?? []
            Proof.append(prove("prove|", listed, pair, counts, real: realSum - question.least), to: &text)
            text.append(125)
            return
        }
        let isBlank = Int(values[0])
        counts.insert(Statement(randomness: blankRandomness, excess: blank - Scalar(1)), at: 0)
        let realCount = (1 - isBlank) * (1 + realSum - question.least)
        Proof.append(prove("bproof1|", listed, [], counts, real: realCount), to: &text)
        text += ",\"blank_proof\":"
        let either = [
            Statement(randomness: blankRandomness, excess: blank),
            Statement(randomness: sumRandomness, excess: sum),
        ]
        Proof.append(prove("bproof0|", listed, [], either, real: isBlank), to: &text)
        text.append(125)
    }

    /// alpha = g^r, beta = y^r g^value.
    private func encrypt(_ value: Scalar, _ randomness: Scalar) -> Ciphertext<Group.Element> {
        Ciphertext(
            alpha: group.generatorPower(randomness),
            beta: group.product(group.keyPower(randomness), group.generatorPower(value)))
    }

    private func add(
        _ ciphertext: Ciphertext<Group.Element>, to total: Ciphertext<Group.Element>?
    ) -> Ciphertext<Group.Element> {
        guard let total else { return ciphertext }
        return Ciphertext(
            alpha: group.product(total.alpha, ciphertext.alpha), beta: group.product(total.beta, ciphertext.beta))
    }

    /// `alpha,beta`
    /// Both numbers in digits, with a comma between them.
    private func decimal(_ ciphertext: Ciphertext<Group.Element>) -> [UInt8] {
        var text: [UInt8] = []
        group.append(ciphertext.alpha, to: &text)
        text.append(44)
        group.append(ciphertext.beta, to: &text)
        return text
    }

    /// As the JSON object that the ballot has.
    private func append(_ ciphertext: Ciphertext<Group.Element>, to text: inout [UInt8]) {
        text += "{\"alpha\":\""
        group.append(ciphertext.alpha, to: &text)
        text += "\",\"beta\":\""
        group.append(ciphertext.beta, to: &text)
        text += "\"}"
    }

    /// Proves that one of the statements is true without telling which (section 6).
    ///
    /// The prover knows the randomness, so that every commitment, simulated or not, is A = g^w and
    /// B = y^w g^(excess * challenge): with the response w - r * challenge it is what the verifier computes, and the true
    /// statement's excess is 0 whatever challenge it gets in the end. So all statements are treated alike.
    private mutating func prove(
        _ label: StaticString, _ context: [UInt8], _ pair: [UInt8], _ statements: [Statement], real: Int
    ) -> [Proof] {
        var (nonces, challenges, commitments): ([Scalar], [Scalar], [Group.Element]) = ([], [], [])
        for statement in statements {
            let (nonce, challenge) = (source.next(), source.next())
            nonces.append(nonce)
            challenges.append(challenge)
            commitments.append(group.generatorPower(nonce))
            commitments.append(
                statements.count == 1
                    ? group.keyPower(nonce)
                    : group.product(group.keyPower(nonce), group.generatorPower(statement.excess * challenge)))
        }
        var hash = ChallengeHash(label)
        hash.add(context.span)
        if !pair.isEmpty {
            hash.add("|")
            hash.add(pair.span)
        }
        hash.add("|")
        hash.add(commitments, of: group)
        let whole = hash.scalar()
        var others = Scalar.zero
        for index in 0..<statements.count {
            others = others + Scalar.zero.chosen(over: challenges[index], mask: BallotSealer.mask(index, real))
        }
        var proofs: [Proof] = []
        for index in 0..<statements.count {
            let challenge = (whole - others).chosen(over: challenges[index], mask: BallotSealer.mask(index, real))
            proofs.append(
                Proof(challenge: challenge, response: nonces[index] - statements[index].randomness * challenge))
        }
        return proofs
    }

    /// All ones where the numbers are equal, else zero.
    private static func mask(_ left: Int, _ right: Int) -> UInt32 {
        let difference = UInt32(truncatingIfNeeded: left ^ right)
        return UInt32(truncatingIfNeeded: (Int64(difference) &- 1) &>> 63)
    }

    /// Signs what stands so far and closes the object (section 7).
    private mutating func sign(_ text: inout [UInt8], secret: Scalar) {
        var unsigned = text
        unsigned.append(125)
        let digest = Base64.digest(unsigned.span)
        let nonce = source.next()
        var hash = ChallengeHash("sig|")
        hash.add(digest.span)
        hash.add("|")
        hash.add([group.generatorPower(nonce)], of: group)
        let challenge = hash.scalar()
        text += ",\"signature\":{\"hash\":\""
        text.append(digest.span)
        text += "\",\"proof\":"
        Proof(challenge: challenge, response: nonce - secret * challenge).append(to: &text)
        text += "}}"
    }
}
