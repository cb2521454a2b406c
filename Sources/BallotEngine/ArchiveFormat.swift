import BallotCore

/// The lower-case hexadecimal digits of SHA-256, by which an archive names its files (protocol section 1).
/// - Returns: 64 digits.
package func contentName(_ content: [UInt8]) -> [UInt8] {
    let digest = SHA256.digest(content.span)
    var text: [UInt8] = []
    for index in 0..<32 {
        for digit in [digest[index] >> 4, digest[index] & 15] { text.append(digit < 10 ? 48 + digit : 87 + digit) }
    }
    return text
}

/// The kinds of events, in the only order that an archive may have them.
package enum EventKind: String, Sendable, CaseIterable {
    case setup = "Setup"
    case ballot = "Ballot"
    case endBallots = "EndBallots"
    case encryptedTally = "EncryptedTally"
    case partialDecryption = "PartialDecryption"
    case result = "Result"

    /// What stands in the archive before the event: how many files of data.
    /// One for a ballot or a result, none for the end of the ballots.
    package var files: Int { longest.count }

    /// The most bytes of each of those files, so that nobody's giant file is read whole into memory. A ballot of the most
    /// choices takes half a megabyte, and so do its tally and a trustee's part; a public credential takes 620 bytes.
    package var longest: [Int] {
        let (payload, megabyte) = (1 << 10, 1 << 20)
        return switch self {
        // Election, trustees, public credentials of a million and a half voters.
        case .setup: [4 * megabyte, megabyte, 1 << 30, payload]
        case .encryptedTally, .partialDecryption: [megabyte, payload]
        case .ballot, .result: [megabyte]
        case .endBallots: []
        }
    }

    /// Files of data before one event at most.
    package static let mostFiles = 4

    /// An event's own file: parent, height, kind and payload take less.
    package static let longestEvent = 1 << 10

    /// What may follow.
    /// - Returns: also true for a first event of the next kind where several follow each other.
    package func mayPrecede(_ next: EventKind) -> Bool {
        switch self {
        case .setup, .ballot: next == .ballot || next == .endBallots
        case .endBallots: next == .encryptedTally
        case .encryptedTally: next == .partialDecryption
        case .partialDecryption: next == .partialDecryption || next == .result
        case .result: false
        }
    }
}

/// The archive's tar records (section 8): every byte is given by the content and the time of making.
package enum ArchiveFormat {
    /// Bytes of a record of the tar format.
    package static let block = 512
    /// The name of an archive's first file.
    package static let first = "BELENIOS"

    /// The first file's content.
    /// - Parameter time: seconds since 1970.
    package static func start(_ time: Int) -> [UInt8] { Array("{\"version\":1,\"timestamp\":\"\(time)\"}".utf8) }

    /// A file: header, content, zeros up to a whole block.
    /// - Parameters:
    ///   - name: at most 100 bytes, without zeros.
    ///   - time: seconds since 1970.
    package static func file(_ name: [UInt8], _ content: [UInt8], time: Int) -> [UInt8] {
        var bytes = header(name, count: content.count, time: time)
        bytes += content
        bytes += [UInt8](repeating: 0, count: (block - content.count % block) % block)
        return bytes
    }

    /// A file's header.
    /// - Parameters:
    ///   - count: bytes of the content, below 8 GiB: larger ones do not fit the eleven octal digits, and are cut.
    ///   - time: seconds since 1970.
    /// - Returns: 512 bytes.
    package static func header(_ name: [UInt8], count: Int, time: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: block)
        func put(_ text: [UInt8], at place: Int) { bytes.replaceSubrange(place..<place + text.count, with: text) }
        put(name, at: 0)
        put(Array("0000644".utf8), at: 100)
        put(Array("0000000".utf8), at: 108)
        put(Array("0000000".utf8), at: 116)
        put(octal(count, digits: 11), at: 124)
        put(octal(time, digits: 11), at: 136)
        bytes[156] = UInt8(ascii: "0")
        // The checksum counts itself as eight spaces.
        let sum = bytes.reduce(8 * 32) { $0 + Int($1) }
        put(octal(sum, digits: 6) + [0, 32], at: 148)
        return bytes
    }

    /// The lowest octal digits of a number; what is above them is lost.
    private static func octal(_ number: Int, digits: Int) -> [UInt8] {
        (0..<digits).map { 48 + UInt8(number >> (3 * (digits - 1 - $0)) & 7) }
    }

    /// The name of a file of data.
    /// - Parameter hash: `contentName` of the content.
    package static func dataName(_ hash: [UInt8]) -> [UInt8] { hash + Array(".data.json".utf8) }
    /// The name of an event's file.
    /// - Parameter hash: `contentName` of the event.
    package static func eventName(_ hash: [UInt8]) -> [UInt8] { hash + Array(".event.json".utf8) }

    /// The content of the setup, from the names of its three documents.
    static func setup(election: [UInt8], trustees: [UInt8], credentials: [UInt8]) -> [UInt8] {
        Array("{\"election\":\"".utf8) + election + Array("\",\"trustees\":\"".utf8) + trustees
            + Array("\",\"credentials\":\"".utf8) + credentials + Array("\"}".utf8)
    }

    /// An event's content.
    /// - Parameters:
    ///   - height: the event's number, the setup being 0.
    ///   - parent: hexadecimal hash of the event before; nil for the setup.
    ///   - payload: hexadecimal hash of what it brings; nil for the end of the ballots.
    package static func event(_ kind: EventKind, height: Int, parent: [UInt8]?, payload: [UInt8]?) -> [UInt8] {
        var text = Array("{".utf8)
        if let parent { text += Array("\"parent\":\"".utf8) + parent + Array("\",".utf8) }
        text += Array("\"height\":\(height),\"type\":\"\(kind.rawValue)\"".utf8)
        if let payload { text += Array(",\"payload\":\"".utf8) + payload + Array("\"".utf8) }
        return text + Array("}".utf8)
    }
}

