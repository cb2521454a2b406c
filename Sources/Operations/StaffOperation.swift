import Authentication
import Crypto
import Delivery
import Elections
import Issuance
import Journal
import Staff
import Store
import VoterRoll

/// A type that is made of the context alone: what it calls it names without its way there.
protocol StaffOperation: Sendable {
    /// What it is made of.
    var context: OperationContext { get }
}

extension StaffOperation {
    var store: Store { context.store }
    var directory: VoterDirectory { context.directory }
    var outbox: Outbox { context.outbox }
    var approvals: Approvals { context.approvals }
    var register: StaffRegister { context.register }
    var journal: AuditJournal { context.journal }
    var clock: Clock { context.clock }
    var election: StoredElection { context.election }
    var key: ElectionKey { context.key }
    var passphrases: PassphraseService { context.passphrases }
    var registrar: Registrar { context.registrar }
    var issuer: Issuer { context.issuer }
}
