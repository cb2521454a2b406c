import BallotCore
import BallotEngine

/// The documents of an archive's Setup event.
struct ArchiveSetup: Sendable {
    let election: ElectionDocument
    let trustees: [TrusteePublicKey]
    let credentials: CredentialList
    let credentialDocument: [UInt8]
    /// SHA-256 in hexadecimal digits.
    let trusteesDigest: [UInt8]
    let credentialsDigest: [UInt8]
    let checker: BallotChecker<GMPGroup>
    var form: BallotForm { checker.form }

    /// Reads the three documents, every trustee's proof and the election's key checked; credentials are not tested for
    /// membership yet, which `ArchiveVerifier.check` does on all threads.
    /// - Throws: the first fault.
    init(_ reader: ArchiveReader) throws(ArchiveFault) {
        let files = reader.events[0].files
        // A newline at the end of a setup document belongs to its bytes and to nothing else.
        let electionBytes = try reader.content(files[0])
        let election: ElectionDocument
        do throws(ElectionDocument.Fault) { election = try ElectionDocument(reading: electionBytes) } catch {
            throw ArchiveFault("the election document \(ArchiveSetup.words(error))")
        }
        let trusteesBytes = try reader.content(files[1])
        let trustees: [TrusteePublicKey]
        do throws(TrusteePublicKey.ListFault) { trustees = try TrusteePublicKey.read(list: trusteesBytes) } catch {
            throw ArchiveFault(ArchiveSetup.words(error))
        }
        guard digits(TrusteePublicKey.electionKey(trustees)) == election.publicKey else {
            throw ArchiveFault("the election's key is not the product of the trustees' keys")
        }
        guard !TrusteePublicKey.isIdentity(election.publicKey) else {
            throw ArchiveFault("the election's key is 1: nothing would be encrypted under it")
        }
        guard let group = GMPGroup(key: election.publicKey) else {
            throw ArchiveFault("the election's key is no member of the group")
        }
        credentialDocument = try reader.content(files[2])
        let names = files.prefix(3).map { reader.files[$0].hash }
        let payload =
            Array("{\"election\":\"".utf8) + names[0] + Array("\",\"trustees\":\"".utf8) + names[1]
            + Array("\",\"credentials\":\"".utf8) + names[2] + Array("\"}".utf8)
        guard try reader.content(files[3]) == payload else {
            throw ArchiveFault("event 0 (Setup) does not speak of the files before it")
        }
        (self.election, self.trustees) = (election, trustees)
        (trusteesDigest, credentialsDigest) = (names[1], names[2])
        credentials = try CredentialList(credentialDocument)
        checker = BallotChecker(group: group, form: election.form)
    }

    /// Follows "the election document".
    private static func words(_ fault: ElectionDocument.Fault) -> String {
        switch fault {
        case .noJSON: "is no JSON"
        case .otherProtocol: "is not of this protocol's version and group"
        case .wrongMember: "lacks a part, or has one of another kind"
        case .wrongUUID: "has no proper identifier (uuid)"
        case .wrongQuestion(let index): "asks a question that nobody could vote on (question \(index + 1))"
        case .tooManyChoices:
            "has more than \(ElectionDocument.mostChoices) choices over all of its questions, blank votes among them"
        case .unknownRule: "holds a rule under \"isoloir\" that this program does not know: use a newer one"
        }
    }

    private static func words(_ fault: TrusteePublicKey.ListFault) -> String {
        switch fault {
        case .noList: "the trustees' document is no list of trustees"
        case .otherKind(let number): "trustee \(number) is of a kind that this program does not count"
        case .unproven(let number): "the key of trustee \(number) is not proven"
        case .identity(let number): "the key of trustee \(number) is 1: it would protect nothing"
        case .sameKey(let number, let earlier): "trustee \(number) has the same key as trustee \(earlier)"
        case .tooMany: "there are more than \(TrusteePublicKey.mostTrustees) trustees"
        }
    }
}

/// All of an archive, checked.
struct ArchiveContent {
    let verified: VerifiedArchive
    let tally: EncryptedTally
    let trustees: [TrusteePublicKey]

