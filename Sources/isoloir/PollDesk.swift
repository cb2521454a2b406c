import BallotCore
import CommandLineKit
import Crypto
import Delivery
import Elections
import Foundation
import Glibc
import Operations
import Polling
import Store
import Tally
import VoterRoll
import VoterSite
import WebContent

extension Services {
    var trustees: TrusteeRegister { TrusteeRegister(logbook: logbook, clock: clock) }

    /// The polling station of an election, with the box key where it lies in the key folder.
    func station(_ election: StoredElection) throws(Refusal) -> PollingStation {
        let (keys, name) = (keys, election.election.id)
        let path = keys.boxKeyFile(name)
        return PollingStation(
            store: store, election: election, key: try key(of: election),
            boxKey: { (try? readBoxKeyFile(path)).flatMap { BoxKey(file: $0) } },
            eraseBoxKey: {
                keys.boxKeyFiles(name).map { path in
                    do throws(KeyError) {
                        return try keys.destroyBoxKey(path) ? .erased(path: path) : .absent(path: path)
                    } catch { return .kept(path: path, reason: error.description) }
                }
            }, boxKeyPlaces: { keys.boxKeyFiles(name).filter { unsafe access($0, F_OK) == 0 } }, logbook: logbook,
            clock: clock, steady: steady, randomness: randomness)
    }

    func teller(_ station: PollingStation) -> Teller {
        Teller(station: station, store: store, trustees: trustees, logbook: logbook, clock: clock)
    }

