import Contacts
import Crypto
import Elections
import Foundation
import Journal
import Store
import TestSupport
import Testing
import VoterRoll

/// A store with the sample election, and a folder for files.
final class RollFixture {
    private let base: TestElection
    var store: Store { base.store }
    var folder: URL { base.folder.url }
    let registrar: Registrar
    var election: StoredElection { base.election }
    var key: ElectionKey { base.key }
    var keys: RollKeys { RollKeys(key, randomness: .system) }

    init(hasher: PassphraseHasher = PassphraseHasher()) throws {
        base = try TestElection()
        registrar = base.registrar(hasher)
    }

    func file(_ name: String, _ bytes: Data) throws -> String {
        let url = folder.appending(path: name)
        try bytes.write(to: url)
        return url.path
    }

    func load(_ text: String, _ options: ImportOptions = ImportOptions()) throws -> LoadedRoll {
        try registrar.imports.load(
            try file("\(UUID().uuidString).csv", Data(text.utf8)), into: election, keys: keys, options: options)
    }

    func load(_ data: Data) throws -> LoadedRoll {
        try registrar.imports.load(
            try file("\(UUID().uuidString).csv", data), into: election, keys: keys, options: ImportOptions())
    }

    @discardableResult
    func publish(_ roll: LoadedRoll) throws -> [Int] {
        let (registrar, roll) = (registrar, roll)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try registrar.imports.publish(transaction, roll, file: "f", by: .system("test"))
        }
    }

    func voters() throws -> [Voter] {
        var voters: [Voter] = []
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try registrar.each(reading, election) { voter, _ throws(StoreError) in voters.append(voter) }
        }
        return voters
    }

    func contacts(_ reference: String) throws -> VoterContacts {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            guard let voter = try registrar.voter(reading, election, reference: reference) else {
                throw StoreError(.missing, "no \(reference)")
            }
            return try registrar.contacts(reading, election, voter: voter.id, keys: keys)
        }
    }
}
