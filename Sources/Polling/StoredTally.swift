/// The encrypted tally of a ballot, and its result once the trustees opened it.
package struct StoredTally: Sendable {
    /// The `encrypted_tally` document of the ballot protocol (section 9), as it stands in the archive.
    package let document: [UInt8]
    /// Ballots that were added up: all that are in the box.
    package let ballots: Int
    /// The sum of their weights; the ballots' number where all weigh 1.
    package let weight: Int
    /// The `result` document of the ballot protocol.
    package let result: [UInt8]?
}

/// A trustee's decryption of a ballot as it is kept.
package struct StoredPart: Sendable, Equatable {
    /// The trustee's number in the trustees' document, from 1.
    package let owner: Int
    /// The protocol's document.
    package let document: [UInt8]
    /// The proofs that bind its factors; nil where another program made it.
    package let binding: [UInt8]?
    /// On whose word it was taken without them.
    package let waiver: Waiver?

    /// The word of two members of the bureau that lets in a part of another program.
    package struct Waiver: Sendable, Equatable {
        /// Who signed, and why, in words.
        package let words: String
        /// The signed statement, and the SHA-256 of the file that it speaks of in hexadecimal.
        package let statement: [UInt8]
        /// SHA-256, in hexadecimal, of the trustee's file that was let in.
        package let file: String

        /// Nothing is checked here: `fault` does.
        package init(words: String, statement: [UInt8], file: String) {
            (self.words, self.statement, self.file) = (words, statement, file)
        }

        /// Why the statement does not let the part of a trustee in; nil where it does.
        package func fault(trustee: String, election: String, members: [BureauMember]) -> StatementFault? {
            guard let signed = BureauStatement(file: statement) else { return .unreadableWaiver }
            return signed.fault(
                act: .takeUnboundPart, election: election, subject: "\(file) \(trustee)", members: members)
        }
    }

    /// - Parameter binding: with nil, `waiver` must be there, or the part is refused by every audit.
    package init(owner: Int, document: [UInt8], binding: [UInt8]?, waiver: Waiver?) {
        (self.owner, self.document, self.binding, self.waiver) = (owner, document, binding, waiver)
    }
}
