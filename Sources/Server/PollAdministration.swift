package import CommandLineKit
import Crypto
import Delivery
package import Elections
import Foundation
import Glibc
import Operations
package import Polling
import Store
import Tally
import VoterSite
import WebContent

/// What a poll's seal, opening and archives take, in one place for the command line and rehearsals.
package struct PollAdministration {
    let services: Services
    let election: StoredElection

    /// - Parameter election: the one whose poll it is.
    package init(_ services: Services, _ election: StoredElection) {
        (self.services, self.election) = (services, election)
    }

    /// What a seal freezes beside election and roll.
    private func frozen(
        blank: [Language: String] = [:], boxKeyFile: String? = nil
    ) throws(Refusal) -> PollSealer.Frozen {
        let templates = try services.templates(for: election.election)
        let served = try refusing { try AssetSet(templates).digests }
        return PollSealer.Frozen(
            files: templates.digests() + served.map { ("served/\($0.name)", $0.sha256) },
            version: Services.version, program: hex(try refusing { try RunningDigest.ofFile("/proc/self/exe") }),
            blank: blank,
            boxKeyFile: boxKeyFile)
    }

    /// What the ballot page calls a blank vote.
    private func blankTexts() throws(Refusal) -> [Language: String] {
        let templates = try services.templates(for: election.election)
        let pages = try refusing {
            try PageSet(election.election, templates: templates, assets: try AssetSet(templates))
        }
        return Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, pages.text("voteBlank", $0)) })
    }

    /// Whether what the seal froze is as it was.
    private func frozenCheck() -> FrozenCheck {
        FrozenCheck(store: services.store, registrar: services.registrar, election: election) { try frozen() }
    }

    /// What of the frozen is not as it was sealed; nothing before the seal, and after the destruction.
    /// - Throws: what the store said, or what kept the present files from being read.
    package func frozenFaults() throws(Refusal) -> [String] {
        try refusing { try frozenCheck().faults() }
    }

    /// Refuses when what the seal froze was changed.
    /// - Throws: refused with every file that differs.
    package func checkFrozen() throws(Refusal) {
        if let refusal = try refusing({ try frozenCheck().refusal() }) { throw Refusal(refusal) }
    }

    /// Refuses when box or list are not as votes left them.
    /// - Throws: refused with every finding of the audit.
    package func checkBox() throws(Refusal) {
        let station = try services.station(election)
        let findings = try refusing { try station.integrity.audit() }
        guard !findings.isEmpty else { return }
        throw Refusal(PollOrderRefusal.changed(findings))
    }

    /// Seals the poll; the box key is written into a new file first.
    /// - Parameter definition: the one that was looked at; nil where nobody looks.
    /// - Throws: refused with every fault that stands against a seal, where another definition is stored than the one looked at,
    /// while a request for the roll waits, and where a box key that serves for nothing could not be erased.
    package func seal(definition: String? = nil, boxKeyFile path: String) throws(Refusal)
        -> Poll
    {
        // Without a server at work nobody has forgotten yet what was not decided in time.
        try refusing { try HeldRolls(services.operations(election)).dropLapsed() }
        let sealer = PollSealer(
            store: services.store, registrar: services.registrar, trustees: services.trustees,
            journal: services.journal,
            clock: services.clock, randomness: services.randomness)
        let seal = PollSeal(
            store: services.store, keys: services.keys, registrar: services.registrar, elections: services.elections,
            sealer: sealer, randomness: services.randomness)
        let (key, path) = (try services.key(of: election), absolutePath(path))
        var looked = (name: election.election.id, definition: definition ?? "")
        if definition == nil { looked.definition = try self.definition() }
        defer { Terminal.endProgress() }
        let outcome = try refusing {
            try seal.seal(
                looked, key: key, boxKeyFile: path,
                frozen: {
                    try frozen(blank: try blankTexts(), boxKeyFile: path)
                },
                by: services.principal, progress: Terminal.progress("credentials"))
        }
        switch outcome {
        case .sealed(let poll): return poll
        case .refused(let faults): throw Refusal(faults.joined(separator: "\n"))
        case .anotherDefinition:
            throw Refusal("The election was stored anew meanwhile: nothing was sealed. Look at it again, then seal.")
        case .fileWaits:
            throw Refusal(
                "Rows of a roll file, or a voter who was added, wait for a second person, and a seal would leave them out: have them approved or refused at the console (Approvals), or the file's request taken back, then seal."
            )
        case .keyRemains(let path, let reason, let refusal): throw unerased(path, reason, refusal)
        }
    }

    /// The election's text as it is stored.
    /// - Throws: what the store said.
    package func definition() throws(Refusal) -> String {
        try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try ElectionRepository.definition(reading, number: election.number)
            }
        }
    }

    /// Opens the poll; the box key is put where the site finds it first.
    /// - Parameters:
    ///   - proof: what two members know of the published heads; wanted after a restore.
    ///   - along: written in the transaction that opens the poll.
    /// - Throws: refused with the rule that is not kept, for a file that is no box key of this poll, and while a point of the
    /// security level is open.
    package func open(
        boxKeyFile path: String, proof: ResumeProof? = nil,
        along: @escaping PollingStation.Along = { _ in }
    ) throws(Refusal) {
        let place = BoxKeyPlace(keys: services.keys, election: election.election.id)
        let opening = PollOpening(
            place: place, frozen: frozenCheck(), policy: try services.policyService(election))
        let content = try refusing { try BoxKeyPlace.read(path) }
        let outcome = try refusing {
            try opening.open(
                content, of: absolutePath(path), station: { try services.station(election) }, by: services.principal,
                proof: proof,
                along: along)
        }
        switch outcome {
        case .opened: return
        case .refused(let why): throw Refusal(why)
        case .noBoxKey: throw Refusal("\(path) is no box key: give the file made by `isoloir poll seal`.")
        case .anotherKey: throw Refusal("\(place.path) is another box key: move it away first.")
        case .pointsOpen:
            try services.checkPolicy(election)
            throw Refusal("A point of the security level was open a moment ago: run it again.")
        case .keyRemains(let reason, let refusal): throw unerased(place.path, reason, refusal)
        case .pointsOpenKeyRemains(let reason):
            do { try services.checkPolicy(election) } catch { throw unerased(place.path, reason, error.description) }
            throw unerased(place.path, reason, "A point of the security level was open a moment ago.")
        }
    }

    /// What is said where a box key that serves for nothing could not be overwritten.
    private func unerased(_ path: String, _ reason: String, _ refusal: String) -> Refusal {
        Refusal(
            "\(refusal)\nThe box key at \(path) could not be erased: \(reason) Overwrite and remove it by hand.")
    }

    /// Writes the signed closing record beside the archives, where there is one: trustees compare it.
    private func writeRecord(to folder: String) throws(Refusal) {
        let station = try services.station(election)
        let record = try refusing {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try station.records.record(reading, .closing)
            }
        }
        let path = "\(folder)/\(ClosingRecord.fileName)"
        guard FileManager.default.fileExists(atPath: path) else {
            if let record { try writeFile(path, Array(record.utf8)) }
            return
        }
        guard let record, try readFile(path) == Array(record.utf8) else {
            throw Refusal("\(path) is not this poll's closing record: name another folder, or take it away.")
        }
    }

    /// Writes the archive of every ballot into a folder, as far as it is public; returns the files' names.
    /// - Throws: refused where a file cannot be written, or another closing record lies in the folder.
    package func writeArchives(to folder: String) throws(Refusal) -> [String] {
        let tallyService = services.tallyService(try services.station(election))
        let ballots = try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollBallot.all(reading, election: election.number)
            }
        }
        try writeRecord(to: folder)
        return try refusing {
            return try ballots.map { ballot in
                let name = "\(ballot.name).\(String(decoding: ballot.uuid, as: UTF8.self)).bel"
                let draft = "\(folder)/\(name).part"
                guard FileManager.default.createFile(atPath: draft, contents: nil),
                    let file = FileHandle(forWritingAtPath: draft)
                else {
                    throw Refusal("\(draft) cannot be written.")
                }
                try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try tallyService.archive(reading, ballot) { bytes throws(StoreError) in
                        do { try file.write(contentsOf: Data(bytes)) } catch {
                            throw StoreError(.failed, "\(draft) could not be written: \(error.localizedDescription)")
                        }
                    }
                }
                try file.synchronize()
                try file.close()
                guard unsafe rename(draft, "\(folder)/\(name)") == 0 else {
                    throw Refusal("\(folder)/\(name) cannot be made.")
                }
                return name
            }
        }
    }
}
