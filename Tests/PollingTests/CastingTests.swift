import BallotCore
import Elections
import Foundation
import Journal
import Polling
import Store
import Synchronization
import Tally
import Testing

struct CastingTests {
    @Test func `a ballot is taken, receipted and signed for`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        let receipt = try #require(receipt(try poll.cast(text, by: 0)))
        #expect(receipt.isGenuine(poll.station.receiptKey))
        #expect(receipt.tracker == string(Base64.digest(text.span)))
        #expect(try poll.stored().votes == 1)
        #expect(try poll.station.audit() == [])
        #expect(throws: PollFixture.Trouble.self) { try poll.material(0) }
    }

    @Test func `a forged receipt is not genuine`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        let real = try #require(receipt(try poll.cast(text, by: 0)))
        let forged = Receipt(
            election: real.election, ballot: real.ballot, tracker: String(real.tracker.reversed()),
            signature: real.signature)
        #expect(!forged.isGenuine(poll.station.receiptKey))
        // The last letter before the padding holds four bits that a decoder passes over.
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let body = real.signature.dropLast(3)
        let last = try #require(letters.firstIndex(of: real.signature.dropLast(2).last ?? "A"))
        for other in [body + String(letters[last ^ 1]) + "==", real.signature + "\n", " " + real.signature] {
            let spelled = Receipt(
                election: real.election, ballot: real.ballot, tracker: real.tracker, signature: String(other))
            #expect(!spelled.isGenuine(poll.station.receiptKey), "\(other)")
        }
    }

    @Test func `the same bytes again bring the same receipt until they are public`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        let first = try #require(receipt(try poll.cast(text, by: 0)))
        #expect(receipt(try poll.cast(text, by: 0)) == first)
        #expect(try poll.station.close(atOnce: true, by: .system("test")) == nil)
        // Anybody could send a public text.
        guard case .voted = try poll.cast(text, by: 0) else {
            Issue.record("a receipt was given for a public ballot")
            return
        }
        #expect(try poll.stored().votes == 1)
    }

    @Test func `another ballot of a used credential is refused with the tracker that counts`() throws {
        let poll = try PollFixture()
        let material = try poll.material(0)
        let first = try #require(receipt(try poll.cast(try poll.seal(material, 1), by: 0)))
        guard case .otherCounts(let tracker) = try poll.cast(try poll.seal(material, 2), by: 0) else {
            Issue.record("a second ballot was not refused")
            return
        }
        #expect(tracker == first.tracker)
        #expect(try poll.stored().votes == 1)
    }

    @Test func `another voter's credential is refused`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(1)
        guard case .notYours = try poll.cast(text, by: 0) else {
            Issue.record("a stranger's ballot was taken")
            return
        }
        // Nor does a voter who has voted get at another's unused credential.
        _ = try poll.cast(try poll.ballot(0), by: 0)
        guard case .voted = try poll.cast(text, by: 0) else {
            Issue.record("a voter voted with a second credential")
            return
        }
        #expect(try poll.stored().votes == 1)
        #expect(receipt(try poll.cast(text, by: 1)) != nil)
    }

    @Test(arguments: [0, 1, 400])
    func `a credential that was spoilt on its way is a spoilt ballot, and nobody else's`(place: Int) throws {
        let poll = try PollFixture()
        let text = string(try poll.ballot(0))
        let start = try #require(text.range(of: "\"credential\":\"")?.upperBound)
        let digit = text.index(start, offsetBy: place)
        let spoilt = text.replacingCharacters(in: digit...digit, with: text[digit] == "2" ? "3" : "2")
        guard case .refused = try poll.cast(Array(spoilt.utf8), by: 0) else {
            Issue.record("it was not told as a spoilt ballot")
            return
        }
        #expect(receipt(try poll.cast(Array(text.utf8), by: 0)) != nil)
    }

    @Test func `a ballot of one ballot box is refused by the other`() throws {
        let poll = try PollFixture()
        guard case .refused(.otherElection) = try poll.cast(try poll.ballot(0), by: 0, PollFixture.other) else {
            Issue.record("the wrong box took it")
            return
        }
    }

    @Test(arguments: BallotChange.allCases)
    func `a changed ballot is refused with a reason, and nothing is stored`(change: BallotChange) throws {
        let poll = try PollFixture()
        let text = try change.made(try poll.ballot(0), other: try poll.ballot(1))
        switch (change, try poll.cast(text, by: 0)) {
        case (.credential, .notYours): break
        case (_, .refused(let fault)): #expect(change.expected(fault), "\(fault)")
        case (_, let casting): Issue.record("it was not refused: \(casting)")
        }
        #expect(try poll.stored().votes == 0)
        #expect(try poll.station.audit() == [])
        #expect(receipt(try poll.cast(try poll.ballot(0), by: 0)) != nil)
    }

    @Test func `a stranger to the roll is not eligible`() throws {
        let poll = try PollFixture()
        let text = try poll.ballot(0)
        guard
            case .notEligible = try poll.station.cast(
                text, voter: 999, ballot: PollFixture.ballot, sessionOpenedAt: poll.now)
        else {
            Issue.record("a stranger voted")
            return
        }
    }
}

