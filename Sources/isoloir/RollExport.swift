import CommandLineKit
import Contacts
import Elections
import Foundation
import Glibc
import Operations
import Server
import VoterRoll

/// `roll export`: the roll as a file that an import reads again without a change.
/// The export is in the journal before the file is written, which this account alone may read.
/// - Throws: refused where the file is there already, or the election's key is not.
func exportRoll(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    guard unsafe access(path, F_OK) != 0 else {
        throw Refusal("\(path) exists already, and nothing is overwritten: give another name.")
    }
    let services = try Services(invocation)
    let election = try services.election()
    let key = try services.key(of: election)
    var text =
        "\u{FEFF}reference;civility;last_name;first_name;email;phone;address1;address2;address3;address4;address5;address6;"
        + "country;college;site;weight;language;channel\r\n"
    let export = RollExport(services.storeContext, registrar: services.registrar, election: election, key: key)
    _ = try refusing {
        try export.export(by: services.actor()) { voter, contacts in text += row(voter, contacts) }
    }
    try saveNew(Data(text.utf8), to: path)
    Terminal.say("\(path): the roll with contacts. It is personal data: delete it when it has served.")
}

/// A voter's line of the file.
private func row(_ voter: Voter, _ contacts: VoterContacts) -> String {
    var fields = [voter.reference, voter.civility.rawValue, voter.lastName, voter.firstName]
    fields += [contacts.mail?.text ?? "", phone(contacts)]
    fields += addressFields(contacts.address)
    fields += [
        voter.college, voter.site, "\(voter.weight)", voter.language.rawValue, voter.channel?.rawValue ?? "",
    ]
    return fields.map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n"
}

/// The number as an import of this row reads it again.
private func phone(_ contacts: VoterContacts) -> String {
    contacts.phone?.written(in: contacts.phoneHome) ?? ""
}

/// Six lines and the country.
/// Empty fields fill up what an address has not, so that every row has as many.
private func addressFields(_ address: PostalAddress?) -> [String] {
    guard let address else { return Array(repeating: "", count: PostalAddress.mostLines + 1) }
    let isAbroad = address.postcode == nil
    let lines = isAbroad ? Array(address.lines.dropLast()) : address.lines
    return lines + Array(repeating: "", count: PostalAddress.mostLines - lines.count) + [
        isAbroad ? address.lines.last ?? "" : ""
    ]
}
