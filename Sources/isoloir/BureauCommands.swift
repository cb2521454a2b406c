import BallotEngine
import CommandLineKit
import Contacts
import Crypto
import Foundation
import Glibc
import Operations
import Polling
import Server
import Store
import Tally

/// The verbs on members' keys, on the statements that two members sign, and on kiosks.
let bureauCommands = [
    Command(
        "bureau add", ["FILE.pub"],
        "before the seal: register a member's public file (isoloir key member), so that the seal carries the key",
        run: addMember),
    Command("bureau remove", ["NAME"], "before the seal: take a member's key away", run: removeMember),
    Command("bureau list", [], "the members whose signatures count, with the keys to compare", run: listMembers),
    Command(
        "bureau draft", ["ACT"],
        options: [
            .init("--to", "FILE", "where the statement goes, for the members to sign"),
            .init("--reason", "TEXT", "why: what stands in the minutes"),
            .init("--seal", "FILE", "the seal's manifest; not for replace-trustee-key and remove-trustee"),
            .init("--record", "FILE", "for count-few-ballots: the signed closing record"),
            .init("--ballot", "NAME", "for count-few-ballots: of this ballot alone (repeatable; default: of all)"),
            .init("--old", "FILE", "for replace-trustee-key and remove-trustee: the public file that is registered"),
            .init("--restore", "MARK", "for resume-after-restore: the restore's mark, as `poll status` shows it"),
            .init("--head", "HASH", "for resume-after-restore: a head published last, from a mail (repeatable)"),
            .init("--trustee", "TEXT", "for open-without-check and take-unbound-part: the trustee's name"),
            .init(
                "--file", "FILE", "for take-unbound-part: the decryption; for replace-trustee-key: the new public file"),
        ],
        "write a statement: \(BureauStatement.Act.allCases.map(\.rawValue).joined(separator: ", "))",
        run: draftStatement),
    Command(
        "bureau sign", ["FILE"],
        options: [
            .init("--key", "FILE", "the member's private file"), .init("--yes", nil, "without asking"),
        ], "a member signs a statement, on a machine of their own", run: signStatement),
    Command(
        "bureau kiosk", ["ADDRESS"],
        options: [
            .init("--seal", "FILE", "the seal's manifest"), .init("--key", "FILE", "the member's private file"),
            .init("--place", "TEXT", "where the device stands, as its page says"),
            .init("--hours", "N", "how long it is a kiosk"),
        ],
        "a member signs the link that makes a shared device of the site at ADDRESS a kiosk: nothing stored, idle voters signed out",
        run: signKiosk),
]

/// `bureau add FILE.pub`: registers a member's public file before the seal, which then carries the key. Refused once the poll is
/// sealed, and for a file of an earlier version, which cannot sign.
private func addMember(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let path = invocation.operands[0]
    let content = try readFile(path)
    let file = try refusing { try EscrowMember(publicFile: content, name: path) }
    guard let key = file.signingKey else {
        throw Refusal(
            "\(path) was made by an earlier version and cannot sign: make a new pair with `isoloir key member`.")
    }
    let member = BureauMember(name: file.name, key: key)
    let members = BureauMembers(services.storeContext, election)
    if let why = try refusing({ try members.add(member, by: services.actor()) }) {
        throw refusal(why, of: member.name)
    }
    Terminal.say("\(member.name), key \(keyWords(member.key)): compare it with the member by telephone.")
}

/// Why a bureau stays as it is, in words.
private func refusal(_ why: MemberRegister.Refusal, of name: String) -> Refusal {
    switch why {
    case .sealed(let fingerprint): Services.sealed(fingerprint, "its bureau's keys cannot change any more")
    case .badName:
        Refusal(
            "A member's name is one line of at most \(PlainLine.longestName) bytes, without characters that nobody sees: "
                + "make the pair again with `isoloir key member`.")
    case .keyTaken(let other):
        Refusal("This key is \(other)'s already: every member makes a pair with `isoloir key member`.")
    case .nameTaken:
        Refusal("\(name) has a key here already: remove it first (isoloir bureau remove) if the member lost it.")
    case .hasSigned(let trustee, let isRemoval):
        Refusal(
            "\(name) signed that \(trustee)'s keys were \(isRemoval ? "taken away" : "replaced"): who signed such a change "
                + "stays a member, and the seal names them.")
    case .unknown: Refusal("There is no member \(name): `isoloir bureau list` names them.")
    }
}

