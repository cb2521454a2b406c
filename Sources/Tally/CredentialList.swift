import BallotCore
import BallotEngine

/// The public credentials of an archive with their weights (protocol section 3), and which ballot is the last of each.
struct CredentialList: Sendable {
    /// The first half of a credential's SHA-256: short, and nobody finds two with the same.
    struct Key: Hashable, Sendable {
        private let high: UInt64
        private let low: UInt64

        init(_ credential: Span<UInt8>) {
            let digest = SHA256.digest(credential)
            var words: (UInt64, UInt64) = (0, 0)
            for index in 0..<8 { words.0 = words.0 << 8 | UInt64(digest[index]) }
            for index in 8..<16 { words.1 = words.1 << 8 | UInt64(digest[index]) }
            (high, low) = words
        }
    }

    /// Places in the list, by credential.
    private(set) var places: [Key: Int] = [:]
    private(set) var weights: [Int] = []
    /// Where each credential's digits stand in the document.
    private var ranges: [Range<Int>] = []

    private(set) var totalWeight = 0

    var count: Int { weights.count }

    /// Larger numbers are written otherwise by the protocol (section 9), and no election has them.
    static let mostWeight = (1 << 30) - 1

    /// - Throws: the entry that is no credential, or stands there twice.
    /// - Parameter document: a JSON array of texts, each a number and maybe `,weight`.
    init(_ document: [UInt8]) throws(ArchiveFault) {
        let (quote, comma) = (UInt8(ascii: "\""), UInt8(ascii: ","))
        guard document.first == UInt8(ascii: "["), document.last == UInt8(ascii: "]") else {
            throw ArchiveFault("the list of public credentials is no list")
        }
        var at = 1
        let end = document.count - 1
        while at < end {
            let name = "entry \(count + 1) of the public credentials"
            if count > 0 {
                guard document[at] == comma else { throw ArchiveFault("\(name) is not where it should be") }
                at += 1
            }
            guard at < end, document[at] == quote else { throw ArchiveFault("\(name) is no text") }
            at += 1
            let start = at
            while at < end, document[at] != comma, document[at] != quote { at += 1 }
            let range = start..<at
            var weight = 1
            if at < end, document[at] == comma {
                let digits = at + 1
                while at < end, document[at] != quote { at += 1 }
                guard let number = Int(String(decoding: document[digits..<at], as: UTF8.self)), number >= 0,
                    Array("\(number)".utf8) == Array(document[digits..<at])
                else { throw ArchiveFault("\(name) has no proper weight") }
                weight = number
            }
            guard at < end, !range.isEmpty else { throw ArchiveFault("\(name) breaks off") }
            guard range.count > 1 || document[start] != UInt8(ascii: "1") else {
                throw ArchiveFault("\(name) is 1: everybody could sign with it")
            }
            at += 1
            guard places.updateValue(count, forKey: Key(document.span.extracting(range))) == nil else {
                throw ArchiveFault("\(name) stands there twice")
            }
            guard weight <= CredentialList.mostWeight, totalWeight + weight <= CredentialList.mostWeight else {
                throw ArchiveFault("\(name) brings the total weight above \(CredentialList.mostWeight)")
            }
            totalWeight += weight
            weights.append(weight)
            ranges.append(range)
        }
        guard weights.isEmpty || totalWeight > 0 else {
            throw ArchiveFault("the weights of all public credentials are 0: no ballot would count")
        }
    }

    /// Whether the credential at a place is a member of the group.
    /// - Parameter document: the one that the list was read from.
    func isMember(_ place: Int, of document: [UInt8]) -> Bool {
        guard let element = GMPGroup.element(document.span.extracting(ranges[place])) else { return false }
        return GMPGroup.isMember(element)
    }
}