    /// Checks the whole archive: seconds to minutes on all threads, by its size.
    /// - Throws: the first fault, with the event it is in.
    init(path: String, verifier: ArchiveVerifier) throws(ArchiveFault) {
        let reader = try ArchiveReader(path: path)
        let setup = try ArchiveSetup(reader)
        let sum = try verifier.check(reader, setup)
        var (stage, owners, parts): (VerifiedArchive.Stage, [Int], [PartialDecryption]) = (.open, [], [])
        var result: [[Int]]?
        for (number, event) in reader.events.enumerated() {
            switch event.kind {
            case .setup, .ballot: break
            case .endBallots: stage = .closed
            case .encryptedTally:
                try ArchiveContent.checkTally(reader, number, sum)
                stage = .tallied
            case .partialDecryption:
                let (owner, part) = try ArchiveContent.decryption(reader, number, sum, setup)
                guard !owners.contains(owner) else {
                    throw ArchiveFault("event \(number) (PartialDecryption): trustee \(owner) decrypted twice")
                }
                owners.append(owner)
                parts.append(part)
                stage = .decrypting
            case .result:
                guard owners.count == setup.trustees.count else {
                    let missing = (1...setup.trustees.count).filter { !owners.contains($0) }.map(String.init)
                    throw ArchiveFault(
                        "event \(number) (Result): the decryption of trustee \(missing.joined(separator: ", ")) is missing"
                    )
                }
                guard let numbers = PartialDecryption.result(sum.tally, parts),
                    try reader.content(event.files[0]) == ArchiveWriter.document(numbers)
                else { throw ArchiveFault("event \(number) (Result): the numbers are not what the trustees opened") }
                result = numbers
                stage = .counted
            }
        }
        let ballots = reader.events.count { $0.kind == .ballot }
        (tally, trustees) = (sum.tally, setup.trustees)
        verified = VerifiedArchive(
            election: setup.election, stage: stage, credentials: setup.credentials.count,
            credentialWeight: setup.credentials.totalWeight, ballots: ballots, counted: sum.counted,
            countedWeight: sum.tally.weight, trustees: setup.trustees.count, decrypted: owners, result: result,
            trusteesDigest: setup.trusteesDigest, credentialsDigest: setup.credentialsDigest,
            tallyDigest: contentName(sum.tally.document),
            electorsByWeight: Dictionary(setup.credentials.weights.map { ($0, 1) }, uniquingKeysWith: +),
            ballotsByWeight: sum.ballotsByWeight, heads: reader.heads)
    }

    /// The sums in the archive are those of its ballots, and so are number and weight beside them.
    /// - Parameter number: of the event, the setup being 0.
    private static func checkTally(
        _ reader: ArchiveReader, _ number: Int, _ sum: ArchiveVerifier.Sum
    ) throws(ArchiveFault) {
        let files = reader.events[number].files
        guard try reader.content(files[0]) == sum.tally.document else {
            throw ArchiveFault("event \(number) (EncryptedTally): the sums are not those of the ballots in the box")
        }
        let payload =
            Array("{\"num_tallied\":\(sum.counted),\"total_weight\":\(sum.tally.weight),\"encrypted_tally\":\"".utf8)
            + reader.files[files[0]].hash + Array("\"}".utf8)
        guard try reader.content(files[1]) == payload else {
            throw ArchiveFault("event \(number) (EncryptedTally): the number of ballots or their weight is wrong")
        }
    }

    /// A trustee's decryption, its proof checked.
    /// - Returns: `owner` is the trustee's number from 1.
    private static func decryption(
        _ reader: ArchiveReader, _ number: Int, _ sum: ArchiveVerifier.Sum, _ setup: ArchiveSetup
    ) throws(ArchiveFault) -> (owner: Int, PartialDecryption) {
        let files = reader.events[number].files
        let name = "event \(number) (PartialDecryption)"
        let bytes = try reader.content(files[1])
        guard let owner = JSON.read(bytes)?["owner"]?.integer, 1...setup.trustees.count ~= owner,
            bytes == Array("{\"owner\":\(owner),\"payload\":\"".utf8) + reader.files[files[0]].hash
                + Array("\"}".utf8)
        else { throw ArchiveFault("\(name): it names no trustee of this election") }
        guard let part = PartialDecryption(document: try reader.content(files[0]), tally: sum.tally) else {
            throw ArchiveFault("\(name): trustee \(owner)'s decryption does not fit the tally")
        }
        guard
            part.isProven(sum.tally, by: setup.trustees[owner - 1], fingerprint: setup.election.fingerprint)
        else { throw ArchiveFault("\(name): trustee \(owner)'s decryption is not proven") }
        return (owner, part)
    }
}
