import Contacts
import Elections
import Issuance
import Journal
import Staff
import Store
import VoterRoll

/// What a file does to contacts, as the rules of single corrections see it.
struct RollLook {
    /// Changed rows with another contact or answer.
    var changed: [ContactRow] = []
    /// The voters whom the file adds.
    var added: Set<Int> = []
    /// Rows that go by the rules: of voters who have or had an identifier, and of others who take the place of such a voter.
    var guarded: [ContactRow] = []
    /// Voters of the roll whose place others take.
    var replaced: Set<Int> = []
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

extension VoterDesk {
    /// Looks at the contacts of a loaded file, or of an added voter. Before the first identifier was sent there is nothing to take over.
    /// - Parameters:
    ///   - source: the import's number.
    ///   - leaving: voters whom the file takes off the roll.
    func look(
        _ transaction: borrowing Transaction, import source: Int, leaving: [Int], by principal: Principal
    ) throws(StoreError) -> RollLook {
        var look = RollLook()
        let keys = RollKeys(key, randomness: randomness)
        look.changed = try registrar.contactRows(transaction.reading, election, import: source, keys: keys)
        guard try issuer.hasIssued(transaction.reading, election: election.number) else { return look }
        let added = try registrar.addedRows(transaction.reading, election, import: source, keys: keys)
        look.added = Set(added.map(\.voter))
        var others: [ContactRow] = []
        for row in look.changed + added {
            if try issuer.history(transaction.reading, voter: row.voter).isEmpty {
                others.append(row)
            } else {
                look.guarded.append(row)
            }
        }
        let replaced = try replacedBy(transaction.reading, others, leaving: Set(leaving))
        look.guarded += others.filter { replaced[$0.voter] != nil }
        look.replaced = Set(replaced.values.joined())
        look.odd = try oddRows(transaction, look.changed + added, leaving: Set(leaving), by: principal)
        look.oddOnes = others.filter { replaced[$0.voter] == nil && look.odd.contains($0.voter) }
        let given = try contactWatch(transaction.reading, by: principal).given + look.guarded.count
        look.isMany = given > VoterDesk.mostGivenAnHour
        if look.guarded.count > 0, given >= VoterDesk.mostGivenAnHour {
            try alert(transaction, "manyContacts", principal.text)
        }
        return look
    }

    /// Of rows of voters without an identifier those who have the name of somebody who has or had one and is, or will be, off the roll,
    /// with another contact than theirs: that somebody by another reference.
    private func replacedBy(
        _ reading: borrowing Reading, _ rows: [ContactRow], leaving: Set<Int>
    ) throws(StoreError) -> [Int: [Int]] {
        let namesakes = try registrar.namesakes(reading, election, of: rows.map(\.voter))
        var found: [Int: [Int]] = [:]
        for row in rows {
            for other in namesakes[row.voter] ?? [] {
                if !leaving.contains(other), try registrar.voter(reading, id: other) != nil { continue }
                guard try !issuer.history(reading, voter: other).isEmpty,
                    try isElsewhere(reading, row.after, than: other)
                else { continue }
                found[row.voter, default: []].append(other)
            }
        }
        return found
    }

    /// Whether contacts lead elsewhere than those of a voter.
    private func isElsewhere(
        _ reading: borrowing Reading, _ contacts: VoterContacts, than voter: Int
    ) throws(StoreError) -> Bool {
        let known = try registrar.contacts(
            reading, election, voter: voter, keys: RollKeys(key, randomness: randomness))
        return contacts.mail != nil && contacts.mail != known.mail
            || contacts.mobile != nil && contacts.mobile != known.mobile
            || contacts.address != nil && contacts.address?.lines.dropFirst() != known.address?.lines.dropFirst()
    }

    /// The voters among some rows whose new contacts are the bureau's to look at.
    /// - Parameters:
    ///   - leaving: voters who are about to leave the roll.
    ///   - deciding: whether a request about them is being decided.
    func oddRows(
        _ transaction: borrowing Transaction, _ rows: [ContactRow], leaving: Set<Int> = [], by principal: Principal,
        deciding: Bool = false
    ) throws(StoreError) -> Set<Int> {
        guard !rows.isEmpty else { return [] }
        let watch = try contactWatch(transaction.reading, by: principal, deciding: deciding)
        var holders: [String: Set<Int>] = [:]
        for row in rows { for contact in row.given { holders[contact.folded, default: []].insert(row.voter) } }
        var odd: Set<Int> = []
        for row in rows {
            if try wasReset(transaction.reading, voter: row.voter), !row.columns.isEmpty { odd.insert(row.voter) }
            for contact in row.given {
                let isShared = holders[contact.folded]?.count ?? 0 > 1
                if isShared { try alert(transaction, "contactShared", principal.text) }
                let isOdd = try isOdd(transaction, contact, voter: row.voter, leaving: leaving, watch, by: principal)
                if isShared || isOdd { odd.insert(row.voter) }
            }
        }
        return odd
    }

    /// Raises the alert that somebody with an identifier left the roll, and another one of their name, with another contact, was put
    /// on it later: the other order of the same exchange, which nobody can hold back any more.
    func noteReplaced(
        _ transaction: borrowing Transaction, removed: [Int], by principal: Principal
    ) throws(StoreError) {
        var left: [Int] = []
        for voter in removed where try !issuer.history(transaction.reading, voter: voter).isEmpty { left.append(voter) }
        let keys = RollKeys(key, randomness: randomness)
        for (voter, namesakes) in try registrar.namesakes(transaction.reading, election, of: left) {
            let origin = try registrar.origin(transaction.reading, voter: voter)
            for other in namesakes where try self.voter(transaction.reading, other) != nil {
                guard try registrar.origin(transaction.reading, voter: other) > origin,
                    try isElsewhere(
                        transaction.reading,
                        registrar.contacts(transaction.reading, election, voter: other, keys: keys), than: voter)
                else { continue }
                try alert(transaction, "voterReplaced", principal.text)
            }
        }
    }

    // MARK: One voter

    /// Asks others about a voter who was just added, where their contact wants it: then they are not on the roll yet.
    /// - Returns: nil where nobody is asked.
    func askForAdded(
        _ transaction: borrowing Transaction, _ id: Int, reference: String, reason: String, by principal: Principal
    ) throws(StoreError) -> RollDesk.Change? {
        let source = try registrar.origin(transaction.reading, voter: id)
        let look = try look(transaction, import: source, leaving: [], by: principal)
        let waiting = look.wantsSecond(always: election.election.access.fourEyes)
        guard !waiting.isEmpty else {
            try followContacts(transaction, look.guarded, why: reason, by: principal)
            return nil
        }
        try registrar.setAside(
            transaction, election, import: source, voters: waiting.map(\.voter),
            keys: RollKeys(key, randomness: randomness))
        let byBureau = !look.odd.isEmpty || look.isMany
        let request = try approvals.ask(
            transaction, .changeRoll, subject: Approvals.nobody,
            order: [
                VoterDesk.heldImport: "\(source)", VoterDesk.heldFile: reference, VoterDesk.heldAddition: "yes",
                "voters": "1",
            ],
            reason: reason, needsBureau: byBureau, by: principal)
        return .asked(request: request, byBureau: byBureau)
    }
}
