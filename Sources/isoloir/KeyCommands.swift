import CommandLineKit
import Crypto
import Elections
import Operations
import Polling
import Server

/// The verbs on the election's key and on members' pairs of keys.
let keyCommands = [
    Command(
        "key member", [],
        options: [
            .init("--name", "TEXT", "the bureau member's name"),
            .init("--to", "PATH", "writes PATH.key for the member alone, and PATH.pub"),
        ], "a key pair for a bureau member, to be made on their own machine", run: makeMember),
    Command(
        "key escrow", [],
        options: [
            .init("--to", "FILE", "the escrow file"),
            .init("--member", "FILE.pub", "a bureau member's public file; given twice"),
        ], "seal the election's key to two bureau members, who open it together", run: makeEscrow),
    Command(
        "key restore", ["FILE"],
        options: [.init("--member", "FILE.key", "a bureau member's private file; given twice")],
        "put a lost election key back from its escrow file", run: restoreKey),
    Command(
        "key seal", [], options: [.init("--yes", nil, "without asking")],
        "seal the key files that lie in clear under the secret that systemd hands over (the credential isoloir-seal)",
        run: sealKeys),
]

/// `key member`: writes a member's pair of files; needs no store. Refused where one of them is there already, and for a name that
/// cannot stand on a paper.
private func makeMember(_ invocation: Invocation) throws(Refusal) {
    let (name, path) = (try invocation.required("--name"), try invocation.required("--to"))
    guard PlainLine.isName(name) else {
        throw Refusal(
            "A member's name is one line of at most \(PlainLine.longestName) bytes, without characters that nobody sees."
        )
    }
    try refusing { try EscrowMember.create(name: name, path: path) }
    let member = try refusing { try EscrowMember(publicFile: path + ".pub") }
    Terminal.say(
        """
        \(path).pub goes to the election manager (isoloir bureau add); \(path).key stays with \(name) alone.
        The key to compare: \(keyWords(member.signingKey ?? []))
        """)
}

/// `key escrow`: seals the election's key to two members, who open it together. Refused as wrong usage for another number of
/// members than two.
private func makeEscrow(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let files = invocation.all("--member")
    guard files.count == 2 else { throw Refusal("Two bureau members are needed: give --member twice.", status: .usage) }
    let services = try Services(invocation)
    let election = try services.election()
    let key = try services.key(of: election)
    try refusing {
        let members = (try EscrowMember(publicFile: files[0]), try EscrowMember(publicFile: files[1]))
        try KeyEscrow(services.storeContext).escrow(key, of: election, members: members, to: path, by: services.actor())
    }
    Terminal.say(
        "\(path): the key of \(election.election.id), which both members open together. Keep it away from this machine."
    )
}

/// `key restore FILE`: puts an election's key back from its escrow file. Refused where the two private files do not open it, and
/// where a key lies there already.
private func restoreKey(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let name = try refusing {
        try KeyEscrow(services.storeContext).restore(
            invocation.operands[0], privateFiles: invocation.all("--member"), by: services.actor())
    }
    Terminal.say("\(name): the key is back in \(services.keys.path).")
}

/// `key seal`: seals every key file that lies in clear. Refused without a yes, and without the credential `isoloir-seal`.
private func sealKeys(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let question =
        "Seal every key of \(services.keys.path), that of the backups too? The files then open on this machine alone: escrow "
        + "files and clear copies elsewhere must be there before."
    guard invocation.has("--yes") || Terminal.confirm(question) == true else {
        throw Refusal("Nothing was sealed: \(question) Answer `yes` at a terminal, or give --yes.")
    }
    let sealed = try refusing { try KeyEscrow(services.storeContext).sealAll(by: services.actor()) }
    guard !sealed.isEmpty else {
        return Terminal.say("\(services.keys.path): every key file is sealed already.")
    }
    for name in sealed { Terminal.say("\(name): sealed.") }
    Terminal.say(
        "From now on service, backups and commands need the secret: give it to both units (systemctl edit "
            + "isoloir isoloir-backup)."
    )
}
