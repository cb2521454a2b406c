import Authentication
package import Crypto
package import Delivery
import Elections
import Foundation
import Issuance
import Journal
package import Operations
import Polling
import Staff
import Store
package import VoterRoll

extension TestElection {
    /// Secrets are hashed quickly: what a test asks of them does not lie in their cost.
    package static let quickHasher = PassphraseHasher(cost: .init(passes: 1, mebibytes: 1))

    /// The pages', mails' and letters' texts as they are shipped.
    package static let templates = TemplateFolder([repository.appending(path: "Templates").path])

    /// Whoever reads rolls and looks voters up.
    /// - Parameter hasher: of the answers to an election's question.
    package func registrar(_ hasher: PassphraseHasher = quickHasher) -> Registrar {
        Registrar(store: store, journal: journal, clock: time, hasher: hasher)
    }

    /// Reads a roll in CSV and publishes it.
    /// - Returns: the voters' numbers, in the roll's order.
    /// - Throws: what the registrar says of the file.
    @discardableResult
    package func enrol(_ roll: String) throws -> [Int] {
        let (registrar, path) = (registrar(), try folder.file("roll.csv", roll.utf8))
        let loaded = try registrar.imports.load(
            path, into: election, keys: RollKeys(key, randomness: .system), options: ImportOptions())
        _ = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try registrar.imports.publish(transaction, loaded, file: "roll.csv", by: .system("test"))
        }
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            var numbers: [Int] = []
            try registrar.each(reading, election) { voter, _ throws(StoreError) in numbers.append(voter.id) }
            return numbers
        }
    }

    /// What the operations of staff are made of.
    /// - Parameter smsPrefixes: of the countries that SMS go to.
    package func operations(smsPrefixes: [String] = ["+33"]) -> OperationContext {
        let outbox = Outbox(clock: time, randomness: .system)
        let passphrases = PassphraseService(
            hasher: TestElection.quickHasher, journal: journal, clock: time, randomness: .system)
        let issuer = Issuer(
            outbox: outbox, registrar: registrar(), journal: journal, clock: time, randomness: .system,
            smsPrefixes: smsPrefixes)
        let texts = MessageTemplates(election: election.election, templates: TestElection.templates)
        let directory = VoterDirectory(
            election: election, key: key, messageTemplates: texts, issuer: issuer, registrar: registrar())
        return OperationContext(
            store: store, directory: directory,
            authenticator: Authenticator(
                election: election, key: key, directory: directory, passphrases: passphrases, outbox: outbox,
                clock: time, randomness: .system),
            station: PollingStation(
                store: store, election: election, key: key, journal: journal, clock: time, randomness: .system),
            outbox: outbox,
            register: StaffRegister(
                election: election, key: key, messageTemplates: texts, outbox: outbox, passphrases: passphrases,
                journal: journal, clock: time, randomness: .system, console: "https://vote.example.org/manager"),
            journal: journal, clock: time, randomness: .system)
    }
}
