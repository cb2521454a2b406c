package import Crypto
package import Elections
import Glibc
import Journal

/// What keeps the elections' keys from being lost, and from being read with the disk. The command line comes here.
package struct KeyEscrow: Sendable {
    private let context: StoreContext

    /// Of the keys of one store.
    package init(_ context: StoreContext) { self.context = context }

    /// Seals an election's key to two members of the bureau, who open it together.
    /// - Parameters:
    ///   - key: of that election.
    ///   - path: of the new file, whose name the journal keeps.
    /// - Throws: where the file is there already or cannot be written, and what the store said: one that is not noted is removed.
    package func escrow(
        _ key: ElectionKey, of election: StoredElection, members: (EscrowMember, EscrowMember), to path: String,
        by actor: Actor
    ) throws {
        let name = election.election.id
        try EscrowFile.create(path, key: key, election: name, members: members, randomness: context.randomness)
        let file = path.split(separator: "/").last.map(String.init) ?? path
        do { try context.note(.keyEscrow, of: name, ["file": file], by: actor) } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Puts a lost key back.
    /// - Parameters:
    ///   - file: made by `escrow`.
    ///   - privateFiles: of the two members.
    /// - Returns: the name of the election.
    /// - Throws: where these files do not open it, a key lies there already, or the store refused the entry.
    package func restore(_ file: String, privateFiles: [String], by actor: Actor) throws -> String {
        let (election, key) = try EscrowFile.open(file, privateFiles: privateFiles)
        try context.keys.install(key, for: election)
        try context.note(.keyRestore, of: election, [:], by: actor)
        return election
    }

    /// Seals the key files that lie in clear.
    /// - Returns: their names; none where all were sealed already, of which nothing is noted.
    /// - Throws: without a secret to seal under, where a file cannot be replaced, and what the store said.
    package func sealAll(by actor: Actor) throws -> [String] {
        let sealed = try context.keys.sealAll()
        guard !sealed.isEmpty else { return [] }
        try context.note(.keySeal, ["files": sealed.joined(separator: " ")], by: actor)
        return sealed
    }
}
