package import CommandLineKit
import Elections
import Operations

/// What is said of the operations on trustees, for commands and rehearsals.
extension PollAdministration {
    private var trustees: TrusteeChanges { TrusteeChanges(services.storeContext, election) }

    /// Registers a trustee's public file; returns the challenge.
    /// - Throws: refused once the poll is sealed, for a file that is not for this election's ballots, and for proven keys
    /// without a word that they go.
    package func addTrustee(
        file: [UInt8], replacement: [UInt8]? = nil
    ) throws(Refusal) -> [UInt8] {
        let addition = try refusing {
            try trustees.add(file, replacement: replacement, by: services.actor())
        }
        switch addition {
        case .added(let challenge): return challenge
        case .sealed(let fingerprint):
            throw Services.sealed(fingerprint, "its trustees cannot change any more")
        case .refused(let reason): throw Refusal(reason)
        }
    }

    /// Takes a trustee's word that the sealed election is made with their key; returns who is still awaited.
    /// - Throws: refused before the seal, and where the check is of another seal or not signed with the registered keys.
    @discardableResult
    package func takeCheck(file: [UInt8]) throws(Refusal) -> [String] {
        switch try refusing({ try trustees.checked(file, by: services.actor()) }) {
        case .taken(let awaited): return awaited
        case .refused(let reason): throw Refusal(reason)
        }
    }

    /// Takes the bureau's word that the poll opens without a trustee's check.
    /// - Throws: refused where two members of the seal did not sign it, or it is of another seal or trustee.
    package func waiveCheck(statement: [UInt8]) throws(Refusal) {
        if let refusal = try refusing({ try trustees.waive(statement, by: services.actor()) }) {
            throw Refusal(refusal)
        }
    }

    /// Takes a trustee's signed answer to the challenge: they hold the private keys.
    /// - Throws: refused where no challenge is open, or a signature is not made with the registered key.
    package func confirmTrustee(answer: [UInt8]) throws(Refusal) {
        if let refusal = try refusing({ try trustees.confirm(answer, by: services.actor()) }) {
            throw Refusal(refusal)
        }
    }
}
