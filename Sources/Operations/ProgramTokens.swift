package import Staff
package import Store

/// By which programs act for staff: each has a token of its own, with a role and an end. The console comes here.
package struct ProgramTokens: StaffOperation {
    let context: OperationContext

    /// Those of one election.
    package init(_ context: OperationContext) { self.context = context }

    private var clients: StaffClients { StaffClients(register) }

    /// Makes a token.
    /// - Parameter days: until it ends.
    /// - Returns: the token, which is nowhere else; nil where the name is taken or none.
    package func add(name: String, role: StaffRole, days: Int, by actor: Actor) throws(StoreError) -> String? {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.add(transaction, name: name, role: role, days: days, by: actor.principal)
        }
    }

    /// Ends a token.
    /// - Returns: false where there is none of this name.
    package func remove(name: String, by actor: Actor) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.remove(transaction, name: name, by: actor.principal)
        }
    }
}
