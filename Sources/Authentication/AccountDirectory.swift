package import Contacts
import Crypto
import Delivery
package import Elections
package import Issuance
package import Journal
package import Store

/// Whoever holds an identifier.
package struct Account: Sendable {
    /// A generation of the identifier, with the secret that was sent with it.
    package struct Generation: Sendable {
        /// Counts the identifiers of one holder, from 1.
        package let number: Int
        /// Keyed hash of the secret that went with it; nil where none was sent.
        package let secretHash: [UInt8]?
        /// A renewal that was not used yet.
        package let isPending: Bool
        /// When it was made, seconds since 1970.
        package let createdAt: Int

        /// - Parameter createdAt: seconds since 1970; 0 where no secret hangs on it.
        package init(number: Int, secretHash: [UInt8]?, isPending: Bool, createdAt: Int = 0) {
            (self.number, self.secretHash, self.isPending) = (number, secretHash, isPending)
            self.createdAt = createdAt
        }
    }

    /// Who it is: a voter or a member of the staff.
    package let principal: Principal
    /// The generation that is used when the secret does not tell: a renewal before the one it replaces.
    package let generation: Int
    /// Every generation that carries the identifier, a renewal first.
    package let generations: [Generation]
    /// The way by which the identifier travelled.
    package let route: Channel
    /// Hash of the connection code that is printed on the letter.
    package let printedCode: [UInt8]?

    /// - Parameter generations: a renewal first, else the one generation in use.
    package init(
        principal: Principal, generation: Int, generations: [Generation], route: Channel, printedCode: [UInt8]?
    ) {
        (self.principal, self.generation, self.generations) = (principal, generation, generations)
        (self.route, self.printedCode) = (route, printedCode)
    }
}

/// Knows a kind of principals: who holds an identifier, and how to reach them.
package protocol AccountDirectory: Sendable {
    /// The holder of an identifier by its hash; nil when nobody holds it.
    func account(_ reading: borrowing Reading, hash: [UInt8]) throws(StoreError) -> Account?
    /// Whether a generation of a principal's identifier can be used.
    func isLive(_ reading: borrowing Reading, _ principal: Principal, generation: Int) throws(StoreError) -> Bool
    /// The channels by which a code can be sent.
    func routes(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> [Channel]
    /// The hash of the answer to the question that the roll holds; nil where it holds none.
    func challenge(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> String?
    /// The hash of the secret that was sent with the identifier in use; nil where none was.
    func sentSecret(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> [UInt8]?
    /// The language in which a principal is written to; nil where none is known.
    func language(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Language?
    /// Names that a new secret must not be made of.
    func names(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> [String]
    /// When somebody gave or corrected a contact of the principal last, by hand or by a file; nil when never.
    func contactMoved(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Int?
    /// Queues a message; nil when the principal cannot be reached so.
    func send(
        _ transaction: borrowing Transaction, _ principal: Principal, _ note: VoterNotification
    ) throws(StoreError) -> Int?
    /// Says that a principal signed in with this generation: a renewal is complete then.
    func complete(
        _ transaction: borrowing Transaction, _ principal: Principal, generation: Int
    ) throws(StoreError)
}
