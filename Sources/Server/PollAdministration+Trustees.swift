package import CommandLineKit
package import Elections
import Foundation
import Polling
import Store

extension Services {
    /// Registers a trustee's public file; returns the challenge.
    package func addTrustee(
        _ election: StoredElection, file: [UInt8], replacement: [UInt8]? = nil
    ) throws(Refusal) -> [UInt8] {
        try refuseSealed(election.number, "its trustees cannot change any more")
        let addition = try refusing {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try trustees.add(transaction, election, file: file, replacement: replacement, by: principal)
            }
        }
        switch addition {
        case .added(let challenge): return challenge
        case .refused(let reason): throw Refusal(reason)
        }
    }

    /// Takes a trustee's word that the sealed election is made with their key.
    package func takeCheck(_ election: StoredElection, file: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try trustees.checked(transaction, election, file: file, by: principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }

    /// Takes the bureau's word that the poll opens without a trustee's check.
    package func waiveCheck(_ election: StoredElection, statement: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try trustees.waive(transaction, election, statement: statement, by: principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }

    /// Takes a trustee's signed answer to the challenge: they hold the private keys.
    package func confirmTrustee(_ election: StoredElection, answer: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try trustees.confirm(transaction, election, answer: answer, by: principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }
}
