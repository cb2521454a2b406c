import Contacts
import Elections
import Issuance
import Journal
package import Staff
package import Store
import VoterRoll

/// Finds who would stand where somebody with an identifier of the same name stood.
package struct ReplacementSearch: StaffOperation {
    let context: OperationContext

    /// In the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// The order's entry of those who leave the roll only once it is approved.
    static let leavingEntry = "leaving"

    /// References named beside one row: more people of one name say nothing.
    private static let mostNamed = 5

    /// Who among some takes the place of somebody who has or had an identifier, and is or will be off the roll, by that one's name and
    /// with another contact than theirs. Who has the contacts of one of them is that one, by another reference.
    /// - Parameter leaving: voters who are about to leave the roll.
    func replacements(
        _ reading: borrowing Reading, _ comers: [Comer], leaving: Set<Int> = []
    ) throws(StoreError) -> Replacements {
        let asked = comers.flatMap { comer in comer.names.map { (voter: comer.voter, name: $0) } }
        var contacts: [Int: VoterContacts] = [:]
        for comer in comers { contacts[comer.voter] = comer.contacts }
        var groups: [Replacements.Group] = []
        for namesakes in try registrar.names.namesakes(reading, election, of: asked) {
            var known = KnownContacts()
            for voter in namesakes.voters {
                if !leaving.contains(voter), try registrar.voter(reading, id: voter) != nil { continue }
                guard try !issuer.history(reading, voter: voter).isEmpty else { continue }
                known.add(voter, try standingContacts(reading, voter))
            }
            let voters = Set(known.contacts.keys)
            let rows = namesakes.asked.filter { row in
                guard voters.contains(where: { $0 != row }), let given = contacts[row] else { return false }
                return !known.hold(given, but: row)
            }
            groups.append(Replacements.Group(rows: rows, voters: voters))
        }
        return Replacements(groups)
    }

    private func standingContacts(_ reading: borrowing Reading, _ voter: Int) throws(StoreError) -> VoterContacts {
        try registrar.contacts(reading, election, voter: voter, keys: context.keys)
    }

    /// Who would take whose place by a correction, which nothing of is kept: by the name that they have, where they have no identifier,
    /// and by a new one.
    func replacements(
        _ transaction: borrowing Transaction, correcting voter: Voter, _ values: [Column: String],
        by principal: Principal
    ) throws(StoreError) -> Replacements {
        let isNewContact = values.keys.contains(where: \.isContact)
        guard isNewContact || values.keys.contains(where: \.isName) else { return Replacements() }
        let today = FullName(lastName: voter.lastName, firstName: voter.firstName)
        let hasIdentifier = try !issuer.history(transaction.reading, voter: voter.id).isEmpty
        guard try issuer.hasIssued(transaction.reading, election: election.number) else { return Replacements() }
        return try transaction.trial { transaction throws(StoreError) in
            guard
                case .done = try RollCorrection(context).attempt(transaction, voter, values, reason: "", by: principal),
                let after = try context.voter(transaction.reading, voter.id)
            else { return (Replacements(), false) }
            var names = [FullName(lastName: after.lastName, firstName: after.firstName)]
            let isRenamed = !names[0].isNearly(today)
            guard isRenamed || isNewContact && !hasIdentifier else { return (Replacements(), false) }
            if isRenamed, isNewContact, !hasIdentifier { names.append(today) }
            let comer = Comer(
                voter: voter.id, names: names, contacts: try standingContacts(transaction.reading, voter.id))
            return (try replacements(transaction.reading, [comer]), false)
        }
    }

    /// The voters who leave the roll with a request's rows: those who were kept on it because of them.
    /// - Parameter rows: whose rows are taken.
    func leaving(
        _ reading: borrowing Reading, _ request: Approvals.Request, for rows: Set<Int>
    ) throws(StoreError) -> [Voter] {
        let kept = Set(
            (request.order[ReplacementSearch.leavingEntry] ?? "").split(separator: ",").compactMap { Int($0) })
        var found: [Voter] = []
        for id in request.replacements.voters(of: rows).intersection(kept).sorted() {
            if let voter = try context.voter(reading, id) { found.append(voter) }
        }
        return found
    }

    /// The references of voters, struck off or not.
    private func references(_ reading: borrowing Reading, of voters: [Int]) throws(StoreError) -> [String] {
        var found: [String] = []
        for voter in voters {
            if let named = try registrar.names.named(reading, voter: voter) { found.append(named.reference) }
        }
        return found
    }

    /// The references of those whose place the voter of a request would take.
    package func replacedReferences(
        _ reading: borrowing Reading, _ request: Approvals.Request
    ) throws(StoreError) -> [String] {
        try references(reading, request.replacements, of: request.subject)
    }

    /// The references of those whose place one of some would take, the first few.
    func references(
        _ reading: borrowing Reading, _ replacing: Replacements, of row: Int
    ) throws(StoreError) -> [String] {
        try references(reading, of: replacing.voters(of: row, atMost: ReplacementSearch.mostNamed))
    }

    /// Raises the alert that somebody with an identifier left the roll, and another one of their name, with another contact, was put
    /// on it later or got that name: the other order of the same exchange, which nobody can hold back any more.
    func raise(
        _ transaction: borrowing Transaction, removed: [Int], by principal: Principal
    ) throws(StoreError) {
        var left: [(voter: Int, name: FullName)] = []
        for voter in removed where try !issuer.history(transaction.reading, voter: voter).isEmpty {
            if let named = try registrar.names.named(transaction.reading, voter: voter) { left.append((voter, named.name)) }
        }
        for namesakes in try registrar.names.namesakes(transaction.reading, election, of: left) {
            var others: [(origin: Int, contacts: VoterContacts)] = []
            for other in namesakes.voters where try context.voter(transaction.reading, other) != nil {
                let origin =
                    try registrar.names.wasRenamed(transaction.reading, voter: other)
                    ? .max : registrar.changes.origin(transaction.reading, voter: other)
                others.append((origin, try standingContacts(transaction.reading, other)))
            }
            guard !others.isEmpty else { continue }
            for voter in namesakes.asked {
                let origin = try registrar.changes.origin(transaction.reading, voter: voter)
                let known = try standingContacts(transaction.reading, voter)
                if others.contains(where: { $0.origin > origin && $0.contacts.lead(elsewhereThan: known) }) {
                    // One alert says it: others of this person would be the same.
                    return try Alerts(context).raise(transaction, .alertVoterReplaced, principal.text)
                }
            }
        }
    }
}