/// Changes of each kind of bytes of a ballot.
enum BallotChange: CaseIterable {
    case choice, individualProof, overallProof, blankProof, signature, hash, uuid, fingerprint, credential
    case space, newline, order, outsideGroup, zero, outOfRange, leadingZero, copied, empty, long, escaped

    func made(_ ballot: [UInt8], other: [UInt8]) throws -> [UInt8] {
        let text = string(ballot)
        func digit(after mark: String, skipping: Int = 20) throws -> [UInt8] {
            let end = try #require(text.range(of: mark)).upperBound
            let place = text.index(end, offsetBy: skipping)
            let changed = text[place] == "1" ? "2" : "1"
            return Array((text[..<place] + changed + text[text.index(after: place)...]).utf8)
        }
        func replacing(_ old: String, _ new: String) -> [UInt8] {
            guard let range = text.range(of: old) else { return ballot }
            return Array(text.replacingCharacters(in: range, with: new).utf8)
        }
        func number(after mark: String, with new: String) throws -> [UInt8] {
            let start = try #require(text.range(of: mark)).upperBound
            let end = try #require(text[start...].firstIndex(of: "\""))
            return Array((text[..<start] + new + text[end...]).utf8)
        }
        switch self {
        case .choice: return try digit(after: "\"alpha\":\"")
        case .individualProof: return try digit(after: "\"individual_proofs\":[[{\"challenge\":\"")
        case .overallProof: return try digit(after: "\"overall_proof\":[{\"challenge\":\"")
        case .blankProof: return try digit(after: "\"blank_proof\":[{\"challenge\":\"")
        case .signature: return try digit(after: "\"proof\":{\"challenge\":\"")
        case .hash: return try digit(after: "\"hash\":\"")
        case .uuid: return try digit(after: "\"election_uuid\":\"", skipping: 5)
        case .fingerprint: return try digit(after: "\"election_hash\":\"")
        case .credential: return try digit(after: "\"credential\":\"")
        case .space: return replacing("\",\"answers\":", "\", \"answers\":")
        case .newline: return ballot + [10]
        case .order: return replacing("\"challenge\"", "\"response\"")
        case .outsideGroup: return try number(after: "\"alpha\":\"", with: "2")
        case .zero: return try number(after: "\"beta\":\"", with: "0")
        case .outOfRange:
            return try number(
                after: "\"challenge\":\"",
                with: "78571733251071885079927659812671450121821421258408794611510081919805623223441")
        case .leadingZero: return replacing("\"challenge\":\"", "\"challenge\":\"0")
        case .copied:
            // Another voter's choices and proofs under this voter's credential.
            let theirs = string(other)
            let mine = try #require(text.range(of: "\"answers\":"))
            let their = try #require(theirs.range(of: "\"answers\":"))
            return Array((text[..<mine.lowerBound] + theirs[their.lowerBound...]).utf8)
        case .empty: return []
        case .long: return ballot + [UInt8](repeating: 32, count: 100_000)
        case .escaped: return replacing("\"election_uuid\":\"", "\"election_uuid\":\"\\u0031")
        }
    }

    func expected(_ fault: BallotFault) -> Bool {
        switch (self, fault) {
        case (.uuid, .otherElection), (.fingerprint, .otherFingerprint), (.outOfRange, .outOfRange),
            (.leadingZero, .outOfRange):
            true
        case (.space, .notCanonical), (.newline, .notCanonical), (.order, .notCanonical), (.empty, .notCanonical),
            (.long, .notCanonical), (.escaped, .notCanonical), (.signature, .wrongSignature),
            (.hash, .wrongHash), (.copied, .wrongHash):
            true
        case (.choice, .wrongHash), (.individualProof, .wrongHash), (.overallProof, .wrongHash),
            (.blankProof, .wrongHash), (.credential, .wrongHash), (.outsideGroup, .wrongHash), (.zero, .wrongHash):
            true
        default: false
        }
    }
}