/// Writes an archive, which only grows: each call gives the bytes to append.
package struct ArchiveWriter: Sendable {
    private let time: Int
    private var height = 0
    private var parent: [UInt8]?

    /// - Parameter time: seconds since 1970, the same for every file.
    package init(time: Int) { self.time = time }

    /// Where an archive ends, to go on from there.
    package struct End: Sendable, Equatable {
        /// Events so far, and the hexadecimal hash of the last.
        package let height: Int
        /// The last event's hash: 64 hexadecimal digits; empty in an archive without events.
        package let parent: [UInt8]

        /// An end that was kept.
        package init(height: Int, parent: [UInt8]) { (self.height, self.parent) = (height, parent) }
    }

    /// Goes on with an archive of `end.height` events.
    package init(time: Int, after end: End) { (self.time, height, parent) = (time, end.height, end.parent) }

    /// Where the archive ends by now.
    package var end: End { End(height: height, parent: parent ?? []) }

    /// The beginning: election, trustees and public credentials.
    /// - Parameters: the three documents; to be called once, and first.
    package mutating func setup(election: [UInt8], trustees: [UInt8], credentials: [UInt8]) -> [UInt8] {
        let payload = ArchiveFormat.setup(
            election: contentName(election), trustees: contentName(trustees), credentials: contentName(credentials))
        var bytes = ArchiveFormat.file(
            Array(ArchiveFormat.first.utf8), ArchiveFormat.start(time), time: time)
        bytes += data(election) + data(trustees) + data(credentials)
        return bytes + event(.setup, payload)
    }

    /// A ballot and its event.
    /// - Parameter text: as it was cast.
    package mutating func ballot(_ text: [UInt8]) -> [UInt8] { event(.ballot, text) }

    /// The end of the ballots.
    package mutating func endBallots() -> [UInt8] { event(.endBallots, nil) }

    /// The sum of the ballots and its event.
    /// - Parameters:
    ///   - ballots: how many are in the sums.
    ///   - weight: the sum of their weights.
    package mutating func encryptedTally(_ document: [UInt8], ballots: Int, weight: Int) -> [UInt8] {
        let payload =
            Array("{\"num_tallied\":\(ballots),\"total_weight\":\(weight),\"encrypted_tally\":\"".utf8)
            + contentName(document) + Array("\"}".utf8)
        return data(document) + event(.encryptedTally, payload)
    }

    /// - Parameter owner: the trustee's place in the list, from 1.
    package mutating func partialDecryption(_ document: [UInt8], owner: Int) -> [UInt8] {
        let payload = Array("{\"owner\":\(owner),\"payload\":\"".utf8) + contentName(document) + Array("\"}".utf8)
        return data(document) + event(.partialDecryption, payload)
    }

    /// The result and its event.
    /// - Parameter numbers: for each question the totals of its choices.
    package mutating func result(_ numbers: [[Int]]) -> [UInt8] { event(.result, ArchiveWriter.document(numbers)) }

    /// The `result` document.
    package static func document(_ numbers: [[Int]]) -> [UInt8] {
        let rows = numbers.map { "[" + $0.map(String.init).joined(separator: ",") + "]" }
        return Array("{\"result\":[\(rows.joined(separator: ","))]}".utf8)
    }

    /// A file of data under the name that its content gives.
    private func data(_ content: [UInt8]) -> [UInt8] {
        ArchiveFormat.file(ArchiveFormat.dataName(contentName(content)), content, time: time)
    }

    /// An event, behind the file that it brings; the chain goes on with it.
    private mutating func event(_ kind: EventKind, _ payload: [UInt8]?) -> [UInt8] {
        let content = ArchiveFormat.event(kind, height: height, parent: parent, payload: payload.map(contentName))
        let name = contentName(content)
        height += 1
        parent = name
        let file = ArchiveFormat.file(ArchiveFormat.eventName(name), content, time: time)
        return payload.map { data($0) + file } ?? file
    }
}
