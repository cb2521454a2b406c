package import CommandLineKit
import Elections
import Foundation
import Polling
import Store

extension PollAdministration {
    /// Registers a trustee's public file; returns the challenge.
    /// - Throws: refused once the poll is sealed, for a file that is not for this election's ballots, and for proven keys
    /// without a word that they go.
    package func addTrustee(
        file: [UInt8], replacement: [UInt8]? = nil
    ) throws(Refusal) -> [UInt8] {
        try services.refuseSealed(election.number, "its trustees cannot change any more")
        let addition = try refusing {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try services.trustees.add(
                    transaction, election, file: file, replacement: replacement, by: services.principal)
            }
        }
        switch addition {
        case .added(let challenge): return challenge
        case .refused(let reason): throw Refusal(reason)
        }
    }

    /// Takes a trustee's word that the sealed election is made with their key.
    /// - Throws: refused before the seal, and where the check is of another seal or not signed with the registered keys.
    package func takeCheck(file: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try services.trustees.checked(transaction, election, file: file, by: services.principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }

    /// Takes the bureau's word that the poll opens without a trustee's check.
    /// - Throws: refused where two members of the seal did not sign it, or it is of another seal or trustee.
    package func waiveCheck(statement: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try services.trustees.waive(transaction, election, statement: statement, by: services.principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }

    /// Takes a trustee's signed answer to the challenge: they hold the private keys.
    /// - Throws: refused where no challenge is open, or a signature is not made with the registered key.
    package func confirmTrustee(answer: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try services.trustees.confirm(transaction, election, answer: answer, by: services.principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }
}
