package import Elections
package import Polling
package import Store

/// Who signs for the bureau: each member's key comes in, or goes, before the seal. The command line comes here.
package struct BureauMembers: Sendable {
    private let context: StoreContext
    private let election: StoredElection

    /// - Parameter election: whose bureau it is.
    package init(_ context: StoreContext, _ election: StoredElection) {
        (self.context, self.election) = (context, election)
    }

    private var members: MemberRegister { MemberRegister(journal: context.journal, clock: context.clock) }

    /// Adds a member.
    /// - Parameter member: name and public key, from the member's own file.
    /// - Returns: why not; nil when it was done.
    package func add(_ member: BureauMember, by actor: Actor) throws(StoreError) -> MemberRegister.Refusal? {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try members.add(transaction, election, member, by: actor.principal)
        }
    }

    /// Takes a member's key away.
    /// - Parameter name: exactly as registered.
    /// - Returns: why not; nil when it was done.
    package func remove(_ name: String, by actor: Actor) throws(StoreError) -> MemberRegister.Refusal? {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try members.remove(transaction, election, name: name, by: actor.principal)
        }
    }
}
