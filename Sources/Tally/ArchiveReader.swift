import BallotCore
import BallotEngine
import Glibc

/// What is wrong with an archive, and where.
package struct ArchiveFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Follows the archive's name; it names the event, file or byte concerned.
    package let description: String

    init(_ description: String) { self.description = description }
}

/// An archive's file on the disk.
@safe final class ArchiveFile: Sendable {
    let size: Int
    private let descriptor: Int32

    /// - Throws: where it cannot be opened or its size not be asked.
    init(path: String) throws(ArchiveFault) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ArchiveFault("\(path) cannot be read: \(unsafe String(cString: strerror(errno))).")
        }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw ArchiveFault("\(path) cannot be read.") }
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// - Returns: exactly `count` bytes.
    /// - Throws: where the file ends before, or the disk fails.
    func read(_ offset: Int, _ count: Int) throws(ArchiveFault) -> [UInt8] {
        guard count <= size, offset <= size - count else {
            throw ArchiveFault("the archive breaks off at byte \(size)")
        }
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe pread(
                    descriptor, buffer.baseAddress.map { unsafe $0 + done }, count - done, off_t(offset + done))
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw ArchiveFault("the archive cannot be read at byte \(offset + done)") }
            done += got
        }
        return bytes
    }
}

/// An archive's files in their order, each checked against its name and every byte of its header; contents are read when they
/// are asked for, so that a large archive is never held whole.
struct ArchiveReader: Sendable {
    struct File: Sendable {
        let offset: Int
        let count: Int
        /// 64 hexadecimal digits.
        let hash: [UInt8]
    }

    /// An event and the files before it that it speaks of.
    struct Event: Sendable {
        let kind: EventKind
        let files: [Int]
        /// 64 hexadecimal digits.
        let hash: [UInt8]
    }

    private let archive: ArchiveFile
    private(set) var files: [File] = []
    private(set) var events: [Event] = []

    /// Reads headers and events, and of the contents those of events alone.
    /// - Throws: the first fault of names, headers, padding, order or length.
    init(path: String) throws(ArchiveFault) {
        archive = try ArchiveFile(path: path)
        try scan()
    }

    /// A file's content, its hash checked.
    /// - Parameter number: its place in `files`, from 0.
    /// - Throws: where the content is not what its name says.
    func content(_ number: Int) throws(ArchiveFault) -> [UInt8] {
        let file = files[number]
        let bytes = try archive.read(file.offset, file.count)
        guard contentName(bytes) == file.hash else {
            throw ArchiveFault("the content of file \(number + 1) was changed: its hash is not its name")
        }
        return bytes
    }

    /// The hash of the last ballot's event; nil without ballots.
    var lastHead: [UInt8]? { events.last { $0.kind == .ballot }?.hash }

    /// The hashes of the ballots' events.
    var heads: Set<[UInt8]> { Set(events.filter { $0.kind == .ballot }.map(\.hash)) }

    // MARK: The order of files and events

    /// Walks through the file from header to header; nothing may stand between or behind them.
    private mutating func scan() throws(ArchiveFault) {
        let (time, start) = try beginning()
        var at = start
        var (waiting, parent): ([Int], [UInt8]?) = ([], nil)
        var kind: EventKind?
        while at < archive.size {
            let header = try archive.read(at, ArchiveFormat.block)
            let name = Array(header.prefix { $0 != 0 })
            let count = ArchiveReader.count(header)
            let (hash, isEvent) = try ArchiveReader.parts(name, at: at)
            guard header == ArchiveFormat.header(name, count: count, time: time) else {
                throw ArchiveFault("the header at byte \(at) is not as the protocol writes it")
            }
            let padding = (ArchiveFormat.block - count % ArchiveFormat.block) % ArchiveFormat.block
            let file = File(offset: at + ArchiveFormat.block, count: count, hash: hash)
            let rest = try archive.read(file.offset + count, padding)
            guard rest.allSatisfy({ $0 == 0 }) else { throw ArchiveFault("bytes are hidden at byte \(at)") }
            at = file.offset + count + padding
            files.append(file)
            guard isEvent else {
                waiting.append(files.count - 1)
                guard waiting.count <= EventKind.mostFiles else {
                    throw ArchiveFault("at byte \(at) stand more files in a row than any event speaks of")
                }
                continue
            }
            let next = try event(files.count - 1, after: kind, parent: parent, waiting: waiting)
            (kind, parent, waiting) = (next, hash, [])
        }
        guard !events.isEmpty else { throw ArchiveFault("the archive holds no election") }
        guard waiting.isEmpty else { throw ArchiveFault("the archive ends with files that no event speaks of") }
    }

