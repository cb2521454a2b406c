import Crypto
import Foundation

/// The folder of templates, with an election's own beside it: `mail/identifier.fr.txt` in the election's folder comes
/// before the one of the program.
package struct TemplateFolder: Sendable {
    /// Why a template cannot be read.
    package struct Missing: Error, CustomStringConvertible {
        /// A sentence with the template's path and what to do about it.
        package let description: String

        /// - Parameter description: a whole sentence that names the template.
        package init(description: String) { self.description = description }
    }

    private let folders: [String]

    /// - Parameter folders: searched in this order.
    package init(_ folders: [String]) { self.folders = folders }

    /// The text of a template, such as `sms/identifier.fr.txt`.
    /// - Throws: `Missing` when it is in no folder, or is no UTF-8.
    package func text(_ name: String) throws(Missing) -> String {
        for folder in folders {
            let path = "\(folder)/\(name)"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            do { return try String(contentsOfFile: path, encoding: .utf8) } catch {
                throw Missing(
                    description: "The template \(path) cannot be read as UTF-8: \(error.localizedDescription)")
            }
        }
        throw Missing(
            description:
                "The template \(name) is in none of \(folders.joined(separator: ", ")): give the folder with --templates."
        )
    }

    /// The bytes of a file, such as `assets/audio/fr/0.wav`; nil when it is in no folder.
    package func bytes(_ name: String) -> [UInt8]? {
        folders.lazy.compactMap { FileManager.default.contents(atPath: "\($0)/\(name)") }.first.map { [UInt8]($0) }
    }

    /// What voters never get: the console's guides and the administrator's files.
    private static let besideVoters = ["help/", "deploy/"]

    /// Every file from which pages and messages are made, by its path below the folders, an election's own before the
    /// program's, with its SHA-256 in hexadecimal.
    package func digests() -> [(path: String, sha256: String)] {
        var found: [String: String] = [:]
        for folder in folders {
            for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? []
            where found[name] == nil && !TemplateFolder.besideVoters.contains(where: name.hasPrefix) {
                var isFolder: ObjCBool = false
                guard unsafe FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder),
                    !isFolder.boolValue, let data = FileManager.default.contents(atPath: "\(folder)/\(name)")
                else { continue }
                found[name] = hex(sha256([UInt8](data)))
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The text of a template that may be missing.
    /// - Throws: `Missing` when it is there and is no UTF-8.
    package func optionalText(_ name: String) throws(Missing) -> String? {
        guard folders.contains(where: { FileManager.default.fileExists(atPath: "\($0)/\(name)") }) else { return nil }
        return try text(name)
    }
}
