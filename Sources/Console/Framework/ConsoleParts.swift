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
    package let door: Doorkeeper
    /// Passphrases of staff.
    package let signIn: SignInDesk
    /// Accounts, roles and authenticators.
    package let register: StaffRegister
    /// What is seen and done for single voters.
    package let desk: VoterDesk
    /// What became of messages, and channels.
    package let deliveries: DeliveryDesk
    /// Reminders, and what they may not tell.
    package let reminders: Reminders
    /// Specimens, print runs and parcels.
    package let letters: LetterDoor
    /// Figures, as they may be shown.
    package let snapshots: TurnoutRecorder
    /// Which points of the policy the settings fulfil.
    package let policy: PolicyDesk
    /// Imports and corrections of the roll.
    package let roll: RollDesk
    /// Voters' questions, and where visitors stand.
    package let help: HelpQueue
    /// Trustees, minutes and results.
    package let teller: Teller
    /// What is asked for, refused and exported goes there.
    package let logbook: Logbook
    /// Seconds since 1970.
    package let clock: Clock
    /// Of browsers' tokens and names of uploads.
    package let randomness: Randomness
    /// Of the election; forms' tokens hang on a subkey of it.
    package let key: ElectionKey

    /// What the composition root puts together.
    package init(
        store: Store, door: Doorkeeper, signIn: SignInDesk, register: StaffRegister, desk: VoterDesk,
        deliveries: DeliveryDesk, reminders: Reminders, letters: LetterDoor, snapshots: TurnoutRecorder,
        policy: PolicyDesk, roll: RollDesk, help: HelpQueue, teller: Teller, logbook: Logbook, clock: Clock,
        randomness: Randomness, key: ElectionKey
    ) {
        (self.store, self.door, self.signIn, self.register) = (store, door, signIn, register)
        (self.desk, self.deliveries, self.reminders, self.letters) = (desk, deliveries, reminders, letters)
        (self.snapshots, self.policy, self.roll, self.help) = (snapshots, policy, roll, help)
        (self.teller, self.logbook, self.clock, self.randomness) = (teller, logbook, clock, randomness)
        self.key = key
    }
}
