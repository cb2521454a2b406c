package import BallotCore

/// What one trustee makes of the encrypted tally: a factor alpha^x for each ciphertext, and the proof that x is their key
/// (protocol section 10).
package struct PartialDecryption: Sendable {
    /// By question and choice, as the tally's sums; members of the group.
    package let factors: [[Element]]
    private let proofs: [[Proof]]
    /// The document's bytes.
    package let document: [UInt8]

    /// Decrypts a trustee's part.
    /// Everything in the tally is opened: whether it may be is asked before.
    /// - Parameter fingerprint: the election's, 43 characters.
    package init(
        _ tally: EncryptedTally, key: TrusteeKey, fingerprint: [UInt8], from source: inout some ScalarSource
    ) {
        let publicKey = digits(GMPGroup.generatorPower(key.secret))
        var (factors, proofs): ([[Element]], [[Proof]]) = ([], [])
        for list in tally.sums {
            var (row, proven): ([Element], [Proof]) = ([], [])
            for sum in list {
                let nonce = source.next()
                row.append(GMPGroup.secretPower(sum.alpha, key.secret))
                let challenge = PartialDecryption.challenge(
                    fingerprint, publicKey, GMPGroup.generatorPower(nonce), GMPGroup.secretPower(sum.alpha, nonce))
                proven.append(Proof(challenge: challenge, response: nonce - key.secret * challenge))
            }
            factors.append(row)
            proofs.append(proven)
        }
        (self.factors, self.proofs) = (factors, proofs)
        document = PartialDecryption.document(factors, proofs)
    }

    /// The decryption of a document; nil when it does not fit the tally or holds numbers out of range.
    /// - Parameter tally: gives the shape; its weight is not needed.
    package init?(document: [UInt8], tally: EncryptedTally) {
        guard let json = JSON.read(document), let factors = json["decryption_factors"]?.list,
            let proofs = json["decryption_proofs"]?.list, factors.count == tally.sums.count,
            proofs.count == tally.sums.count
        else { return nil }
        var (elements, proven): ([[Element]], [[Proof]]) = ([], [])
        for (number, list) in tally.sums.enumerated() {
            guard let row = factors[number].list, let rowProofs = proofs[number].list, row.count == list.count,
                rowProofs.count == list.count
            else { return nil }
            let members = row.compactMap { EncryptedTally.member($0) }
            let pairs = rowProofs.compactMap { Proof($0) }
            guard members.count == list.count, pairs.count == list.count else { return nil }
            elements.append(members)
            proven.append(pairs)
        }
        // The one text that the numbers have: what is more would go into the archive.
        guard document == PartialDecryption.document(elements, proven) else { return nil }
        (self.factors, self.proofs, self.document) = (elements, proven, document)
    }

    /// Whether every factor is proven to be made with the trustee's key.
    /// The protocol's proof binds neither alpha nor the factor: `BoundDecryption` does.
    /// - Parameter tally: the one by which this was read; another shape stops the program.
    package func isProven(_ tally: EncryptedTally, by key: TrusteePublicKey, fingerprint: [UInt8]) -> Bool {
        for (question, list) in tally.sums.enumerated() {
            for (index, sum) in list.enumerated() {
                let (factor, proof) = (factors[question][index], proofs[question][index])
                guard let keyPower = GMPGroup.openPowers(key.element, [proof.challenge], member: false),
                    let alphaPower = GMPGroup.openPowers(sum.alpha, [proof.response], member: false),
                    let factorPower = GMPGroup.openPowers(factor, [proof.challenge], member: false)
                else { return false }
                let first = GMPGroup.product(GMPGroup.openGeneratorPower(proof.response), keyPower[0])
                let second = GMPGroup.product(alphaPower[0], factorPower[0])
                guard PartialDecryption.challenge(fingerprint, key.decimal, first, second) == proof.challenge else {
                    return false
                }
            }
        }
        return true
    }

    /// The protocol's hash modulo q of fingerprint, key and both commitments.
    private static func challenge(
        _ fingerprint: [UInt8], _ key: [UInt8], _ first: Element, _ second: Element
    ) -> Scalar {
        hashed(
            Array("decrypt|".utf8), fingerprint, Array("|".utf8), key, Array("|".utf8), digits(first),
            Array(",".utf8), digits(second))
    }

    private static func document(_ factors: [[Element]], _ proofs: [[Proof]]) -> [UInt8] {
        var text = Array("{\"decryption_factors\":[".utf8)
        for (number, row) in factors.enumerated() {
            text += Array((number > 0 ? ",[" : "[").utf8)
            for (index, factor) in row.enumerated() {
                text += Array((index > 0 ? ",\"" : "\"").utf8) + digits(factor) + Array("\"".utf8)
            }
            text += Array("]".utf8)
        }
        text += Array("],\"decryption_proofs\":[".utf8)
        for (number, row) in proofs.enumerated() {
            text += Array((number > 0 ? ",[" : "[").utf8)
            for (index, proof) in row.enumerated() {
                if index > 0 { text += Array(",".utf8) }
                proof.append(to: &text)
            }
            text += Array("]".utf8)
        }
        return text + Array("]}".utf8)
    }

    /// The numbers of votes: the logarithms of beta divided by every trustee's factor (section 11).
    /// - Returns: nil when a number is above the total weight, which no true tally has.
    /// - Parameters:
    ///   - tally: with its weight, up to which logarithms are looked for in about as many steps as its square root.
    ///   - parts: of every trustee of the ballot, each once.
    package static func result(_ tally: EncryptedTally, _ parts: [PartialDecryption]) -> [[Int]]? {
        let logarithms = Logarithms(upTo: tally.weight)
        var result: [[Int]] = []
        for (question, list) in tally.sums.enumerated() {
            var row: [Int] = []
            for (index, sum) in list.enumerated() {
                let product = parts.reduce(GMPGroup.one) { GMPGroup.product($0, $1.factors[question][index]) }
                guard let number = logarithms.find(sum.beta, over: product) else { return nil }
                row.append(number)
            }
            result.append(row)
        }
        return result
    }
}

/// Small logarithms base g, by baby steps and giant steps.
private struct Logarithms {
    private let bound: Int
    private let stride: Int
    private var steps: [[UInt8]: Int] = [:]

    /// - Parameter bound: the largest number that is found.
    init(upTo bound: Int) {
        self.bound = bound
        stride = Int(Double(bound).squareRoot()) + 1
        let generator = GMPGroup.openGeneratorPower(Scalar(1))
        var power = GMPGroup.one
        for exponent in 0..<stride {
            steps[Logarithms.key(power)] = exponent
            power = GMPGroup.product(power, generator)
        }
    }

    /// m with g^m = beta / factor.
    func find(_ beta: Element, over factor: Element) -> Int? {
        // 1/factor is its power by q - 1.
        guard let inverse = GMPGroup.openPowers(factor, [Scalar(-1)], member: false) else { return nil }
        var rest = GMPGroup.product(beta, inverse[0])
        let leap = GMPGroup.openGeneratorPower(Scalar(-stride))
        for giant in 0...stride {
            if let baby = steps[Logarithms.key(rest)] {
                let number = giant * stride + baby
                return number <= bound ? number : nil
            }
            rest = GMPGroup.product(rest, leap)
        }
        return nil
    }

    /// A short name of an element, for the table.
    private static func key(_ element: Element) -> [UInt8] {
        SHA256.digest(digits(element).span).span.withBytes
    }
}

extension Span<UInt8> {
    fileprivate var withBytes: [UInt8] { indices.map { self[$0] } }
}
