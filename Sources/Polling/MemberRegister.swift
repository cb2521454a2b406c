import Crypto
package import Elections
package import Journal
package import Store

/// The members of the bureau by the keys with which they sign; the seal carries them, and nobody comes in afterwards.
package struct MemberRegister: Sendable {
    /// Why a bureau stays as it is.
    package enum Refusal: Sendable, Equatable {
        /// The seal of this fingerprint carries its members' keys.
        case sealed(fingerprint: String)
        /// The name cannot stand on a paper: `PlainLine.isName`.
        case badName
        /// The key is registered already, for this member.
        case keyTaken(by: String)
        /// A member of this name has a key here already.
        case nameTaken
        /// The member signed that this trustee's keys were replaced, or taken away: who did stays, and the seal names them.
        case hasSigned(trustee: String, isRemoval: Bool)
        /// There is no member of this name.
        case unknown
    }

    private let journal: AuditJournal
    private let clock: Clock

    /// The clock gives the time at which a member was added.
    package init(journal: AuditJournal, clock: Clock) { (self.journal, self.clock) = (journal, clock) }

    /// All members of an election, in the order in which they came.
    package func all(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> [BureauMember] {
        try reading.all("SELECT name, key FROM polling_member WHERE election = ? ORDER BY id", election.number) {
            (row: borrowing Row) throws(StoreError) in BureauMember(name: try row[0], key: try row[1])
        }
    }

    /// Adds a member.
    /// - Parameter member: name and public key, from the file that `isoloir key member` made.
    /// - Returns: why not; nil when it was done.
    package func add(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ member: BureauMember,
        by principal: Principal
    ) throws(StoreError) -> Refusal? {
        if let refusal = try sealed(transaction.reading, election) { return refusal }
        guard PlainLine.isName(member.name) else { return .badName }
        for known in try all(transaction.reading, election) {
            if known.key == member.key { return .keyTaken(by: known.name) }
            if known.name == member.name { return .nameTaken }
        }
        try transaction.execute(
            "INSERT INTO polling_member (election, name, key, added_at) VALUES (?, ?, ?, ?)", election.number,
            member.name, member.key, clock.now)
        try journal.record(
            transaction, election: election.election.id, by: principal, .bureauAdd,
            ["name": member.name, "ed25519": hex(member.key)])
        return nil
    }

    /// Removes a member before the seal.
    /// - Parameter name: exactly as registered. Who signed for a trustee's replaced or removed keys stays.
    /// - Returns: why not; nil when it was done.
    package func remove(
        _ transaction: borrowing Transaction, _ election: StoredElection, name: String, by principal: Principal
    ) throws(StoreError) -> Refusal? {
        if let refusal = try sealed(transaction.reading, election) { return refusal }
        if let member = try all(transaction.reading, election).first(where: { $0.name == name }) {
            let register = TrusteeRegister(journal: journal, clock: clock)
            let changes = try register.signedChanges(transaction.reading, election)
            if let change = changes.first(where: { $0.keys.contains(hex(member.key)) }) {
                return .hasSigned(trustee: change.trustee, isRemoval: change.isRemoval)
            }
        }
        let changed = try transaction.execute(
            "DELETE FROM polling_member WHERE election = ? AND name = ?", election.number, name)
        guard changed == 1 else { return .unknown }
        try journal.record(
            transaction, election: election.election.id, by: principal, .bureauRemove, ["name": name])
        return nil
    }

    /// Why the bureau cannot change any more; nil before the seal.
    private func sealed(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> Refusal? {
        guard let poll = try Poll.find(reading, election: election.number), poll.state != .sealing else { return nil }
        return .sealed(fingerprint: poll.fingerprint)
    }
}
