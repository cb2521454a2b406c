package import Contacts
package import Crypto
package import Delivery
package import Elections
package import Journal

/// The election whose identifiers are issued, with its key and the templates by which they travel.
package struct IssuanceContext: Sendable {
    let election: StoredElection
    let key: ElectionKey
    let messageTemplates: MessageTemplates

    /// - Parameters:
    ///   - key: the election's.
    ///   - messageTemplates: the election's templates.
    package init(_ election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates) {
        (self.election, self.key, self.messageTemplates) = (election, key, messageTemplates)
    }
}

/// A new identifier for one voter in place of the old one.
package struct ReissueOrder: Sendable {
    let route: Channel
    let contact: String?
    let reason: String
    let principal: Principal
    let mailing: Int?
    let keepsOld: Bool

    /// - Parameters:
    ///   - contact: a new contact for this voter only, held beside the roll; nil to use the roll's.
    ///   - reason: why; it goes into the journal.
    ///   - mailing: the mailing that this is part of.
    ///   - keepsOld: whether the one in use goes on until the post has the letter with the new one.
    package init(
        by route: Channel, contact: String?, reason: String, principal: Principal, mailing: Int? = nil,
        keepsOld: Bool = false
    ) {
        (self.route, self.contact, self.reason, self.principal) = (route, contact, reason, principal)
        (self.mailing, self.keepsOld) = (mailing, keepsOld)
    }
}
