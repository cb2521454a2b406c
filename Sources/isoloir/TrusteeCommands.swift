import CommandLineKit
import Foundation
import Operations
import Polling
import Server
import Store

/// The verbs by which a server takes in what trustees made on machines of their own.
let trusteeCommands = [
    Command(
        "trustee add", ["FILE"],
        options: [
            .init("--challenge", "FILE", "where the challenge goes that the trustee answers"),
            .init(
                "--replacement", "FILE",
                "where the trustee's keys were proven already: signed by the old keys, or by two members of the bureau"),
        ],
        "register a trustee's public keys", run: addTrustee),
    Command("trustee confirm", ["FILE"], "take a trustee's answer to the challenge", run: confirmTrustee),
    Command(
        "trustee checked", ["FILE"], "take a trustee's word that the sealed election is made with their key",
        run: takeCheck),
    Command(
        "trustee remove", ["NAME"],
        options: [
            .init(
                "--statement", "FILE", "for one who has shown the keys: two members' word (bureau draft remove-trustee)"
            )
        ], "before the seal: take away a trustee: a name that was mistyped, say, or one who cannot come",
        run: removeTrustee),
    Command("trustee list", [], "the trustees, and who has answered", run: listTrustees),
]

/// `trustee add FILE`: registers a public file and writes the challenge that its holder answers. Refused once the poll is sealed,
/// and where proven keys would be replaced without a signed replacement.
private func addTrustee(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--challenge")
    let services = try Services(invocation)
    let election = try services.election()
    let file = try readFile(invocation.operands[0])
    let replacement = try invocation["--replacement"].map { path throws(Refusal) in try readFile(path) }
    let challenge = try PollAdministration(services, election).addTrustee(file: file, replacement: replacement)
    try writeFile(path, challenge)
    Terminal.say(
        "Registered. Send \(path) to the trustee, who answers with: isoloir tally answer \(path) --key THEIR.key --to THEIR.answer"
    )
}

/// `trustee confirm FILE`: takes the signed answer to the challenge. Refused where it is not signed with the registered keys.
private func confirmTrustee(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    try PollAdministration(services, try services.election()).confirmTrustee(
        answer: try readFile(invocation.operands[0]))
    Terminal.say("The trustee holds the private keys.")
}

/// `trustee remove NAME`: takes a trustee away before the seal. One who has shown the keys goes on two members' statement only.
private func removeTrustee(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let name = invocation.operands[0]
    let statement = try invocation["--statement"].map { path throws(Refusal) in try readFile(path) }
    let changes = TrusteeChanges(services.storeContext, election)
    if let refusal = try refusing({ try changes.remove(name, statement: statement, by: services.actor()) }) {
        throw Refusal(refusal)
    }
    Terminal.say("\(name) is no trustee any more.")
}

/// `trustee checked FILE`: takes a trustee's signed word that the seal has their key, and names those still awaited. Refused
/// where it is of another seal, or signed with other keys.
private func takeCheck(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let left = try PollAdministration(services, election).takeCheck(file: try readFile(invocation.operands[0]))
    Terminal.say(
        left.isEmpty
            ? "Every trustee has found their key in the sealed election."
            : "Still awaited: \(left.joined(separator: ", ")).")
}

/// `trustee list`: who holds the private keys, who found them in the seal, and whose were replaced on whose word.
private func listTrustees(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let list = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try services.trustees.all(reading, election)
        }
    }
    if invocation.has("--json") {
        struct Shown: Encodable { let number: Int, name: String, proven, checked, replaced: Bool }
        return try Terminal.json(
            list.enumerated().map {
                Shown(
                    number: $0 + 1, name: $1.name, proven: $1.provenAt != nil, checked: $1.checkedAt != nil,
                    replaced: $1.replacedAt != nil)
            })
    }
    if list.isEmpty { return Terminal.say("No trustees yet: each makes keys with `isoloir tally trustee-key`.") }
    Terminal.table(
        ["", "trustee", "holds the private keys", "found them in the seal", "replaced"],
        list.enumerated().map {
            [
                "\($0 + 1)", $1.name, $1.provenAt == nil ? "not shown yet" : "yes",
                $1.waived.map { "waived by \($0)" } ?? ($1.checkedAt == nil ? "not yet" : "yes"), $1.replacedBy ?? "no",
            ]
        })
}
