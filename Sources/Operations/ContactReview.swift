import Contacts
import Elections
import Issuance
import Journal
import Staff
import Store
import VoterRoll

/// What a file does to contacts, as the rules of single corrections see it.
struct ContactReview {
    /// Changed rows with another contact or answer.
    var changed: [ContactRow] = []
    /// The voters whom the file adds.
    var added: Set<Int> = []
    /// Rows that go by the rules: of voters who have or had an identifier, and of others who take the place of such a voter, also by
    /// their new name alone.
    var guarded: [ContactRow] = []
    /// Who would take whose place.
    var replacing = Replacements()
    /// Further rows with an odd contact: of voters without an identifier.
    var oddOnes: [ContactRow] = []
    /// Voters whose rows are the bureau's.
    var odd: Set<Int> = []
    /// Whether one person changes more within the hour than one person may.
    var isMany = false

    /// The rows that a second person must see.
    /// - Parameter always: whether the election wants one for every contact.
    func wantsSecond(always: Bool) -> [ContactRow] {
        (always || isMany ? guarded : guarded.filter { odd.contains($0.voter) }) + oddOnes
    }
}

/// Looks at the contacts of a file, or of a voter who is added.
struct ContactReviewer: StaffOperation {
    let context: OperationContext

    init(_ context: OperationContext) { self.context = context }

    /// Looks at the contacts of a loaded file, or of an added voter. Before the first identifier was sent there is nothing to take over.
    /// - Parameters:
    ///   - source: the import's number.
    ///   - only: the voter of an addition; nil of a file.
    ///   - leaving: voters whom the file takes off the roll.
    func review(
        _ transaction: borrowing Transaction, import source: Int, only: Int? = nil, leaving: [Int],
        by principal: Principal
    ) throws(StoreError) -> ContactReview {
        var look = ContactReview()
        let keys = context.keys
        let rows = try registrar.changes.contacts(transaction.reading, election, import: source, keys: keys)
        look.changed = rows.filter { !$0.columns.isEmpty }
        guard try issuer.hasIssued(transaction.reading, election: election.number) else { return look }
        let added = try registrar.changes.added(transaction.reading, election, import: source, only: only, keys: keys)
        look.added = Set(added.map(\.voter))
        var others: [ContactRow] = []
        for row in look.changed + added {
            if try issuer.history(transaction.reading, voter: row.voter).isEmpty {
                others.append(row)
            } else {
                look.guarded.append(row)
            }
        }
        // Whoever has an identifier takes another's place by that one's name alone; the others by the name they have, too.
        let renamed = rows.filter(\.isRenamed)
        let comers =
            others.map { Comer(voter: $0.voter, names: $0.names, contacts: $0.after) }
            + renamed.map { Comer(voter: $0.voter, names: Array($0.names.dropFirst()), contacts: $0.after) }
        look.replacing = try ReplacementSearch(context).replacements(
            transaction.reading, comers, leaving: Set(leaving))
        let known = Set((look.guarded + others).map(\.voter))
        look.guarded += (others + renamed.filter { !known.contains($0.voter) }).filter {
            look.replacing.contains($0.voter)
        }
        let watch = try ContactWatch(context, transaction.reading, by: principal)
        look.odd = try oddRows(
            transaction, look.changed + added, leaving: Set(leaving), replacing: look.replacing, watch, by: principal)
        look.oddOnes = others.filter { !look.replacing.contains($0.voter) && look.odd.contains($0.voter) }
        let given = watch.given + look.guarded.count
        look.isMany = given > ContactRules.mostGivenAnHour
        if look.guarded.count > 0, given >= ContactRules.mostGivenAnHour {
            try Alerts(context).raise(transaction, .alertManyContacts, principal.text)
        }
        return look
    }

    /// The voters among some rows whose new contacts are the bureau's to look at.
    /// - Parameters:
    ///   - leaving: voters who are about to leave the roll.
    ///   - replacing: who takes whose place: these leave for the ones who take it, and for nobody else as long as that is not sure.
    func oddRows(
        _ transaction: borrowing Transaction, _ rows: [ContactRow], leaving: Set<Int> = [], replacing: Replacements,
        _ watch: ContactWatch, by principal: Principal
    ) throws(StoreError) -> Set<Int> {
        guard !rows.isEmpty else { return [] }
        let others = leaving.subtracting(replacing.voters(of: replacing.rows))
        var holders: [String: Set<Int>] = [:]
        for row in rows { for contact in row.given { holders[contact.folded, default: []].insert(row.voter) } }
        let (takeover, alerts) = (TakeoverRule(context), Alerts(context))
        var odd: Set<Int> = []
        for row in rows {
            if try takeover.wasReset(transaction.reading, voter: row.voter), !row.columns.isEmpty {
                odd.insert(row.voter)
            }
            for contact in row.given {
                let isShared = holders[contact.folded]?.count ?? 0 > 1
                if isShared { try alerts.raise(transaction, .alertContactShared, principal.text) }
                let isOdd = try watch.isOdd(
                    transaction, contact, voter: row.voter,
                    isLeaving: { others.contains($0) || replacing.isIn($0, placeOf: row.voter) }, by: principal)
                if isShared || isOdd { odd.insert(row.voter) }
            }
        }
        return odd
    }
}
