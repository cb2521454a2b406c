import Journal
package import Store

/// A seal that was undone, as the journal has it.
package struct UndoneSeal: Sendable, Equatable {
    /// Eight groups of four hexadecimal digits, as the bureau noted it.
    package let fingerprint: String
    /// SHA-256 of the manifest in hexadecimal.
    package let digest: String
    /// SHA-256 of the box key's file in hexadecimal; nil where the version that sealed did not note it.
    let boxKey: String?
    /// The members who signed.
    package let by: String

    /// Every seal of an election that was undone, the oldest first.
    /// - Parameter election: its name.
    /// - Throws: `.damaged` for an entry whose details cannot be read.
    package static func all(_ reading: borrowing Reading, election: String) throws(StoreError) -> [UndoneSeal] {
        var (found, boxKey): ([UndoneSeal], String?) = ([], nil)
        try AuditJournal.each(reading, of: [.pollSeal, .pollUnseal]) { entry throws(StoreError) in
            guard entry.election == election else { return }
            if entry.kind == .pollSeal { boxKey = try entry.texts()["boxKey.sha256"] }
            guard entry.kind == .pollUnseal else { return }
            let details = try entry.texts()
            found.append(
                UndoneSeal(
                    fingerprint: details["fingerprint"] ?? "", digest: details["manifest.sha256"] ?? "",
                    boxKey: boxKey, by: details["by"] ?? ""))
        }
        return found
    }

    /// The undone seal that a statement of the bureau speaks of.
    /// - Returns: nil where it speaks of none that was undone.
    package static func named(
        in statement: BureauStatement, _ reading: borrowing Reading
    ) throws(StoreError) -> UndoneSeal? {
        try all(reading, election: statement.election).last { statement.subject.hasPrefix($0.digest) }
    }

    /// The undone seal whose credentials a box key opens.
    static func of(_ boxKey: BoxKey, _ reading: borrowing Reading, election: String) throws(StoreError) -> UndoneSeal? {
        let digest = boxKey.fileDigest
        return try all(reading, election: election).last { $0.boxKey == digest }
    }
}
