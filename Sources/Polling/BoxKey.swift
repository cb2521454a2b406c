package import Crypto

/// The key of the sealed credentials: a file of its own, handed over at the opening and never part of a backup. It is derived
/// from nothing, so that its destruction is the end of every link between voter and ballot.
package struct BoxKey: Sendable {
    private let secret: Secret

    /// - Parameter bytes: 32.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == BoxKey.count else { return nil }
        secret = Secret(bytes)
    }

    /// A new key: `PollSealer` takes it at the seal, once, after its file was written.
    package init(from randomness: Randomness) { secret = Secret(randomness.bytes(BoxKey.count)) }

    /// Length in bytes.
    package static let count = 32

    /// The key as a file: one line of hexadecimal digits behind its mark.
    package var file: [UInt8] {
        secret.reveal { key in Array((BoxKey.mark + hex(key.indices.map { key[$0] }) + "\n").utf8) }
    }

    private static let mark = "isoloir box key 1\n"

    /// Reads a file as `file` writes it.
    /// - Returns: nil when the mark, the final newline or one of the 64 digits is not there.
    package init?(file: [UInt8]) {
        let text = String(decoding: file, as: UTF8.self)
        guard text.hasPrefix(BoxKey.mark), text.hasSuffix("\n"),
            let bytes = bytes(hex: text.dropFirst(BoxKey.mark.count).dropLast())
        else { return nil }
        self.init(bytes)
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
    static func plain(_ credential: Credential) -> [UInt8] { Fixed.bytes(credential.slot, 8) + credential.text }

    /// Where a sealed credential belongs.
    /// - Parameters: row numbers of the ballot (scrutin) and of the voter.
    static func place(ballot: Int, voter: Int) -> [UInt8] {
        var fields = Fields("polling.credential")
        fields.append(ballot)
        fields.append(voter)
        return fields.bytes
    }

    /// - Returns: nil where the key is another one, or the bytes belong to another ballot or voter.
    func open(_ sealed: [UInt8], ballot: Int, voter: Int, randomness: Randomness) -> Credential? {
        guard let plain = sealer(randomness).open(sealed, associated: BoxKey.place(ballot: ballot, voter: voter)),
            plain.count > 8
        else { return nil }
        return Credential(text: Array(plain[8...]), slot: Fixed.number(plain[..<8]))
    }
}
