import BallotCore
package import CommandLineKit
package import Delivery
package import Elections
import Foundation
import Polling
import Store

/// Which texts an election goes by.
extension Services {
    /// The templates of an election, its own folder's first. A poll goes on with those that its seal froze: an upgraded package
    /// leaves them beside its own. Where none are as sealed, those that differ least: whoever compares then names what is wrong.
    /// - Throws: what the store said of the seal; a missing file shows when it is read.
    package func templates(for election: Election) throws(Refusal) -> TemplateFolder {
        let kept = keptFolders
        let sealed = kept.isEmpty ? nil : try sealedFiles(election)
        let folders = sealed == nil ? [templateFolder] : [templateFolder] + kept
        let candidates = folders.map { Services.templates(for: election, folder: $0, settings) }
        guard let sealed else { return candidates[0] }
        let counted = candidates.map { (folder: $0, faults: Services.differences(sealed, $0)) }
        return counted.min { $0.faults < $1.faults }?.folder ?? candidates[0]
    }

    /// The console's pages and papers of an election, never those that a seal kept: an earlier program's fit no later one.
    package func consoleTemplates(for election: Election) -> TemplateFolder {
        Services.templates(for: election, folder: templateFolder, settings)
    }

    /// The texts as they are now, whatever a seal froze: those beside the election's file before the program's.
    package static func templates(for election: Election, folder: String, _ settings: Settings) -> TemplateFolder {
        TemplateFolder(["\(settings.ballots ?? "Ballots")/\(election.id)/templates", folder])
    }

    /// `Templates-1.2` and the like beside the folder of templates, by name.
    private var keptFolders: [String] {
        let place = URL(fileURLWithPath: templateFolder)
        let parent = place.deletingLastPathComponent().path
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: parent) else { return [] }
        let beginning = place.lastPathComponent + "-"
        return names.filter { $0.hasPrefix(beginning) && !$0.hasSuffix(".new") }.sorted().map { "\(parent)/\($0)" }
    }

    /// How many files of a folder are not those of a seal.
    private static func differences(_ sealed: [String: String], _ folder: TemplateFolder) -> Int {
        let now = Dictionary(folder.digests().map { ($0.path, $0.sha256) }, uniquingKeysWith: { $1 })
        return Set(sealed.keys).union(now.keys).count { sealed[$0] != now[$0] }
    }

    /// The files that a poll's seal names with their SHA-256 in hexadecimal, without what is made of them; nil before the seal.
    private func sealedFiles(_ election: Election) throws(Refusal) -> [String: String]? {
        let elections = elections
        let poll = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) -> Poll? in
                guard let number = try elections.number(reading, election.id) else { return nil }
                return try Poll.find(reading, election: number)
            }
        }
        guard let poll, poll.state != .sealing, let list = JSON.read(poll.manifest)?["files"]?.list else { return nil }
        func text(_ json: JSON?) -> String { String(decoding: json?.bytes ?? [], as: UTF8.self) }
        let made = ["served/"] + (SealedBallots(manifest: poll.manifest).map { [$0.file.path] } ?? [])
        let files = list.map { (text($0["path"]), text($0["sha256"])) }
        return Dictionary(files.filter { file in !made.contains { file.0.hasPrefix($0) } }, uniquingKeysWith: { $1 })
    }
}
