import Authentication
package import CommandLineKit
package import Crypto
package import Delivery
package import Elections
import Foundation
import Glibc
package import Issuance
package import Journal
package import Operations
import Polling
package import Store
package import VoterRoll

/// Everything a command works with, built in one place.
package struct Services {
    /// What `--version` says.
    package static let version = "0.1"

    /// What the settings file says.
    package let settings: Settings
    /// Where everything lies.
    package let store: Store
    /// The folder of the elections' keys, apart from the store.
    package let keys: KeyFolder
    /// The time that everything goes by.
    package var clock: Clock { timed.clock }
    /// The watched clock behind `clock`, where the program follows a poll's hour.
    package private(set) var steady: SteadyClock?
    /// The machine's clocks, held to what an earlier program believed; nil where the clock was given.
    package let watched: SteadyClock?
    /// The system's generator.
    package let randomness = Randomness.system
    private var timed: TimedServices
    /// The hash-chained record of what was done.
    package var journal: AuditJournal { timed.journal }
    /// The elections of the store.
    package var elections: ElectionRepository { timed.elections }
    /// The voter roll.
    package var registrar: Registrar { timed.registrar }
    /// Messages that wait to leave.
    package var outbox: Outbox { timed.outbox }
    /// Gives and renews identifiers.
    package var issuer: Issuer { timed.issuer }
    /// The letters to print.
    package var letterBatches: LetterBatches { timed.letterBatches }
    var passphrases: PassphraseService { timed.passphrases }
    /// Who runs the program.
    package let principal: Principal
    private let electionName: String?
    /// The texts of the program, without those that an election brings.
    let templateFolder: String

    /// Opens the store and checks the journal's head.
    /// - Parameter creating: whether a missing store is made.
    /// - Parameter checkingHead: off for the commands that check the whole journal themselves.
    /// - Parameter steady: the watched clock, for a program that follows a poll's hour.
    /// - Throws: refused where settings, key folder or store cannot be opened, and where the journal's head does not fit.
    package init(
        _ invocation: Invocation, creating: Bool = false, checkingHead: Bool = true, clock: Clock? = nil,
        steady: SteadyClock? = nil
    ) throws(Refusal) {
        // What a command writes down has the time that a running `serve` goes by.
        let watched = steady ?? (clock == nil ? SteadyClock.system() : nil)
        let clock = watched?.clock ?? clock ?? .system
        (self.steady, self.watched) = (steady, watched)
        settings = try Settings.read(invocation["--config"], store: invocation["--store"])
        let path = invocation["--store"] ?? settings.store ?? Settings.standardStore
        let keyPath = invocation["--keys"] ?? settings.keys ?? Services.standardKeys
        electionName = invocation["--election"]
        templateFolder = invocation["--templates"] ?? settings.templates ?? "Templates"
        let isNew = unsafe access(keyPath, F_OK) != 0
        do throws(KeyError) {
            keys = try KeyFolder(
                path: keyPath, store: path, boxKeys: settings.boxKeys, seal: try Services.keySeal,
                randomness: Randomness.system)
        } catch {
            if isNew { unsafe rmdir(keyPath) }
            throw Refusal(error)
        }
        do throws(StoreError) {
            store = try Store(
                path: path, creating: creating, migrations: StoreSchema.migrations, mayMiss: RollIndices.names,
                isKnown: StoreSchema.isKnown, now: Clock.system.now)
        } catch { throw Refusal(error) }
        timed = TimedServices(clock, store, settings)
        principal = .system(ServiceAccount.caller)
        if let watched { signs(electionName).hold(watched) }
        if checkingHead {
            try checkHead()
            try recordSettings()
        }
    }

    /// The same services by a clock of the election's own, in a program that follows polls' hours: who says that the machine's clock
    /// is right says it for their own poll, and moves no other's hour.
    func serving(_ election: StoredElection) -> Services {
        guard let own = steady?.another() else { return self }
        own.tolerate(election.election.graceMinutes * 60)
        signs(election.election.id).hold(own)
        var services = self
        (services.steady, services.timed) = (own, timed.following(own.clock, settings))
        return services
    }

    private func signs(_ election: String?) -> SignsOfLife {
        SignsOfLife(store: store, elections: elections, election: election)
    }

    /// Keeps the store's own clock with those of the polls.
    /// - Throws: what the store said.
    func followPolls() throws(StoreError) { if let steady { try signs(electionName).keep(steady) } }

    /// The secret that key files are sealed under, where systemd hands one over as the credential `isoloir-seal`.
    package static var keySeal: KeySeal? {
        get throws(KeyError) {
            guard let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"],
                unsafe access("\(folder)/isoloir-seal", F_OK) == 0
            else { return nil }
            return try KeySeal(file: "\(folder)/isoloir-seal")
        }
    }

    /// systemd's credentials directory, or a folder of the account's own.
    package static var standardKeys: String {
        ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] ?? NSHomeDirectory() + "/.isoloir-keys"
    }

    private func checkHead() throws(Refusal) {
        let verdict = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try AuditJournal.verifyHead(reading) }
        }
        if case .broken(let number, let reason) = verdict {
            throw Refusal(
                "The journal is broken at entry \(number): \(reason). Nothing is done on such a store: run `journal verify`, "
                    + "keep the file, and restore the latest backup.")
        }
    }

    /// The election that the command is about.
    /// - Throws: refused where the store has no such election, or several and none was named.
    package func election() throws(Refusal) -> StoredElection {
        let (elections, name) = (elections, electionName)
        return try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try elections.find(reading, name) }
        }
    }

    /// Who does what a command does.
    package func actor() -> Actor { Actor(account: principal) }

    /// The same on the word of the person who decided it (`--by`), who is no account.
    /// - Throws: for a name that the journal would show as an account.
    package func actor(onWordOf word: String) throws(Refusal) -> Actor {
        if Principal(text: word) != nil {
            throw Refusal(
                "\"\(word)\" is written like an account of the journal: give the person's name.", status: .usage)
        }
        return Actor(account: principal, word: word)
    }

    /// A voter's number on the roll.
    /// - Throws: refused when nobody has this reference.
    package func voter(_ reference: String, of election: StoredElection) throws(Refusal) -> Int {
        let voter = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try registrar.voter(reading, election, reference: reference)
            }
        }
        guard let voter else { throw Refusal("There is no voter \"\(reference)\" on the roll.") }
        return voter.id
    }

    /// What operations on the whole store are made of, and those that open nothing of an election.
    package var storeContext: StoreContext {
        StoreContext(store: store, keys: keys, journal: journal, clock: clock, randomness: randomness)
    }

    /// The key of an election that must exist.
    /// - Throws: refused where it is not in the key folder, or cannot be read there.
    package func key(of election: StoredElection) throws(Refusal) -> ElectionKey {
        guard let key = try refusing({ try keys.key(of: election.election.id) }) else {
            throw Refusal(
                "The key of \(election.election.id) is not in \(keys.path). Give the right folder with --keys, "
                    + "or restore it with `isoloir key restore`.")
        }
        return key
    }

    /// How letters are laid out: by the settings, with the logo among the templates.
    package func letterStyle(_ election: Election, _ templates: TemplateFolder) -> LetterStyle {
        var style = settings.letters
        style.enclosures = settings.enclosures.map { LetterStyle.EnclosurePath($0, colleges: election.colleges.keys) }
        style.logo = templates.bytes(LetterStyle.logoFile)
        return style
    }

    /// Notes in the journal when the settings file is not the one of the last time.
    private func recordSettings() throws(Refusal) {
        guard let hash = settings.hash else { return }
        try refusing { try SettingsRecord(storeContext).note(hash, by: actor()) }
    }

    /// Every election of the store.
    /// - Throws: what the store said.
    package func allElections() throws(Refusal) -> [StoredElection] {
        let elections = elections
        return try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                var found: [StoredElection] = []
                for name in try elections.names(reading) { found.append(try elections.find(reading, name)) }
                return found
            }
        }
    }

    /// Wipes the secrets of letters that were printed long ago; run by the commands that an installation uses daily.
    /// - Throws: what the store said; elections before the one that failed are done.
    package func wipeOldLetters() throws(Refusal) {
        try refusing {
            let names = try store.read { (reading: borrowing Reading) throws(StoreError) in try elections.names(reading)
            }
            for name in names {
                let election = try store.read { (reading: borrowing Reading) throws(StoreError) in
                    try elections.find(reading, name)
                }
                try letterBatches.wipeOld(election, by: principal)
            }
        }
    }
}