/// Contacts of voters of one name, found by any of them.
private struct KnownContacts {
    private(set) var contacts: [Int: VoterContacts] = [:]
    private var holders: [String: [Int]] = [:]

    mutating func add(_ voter: Int, _ known: VoterContacts) {
        contacts[voter] = known
        for text in known.texts { holders[text, default: []].append(voter) }
    }

    /// Whether contacts lead where those of one of the voters did, another than `voter`.
    func hold(_ given: VoterContacts, but voter: Int) -> Bool {
        // Whoever has them all has the first.
        guard let first = given.texts.first else { return true }
        return (holders[first] ?? []).contains { other in
            other != voter && contacts[other].map { !given.lead(elsewhereThan: $0) } ?? false
        }
    }
}

extension VoterContacts {
    /// What messages of each channel go by, the recipient's own line apart.
    fileprivate var texts: [String] {
        [mail.map { "mail:\($0.text)" }, mobile.map { "mobile:\($0.text)" }, place.map { "place:\($0)" }].compactMap(
            \.self)
    }

    private var place: String? { address?.lines.dropFirst().joined(separator: "|") }

    /// Whether they lead elsewhere than those of a voter.
    fileprivate func lead(elsewhereThan known: VoterContacts) -> Bool {
        mail != nil && mail != known.mail || mobile != nil && mobile != known.mobile
            || place != nil && place != known.place
    }
}
