package import Crypto
package import Staff
package import Store

/// Who works at the console: accounts come, begin anew, and end. Console, interface for programs and command line come here.
package struct StaffAccounts: StaffOperation {
    /// What came of an order.
    package enum Outcome: Sendable, Equatable {
        /// It is in force.
        case done
        /// The account waits for a second person's word.
        case waits
        /// The role of whoever asks has not this permission, which people of that role want; the journal has it.
        case denied(Permission)
        /// Nobody does that to themselves.
        case isOwn
        /// The name is taken, by somebody who was removed perhaps.
        case taken
        /// The name is not made of 2 to 40 small letters, digits, dots and hyphens.
        case badName
        /// There is nobody of this name.
        case unknown
    }

    let context: OperationContext

    /// Those of one election.
    package init(_ context: OperationContext) { self.context = context }

    /// What the journal calls the place of a denial.
    private static let place = "staff"

    /// Adds an account.
    /// - Parameter handing: takes the identifier that is sent, for who hands it over themselves.
    package func add(
        _ newcomer: StaffRegister.Newcomer, by actor: Actor, handing: (Secret) -> Void = { _ in }
    ) throws(StoreError) -> Outcome {
        if let denial = try denial(newcomer.role, actor) { return denial }
        let change = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try register.add(transaction, newcomer, by: actor.principal)
        }
        if case .done(let identifier) = change { handing(Secret(identifier)) }
        return StaffAccounts.outcome(change)
    }

    /// Sends a member a new identifier; passphrase and authenticator are chosen anew.
    package func renew(_ name: String, reason: String, by actor: Actor) throws(StoreError) -> Outcome {
        if let refusal = try refusal(of: name, actor) { return refusal }
        let change = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try register.renew(transaction, name: name, reason: reason, by: actor.principal)
        }
        return StaffAccounts.outcome(change)
    }

    /// Ends an account and its sessions.
    package func remove(_ name: String, reason: String, by actor: Actor) throws(StoreError) -> Outcome {
        if let refusal = try refusal(of: name, actor) { return refusal }
        let isDone = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try register.remove(transaction, name: name, reason: reason, by: actor.principal)
        }
        return isDone ? .done : .unknown
    }

    /// Brings an account into force that somebody else added.
    /// - Returns: why not; nil when it was done.
    package func confirm(_ name: String, by actor: Actor) throws(StoreError) -> StaffRegister.ConfirmDenial? {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try register.confirm(transaction, name: name, by: actor.principal)
        }
    }

    /// Why an account cannot be changed by this person; nil when it can.
    private func refusal(of name: String, _ actor: Actor) throws(StoreError) -> Outcome? {
        let member = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try register.member(reading, name: name)
        }
        guard let member else { return .unknown }
        if let denial = try denial(member.role, actor) { return denial }
        return member.principal == actor.principal ? .isOwn : nil
    }

    /// Refuses who may not add or remove people of a role, and keeps it; the command line has no role. An interface asks this before
    /// it reads what else was sent.
    /// - Returns: nil where they may.
    package func denial(_ role: StaffRole, _ actor: Actor) throws(StoreError) -> Outcome? {
        guard !actor.actsAlone, !actor.may(role.passphrases) else { return nil }
        let source = actor.interface == .api ? "api" : "console"
        try StaffRequests(context).denied(actor, role.passphrases, StaffAccounts.place, from: source)
        return .denied(role.passphrases)
    }

    private static func outcome(_ change: StaffRegister.Change) -> Outcome {
        switch change {
        case .done: .done
        case .waits: .waits
        case .unknown: .unknown
        case .taken: .taken
        case .badName: .badName
        }
    }
}