/// `bureau remove NAME`: takes a member's key away before the seal. Refused afterwards, for a
/// name that is not registered, and for a member who signed for a trustee's change.
private func removeMember(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let name = invocation.operands[0]
    let members = BureauMembers(services.storeContext, election)
    if let why = try refusing({ try members.remove(name, by: services.actor()) }) { throw refusal(why, of: name) }
    Terminal.say("\(name) signs nothing any more.")
}

/// `bureau list`: each member with the key, in eight groups of digits to be compared by telephone; in hexadecimal with `--json`.
private func listMembers(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let list = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try services.bureau.all(reading, election)
        }
    }
    if invocation.has("--json") {
        struct Shown: Encodable { let name, key: String }
        return try Terminal.json(list.map { Shown(name: $0.name, key: hex($0.key)) })
    }
    if list.isEmpty {
        return Terminal.say("No members yet: each makes a pair with `isoloir key member` and sends the public file.")
    }
    Terminal.table(["member", "key"], list.map { [$0.name, keyWords($0.key)] })
}

/// `bureau draft ACT`: writes an unsigned statement into a new file. It needs no store: what is accepted is taken from the files
/// that the options name.
/// - Throws: refused for an act that there is not, and where reason or subject is longer than one line of a paper.
private func draftStatement(_ invocation: Invocation) throws(Refusal) {
    let (path, reason) = (try invocation.required("--to"), try invocation.required("--reason"))
    guard let act = BureauStatement.Act(rawValue: invocation.operands[0]) else {
        let names = BureauStatement.Act.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal("There is no act \"\(invocation.operands[0])\". There are: \(names).", status: .usage)
    }
    let (election, subject) = try subject(act, invocation)
    guard act != .abandonPoll || PollDecision.isShort(reason) else {
        throw Refusal(
            "The reason stands in a message to every voter: \(PollDecision.longestReason) characters at most.",
            status: .usage)
    }
    guard let statement = BureauStatement(act: act, election: election, subject: subject, reason: reason) else {
        throw Refusal(
            "Reason and what is accepted are one line of at most 1,000 bytes each: shorten the reason, or name single ballots with --ballot."
        )
    }
    try writeFile(path, statement.file)
    Terminal.say(
        "\(path) goes to the members of the bureau, who read it and sign: isoloir bureau sign \(path) --key THEIR.key")
}

/// The election and what exactly is accepted.
/// - Throws: refused where a file that the act needs is missing, is not what it should be, or is of another trustee.
private func subject(
    _ act: BureauStatement.Act, _ invocation: Invocation
) throws(Refusal) -> (election: String, subject: String) {
    switch act {
    case .countFewBallots:
        let seal = try readSeal(invocation)
        let path = try invocation.required("--record")
        guard let record = ClosingRecord(try readFile(path), by: seal.receiptKey) else {
            throw Refusal("\(path) is no closing record that is signed with the key of this seal.")
        }
        let wanted = invocation.all("--ballot")
        if let unknown = wanted.first(where: { name in !record.entries.contains { $0.name == name } }) {
            throw Refusal("The closing record has no ballot \(unknown).", status: .usage)
        }
        let few = FewBallots(record, seal, ballots: wanted.isEmpty ? nil : Set(wanted))
        guard !few.items.isEmpty else {
            throw Refusal(
                "Nothing is to be accepted: nowhere do fewer than \(OpeningRules.fewestBallots) ballots stand together."
            )
        }
        return (seal.election, few.subject)
    case .openWithoutCheck:
        let seal = try readSeal(invocation)
        return (seal.election, "\(hex(seal.digest)) \(try invocation.required("--trustee"))")
    case .takeUnboundPart:
        let seal = try readSeal(invocation)
        let file = try readFile(try invocation.required("--file"))
        return (seal.election, "\(hex(sha256(file))) \(try invocation.required("--trustee"))")
    case .replaceTrusteeKey:
        let file = try readFile(try invocation.required("--file"))
        let (new, old) = (try trusteeKeys(file), try trusteeKeys(try readFile(try invocation.required("--old"))))
        guard new.trustee == old.trustee, new.election == old.election else {
            throw Refusal("The two files are not of one trustee: \(old.trustee), \(new.trustee).")
        }
        return (
            new.election,
            TrusteeFiles.replacementSubject(file: file, trustee: new.trustee, old: old.keys.map(\.key))
        )
    case .removeTrustee:
        let old = try trusteeKeys(try readFile(try invocation.required("--old")))
        return (old.election, TrusteeFiles.removalSubject(trustee: old.trustee, old: old.keys.map(\.key)))
    case .resumeAfterRestore:
        let seal = try readSeal(invocation)
        let mark = try invocation.required("--restore")
        guard let subject = ResumeProof.subject(manifest: seal.digest, mark: mark, heads: invocation.all("--head"))
        else {
            throw Refusal("--head is 64 hexadecimal digits, blanks between groups allowed.", status: .usage)
        }
        return (seal.election, subject)
    case .boxKeyDestroyed, .abandonPoll, .undoSeal:
        let seal = try readSeal(invocation)
        return (seal.election, hex(seal.digest))
    }
}

