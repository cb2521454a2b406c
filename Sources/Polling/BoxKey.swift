package import Crypto

/// The key of the sealed credentials: a file of its own, handed over at the opening and never part of a backup. It is derived
/// from nothing, so that its destruction is the end of every link between voter and ballot.
package struct BoxKey: Sendable {
    private let secret: Secret

    /// - Parameter bytes: 32, taken over.
    package init?(_ bytes: consuming [UInt8]) {
        guard bytes.count == BoxKey.count else { return nil }
        secret = Secret(bytes)
    }

    /// A new key: `PollSealer` takes it at the seal, once, after its file was written.
    package init(from randomness: Randomness) { secret = Secret(randomness.bytes(BoxKey.count)) }

    /// Length in bytes.
    package static let count = 32

    /// The key as a file: one line of hexadecimal digits behind its mark.
    package var file: Secret {
        secret.reveal { key in
            var text: [UInt8] = []
            // An array that grew would leave its digits where it was before.
            text.reserveCapacity(BoxKey.fileCount)
            text += BoxKey.mark
            for place in key.indices {
                text.append(BoxKey.digit(key[place] >> 4))
                text.append(BoxKey.digit(key[place] & 15))
            }
            text.append(10)
            return Secret(text)
        }
    }

    /// SHA-256 of the file: the seal's journal entry has it.
    var fileDigest: String { file.reveal { hex(sha256($0)) } }

    private static let mark = Array("isoloir box key 1\n".utf8)
    /// Bytes of the file: mark, digits, newline.
    static let fileCount = mark.count + 2 * count + 1

    /// Reads a file as `file` writes it.
    /// - Returns: nil when the mark, the final newline or one of the 64 digits is not there.
    package init?(file: Secret) {
        let key = file.reveal { text -> Secret? in
            let mark = BoxKey.mark
            guard text.count == BoxKey.fileCount, mark.indices.allSatisfy({ text[$0] == mark[$0] }),
                text[text.count - 1] == 10
            else { return nil }
            var bytes = [UInt8](repeating: 0, count: BoxKey.count)
            for place in bytes.indices {
                let digits = mark.count + 2 * place
                guard let high = BoxKey.value(text[digits]), let low = BoxKey.value(text[digits + 1]) else {
                    wipe(&bytes)
                    return nil
                }
                bytes[place] = high << 4 | low
            }
            return Secret(bytes)
        }
        guard let key else { return nil }
        secret = key
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }

    /// The value of a hexadecimal digit.
    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 48...57: digit - 48
        case 65...70, 97...102: (digit | 32) - 87
        default: nil
        }
    }

    /// What a vote needs of a voter: the secret credential and the slot it belongs to.
    struct Credential {
        /// 19 characters.
        let text: [UInt8]
        let slot: Int
    }

    /// Seals and opens credentials with this key; each takes `place` as its associated data.
    func sealer(_ randomness: Randomness) -> Sealer { Sealer(key: secret, randomness: randomness) }

    /// What is sealed: the slot's row number (8 bytes, most significant first), then the credential's text.
    static func plain(_ credential: Credential) -> [UInt8] { FixedWidth.bytes(credential.slot, 8) + credential.text }

    /// Where a sealed credential belongs.
    /// - Parameters: row numbers of the ballot (scrutin) and of the voter.
    static func place(ballot: Int, voter: Int) -> [UInt8] {
        var fields = LengthPrefixedFields("polling.credential")
        fields.append(ballot)
        fields.append(voter)
        return fields.bytes
    }

    /// - Returns: nil where the key is another one, or the bytes belong to another ballot or voter.
    func open(_ sealed: [UInt8], ballot: Int, voter: Int, randomness: Randomness) -> Credential? {
        guard let plain = sealer(randomness).open(sealed, associated: BoxKey.place(ballot: ballot, voter: voter)),
            plain.count > 8
        else { return nil }
        return Credential(text: Array(plain[8...]), slot: FixedWidth.number(plain[..<8]))
    }
}
