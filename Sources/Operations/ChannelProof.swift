package import Contacts
package import Delivery
package import Elections
package import Issuance
package import VoterRoll

/// Which secret of a voter travels by which channel: what shows that nobody who reads one of them can vote.
package struct ChannelProof: Sendable, Equatable {
    /// What stands beside the identifier.
    package enum Verdict: String, Sendable, CaseIterable {
        /// Identifier and code travel by two channels.
        case two
        /// By one channel, with the roll's question as a further factor.
        case oneAndAnswer
        /// By one channel alone.
        case one
        /// Nothing was issued yet, or nothing reaches them.
        case none
    }

    /// The way of the identifier in use; nil where there is none.
    package let identifier: Channel?
    /// The ways by which the connection code can come.
    package let codes: [Channel]
    /// The way of a secret that was sent; nil where voters choose their own.
    package let secret: Channel?
    /// What the three together come to.
    package let verdict: Verdict

    /// Of a voter as the roll and the issuance know them.
    /// - Parameters:
    ///   - record: the identifier in use; nil where none was issued or the last one was ended.
    ///   - routes: the ways by which a code or a word can be sent to them: mail, SMS, both or none.
    package init(_ voter: Voter, _ record: IdentifierRecord?, routes: [Channel], policy: AccessPolicy) {
        self.init(
            identifier: record?.route, hasPrintedCode: record?.hasPrintedCode ?? false,
            hasSecret: record?.hasSecret ?? false, routes: routes, policy: policy)
    }

    /// The same from the facts alone, for a report over the whole roll.
    /// - Parameters:
    ///   - identifier: the way by which the identifier in use was sent; nil where there is none.
    ///   - hasPrintedCode: whether a connection code stands on the letter: it serves where no other way carries one.
    ///   - hasSecret: whether a secret was sent with the identifier, by the same way.
    ///   - routes: the ways by which a code can be sent.
    package init(
        identifier: Channel?, hasPrintedCode: Bool, hasSecret: Bool, routes: [Channel], policy: AccessPolicy
    ) {
        self.identifier = identifier
        secret = hasSecret ? identifier : nil
        guard let identifier else {
            (codes, verdict) = ([], .none)
            return
        }
        let sent = policy.codeWays(routes, identifier: identifier)
        codes = sent.isEmpty && hasPrintedCode && policy.codeChannel != .none ? [.letter] : sent
        let isApart = !codes.isEmpty && !codes.contains(identifier)
        verdict = isApart ? .two : policy.challenge != nil ? .oneAndAnswer : .one
    }
}
