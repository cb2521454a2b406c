package import CommandLineKit
import Crypto
import Delivery
package import Elections
import Foundation
import Glibc
import Operations
package import Polling
import Store
package import Tally
import VoterSite
import WebContent

extension Services {
    /// The trustees of the store's elections.
    package var trustees: TrusteeRegister { TrusteeRegister(journal: journal, clock: clock) }

    /// The polling station of an election, with the box key where it lies in the key folder.
    package func station(_ election: StoredElection) throws(Refusal) -> PollingStation {
        let (keys, name) = (keys, election.election.id)
        let path = keys.boxKeyFile(name)
        return PollingStation(
            store: store, election: election, key: try key(of: election),
            boxKey: { (try? BoxKeyPlace.read(path)).flatMap { BoxKey(file: $0) } },
            eraseBoxKey: {
                keys.boxKeyFiles(name).map { path in
                    do throws(KeyError) {
                        return try keys.destroyBoxKey(path) ? .erased(path: path) : .absent(path: path)
                    } catch { return .kept(path: path, reason: error.description) }
                }
            }, boxKeyPlaces: { keys.boxKeyFiles(name).filter { unsafe access($0, F_OK) == 0 } }, journal: journal,
            clock: clock, steady: steady, randomness: randomness)
    }

    /// The count of a station's poll.
    package func tallyService(_ station: PollingStation) -> TallyService {
        TallyService(station: station, store: store, trustees: trustees, journal: journal)
    }

