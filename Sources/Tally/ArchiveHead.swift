import BallotCore
import BallotEngine
import Crypto

/// What an archive's Setup says, read from its first bytes as they arrive: an observer compares it with the seal and never
/// fetches the ballots behind it.
package struct ArchiveHead {
    /// What the Setup is known by.
    package struct Setup: Sendable, Equatable {
        /// The election's identifier in the protocol: 14 base-58 characters and up to 64.
        package let uuid: [UInt8]
        /// Of the election document: 43 characters.
        package let fingerprint: [UInt8]
        /// SHA-256 in hexadecimal.
        package let trustees: String
        /// SHA-256 of the list of public credentials, in hexadecimal.
        package let credentials: String
    }

    /// How far the Setup was read.
    package enum Progress {
        /// The Setup is not complete yet.
        case reading
        case complete(Setup)
        /// Why this is no archive, in words.
        case fault(String)
    }

    /// Largest election document and trustees' list in bytes, kept whole; the credentials are hashed as they come.
    private static let largestDocument = 4 << 20
    private static let trailer = 4

    /// The file being read.
    private struct File {
        let name: String
        let count: Int
        var left: Int
        var content: [UInt8] = []
        let digest = RunningDigest()
    }

    private var waiting: [UInt8] = []
    private var file: File?
    private var padding = 0
    /// Digests of the files that are read, in hexadecimal, in their order.
    private var digests: [String] = []
    private var election: ElectionDocument?

    /// Before the archive's first byte.
    package init() {}

    /// Takes the next bytes of an archive.
    /// After `complete` or `fault` no more is to be given.
    /// - Parameter bytes: pieces of any length, in their order.
    package mutating func take(_ bytes: [UInt8]) -> Progress {
        waiting += bytes
        while true {
            if padding > 0 {
                let count = min(padding, waiting.count)
                guard waiting.prefix(count).allSatisfy({ $0 == 0 }) else { return .fault("bytes are hidden in it") }
                waiting.removeFirst(count)
                padding -= count
                if padding > 0 { return .reading }
            }
            if file == nil {
                guard waiting.count >= ArchiveFormat.block else { return .reading }
                if let fault = begin(Array(waiting.prefix(ArchiveFormat.block))) { return .fault(fault) }
                waiting.removeFirst(ArchiveFormat.block)
            }
            guard read() else { return .reading }
            switch end() {
            case .reading: continue
            case let end: return end
            }
        }
    }

    /// Begins with a file by its header; returns why it is none of an archive.
    private mutating func begin(_ header: [UInt8]) -> String? {
        let digits = header[124..<135]
        guard digits.allSatisfy({ 48...55 ~= $0 }) else { return "it is no archive of an election" }
        let count = digits.reduce(0) { $0 << 3 | Int($1 - 48) }
        let name = String(decoding: header.prefix { $0 != 0 }, as: UTF8.self)
        guard digests.isEmpty == (name == ArchiveFormat.first) else { return "it is no archive of an election" }
        guard isHashedOnly || count <= ArchiveHead.largestDocument else { return "\(name) is too long" }
        file = File(name: name, count: count, left: count)
        return nil
    }

    /// Whether the present file is that of the credentials, which may be long.
    private var isHashedOnly: Bool { digests.count == 3 }

    /// Reads on in the present file; whether it is complete.
    private mutating func read() -> Bool {
        guard var present = file else { return false }
        let piece = Array(waiting.prefix(present.left))
        waiting.removeFirst(piece.count)
        present.digest.update(piece.span)
        if !isHashedOnly { present.content += piece }
        present.left -= piece.count
        file = present
        return present.left == 0
    }

    /// Closes the present file, its content compared with its name.
    private mutating func end() -> Progress {
        guard let present = file else { return .reading }
        file = nil
        padding = (ArchiveFormat.block - present.count % ArchiveFormat.block) % ArchiveFormat.block
        let digest = hex(present.digest.finish())
        let place = digests.count
        digests.append(digest)
        guard place == 0 || present.name == "\(digest).data.json" else {
            return .fault("the content of \(present.name) is not what its name says")
        }
        if place == 1 {
            election = ElectionDocument(present.content)
            if election == nil { return .fault("its election document is none of this protocol") }
        }
        guard place == ArchiveHead.trailer, let election else { return .reading }
        let payload =
            "{\"election\":\"\(digests[1])\",\"trustees\":\"\(digests[2])\",\"credentials\":\"\(digests[3])\"}"
        guard present.content == Array(payload.utf8) else {
            return .fault("its Setup does not speak of the files before it")
        }
        return .complete(
            Setup(
                uuid: election.uuid, fingerprint: election.fingerprint, trustees: digests[2], credentials: digests[3]))
    }
}