/// A trustee's public file: of which election, whose, and the key for each ballot.
private func trusteeKeys(
    _ file: [UInt8]
) throws(Refusal) -> (election: String, trustee: String, keys: [(ballot: String, key: TrusteePublicKey)]) {
    do throws(TrusteeFiles.Fault) { return try TrusteeFiles.publicKeys(file) } catch { throw Refusal("\(error).") }
}

/// `bureau sign FILE`: a member reads the statement and signs it; the file is replaced as a whole. Refused without a yes, for a
/// statement with a signature that is not its member's, and for a private file that others may read.
private func signStatement(_ invocation: Invocation) throws(Refusal) {
    let path = invocation.operands[0]
    let keyFile = try invocation.required("--key")
    guard var statement = BureauStatement(file: try readFile(path)) else {
        throw Refusal("\(path) is no statement of the bureau, or a signature in it is not its member's.")
    }
    let (name, key) = try refusing { try EscrowMember.signer(keyFile) }
    guard PlainLine.isName(name) else {
        throw Refusal("\(keyFile) has a name that cannot stand on a paper: make a new pair with `isoloir key member`.")
    }
    Terminal.say(String(decoding: statement.file, as: UTF8.self))
    guard invocation.has("--yes") || Terminal.confirm("Sign this as \(name)?") == true else {
        throw Refusal("Nothing was signed: say --yes if this is what you accept.")
    }
    statement.sign(name: name, key: key)
    let draft = path + ".new"
    try writeFile(draft, statement.file)
    guard unsafe rename(draft, path) == 0 else { throw Refusal("\(path) could not be replaced by \(draft).") }
    Terminal.say("Signed. \(path) goes to the next member, or back to the election manager.")
}

/// `bureau kiosk ADDRESS`: prints the signed link that makes a shared device a kiosk until `--hours` are over. Refused for an
/// address that is neither https nor this machine, and for more than `KioskGrant.mostHours`.
private func signKiosk(_ invocation: Invocation) throws(Refusal) {
    let seal = try readSeal(invocation)
    let address = invocation.operands[0]
    guard let origin = Origin(address), origin.scheme == .https || origin.isLocal else {
        throw Refusal("\(address) is no site: give https:// and the host's name.", status: .usage)
    }
    let hours = try invocation.number(try invocation.required("--hours"))
    guard 1...KioskGrant.mostHours ~= hours else {
        throw Refusal("--hours is 1 to \(KioskGrant.mostHours).", status: .usage)
    }
    let place = try invocation.required("--place")
    let until = Clock.system.now + hours * 3600
    guard let grant = KioskGrant(election: seal.election, place: place, until: until) else {
        throw Refusal("--place is one line of at most \(KioskGrant.longestPlace) bytes.", status: .usage)
    }
    let keyFile = try invocation.required("--key")
    let (_, key) = try refusing { try EscrowMember.signer(keyFile) }
    let site = address.hasSuffix("/") ? String(address.dropLast()) : address
    Terminal.say("\(site)/kiosk?grant=\(grant.token(signedBy: key))")
}
