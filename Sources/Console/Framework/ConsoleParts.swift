package import Authentication
package import Crypto
package import Journal
package import Operations
package import Staff
package import Store
package import Tally
package import Turnout

/// What the console works with.
package struct ConsoleParts: Sendable {
    /// The whole store; each part has its own tables in it.
    package let store: Store
    /// Codes and sessions of staff.
    package let authenticator: Authenticator
    /// Passphrases of staff.
    package let signIn: SignInFlow
    /// Accounts, roles and authenticators.
    package let register: StaffRegister
    /// What the operations are made of.
    package let operations: OperationContext
    /// What became of messages, and channels.
    package let deliveries: DeliveryService
    /// Reminders, and what they may not tell.
    package let reminders: Reminders
    /// Specimens, print runs and parcels.
    package let letters: PrintOrders
    /// Figures, as they may be shown.
    package let snapshots: TurnoutRecorder
    /// Which points of the policy the settings fulfil.
    package let policy: PolicyService
    /// Files that become the roll.
    package let rollImport: RollFileImport
    /// Voters' questions, and where visitors stand.
    package let help: SupportQueue
    /// Trustees, minutes and results.
    package let tallyService: TallyService
    /// What is asked for, refused and exported goes there.
    package let journal: AuditJournal
    /// Seconds since 1970.
    package let clock: Clock
    /// Of browsers' tokens and names of uploads.
    package let randomness: Randomness
    /// Of the election; forms' tokens hang on a subkey of it.
    package let key: ElectionKey

    /// What the composition root puts together.
    package init(
        store: Store, authenticator: Authenticator, signIn: SignInFlow, register: StaffRegister,
        operations: OperationContext,
        deliveries: DeliveryService, reminders: Reminders, letters: PrintOrders, snapshots: TurnoutRecorder,
        policy: PolicyService, rollImport: RollFileImport, help: SupportQueue, tallyService: TallyService,
        journal: AuditJournal,
        clock: Clock,
        randomness: Randomness, key: ElectionKey
    ) {
        (self.store, self.authenticator, self.signIn, self.register) = (store, authenticator, signIn, register)
        (self.operations, self.deliveries, self.reminders, self.letters) = (operations, deliveries, reminders, letters)
        (self.snapshots, self.policy, self.rollImport, self.help) = (snapshots, policy, rollImport, help)
        (self.tallyService, self.journal, self.clock, self.randomness) = (tallyService, journal, clock, randomness)
        self.key = key
    }
}
