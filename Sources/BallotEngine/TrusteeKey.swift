package import BallotCore

/// A trustee's secret key x for one ballot (protocol section 4).
package struct TrusteeKey: Sendable {
    /// Below q; whoever has all trustees' opens every ballot.
    package let secret: Scalar

    /// A new key, from randomness that must be secret.
    package init(from source: inout some ScalarSource) { secret = source.next() }

    /// The key of decimal digits; nil when they are no number below q.
    package init?(decimal: [UInt8]) {
        guard let secret = Scalar(decimal: decimal.span) else { return nil }
        self.secret = secret
    }

    /// The secret in decimal digits, for the trustee's private file.
    package var decimal: [UInt8] {
        var text: [UInt8] = []
        secret.appendDecimal(to: &text)
        return text
    }

    /// The public document: the key and the proof that its maker knows the secret.
    /// The proof is made anew each time: two documents of one key differ.
    package func document(from source: inout some ScalarSource) -> [UInt8] {
        let key = digits(GMPGroup.generatorPower(secret))
        let nonce = source.next()
        let challenge = TrusteePublicKey.challenge(key, GMPGroup.generatorPower(nonce))
        let proof = Proof(challenge: challenge, response: nonce - secret * challenge)
        var text = Array("{\"pok\":".utf8)
        proof.append(to: &text)
        return text + Array(",\"public_key\":\"".utf8) + key + Array("\"}".utf8)
    }
}

/// The decimal digits of an element.
package func digits(_ element: Element) -> [UInt8] {
    var text: [UInt8] = []
    GMPGroup.append(element, to: &text)
    return text
}

/// The hash of texts modulo q, as the protocol's proofs use it (section 1).
func hashed(_ parts: [UInt8]...) -> Scalar {
    var hash = SHA256()
    for part in parts { hash.update(part.span) }
    let digest = hash.finish()
    return Scalar(reducing: digest.span)
}

/// A trustee's public key X = g^x, whose proof of knowledge was checked.
package struct TrusteePublicKey: Sendable {
    /// X as a number: a member of the group, not 1.
    package let element: Element
    /// X in decimal digits.
    package let decimal: [UInt8]
    /// The document's bytes, canonical.
    package let document: [UInt8]

    /// The key of a document; nil when it is none, no member of the group, the identity (which would add nothing to the
    /// election's key), or not proven.
    package init?(_ document: [UInt8]) {
        guard let json = JSON.read(document), let decimal = json["public_key"]?.bytes,
            !TrusteePublicKey.isIdentity(decimal), let element = GMPGroup.element(decimal.span),
            let proof = Proof(json["pok"]),
            let powers = GMPGroup.openPowers(element, [proof.challenge], member: true)
        else { return nil }
        let commitment = GMPGroup.product(GMPGroup.openGeneratorPower(proof.response), powers[0])
        guard TrusteePublicKey.challenge(decimal, commitment) == proof.challenge else { return nil }
        (self.element, self.decimal, self.document) = (element, decimal, document)
    }

    /// Whether the document is the one text that key and proof have: whatever is more in it would be sealed for ever.
    package var isCanonical: Bool {
        guard let proof = Proof(JSON.read(document)?["pok"]) else { return false }
        var text = Array("{\"pok\":".utf8)
        proof.append(to: &text)
        return document == text + Array(",\"public_key\":\"".utf8) + decimal + Array("\"}".utf8)
    }

    /// Whether these are the digits of 1: a member of the group whose secret everybody knows.
    package static func isIdentity(_ decimal: [UInt8]) -> Bool { decimal == [UInt8(ascii: "1")] }

    /// The protocol's hash modulo q of key and commitment.
    static func challenge(_ key: [UInt8], _ commitment: Element) -> Scalar {
        hashed(Array("pok|BELENIOS-2048|".utf8), key, Array("|".utf8), digits(commitment))
    }

    /// The `trustees` document of single trustees (section 4).
    /// - Parameter keys: in the order of the trustees' numbers.
    package static func trusteesDocument(_ keys: [TrusteePublicKey]) -> [UInt8] {
        var text = Array("[".utf8)
        for (index, key) in keys.enumerated() {
            text += Array((index > 0 ? "," : "").utf8) + Array("[\"Single\",".utf8) + key.document + Array("]".utf8)
        }
        return text + Array("]".utf8)
    }

    /// More trustees than any election has; each costs a proof to check.
    package static let mostTrustees = 200

    /// What is wrong with a `trustees` document; trustees count from 1.
    package enum ListFault: Error, Sendable, Equatable {
        case noList
        /// A threshold of trustees, or another kind that is not counted here.
        case otherKind(Int)
        case unproven(Int)
        /// The key is 1.
        case identity(Int)
        /// The key is that of an earlier trustee.
        case sameKey(Int, as: Int)
        case tooMany
    }

    /// The keys of a `trustees` document, each proven, no two the same.
    /// - Throws: the first fault, with the number of the trustee.
    package static func read(list document: [UInt8]) throws(ListFault) -> [TrusteePublicKey] {
        guard let list = JSON.read(document)?.list, !list.isEmpty else { throw .noList }
        guard list.count <= mostTrustees else { throw .tooMany }
        var keys: [TrusteePublicKey] = []
        for (index, entry) in list.enumerated() {
            guard let pair = entry.list, pair.count == 2, pair[0].bytes == Array("Single".utf8) else {
                throw .otherKind(index + 1)
            }
            if let decimal = pair[1]["public_key"]?.bytes {
                if isIdentity(decimal) { throw .identity(index + 1) }
                if let earlier = keys.firstIndex(where: { $0.decimal == decimal }) {
                    throw .sameKey(index + 1, as: earlier + 1)
                }
            }
            guard let key = TrusteePublicKey(pair[1].written) else { throw .unproven(index + 1) }
            keys.append(key)
        }
        return keys
    }

    /// The keys of a `trustees` document; nil when one is not proven, 1, another's, or of a kind that is not counted here.
    package static func read(trustees document: [UInt8]) -> [TrusteePublicKey]? {
        do throws(ListFault) { return try read(list: document) } catch { return nil }
    }

    /// The election's public key y: the product of all (section 4).
    /// - Returns: 1 where there are none.
    package static func electionKey(_ keys: [TrusteePublicKey]) -> Element {
        keys.reduce(GMPGroup.one) { GMPGroup.product($0, $1.element) }
    }
}

extension Proof {
    /// The proof of a JSON object; nil when it is none or a number is not below q.
    package init?(_ json: JSON?) {
        guard let challenge = json?["challenge"]?.bytes, let response = json?["response"]?.bytes,
            let first = Scalar(decimal: challenge.span), let second = Scalar(decimal: response.span)
        else { return nil }
        self.init(challenge: first, response: second)
    }
}

extension JSON {
    /// The value as compact JSON, members in their order.
    package var written: [UInt8] {
        var text: [UInt8] = []
        write(to: &text)
        return text
    }

    /// Appends it; names stay in their order, so that a text that was compact comes out the same.
    private func write(to text: inout [UInt8]) {
        switch self {
        case .text(let bytes): JSON.append(text: bytes, to: &text)
        case .number(let number): text += Array("\(number)".utf8)
        case .flag(let flag): text += Array((flag ? "true" : "false").utf8)
        case .null: text += Array("null".utf8)
        case .array(let list):
            text.append(UInt8(ascii: "["))
            for (index, value) in list.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                value.write(to: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                JSON.append(text: member.name, to: &text)
                text.append(UInt8(ascii: ":"))
                member.value.write(to: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }
}
