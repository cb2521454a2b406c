package import BallotCore

/// The proof that the protocol's decryption proof is not. Its hash (section 10) holds neither alpha nor the factor: with the
/// private key a false factor can be made for which the protocol's proof is valid, and nobody can be blamed for a result that
/// never comes. This proof binds election, key, place, alpha, factor and commitments; it travels beside the protocol's
/// document in a trustee's file and stays out of the archive, which others' programs read.
package struct BoundDecryption: Sendable {
    private let proofs: [[Proof]]

    /// Proves every factor of a decryption.
    /// - Parameters:
    ///   - part: the decryption of this tally with this key.
    ///   - fingerprint: the election's, 43 characters.
    package init(
        _ tally: EncryptedTally, _ part: PartialDecryption, key: TrusteeKey, fingerprint: [UInt8],
        from source: inout some ScalarSource
    ) {
        let publicKey = key.publicDecimal
        var proofs: [[Proof]] = []
        for (question, list) in tally.sums.enumerated() {
            var row: [Proof] = []
            for (index, sum) in list.enumerated() {
                let nonce = source.next()
                let challenge = BoundDecryption.challenge(
                    fingerprint, publicKey, (question, index), sum.alpha, part.factors[question][index],
                    (GMPGroup.generatorPower(nonce), GMPGroup.secretPower(sum.alpha, nonce)))
                row.append(Proof(challenge: challenge, response: nonce - key.secret * challenge))
            }
            proofs.append(row)
        }
        self.proofs = proofs
    }

    /// The proofs of a JSON array of arrays; nil when it does not fit the tally or holds numbers out of range.
    package init?(_ json: JSON?, tally: EncryptedTally) {
        guard let rows = json?.list, rows.count == tally.sums.count else { return nil }
        var proofs: [[Proof]] = []
        for (number, row) in rows.enumerated() {
            let pairs = (row.list ?? []).compactMap { Proof($0) }
            guard pairs.count == tally.sums[number].count, row.list?.count == pairs.count else { return nil }
            proofs.append(pairs)
        }
        self.proofs = proofs
    }

    /// As a JSON array of arrays.
    package var document: [UInt8] {
        var text = Array("[".utf8)
        for (number, row) in proofs.enumerated() {
            text += Array((number > 0 ? ",[" : "[").utf8)
            for (index, proof) in row.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                proof.append(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        }
        return text + Array("]".utf8)
    }

    /// The first factor that was not made with the key, by question and choice from 0; nil when every one was.
    /// - Parameters:
    ///   - tally: the one by which this was read; another shape stops the program.
    ///   - part: read by the same tally, its protocol's proofs checked.
    package func fault(
        _ tally: EncryptedTally, _ part: PartialDecryption, by key: TrusteePublicKey, fingerprint: [UInt8]
    ) -> (question: Int, choice: Int)? {
        for (question, list) in tally.sums.enumerated() {
            for (index, sum) in list.enumerated() {
                let (factor, proof) = (part.factors[question][index], proofs[question][index])
                guard let keyPower = GMPGroup.openPowers(key.element, [proof.challenge], member: false),
                    let alphaPower = GMPGroup.openPowers(sum.alpha, [proof.response], member: false),
                    let factorPower = GMPGroup.openPowers(factor, [proof.challenge], member: false)
                else { return (question, index) }
                let expected = BoundDecryption.challenge(
                    fingerprint, key.decimal, (question, index), sum.alpha, factor,
                    (
                        GMPGroup.product(GMPGroup.openGeneratorPower(proof.response), keyPower[0]),
                        GMPGroup.product(alphaPower[0], factorPower[0])
                    ))
                guard expected == proof.challenge else { return (question, index) }
            }
        }
        return nil
    }

    /// The hash modulo q of everything that the proof binds.
    private static func challenge(
        _ fingerprint: [UInt8], _ key: [UInt8], _ place: (question: Int, choice: Int), _ alpha: Element,
        _ factor: Element, _ commitments: (Element, Element)
    ) -> Scalar {
        let bar = Array("|".utf8)
        return hashed(
            Array("isoloir-factor|BELENIOS-2048|".utf8), fingerprint, bar, key,
            Array("|\(place.question),\(place.choice)|".utf8), digits(alpha), bar, digits(factor), bar,
            digits(commitments.0),
            Array(",".utf8), digits(commitments.1))
    }
}
