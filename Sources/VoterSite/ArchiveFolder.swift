import Elections
import Foundation
import Polling
import Store
import Synchronization
import Tally
import WebContent

/// The public archives as files beside the store: a box of a hundred thousand ballots is a gigabyte, which nobody holds in
/// memory for each who downloads it.
final class ArchiveFolder: Sendable {
    /// Seconds for which an earlier state stays, for those who are about to read it.
    private static let keptSeconds = 3600.0

    /// Beside its file the folder stands, named as it is with `.box` behind.
    private let store: Store
    /// Whether one is being made: at one time one, so that downloads never take the threads that votes need.
    private let isBusy = Mutex(false)

    /// - Parameter store: of the election whose archives these are.
    init(store: Store) { self.store = store }

    /// The one that was made last.
    private func latest(_ paths: [String]) -> String? {
        paths.max { made($0) < made($1) }
    }

    /// Seconds since 1970.
    private func made(_ path: String) -> Double {
        let date = (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date
        return date?.timeIntervalSince1970 ?? 0
    }

    /// What became of a request for an archive.
    enum Place {
        case file(String)
        /// Another one is being made, and there is no earlier state of this one.
        case busy
        case missing
    }

    /// A ballot's archive in its present state, or the one before while the present one is being made.
    /// - Throws: an error of the store, or of the disk; a draft that was begun is overwritten the next time.
    func file(_ name: String, _ tallyService: TallyService, _ station: PollingStation) throws -> Place {
        let folder = store.path + ".box"
        let files = FileManager.default
        guard
            let (ballot, state) = try store.read({
                (reading: borrowing Reading) throws(StoreError) -> (PollBallot, String)? in
                guard let poll = try Poll.find(reading, election: station.election.number),
                    let ballot = try PollBallot.find(reading, election: poll.election, name: name)
                else { return nil }
                let tally = try station.tallies.tally(reading, ballot)
                let counted = "\(tally == nil ? 0 : 1)\(tally?.result == nil ? 0 : 1)"
                let rounds = try station.rounds.all(reading, ballot).count
                return (ballot, "\(rounds)-\(poll.state == .closed ? 1 : 0)\(counted)")
            })
        else { return .missing }
        let prefix = "\(name).\(String(decoding: ballot.uuid, as: UTF8.self))."
        let path = "\(folder)/\(prefix)\(state).bel"
        if files.fileExists(atPath: path) { return .file(path) }
        try files.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let earlier = try files.contentsOfDirectory(atPath: folder).filter {
            $0.hasPrefix(prefix) && $0.hasSuffix(".bel")
        }.map { "\(folder)/\($0)" }
        let mayMake = isBusy.withLock { isBusy in
            defer { isBusy = true }
            return !isBusy
        }
        guard mayMake else { return latest(earlier).map { .file($0) } ?? .busy }
        defer { isBusy.withLock { $0 = false } }
        for old in earlier where Date().timeIntervalSince1970 - made(old) > ArchiveFolder.keptSeconds {
            try files.removeItem(atPath: old)
        }
        let draft = path + ".part"
        guard files.createFile(atPath: draft, contents: nil), let output = FileHandle(forWritingAtPath: draft)
        else {
            throw SiteFault("\(draft) cannot be written")
        }
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try tallyService.archive(reading, ballot) { bytes throws(StoreError) in
                do { try output.write(contentsOf: Data(bytes)) } catch {
                    throw StoreError(.failed, "\(draft) could not be written: \(error.localizedDescription)")
                }
            }
        }
        try output.synchronize()
        try output.close()
        try files.moveItem(atPath: draft, toPath: path)
        return .file(path)
    }
}
