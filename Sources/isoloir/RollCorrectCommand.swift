import CommandLineKit
import Contacts
import Crypto
import Elections
import Foundation
import Glibc
import Issuance
import Journal
import Operations
import Store
import VoterRoll

func correctRoll(_ invocation: Invocation) throws(Refusal) {
    let name = try invocation.required("--column")
    guard let column = Column(rawValue: name) ?? Column.named(name, map: [:]) else {
        throw Refusal(
            "There is no column \"\(name)\": \(Column.allCases.map(\.rawValue).joined(separator: ", ")).",
            status: .usage)
    }
    let reason = try invocation.line("--reason")
    guard let value = invocation["--value"] else { throw Refusal("The option --value is missing.", status: .usage) }
    let services = try Services(invocation)
    let election = try services.election()
    let desk = try services.voterDesk(election)
    let reference = invocation.operands[0]
    // Hashing an answer takes long: not while others wait for the store.
    let ready: String
    switch try refusing({ try services.registrar.prepare(election, [column: value]) }) {
    case .ready(let values): ready = values[column] ?? value
    case .refused(let reason): throw Refusal("\(reference), \(name): \(reason).")
    }
    let (lone, sheets) = try refusing {
        try services.store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (VoterDesk.LoneCorrection?, [Issuer.Sheet]) in
            guard let voter = try services.registrar.voter(transaction.reading, election, reference: reference) else {
                return (nil, [])
            }
            let lone = try desk.correctAlone(
                transaction, voter, column, ready, reason: reason, by: services.principal)
            return (lone, try services.issuer.sheetsInHand(transaction.reading, voter: voter.id))
        }
    }
    guard let lone else { throw Refusal("There is no voter \"\(reference)\" on the roll.") }
    try tell(lone, sheets, reference, name)
}

/// Says what a correction came to.
private func tell(
    _ lone: VoterDesk.LoneCorrection, _ sheets: [Issuer.Sheet], _ reference: String, _ name: String
) throws(Refusal) {
    switch lone.change {
    case .done(let readdressed, _):
        Terminal.say("\(reference): \(name) corrected.")
        if lone.isForBureau {
            Terminal.complain(forBureau)
        } else if lone.wantsSecond {
            Terminal.complain(wantsTwo)
        }
        if readdressed > 0 { Terminal.say("The message that had not left goes to the corrected contact.") }
        for sheet in sheets {
            Terminal.say(
                "Letter \(sheet.number) of batch \(sheet.batch) is printed as it was: if it is wrong now, take it out with "
                    + "`letters spoiled \(sheet.batch) \(sheet.number)`, which says how another one is made.")
        }
    case .unknownVoter: throw Refusal("There is no voter \"\(reference)\" on the roll.")
    case .sealed:
        throw Refusal(
            "The poll is sealed: who may vote, under what name and with what weight, cannot change any more; contacts, channel "
                + "and language can.")
    case .refused(let reason): throw Refusal("\(reference), \(name): \(reason).")
    case .refusedColumns(let reasons):
        throw Refusal(reasons.values.map { "\(reference), \(name): \($0)." }.joined(separator: "\n"))
    case .importing, .asked, .already, .overtaken:
        throw Refusal("The voter roll is being changed by somebody else: try again in a moment.")
    }
}
