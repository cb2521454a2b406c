import Crypto
import Documents
package import Journal
package import Store

/// An election as it stands in the store.
package struct StoredElection: Sendable {
    /// The row's number, by which the other rooms refer to the election.
    package let number: Int
    /// As its stored definition reads.
    package let election: Election
}

/// Stores elections and finds them again.
package struct ElectionRepository: Sendable {
    private let journal: AuditJournal
    private let clock: Clock

    /// - Parameter clock: says when a definition was stored.
    package init(journal: AuditJournal, clock: Clock) {
        self.journal = journal
        self.clock = clock
    }

    /// What storing a definition came to.
    package enum Outcome: Sendable, Equatable {
        case created, changed, unchanged
        /// Colleges or sites that voters of the roll belong to are missing in the new definition.
        case inUse([String])
        /// These settings cannot change any more: identifiers made by them are in voters' hands.
        case issued([String])
    }

    /// Stores a definition that was read without faults, or replaces the earlier one of the same name.
    /// - Parameters:
    ///   - inUse: the colleges and sites that voters of the roll belong to.
    ///   - isIssued: whether identifiers were issued.
    package func store(
        _ transaction: borrowing Transaction, _ election: Election, definition: String, inUse: Set<String>,
        isIssued: Bool,
        by principal: Principal
    ) throws(StoreError) -> Outcome {
        let known = Set(election.colleges.keys).union(election.sites.keys)
        let missing = inUse.subtracting(known).subtracting([""])
        guard missing.isEmpty else { return .inUse(missing.sorted()) }
        let earlier = try transaction.reading.first(
            "SELECT definition FROM election_definition WHERE name = ?", election.id
        ) { (row: borrowing Row) throws(StoreError) -> String in try row[0] }
        guard earlier != definition else { return .unchanged }
        if isIssued, let earlier {
            // Where the earlier one cannot be read, nobody can tell what voters hold.
            let before = try ElectionRepository.read(
                earlier, of: election.id,
                cure: "Identifiers were issued by it: restore the latest backup with `store restore`.")
            let changed = election.access.fixedSettings(changedFrom: before.access)
            guard changed.isEmpty else { return .issued(changed) }
        }
        try transaction.execute(
            """
            INSERT INTO election_definition (name, definition, stored_at) VALUES (?, ?, ?)
            ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, stored_at = excluded.stored_at
            """, election.id, definition, clock.now)
        try journal.record(
            transaction, election: election.id, by: principal, earlier == nil ? .electionCreate : .electionChange,
            ["definition.sha256": hex(sha256(Array(definition.utf8)))])
        return earlier == nil ? .created : .changed
    }

    /// The election `name`, or the only one when no name is given.
    package func find(_ reading: borrowing Reading, _ name: String?) throws(StoreError) -> StoredElection {
        let all = try reading.all("SELECT id, name, definition FROM election_definition ORDER BY name") {
            (row: borrowing Row) throws(StoreError) -> (Int, String, String) in (try row[0], try row[1], try row[2])
        }
        let names = all.map(\.1).joined(separator: ", ")
        if all.isEmpty {
            throw StoreError(
                .missing, "The store holds no election yet.", cure: "Run `isoloir election create Ballots/cse-2026`.")
        }
        if name == nil, all.count > 1 {
            throw StoreError(
                .missing, "The store holds several elections.", cure: "Name one with --election: \(names).")
        }
        guard let (number, stored, definition) = all.first(where: { name == nil || $0.1 == name }) else {
            throw StoreError(.missing, "There is no election \"\(name ?? "")\".", cure: "The store holds: \(names).")
        }
        let election = try ElectionRepository.read(
            definition, of: stored, cure: "Store the election again with `isoloir election create`.")
        return StoredElection(number: number, election: election)
    }

    /// A stored definition.
    /// - Throws: `.damaged` with every fault of it, and the cure.
    private static func read(_ definition: String, of name: String, cure: String) throws(StoreError) -> Election {
        switch ElectionReader.read(definition, file: "the stored definition of \(name)", isStored: true) {
        case .success(let election): return election
        case .failure(let faults):
            throw StoreError(.damaged, faults.list.map(\.description).joined(separator: "\n"), cure: cure)
        }
    }

    /// The definition as its organiser wrote it.
    /// - Throws: `.missing` where the store has no election of this number.
    package static func definition(_ reading: borrowing Reading, number: Int) throws(StoreError) -> String {
        let found = try reading.first("SELECT definition FROM election_definition WHERE id = ?", number) {
            (row: borrowing Row) throws(StoreError) -> String in try row[0]
        }
        guard let found else {
            throw StoreError(.missing, "The store holds no election of number \(number).", cure: "Run `store check`.")
        }
        return found
    }

    /// The row's number of the election `name`, nil when there is none.
    package func number(_ reading: borrowing Reading, _ name: String) throws(StoreError) -> Int? {
        try reading.first("SELECT id FROM election_definition WHERE name = ?", name) {
            (row: borrowing Row) throws(StoreError) -> Int in try row[0]
        }
    }

    /// The names of all elections.
    package func names(_ reading: borrowing Reading) throws(StoreError) -> [String] {
        try reading.all("SELECT name FROM election_definition ORDER BY name") {
            (row: borrowing Row) throws(StoreError) -> String in try row[0]
        }
    }
}
