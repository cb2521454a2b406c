import Authentication
import Elections
import Issuance
import Journal
import Staff
import Store
import VoterRoll

/// A new contact and a passphrase reset of one voter within a short while are two halves of one takeover, whoever does them. A contact
/// that a file changed counts as one that was corrected by hand, even where two persons saw it: whoever hands in a file of thousands
/// chooses each row of it, and whoever approves it looks at no row for long.
struct TakeoverRule: StaffOperation {
    let context: OperationContext

    init(_ context: OperationContext) { self.context = context }

    /// Seconds within which the two are halves of one takeover.
    static let seconds = PassphraseService.takeoverSeconds

    /// Whether a voter's contact was changed a short while ago, by hand or by a file.
    func hasContactMoved(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Bool {
        try directory.contactMoved(reading, .voter(voter)).map { $0 > clock.now - TakeoverRule.seconds } ?? false
    }

    /// Whether somebody took a voter's passphrase away a short while ago.
    func wasReset(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Bool {
        try passphrases.resetAt(reading, election: election.number, .voter(voter))
            .map { $0 > clock.now - TakeoverRule.seconds } ?? false
    }

    /// Raises an alert for somebody at the command line, who knows one person: the second half of a takeover was done without the
    /// bureau.
    func raise(_ transaction: borrowing Transaction, by actor: Actor) throws(StoreError) {
        guard actor.actsAlone else { return }
        try Alerts(context).raise(transaction, .alertTakeover, actor.principal.text)
    }

    /// Whether carrying out a request would be the second half of a takeover, whatever was known when it was asked for.
    func isCompleted(_ reading: borrowing Reading, by request: Approvals.Request) throws(StoreError) -> Bool {
        switch request.permission {
        case .resetPassphrase: try hasContactMoved(reading, voter: request.subject)
        case .reissueElsewhere, .changeRoll: try wasReset(reading, voter: request.subject)
        default: false
        }
    }
}