    /// The poll's hours and state in force.
    func hours(_ election: StoredElection) throws(Refusal) -> PollHours {
        try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try PollHours.find(reading, election) }
        }
    }

    func poll(_ election: StoredElection) throws(Refusal) -> Poll? {
        try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try Poll.find(reading, election: election.number)
            }
        }
    }

    /// Refuses what a sealed poll froze.
    func refuseSealed(_ number: Int, _ consequence: String) throws(Refusal) {
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
            version: CommandLineTool.version, program: hex(sha256(try readFile("/proc/self/exe"))), blank: blank,
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

    /// What of the frozen is not as it was sealed; nothing before the seal, and after the destruction.
    func frozenFaults(_ election: StoredElection) throws(Refusal) -> [String] {
        guard let poll = try poll(election), ![.sealing, .destroyed].contains(poll.state),
            let sealed = JSON.read(poll.manifest)
        else { return [] }
        func text(_ json: JSON?) -> String { String(decoding: json?.bytes ?? [], as: UTF8.self) }
        var faults: [String] = []
        let (definition, roll) = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                (
                    try ElectionDesk.definition(reading, number: election.number),
                    try registrar.digest(reading, election)
                )
            }
        }
        if text(sealed["definition.sha256"]) != hex(sha256(Array(definition.utf8))) {
            faults.append("The election's definition was changed.")
        }
        if text(sealed["roll.sha256"]) != roll.sha256 || sealed["voters"]?.integer != roll.count {
            faults.append("The voter roll was changed.")
        }
        let listed = (sealed["files"]?.list ?? []).map { (text($0["path"]), text($0["sha256"])) }
        let before = Dictionary(listed, uniquingKeysWith: { $1 })
        if before.count != listed.count { faults.append("The seal's manifest names a file twice.") }
        // What is served of the ballots comes from the manifest, whatever the store holds now.
        let served = SealedBallots(manifest: poll.manifest).map { [$0.file] } ?? []
        let files = try frozen(election.election).files + served
        let now = Dictionary(files.map { ($0.path, $0.sha256) }, uniquingKeysWith: { $1 })
        for path in Set(before.keys).union(now.keys).sorted() where before[path] != now[path] {
            faults.append("\(path) is not the sealed one.")
        }
        return faults
    }

    /// Refuses when what the seal froze was changed.
    func checkFrozen(_ election: StoredElection) throws(Refusal) {
        let faults = try frozenFaults(election)
        guard !faults.isEmpty else { return }
        throw Refusal(
            "What was sealed has changed:\n  \(faults.joined(separator: "\n  "))\nPut it back as it was; the seal's manifest has every hash (isoloir poll manifest)."
        )
    }

    /// Refuses when box or list are not as votes left them.
    func checkBox(_ election: StoredElection) throws(Refusal) {
        let station = try station(election)
        let findings = try refusing { try station.audit() }
        guard !findings.isEmpty else { return }
        throw Refusal(
            "Something was added, removed or changed by hand:\n  \(findings.joined(separator: "\n  "))\n"
                + "Suspend the poll (isoloir poll suspend), keep the files as they are, and call the bureau together.")
    }

    /// Seals the poll; the box key is written into a new file first.
    func seal(_ election: StoredElection, boxKeyFile path: String) throws(Refusal) -> Poll {
        // No roll comes in, and nobody else seals, meanwhile.
        let locks = try refusing {
            [try ProcessLock(store: store.path, name: "seal"), try ProcessLock(store: store.path, name: "import")]
        }
        defer { withExtendedLifetime(locks) {} }
        try checkTexts(election)
        // Without a server at work nobody has forgotten yet what was not decided in time.
        try refusing { try voterDesk(election).dropHeldFiles() }
        let waiting = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try registrar.heldImports(reading, election)
            }
        }
        guard waiting.isEmpty else {
            throw Refusal(
                "New contacts of a roll file, or a voter who was added, wait for a second person, and a seal would leave them out: have them approved or refused at the console (Approvals), or the file's request taken back, then seal."
            )
        }
        let frozen = try frozen(
            election.election, blank: try blankTexts(election.election), boxKeyFile: absolutePath(path))
        let sealer = PollSealer(
            store: store, registrar: registrar, trustees: trustees, logbook: logbook, clock: clock,
            randomness: randomness)
        let key = try key(of: election)
        let boxKey = BoxKey(from: randomness)
        try refusing { try PrivateFile.create(path, boxKey.file) }
        let outcome: PollSealer.Outcome
        do throws(Refusal) {
            outcome = try refusing {
                try sealer.seal(
                    election, key: key, boxKey: boxKey, frozen: frozen, by: principal,
                    progress: Terminal.progress("credentials"))
            }
        } catch {
            throw erased(path, error)
        }
        Terminal.endProgress()
        switch outcome {
        case .refused(let faults): throw erased(path, Refusal(faults.joined(separator: "\n")))
        case .sealed(let poll): return poll
        }
    }

    /// Opens the poll; the box key is put where the site finds it first.
    func open(
        _ election: StoredElection, boxKeyFile path: String, proof: ResumeProof? = nil,
        along: PollingStation.Along = { _ in }
    ) throws(Refusal) {
        let place = keys.boxKeyFile(election.election.id)
        let content = try readBoxKeyFile(path)
        guard BoxKey(file: content) != nil else {
            throw Refusal("\(path) is no box key: give the file made by `isoloir poll seal`.")
        }
        let isThere = unsafe access(place, F_OK) == 0
        if isThere, try !readBoxKeyFile(place).matches(content) {
            throw Refusal("\(place) is another box key: move it away first.")
        }
        if !isThere { try refusing { try keys.putBoxKey(content, of: election.election.id) } }
        do throws(Refusal) {
            try checkFrozen(election)
            try checkPolicy(election)
            let station = try station(election)
            let (file, principal) = (absolutePath(path), principal)
            let refusal = try refusing {
                try station.open(by: principal, proof: proof) { transaction throws(StoreError) in
                    try along(transaction)
                    try station.note(boxKeyFile: file, transaction, by: principal)
                }
            }
            if let refusal { throw Refusal(refusal) }
        } catch {
            throw isThere ? error : erased(place, error)
        }
    }

    /// What is said where a box key that was just put down serves for nothing: it is overwritten, not only unlinked.
    private func erased(_ path: String, _ refusal: Refusal) -> Refusal {
        do throws(KeyError) { _ = try keys.destroyBoxKey(path) } catch {
            return Refusal(
                "\(refusal.description)\nThe box key at \(path) could not be erased: \(error.description) Overwrite and remove it by hand."
            )
        }
        return refusal
    }

    /// Writes the signed closing record beside the archives, where there is one: trustees compare it.
    private func writeRecord(_ election: StoredElection, to folder: String) throws(Refusal) {
        let station = try station(election)
        let record = try refusing {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return try store.read { (reading: borrowing Reading) throws(StoreError) in
                try station.record(reading, .closing)
            }
        }
        let path = "\(folder)/\(closingRecordName)"
        guard FileManager.default.fileExists(atPath: path) else {
            if let record { try writeFile(path, Array(record.utf8)) }
            return
        }
        guard let record, try readFile(path) == Array(record.utf8) else {
            throw Refusal("\(path) is not this poll's closing record: name another folder, or take it away.")
        }
    }

    /// Writes the archive of every ballot into a folder, as far as it is public; returns the files' names.
    func writeArchives(_ election: StoredElection, to folder: String) throws(Refusal) -> [String] {
        let teller = teller(try station(election))
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
                    try teller.archive(reading, ballot) { bytes throws(StoreError) in
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

/// A whole file, refused with its name.
func readFile(_ path: String, secret: Bool = false) throws(Refusal) -> [UInt8] {
    if secret { return try refusing { try PrivateFile.read(path, limit: 10_000_000, secret: true) } }
    guard let data = FileManager.default.contents(atPath: path) else { throw Refusal("\(path) cannot be read.") }
    return [UInt8](data)
}

/// A path that means the same in every folder; links stay as they were typed.
func absolutePath(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

/// Bytes read of a file that should hold a box key: more than one has, so that a wrong file is called one.
private let boxKeyFileLimit = 100_000

/// A file that should hold a box key; nothing of it stays in memory but what is returned.
func readBoxKeyFile(_ path: String) throws(Refusal) -> Secret {
    try refusing { try PrivateFile.secret(path, limit: boxKeyFileLimit) }
}

/// Writes a new file that others may read; never replaces one.
func writeFile(_ path: String, _ content: [UInt8]) throws(Refusal) {
    guard unsafe access(path, F_OK) != 0 else { throw Refusal("\(path) exists already: give a new name.") }
    do { try Data(content).write(to: URL(fileURLWithPath: path)) } catch {
        throw Refusal("\(path) could not be written: \(error.localizedDescription)")
    }
}
