import CommandLineKit
import Foundation
import Glibc
import Issuance
import Operations
import Server
import VoterRoll

/// `roll correct REFERENCE`: one field of one voter. Messages that have not left go to the new contact; printed letters that may
/// be wrong now are named.
/// - Throws: refused for a column or voter that there is not, a value that the column does not take, and, once sealed,
/// for everything but contacts, channel and language.
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
    let reference = invocation.operands[0]
    let voter = try services.voter(reference, of: election)
    let correction = RollCorrection(try services.operations(election))
    let change = try refusing {
        try correction.correct(voter: voter, [column: value], reason: reason, by: services.actor())
    }
    switch change {
    case .done(let readdressed, let sheets, let second, let notes):
        Terminal.say("\(reference): \(name) corrected.")
        for note in notes { Terminal.complain("\(reference): the number \(note).") }
        switch second {
        case .bureau: Terminal.complain(forBureau)
        case .another: Terminal.complain(wantsTwo)
        case nil: break
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
