package import CommandLineKit
import Crypto
import Foundation
import Glibc
package import Polling

/// What a trustee's key file was used for: the seal that it checked and the totals that it opened. Other totals of the same
/// ballot would tell, by their difference, what single voters chose; another seal could name other members of the bureau. It
/// lies beside the key file, wherever links lead to that, and is authenticated with the private key, so that nobody cuts or
/// empties it unnoticed; it is made with the key, so that it is missed where somebody took it away. A copy of the key has a
/// memory of its own (`tally opened` compares them). It names its key file by device and inode: where somebody copied the two
/// together, each of them would otherwise pass for the one that knows everything.
package struct KeyMemory {
    /// The file that holds it, beside the key file.
    package let path: String
    /// SHA-256 of the checked manifest in hexadecimal; nil before `tally check`.
    package private(set) var seal: String?
    /// Digests of the encrypted tallies that were opened, by the ballot's uuid.
    package private(set) var opened: [String: String] = [:]
    /// Whether it began when somebody said that the key file is a copy.
    package private(set) var isOfCopy = false
    /// Whether nothing is kept beside the key file.
    package private(set) var isMissing = false
    /// Whether its key file is another than the one it was written for: copied, restored, or on a medium that was put in again.
    package private(set) var isOfOtherFile = false
    /// What names the key file that it was written for; nil in a memory of before this was kept.
    private var file: String?
    /// What names the key file beside it now.
    private let present: String
    private let secret: [UInt8]

    /// Why the fingerprint is asked for again.
    package static let otherFile =
        "This key file is not the one that its memory was written for: it was copied or restored, or lies on a medium that was put in again. It is taken for a copy; what the memory holds stays in force. Compare all copies (isoloir tally opened)."

    private static let copyMark = String(repeating: "0", count: 64)

    /// The memory of a key that was just made.
    /// - Throws: refused where the key file is not there.
    package init(new key: String, _ pair: TrusteeFiles.KeyPair) throws(Refusal) {
        path = KeyMemory.path(key)
        secret = KeyMemory.secret(pair)
        present = try KeyMemory.name(of: key)
        file = present
    }

    private static func path(_ key: String) -> String {
        URL(fileURLWithPath: key).resolvingSymlinksInPath().path + ".done"
    }

    /// A file by what its system knows it by, as one word: a copy has another inode, a further name another count of names.
    private static func name(of key: String) throws(Refusal) -> String {
        var status = stat()
        guard unsafe stat(key, &status) == 0 else { throw Refusal("\(key) cannot be read.") }
        return hex(sha256(Array("\(status.st_dev) \(status.st_ino) \(status.st_nlink)".utf8)))
    }

    private static func secret(_ pair: TrusteeFiles.KeyPair) -> [UInt8] {
        sha256(Array("isoloir key memory|".utf8) + pair.privateFile)
    }

    /// - Parameters:
    ///   - key: the key file's path.
    ///   - pair: what it holds.
    ///   - isCopy: whether somebody said that the file is a copy, which has no memory yet.
    ///   - isLook: whether it is only looked at.
    /// - Throws: refused where the memory was changed or cut, and where it is missing and nobody called the file a copy.
    package init(key: String, _ pair: TrusteeFiles.KeyPair, isCopy: Bool = false, isLook: Bool = false) throws(Refusal)
    {
        path = KeyMemory.path(key)
        secret = KeyMemory.secret(pair)
        present = try KeyMemory.name(of: key)
        guard FileManager.default.fileExists(atPath: path) else {
            isMissing = true
            guard isCopy || isLook else {
                throw Refusal(
                    "\(path), which keeps what this key was used for, is not there. Put it back beside the key. Is this a copy of the key that was never used? Then say so with --copy (or give the seal's --fingerprint), and compare the copies afterwards (isoloir tally opened). Was it taken away? Then call the bureau together."
                )
            }
            isOfCopy = isCopy
            file = present
            return
        }
        var lines = String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n").map(String.init)
        let end = lines.popLast()
        guard end == "end \(hex(digest(lines)))" else { throw changed }
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2, words[1].utf8.count == 64 else { throw changed }
            switch words[0] {
            case "seal": seal = words[1]
            case "copy": isOfCopy = true
            case "file": file = words[1]
            default: opened[words[0]] = words[1]
            }
        }
        isOfOtherFile = file != present
        isOfCopy = isOfCopy || isOfOtherFile
    }

    private var changed: Refusal {
        Refusal(
            "\(path), which keeps what this key was used for, was changed or cut. Nothing is decrypted: call the bureau together."
        )
    }

    private func digest(_ lines: [String]) -> [UInt8] {
        sha256(secret + sha256(secret + Array(lines.joined(separator: "\n").utf8)))
    }

    /// Keeps the seal that the key checked.
    package mutating func note(seal: String) { self.seal = seal }

    /// Forgets a seal that members undid.
    package mutating func forgetSeal() { seal = nil }

    /// Keeps the digest of the encrypted tally that was opened for a ballot.
    package mutating func note(opened digest: String, of uuid: String) { opened[uuid] = digest }

    /// The key file beside it is its own from now on: somebody gave the seal's fingerprint. That it is a copy's stays noted.
    package mutating func adoptFile() { (file, isOfOtherFile) = (present, false) }

    /// Writes the memory through to the disk, before anything that was decrypted leaves.
    /// - Throws: refused where it did not reach the disk: nothing may be decrypted then.
    package func write() throws(Refusal) {
        var lines = opened.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        if let seal { lines.insert("seal \(seal)", at: 0) }
        if isOfCopy { lines.insert("copy \(KeyMemory.copyMark)", at: 0) }
        if let file { lines.insert("file \(file)", at: 0) }
        lines.append("end \(hex(digest(lines)))")
        do {
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(
                to: URL(fileURLWithPath: path), options: .atomic)
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            try file.synchronize()
            try file.close()
            try PrivateFile.syncFolder(of: path)
        } catch {
            let reason = (error as? KeyError)?.description ?? error.localizedDescription
            throw Refusal("\(path) could not be written: \(reason) Nothing was decrypted.")
        }
    }

    /// Runs `body` while no other program uses the key file: two at once would each forget what the other opened.
    /// - Throws: refused where another program uses the key file, or it cannot be read; else what `body` throws.
    package static func alone<Value>(_ key: String, _ body: () throws(Refusal) -> Value) throws(Refusal) -> Value {
        let file = unsafe open(key, O_RDONLY | O_CLOEXEC)
        guard file >= 0, flock(file, LOCK_EX | LOCK_NB) == 0 else {
            if file >= 0 { close(file) }
            throw Refusal(
                "\(key) is used by another program just now, or cannot be read: try again when that has ended.")
        }
        defer { close(file) }
        return try body()
    }
}
