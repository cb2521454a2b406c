package import BallotCore

/// What a trustee signs with the private key of a ballot: a Schnorr signature (protocol section 7's form) under labels of its
/// own, so that no signature can be taken for a proof of the protocol or for a signature of another purpose.
package enum TrusteeStatement: Sendable {
    /// The private key is at hand: over the server's nonce (32 bytes), election and ballot.
    case possession(nonce: [UInt8], election: String, ballot: String)
    /// The trustee compared the sealed election with their key.
    case check(seal: [UInt8], election: String, ballot: String)
    /// The trustee hands over to another public file, given by its SHA-256.
    case replacement(file: [UInt8], election: String, ballot: String)
    /// The totals that were opened, and the decryption that came of it, both by SHA-256.
    case opening(tally: [UInt8], decryption: [UInt8], election: String, ballot: String)

    /// The signed bytes: label, then every field with its length before it.
    fileprivate var message: [UInt8] {
        let (label, fields): (String, [[UInt8]]) =
            switch self {
            case .possession(let nonce, let election, let ballot):
                ("isoloir-possession", [nonce, Array(election.utf8), Array(ballot.utf8)])
            case .check(let seal, let election, let ballot):
                ("isoloir-check", [seal, Array(election.utf8), Array(ballot.utf8)])
            case .replacement(let file, let election, let ballot):
                ("isoloir-replacement", [file, Array(election.utf8), Array(ballot.utf8)])
            case .opening(let tally, let decryption, let election, let ballot):
                ("isoloir-opening", [tally, decryption, Array(election.utf8), Array(ballot.utf8)])
            }
        var text = Array(label.utf8)
        for field in fields { text += Array("|\(field.count):".utf8) + field }
        return text
    }
}

extension TrusteeKey {
    /// The signature on a statement.
    /// - Parameter source: of a secret number; one that repeats itself gives the key away.
    package func sign(_ statement: TrusteeStatement, from source: inout some ScalarSource) -> Proof {
        let nonce = source.next()
        let challenge = TrusteePublicKey.challenge(
            statement, digits(GMPGroup.generatorPower(secret)), GMPGroup.generatorPower(nonce))
        return Proof(challenge: challenge, response: nonce - secret * challenge)
    }

    /// The public key in decimal digits.
    package var publicDecimal: [UInt8] { digits(GMPGroup.generatorPower(secret)) }
}

extension TrusteePublicKey {
    /// Whether a signature on a statement is this key's.
    /// - Parameter statement: made by the caller from what it knows, never from what the signer says.
    package func hasSigned(_ statement: TrusteeStatement, _ proof: Proof) -> Bool {
        guard let power = GMPGroup.openPowers(element, [proof.challenge], member: false) else { return false }
        let commitment = GMPGroup.product(GMPGroup.openGeneratorPower(proof.response), power[0])
        return TrusteePublicKey.challenge(statement, decimal, commitment) == proof.challenge
    }

    /// The hash modulo q of statement, key and commitment.
    fileprivate static func challenge(_ statement: TrusteeStatement, _ key: [UInt8], _ commitment: Element) -> Scalar {
        hashed(statement.message, Array("|BELENIOS-2048|".utf8), key, Array("|".utf8), digits(commitment))
    }
}