    /// The first file, which gives the time that every header repeats.
    private func beginning() throws(ArchiveFault) -> (time: Int, next: Int) {
        let header = try archive.read(0, ArchiveFormat.block)
        let count = ArchiveReader.count(header)
        guard count <= ArchiveFormat.block else { throw ArchiveFault("this is no archive of an election") }
        let content = try archive.read(ArchiveFormat.block, count)
        guard let text = JSON.read(content)?["timestamp"]?.bytes, let time = Int(String(decoding: text, as: UTF8.self)),
            time >= 0, content == ArchiveFormat.start(time)
        else { throw ArchiveFault("this is no archive of an election: it does not begin with \(ArchiveFormat.first)") }
        let whole = ArchiveFormat.file(Array(ArchiveFormat.first.utf8), content, time: time)
        guard try archive.read(0, whole.count) == whole else {
            throw ArchiveFault("the archive's first file was changed")
        }
        return (time, whole.count)
    }

    /// Checks an event against what went before.
    /// - Parameters:
    ///   - number: place of the event's file.
    ///   - parent: hash of the event before; nil for the setup.
    ///   - waiting: places of the files since that event.
    private mutating func event(
        _ number: Int, after last: EventKind?, parent: [UInt8]?, waiting: [Int]
    ) throws(ArchiveFault) -> EventKind {
        let height = events.count
        guard files[number].count <= EventKind.longestEvent else {
            throw ArchiveFault("event \(height) takes \(files[number].count) bytes: no event is so long")
        }
        let bytes = try content(number)
        guard let json = JSON.read(bytes), let name = json["type"]?.bytes,
            let kind = EventKind(rawValue: String(decoding: name, as: UTF8.self))
        else { throw ArchiveFault("event \(height) is of an unknown kind") }
        let payload = json["payload"]?.bytes
        let expected = ArchiveFormat.event(kind, height: height, parent: parent, payload: payload)
        guard bytes == expected else {
            throw ArchiveFault("event \(height) (\(kind.rawValue)) does not follow from the one before it")
        }
        guard last.map({ $0.mayPrecede(kind) }) ?? (kind == .setup) else {
            throw ArchiveFault(
                "event \(height) (\(kind.rawValue)) may not stand after \(last?.rawValue ?? "nothing"): \(ArchiveReader.cause(kind))"
            )
        }
        guard waiting.count == kind.files, waiting.last.map({ files[$0].hash }) == payload else {
            throw ArchiveFault("event \(height) (\(kind.rawValue)) does not speak of the files before it")
        }
        for (place, longest) in kind.longest.enumerated() where files[waiting[place]].count > longest {
            throw ArchiveFault(
                "event \(height) (\(kind.rawValue)): its file \(place + 1) takes \(files[waiting[place]].count) bytes, and \(longest) are the most"
            )
        }
        events.append(Event(kind: kind, files: waiting, hash: files[number].hash))
        return kind
    }

    /// What it means that an event stands at a wrong place.
    private static func cause(_ kind: EventKind) -> String {
        switch kind {
        case .setup: "an archive is set up once, at its beginning"
        case .ballot: "no ballot is taken after the end of the vote"
        case .endBallots: "the vote ends once"
        case .encryptedTally: "the encrypted tally follows the end of the vote (EndBallots), once"
        case .partialDecryption: "trustees decrypt the encrypted tally, and nothing else"
        case .result: "one result follows the trustees' decryptions"
        }
    }

    /// The size in a tar header: eleven octal digits. Other characters are passed over; the comparison of the whole
    /// header refuses them afterwards.
    private static func count(_ header: [UInt8]) -> Int {
        header[124..<135].reduce(0) { 48...55 ~= $1 ? $0 << 3 | Int($1 - 48) : $0 }
    }

    /// What a file's name says: `HASH.event.json` or `HASH.data.json`.
    private static func parts(_ name: [UInt8], at place: Int) throws(ArchiveFault) -> (hash: [UInt8], isEvent: Bool) {
        let hash = Array(name.prefix(64))
        let isHash = hash.count == 64 && hash.allSatisfy { 48...57 ~= $0 || 97...102 ~= $0 }
        if isHash, name == ArchiveFormat.eventName(hash) { return (hash, true) }
        if isHash, name == ArchiveFormat.dataName(hash) { return (hash, false) }
        throw ArchiveFault("the file at byte \(place) has a name that no archive has")
    }
}
