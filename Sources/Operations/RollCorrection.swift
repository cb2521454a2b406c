import Access
package import Bureau
import Crypto
import Delivery
import Elections
import Issuance
package import Journal
import Passphrases
import Staff
package import Store
package import VoterRoll

extension VoterDesk {
    /// Carries out a correction; messages that wait follow the contact, and the old one is told. Once the poll is sealed, only
    /// contacts, channel and language change: who may vote, and under what name, stands in the seal. Console, interface for
    /// programs and command line all come here.
    package func correct(
        _ transaction: borrowing Transaction, _ voter: Voter, _ column: Column, _ value: String, reason: String,
        by principal: Principal
    ) throws(StoreError) -> RollDesk.Change {
        if !column.changesAfterSeal, try isSealed(transaction.reading) { return .sealed }
        let isContact = column.isContact
        let hasIdentifier = try !issuer.history(transaction.reading, voter: voter.id).isEmpty
        // Before the contact is another: whoever has the old one learns of it.
        if isContact, hasIdentifier { try tellOld(transaction, voter) }
        let outcome = try registrar.correct(
            transaction, election, reference: voter.reference, column: column, value: value, reason: reason, key: key,
            randomness: randomness, by: principal)
        switch outcome {
        case .unknownVoter: return .unknownVoter
        case .refused(let reason): return .refused(reason)
        case .done: return .done(messages: try issuer.readdress(transaction, election, key: key, voter: voter.id))
        }
    }

    /// The same for the command line, which knows one person: a new contact that is odd raises the alerts that it raises at the
    /// console. The second value says that a member of the bureau would have had to agree there.
    package func correctAlone(
        _ transaction: borrowing Transaction, _ voter: Voter, _ column: Column, _ value: String, reason: String,
        by principal: Principal
    ) throws(StoreError) -> (change: RollDesk.Change, isForBureau: Bool) {
        var isForBureau = false
        if column.isContact, try !issuer.history(transaction.reading, voter: voter.id).isEmpty, !value.isEmpty,
            let contact = try? GivenContact(value, by: column.route)
        {
            isForBureau = try needsBureau(transaction, contact, voter: voter, by: principal)
        }
        let change = try correct(transaction, voter, column, value, reason: reason, by: principal)
        return (change, isForBureau)
    }

    /// Sends word of a changed contact by the channels that were used until now: where nothing has left yet, a mistyped address
    /// may be a stranger's.
    private func tellOld(_ transaction: borrowing Transaction, _ voter: Voter) throws(StoreError) {
        let principal = Principal.voter(voter.id)
        for route in try directory.routes(transaction.reading, principal)
        where try outbox.hasLeft(transaction.reading, election: election.number, subject: voter.id, by: route) {
            let generation = clock.now
            let note = VoterNote(.contactChanged, by: route, priority: .recovery, generation: generation)
            _ = try directory.send(transaction, principal, note)
        }
    }

    /// Why a correction would be refused; nil when it would not. Nothing of it stays.
    func trial(
        _ transaction: borrowing Transaction, _ voter: Voter, _ column: Column, _ value: String
    ) throws(StoreError) -> String? {
        try registrar.refusal(transaction.reading, column, value)
    }

    func carryOutCorrection(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ voter: Voter, why: String,
        by principal: Principal
    ) throws(StoreError) -> Outcome {
        guard let column = Column(rawValue: request.order["column"] ?? "") else { return .refused("") }
        let change = try correct(
            transaction, voter, column, request.order["contact"] ?? "", reason: why, by: principal)
        switch change {
        case .done: return .done(noticeBy: nil, sheets: [])
        case .refused(let reason): return .refused(reason)
        case .sealed: return .refused("the poll is sealed since")
        default: return .unknownVoter
        }
    }
}

extension RollDesk {
    /// Corrects one field; messages that wait go to the corrected contact. A contact of somebody who has an identifier is a
    /// new contact: the same rules hold as for one that is given on the phone.
    package func correct(
        voter id: Int, column: Column, value: String, reason: String, by viewer: Viewer
    ) throws(StoreError) -> Change {
        try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Change in
            guard let voter = try desk.voter(transaction.reading, id) else { return .unknownVoter }
            if column.isContact, try !desk.issuer.history(transaction.reading, voter: id).isEmpty {
                let change = try askForContact(transaction, voter, column, value, reason, viewer)
                if let change { return change }
            }
            return try desk.correct(transaction, voter, column, value, reason: reason, by: viewer.principal)
        }
    }

    /// Asks a second person for a contact's correction where the rules want one; nil where they do not.
    private func askForContact(
        _ transaction: borrowing Transaction, _ voter: Voter, _ column: Column, _ value: String, _ reason: String,
        _ viewer: Viewer
    ) throws(StoreError) -> Change? {
        var byBureau = try desk.wasReset(transaction.reading, voter: voter.id)
        if !value.isEmpty, let contact = try? GivenContact(value, by: column.route) {
            byBureau = try desk.needsBureau(transaction, contact, voter: voter, by: viewer.principal)
        }
        guard byBureau || election.election.access.fourEyes else { return nil }
        if let known = try desk.waiting(transaction.reading, .changeRoll, voter.id) { return .already(request: known) }
        // A value that would be refused is refused now, not when the second person has come.
        let trial = try desk.trial(transaction, voter, column, value)
        if let trial { return .refused(trial) }
        let id = try desk.approvals.ask(
            transaction, .changeRoll, subject: voter.id,
            order: ["column": column.rawValue, "contact": value, "route": column.route.rawValue], reason: reason,
            needsBureau: byBureau, by: viewer.principal)
        return .asked(request: id, byBureau: byBureau)
    }
}

extension Column {
    /// Whether it holds a voter's contact: the rules of new contacts hold for it.
    var isContact: Bool { Column.contacts.contains(self) }

    /// The channel that a contact in it serves.
    var route: Route { self == .email ? .email : self == .phone ? .sms : .letter }

    private static let contacts: Set<Column> = [
        .email, .phone, .address1, .address2, .address3, .address4, .address5, .address6, .postcode, .town, .country,
    ]

    /// Whether it may change once the poll is sealed.
    var changesAfterSeal: Bool { isContact || [.channel, .language].contains(self) }
}
