package import Elections
package import Store

/// Who is called alike, and whose name became another: a new name may hide who somebody is.
package struct RollNames: Sendable {
    /// Its clock is used.
    let registrar: Registrar

    /// Who has, or would have, one and the same name, or nearly.
    package struct Namesakes: Sendable {
        /// Of those who were asked about the ones who have or would have the name.
        package let asked: Set<Int>
        /// All voters of the election who have it, struck off or not.
        package let voters: [Int]
    }

    /// The voters who have the names of some, or nearly. Looks at the whole roll; nothing is read where `asked` is empty.
    /// The plus sign keeps SQLite from walking the references' index, as in `each`.
    /// - Parameter asked: voters with the names that are wanted; several of one voter are several.
    package func namesakes(
        _ reading: borrowing Reading, _ election: StoredElection, of asked: [(voter: Int, name: FullName)]
    ) throws(StoreError) -> [Namesakes] {
        guard !asked.isEmpty else { return [] }
        var scratch: [UInt8] = []
        var wanted: [UInt64: Set<Int>] = [:]
        for (voter, name) in asked { wanted[name.key(&scratch), default: []].insert(voter) }
        var found: [UInt64: [Int]] = [:]
        try reading.each(
            "SELECT id, last_name, first_name FROM roll_voter WHERE +election = ? ORDER BY id", election.number
        ) { (row: borrowing Row) throws(StoreError) in
            let key = FullName(lastName: try row[1], firstName: try row[2]).key(&scratch)
            if wanted[key] != nil { found[key, default: []].append(try row[0]) }
        }
        return found.map { Namesakes(asked: wanted[$0.key] ?? [], voters: $0.value) }
    }

    /// A voter's name and reference, struck off or not; nil where there is no such voter.
    package func named(
        _ reading: borrowing Reading, voter: Int
    ) throws(StoreError) -> (name: FullName, reference: String)? {
        try reading.first("SELECT last_name, first_name, reference FROM roll_voter WHERE id = ?", voter) {
            (row: borrowing Row) throws(StoreError) in
            (FullName(lastName: try row[0], firstName: try row[1]), try row[2])
        }
    }

    /// Keeps that a voter's name is another.
    func note(_ transaction: borrowing Transaction, voter: Int) throws(StoreError) {
        try transaction.execute("UPDATE roll_voter SET named_at = ? WHERE id = ?", registrar.clock.now, voter)
    }

    /// Whether a voter of the roll ever got another name.
    package func wasRenamed(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Bool {
        try reading.number("SELECT count(*) FROM roll_voter WHERE id = ? AND named_at IS NOT NULL", voter) > 0
    }
}
