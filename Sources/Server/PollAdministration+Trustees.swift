package import CommandLineKit
import Elections
import Foundation
import Polling
import Store

extension PollAdministration {
    /// Registers a trustee's public file; returns the challenge.
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
    package func takeCheck(file: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try services.trustees.checked(transaction, election, file: file, by: services.principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }

    /// Takes the bureau's word that the poll opens without a trustee's check.
    package func waiveCheck(statement: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try services.trustees.waive(transaction, election, statement: statement, by: services.principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }

    /// Takes a trustee's signed answer to the challenge: they hold the private keys.
    package func confirmTrustee(answer: [UInt8]) throws(Refusal) {
        let refusal = try refusing {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try services.trustees.confirm(transaction, election, answer: answer, by: services.principal)
            }
        }
        if let refusal { throw Refusal(refusal) }
    }
}
