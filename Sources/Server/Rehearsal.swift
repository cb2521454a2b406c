package import CommandLineKit
import Contacts
import Crypto
package import Elections
import Foundation
import Operations
import Store
import VoterRoll

/// The whole poll with test voters in a store of its own: the real one never sees a test ballot.
package struct Rehearsal {
    let services: Services
    let election: StoredElection
    let invocation: Invocation

    /// - Parameters:
    ///   - services: those of the real store, which is only read.
    ///   - invocation: the command's, for its settings and templates.
    package init(services: Services, election: StoredElection, invocation: Invocation) {
        (self.services, self.election, self.invocation) = (services, election, invocation)
    }

    /// Test voters of each ballot: three in five vote, and trustees open no ballot of fewer than ten.
    private static let voters = 20

    /// Seals, votes, counts and verifies; returns what the journal keeps of it.
    /// - Throws: refused with the first step that fails.
    package func run() throws(Refusal) -> [String: String] {
        let place = FileManager.default.temporaryDirectory.appending(path: "isoloir-rehearsal-\(UUID().uuidString)")
        let folder = place.path
        try refusing {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/store", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        defer { try? FileManager.default.removeItem(at: place) }
        let words = ["--store", "\(folder)/store/rehearsal.sqlite", "--keys", "\(folder)/keys"]
        let kept = ["--config", "--templates"].flatMap { name in invocation[name].map { [name, $0] } ?? [] }
        let own = try invocation.again(words + kept)
        // The rehearsal's clock stands in the middle of the poll.
        let (opens, closes) = (election.election.announcedOpening, election.election.announcedClose)
        let clock = Clock { opens + (closes - opens) / 2 }
        let apart = try Services(own, creating: true, clock: clock)
        let stored = try prepare(apart, folder)
        let poll = RehearsedPoll(
            services: apart, election: stored, folder: folder, acceptance: "a rehearsal, nobody votes here")
        try poll.prepare()
        let cast = try poll.castSome()
        let verified = try poll.count()
        return ["ballots": "\(cast)", "archives": "\(verified)", "verified": "yes"]
    }

    /// Election and roll of the rehearsal's store.
    private func prepare(_ apart: Services, _ folder: String) throws(Refusal) -> StoredElection {
        let (name, number) = (election.election.id, election.number)
        _ = try refusing { try apart.keys.keyOrNew(of: name) }
        let definition = try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try ElectionRepository.definition(reading, number: number)
            }
        }
        let (same, elections, principal) = (election.election, apart.elections, apart.principal)
        let stored = try refusing {
            try apart.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                _ = try elections.store(
                    transaction, same, definition: definition, inUse: [], isIssued: false, by: principal)
                return try elections.find(transaction.reading, name)
            }
        }
        let file = "\(folder)/roll.csv"
        try writeFile(file, Array(roll().utf8))
        let key = try apart.key(of: stored)
        let loaded: LoadedRoll
        do throws(ImportFailure) {
            loaded = try apart.registrar.imports.load(
                file, into: stored, keys: RollKeys(key, randomness: apart.randomness), options: ImportOptions())
        } catch { throw Refusal("\(error)", status: .broken) }
        let registrar = apart.registrar
        try refusing {
            try apart.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                _ = try registrar.imports.publish(transaction, loaded, file: "rehearsal", by: principal)
            }
        }
        return stored
    }

    /// Test voters who may vote on each ballot, and are reached in a way that the election has.
    private func roll() -> String {
        let sites = election.election.sites.keys.sorted()
        var rows = ["reference;last_name;first_name;email;phone;address2;town;college;site"]
        for (place, ballot) in election.election.ballots.enumerated() {
            let college = ballot.colleges.first ?? election.election.colleges.keys.sorted().first ?? ""
            let site = ballot.sites.first ?? sites.first ?? ""
            for number in 0..<Rehearsal.voters {
                let name =
                    "Essai" + String(UnicodeScalar(UInt8(97 + place % 26))) + String(UnicodeScalar(UInt8(97 + number)))
                let contact = contact(place * Rehearsal.voters + number)
                rows.append("E\(place)-\(number);\(name);Test;\(contact);\(college);\(site)")
            }
        }
        return rows.joined(separator: "\n") + "\n"
    }

    /// Mail, phone and address columns; every address and number is reserved for fiction, and nothing is sent.
    private func contact(_ number: Int) -> String {
        let channels = election.election.channels
        if channels.contains(.email) { return "essai\(number)@example.org;;;" }
        if channels.contains(.sms) { return ";06 39 98 \(10 + number / 100) \(10 + number % 90);;" }
        return ";;\(number + 1) rue de l'Essai;59000 Lille"
    }
}
