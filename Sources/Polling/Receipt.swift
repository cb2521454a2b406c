import Crypto
import Foundation

/// What a voter takes away: the tracker of their ballot, signed by the server. It says nothing of the choice and is stored
/// nowhere.
package struct Receipt: Sendable, Equatable {
    /// The election's name (`cse-2026`).
    package let election: String
    /// The ballot's name in it (`titulaires-ouvriers`).
    package let ballot: String
    /// 43 characters of Base64.
    package let tracker: String
    /// Base64 of the signature.
    package let signature: String

    /// As a voter typed it, or a page gives it back: `isGenuine` says what it is worth.
    package init(election: String, ballot: String, tracker: String, signature: String) {
        (self.election, self.ballot, self.tracker, self.signature) = (election, ballot, tracker, signature)
    }

    /// Signs a tracker with the key that the seal names.
    init(election: String, ballot: String, tracker: String, by key: SigningKey) {
        let signature = key.sign(Receipt.text(election, ballot, tracker))
        self.init(
            election: election, ballot: ballot, tracker: tracker, signature: Data(signature).base64EncodedString())
    }

    /// What is signed.
    private static func text(_ election: String, _ ballot: String, _ tracker: String) -> [UInt8] {
        Array("isoloir receipt 1\n\(election)\n\(ballot)\n\(tracker)\n".utf8)
    }

    /// Whether the server of this public key gave the receipt.
    /// - Parameter publicKey: Ed25519, 32 bytes, from the sealed manifest.
    package func isGenuine(_ publicKey: [UInt8]) -> Bool {
        // One spelling alone: bits that a decoder passes over are part of no receipt of ours.
        guard let bytes = Data(base64Encoded: signature), bytes.base64EncodedString().utf8.elementsEqual(signature.utf8)
        else { return false }
        return SigningKey.isSigned(Receipt.text(election, ballot, tracker), by: publicKey, [UInt8](bytes))
    }
}