    /// The poll's hours and state in force.
    package func hours(_ election: StoredElection) throws(Refusal) -> PollHours {
        try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try PollHours.find(reading, election) }
        }
    }

    /// The poll as it stands; nil before the seal.
    package func poll(_ election: StoredElection) throws(Refusal) -> Poll? {
        try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try Poll.find(reading, election: election.number)
            }
        }
    }

    /// Refuses what a sealed poll froze.
    package func refuseSealed(_ number: Int, _ consequence: String) throws(Refusal) {
        let poll = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try Poll.find(reading, election: number)
            }
        }
        guard let poll else { return }
        if poll.state == .sealing {
            // Left over by a sealing that was interrupted, or under way.
            _ = try refusing { try ProcessLock(store: store.path, name: "seal") }
            return
        }
        throw Refusal("The poll is sealed (\(poll.fingerprint)): \(consequence).")
    }

    /// What a seal freezes beside election and roll.
    private func frozen(
        _ election: Election, blank: [Language: String] = [:], boxKeyFile: String? = nil
    ) throws(Refusal) -> PollSealer.Frozen {
        let templates = try templates(for: election)
        let served = try refusing { try AssetSet(templates).digests }
        return PollSealer.Frozen(
            files: templates.digests() + served.map { ("served/\($0.name)", $0.sha256) },
            version: Services.version, program: hex(try refusing { try RunningDigest.ofFile("/proc/self/exe") }),
            blank: blank,
            boxKeyFile: boxKeyFile)
    }

    /// What the ballot page calls a blank vote.
    private func blankTexts(_ election: Election) throws(Refusal) -> [Language: String] {
        let templates = try templates(for: election)
        let pages = try refusing {
            try PageSet(election, templates: templates, assets: try AssetSet(templates))
        }
        return Dictionary(uniqueKeysWithValues: Language.allCases.map { ($0, pages.text("voteBlank", $0)) })
    }

    /// Whether what the seal froze is as it was.
    private func frozenCheck(_ election: StoredElection) -> FrozenCheck {
        FrozenCheck(store: store, registrar: registrar, election: election) { try frozen(election.election) }
    }

    /// What of the frozen is not as it was sealed; nothing before the seal, and after the destruction.
    package func frozenFaults(_ election: StoredElection) throws(Refusal) -> [String] {
        try refusing { try frozenCheck(election).faults() }
    }

    /// Refuses when what the seal froze was changed.
    package func checkFrozen(_ election: StoredElection) throws(Refusal) {
        if let refusal = try refusing({ try frozenCheck(election).refusal() }) { throw Refusal(refusal) }
    }

    /// Refuses when box or list are not as votes left them.
    package func checkBox(_ election: StoredElection) throws(Refusal) {
        let station = try station(election)
        let findings = try refusing { try station.integrity.audit() }
        guard !findings.isEmpty else { return }
        throw Refusal(
            "Something was added, removed or changed by hand:\n  \(findings.joined(separator: "\n  "))\n"
                + "Suspend the poll (isoloir poll suspend), keep the files as they are, and call the bureau together.")
    }

    /// Seals the poll; the box key is written into a new file first.
    /// - Parameter definition: the one that was looked at; nil where nobody looks.
    package func seal(_ election: StoredElection, definition: String? = nil, boxKeyFile path: String) throws(Refusal)
        -> Poll
    {
        // Without a server at work nobody has forgotten yet what was not decided in time.
        try refusing { try voterSupport(election).dropHeldFiles() }
        let sealer = PollSealer(
            store: store, registrar: registrar, trustees: trustees, journal: journal, clock: clock,
            randomness: randomness)
        let seal = PollSeal(
            store: store, keys: keys, registrar: registrar, elections: desk, sealer: sealer, randomness: randomness)
        let (key, path) = (try key(of: election), absolutePath(path))
        var looked = (name: election.election.id, definition: definition ?? "")
        if definition == nil { looked.definition = try self.definition(election) }
        defer { Terminal.endProgress() }
        let outcome = try refusing {
            try seal.seal(
                looked, key: key, boxKeyFile: path,
                frozen: {
                    try frozen(election.election, blank: try blankTexts(election.election), boxKeyFile: path)
                },
                by: principal, progress: Terminal.progress("credentials"))
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
    package func definition(_ election: StoredElection) throws(Refusal) -> String {
        try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try ElectionRepository.definition(reading, number: election.number)
            }
        }
    }

    /// Opens the poll; the box key is put where the site finds it first.
    package func open(
        _ election: StoredElection, boxKeyFile path: String, proof: ResumeProof? = nil,
        along: @escaping PollingStation.Along = { _ in }
    ) throws(Refusal) {
        let place = BoxKeyPlace(keys: keys, election: election.election.id)
        let opening = PollOpening(
            place: place, frozen: frozenCheck(election), policy: try policyService(election))
        let content = try refusing { try BoxKeyPlace.read(path) }
        let outcome = try refusing {
            try opening.open(
                content, of: absolutePath(path), station: { try station(election) }, by: principal, proof: proof,
                along: along)
        }
        switch outcome {
        case .opened: return
        case .refused(let why): throw Refusal(why)
        case .noBoxKey: throw Refusal("\(path) is no box key: give the file made by `isoloir poll seal`.")
        case .anotherKey: throw Refusal("\(place.path) is another box key: move it away first.")
        case .pointsOpen:
            try checkPolicy(election)
            throw Refusal("A point of the security level was open a moment ago: run it again.")
        case .keyRemains(let reason, let refusal): throw unerased(place.path, reason, refusal)
        case .pointsOpenKeyRemains(let reason):
            do { try checkPolicy(election) } catch { throw unerased(place.path, reason, error.description) }
            throw unerased(place.path, reason, "A point of the security level was open a moment ago.")
        }
    }

    /// What is said where a box key that serves for nothing could not be overwritten.
    private func unerased(_ path: String, _ reason: String, _ refusal: String) -> Refusal {
        Refusal(
            "\(refusal)\nThe box key at \(path) could not be erased: \(reason) Overwrite and remove it by hand.")
    }

    /// Writes the signed closing record beside the archives, where there is one: trustees compare it.
    private func writeRecord(_ election: StoredElection, to folder: String) throws(Refusal) {
        let station = try station(election)
        let record = try refusing {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return try store.read { (reading: borrowing Reading) throws(StoreError) in
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
    package func writeArchives(_ election: StoredElection, to folder: String) throws(Refusal) -> [String] {
        let tallyService = tallyService(try station(election))
        let ballots = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollBallot.all(reading, election: election.number)
            }
        }
        try writeRecord(election, to: folder)
        return try refusing {
            return try ballots.map { ballot in
                let name = "\(ballot.name).\(String(decoding: ballot.uuid, as: UTF8.self)).bel"
                let draft = "\(folder)/\(name).part"
                guard FileManager.default.createFile(atPath: draft, contents: nil),
                    let file = FileHandle(forWritingAtPath: draft)
                else {
                    throw Refusal("\(draft) cannot be written.")
                }
                try store.read { (reading: borrowing Reading) throws(StoreError) in
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
