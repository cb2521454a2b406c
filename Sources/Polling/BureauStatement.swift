package import Crypto

/// A member of the bureau by the key that signs what they accept in writing.
package struct BureauMember: Sendable, Equatable {
    /// As the member made it with the key: one line in NFC, at most 100 bytes (`PlainLine.isName`).
    package let name: String
    /// Ed25519, 32 bytes.
    package let key: [UInt8]

    /// Nothing is checked here: `MemberRegister.add` and the readers of files do.
    package init(name: String, key: [UInt8]) { (self.name, self.key) = (name, key) }
}

/// What members of the bureau accept in writing where a rule protects voters from the server or from a trustee. The server's
/// word proves nothing there: whoever the rule protects checks the members' signatures against the sealed manifest.
///
///     isoloir bureau statement 1
///     act count-few-ballots
///     election cse-2026
///     subject 5f3a... titulaires-cadres: 4 ballots (what exactly is accepted)
///     reason minutes of 1 December, page 2
///     signed 9c1e... (key) 77ab... (signature of the five lines above) Jeanne Martin
package struct BureauStatement: Sendable {
    /// What may be accepted.
    package enum Act: String, Sendable, CaseIterable {
        /// To count where fewer than ten ballots stand together; the subject is the closing record's SHA-256 and each of these
        /// numbers.
        case countFewBallots = "count-few-ballots"
        /// To open without a trustee's check; the subject is the manifest's SHA-256 and the trustee's name.
        case openWithoutCheck = "open-without-check"
        /// To take a decryption without the proof that binds it; the subject is the file's SHA-256 and the trustee's name.
        case takeUnboundPart = "take-unbound-part"
        /// To replace a trustee's proven key; the subject is the new public file's SHA-256, the trustee's name and the old keys'
        /// SHA-256.
        case replaceTrusteeKey = "replace-trustee-key"
        /// To take a trustee away who has shown the keys; the subject is the keys' SHA-256 and the trustee's name.
        case removeTrustee = "remove-trustee"
        /// The member's copy of the box key is destroyed; the subject is the manifest's SHA-256. One signature is one copy.
        case boxKeyDestroyed = "box-key-destroyed"
        /// To take votes again after a restore; the subject is the manifest's SHA-256 and the heads that were published last.
        case resumeAfterRestore = "resume-after-restore"
        /// To end the poll for good without a result; the subject is the manifest's SHA-256.
        case abandonPoll = "abandon-poll"
        /// To undo the seal before the opening; the subject is the manifest's SHA-256.
        case undoSeal = "undo-seal"
    }

    /// One member's signature.
    package struct Signature: Sendable {
        /// By the name in the file; only the key says who signed.
        package let member: BureauMember
        fileprivate let bytes: [UInt8]
    }

    /// The one act that is accepted.
    package let act: Act
    /// The election's name (`cse-2026`), as the manifest has it.
    package let election: String
    /// What exactly is accepted: digests and names, so that a statement serves for nothing else.
    package let subject: String
    /// Why, in the members' words: one line, at most 1000 bytes. Records and messages to voters repeat it.
    package let reason: String
    /// In the order in which they came, all of them checked; one key may have signed twice in a file, and `signers` counts
    /// it once.
    package private(set) var signatures: [Signature] = []

    /// Signatures that relax a rule.
    package static let needed = 2
    private static let mark = "isoloir bureau statement 1"
    /// Bytes of a file: five lines and the signatures of a large bureau.
    package static let longest = 20_000

    /// - Returns: nil when a field is empty or has more than one line.
    package init?(act: Act, election: String, subject: String, reason: String) {
        guard [election, subject, reason].allSatisfy(PlainLine.isPlain) else { return nil }
        (self.act, self.election, self.subject, self.reason) = (act, election, subject, reason)
    }

    /// Reads a file, every signature checked; nil when it is no statement or a signature is not its member's.
    package init?(file: [UInt8]) {
        guard file.count <= BureauStatement.longest else { return nil }
        let lines = String(decoding: file, as: UTF8.self).split(separator: "\n").map(String.init)
        guard lines.count >= 5, lines[0] == BureauStatement.mark else { return nil }
        func field(_ place: Int, _ name: String) -> String? {
            lines[place].hasPrefix(name + " ") ? String(lines[place].dropFirst(name.utf8.count + 1)) : nil
        }
        guard let act = field(1, "act").flatMap(Act.init(rawValue:)), let election = field(2, "election"),
            let subject = field(3, "subject"), let reason = field(4, "reason")
        else { return nil }
        self.init(act: act, election: election, subject: subject, reason: reason)
        for line in lines[5...] {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            guard words.count == 4, words[0] == "signed", let key = Crypto.bytes(hex: words[1]),
                let signature = Crypto.bytes(hex: words[2]), PlainLine.isName(words[3]),
                SigningKey.isSigned(text, by: key, signature)
            else { return nil }
            signatures.append(Signature(member: BureauMember(name: words[3], key: key), bytes: signature))
        }
    }

    /// What is signed.
    private var text: [UInt8] {
        Array(
            "\(BureauStatement.mark)\nact \(act.rawValue)\nelection \(election)\nsubject \(subject)\nreason \(reason)\n"
                .utf8)
    }

    /// The file's content.
    package var file: [UInt8] {
        signatures.reduce(text) { file, signature in
            file
                + Array(
                    "signed \(hex(signature.member.key)) \(hex(signature.bytes)) \(signature.member.name)\n".utf8)
        }
    }

    /// Adds a member's signature; a second one by the same key changes nothing.
    /// - Parameter name: the member's; it must be the one under which the seal has the key, or it only misleads
    ///   readers.
    package mutating func sign(name: String, key: SigningKey) {
        guard !signatures.contains(where: { $0.member.key == key.publicKey }) else { return }
        signatures.append(
            Signature(member: BureauMember(name: name, key: key.publicKey), bytes: key.sign(text)))
    }

    /// The members of a list who signed, by their keys: names in the file prove nothing, and one key under two names is one
    /// person.
    package func signers(among members: [BureauMember]) -> [BureauMember] {
        var known: Set<[UInt8]> = []
        return members.filter { member in
            signatures.contains { $0.member.key == member.key } && known.insert(member.key).inserted
        }
    }

    /// Why the statement does not serve here; nil when two members of the list accepted just this.
    /// - Parameters:
    ///   - subject: what must be accepted, exactly.
    ///   - members: the list that counts: of the sealed manifest, or before the seal of the register.
    package func fault(act: Act, election: String, subject: String, members: [BureauMember]) -> StatementFault? {
        guard self.act == act else { return .act(self.act, wanted: act) }
        guard self.election == election else { return .election(self.election, wanted: election) }
        guard self.subject == subject else { return .subject(self.subject, wanted: subject) }
        let signers = signers(among: members)
        return signers.count >= BureauStatement.needed ? nil : .signers(signers.count)
    }
}
