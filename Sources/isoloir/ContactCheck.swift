import CommandLineKit
import Crypto
import Elections
import Issuance
import Polling
import Server
import Store

/// Whether everybody's contacts can be read: a voter whose do not open gets no message, and nobody hears why.
struct ContactCheck {
    let services: Services

    /// References that a refusal names at most.
    private static let mostNamed = 20

    /// Opens everybody's contacts with each election's key, and refuses with the references of those that do not open. One whose key lies
    /// elsewhere is said to be passed over; of a destroyed one there is nothing to open.
    func run() throws(Refusal) {
        var faults: [String] = []
        for election in try services.allElections() {
            if try services.poll(election)?.state == .destroyed { continue }
            let id = election.election.id
            guard let key = try refusing({ try services.keys.key(of: id) }) else {
                Terminal.complain("The contacts of \(id) were not opened: its key is not in \(services.keys.path).")
                continue
            }
            let (issuer, matter) = (
                services.issuer,
                MessageTemplates(election: election.election, templates: try services.templates(for: election.election))
            )
            let found = try refusing {
                try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try issuer.unreadable(reading, election, key: key, messageTemplates: matter)
                }
            }
            guard !found.isEmpty else { continue }
            let named = found.prefix(ContactCheck.mostNamed).joined(separator: ", ")
            faults.append(
                "\(id): the contacts of \(Terminal.count(found.count, "voter")) do not open with its key: \(named)"
                    + (found.count > ContactCheck.mostNamed ? ", ..." : ""))
        }
        guard faults.isEmpty else {
            throw Refusal(
                faults.joined(separator: "\n")
                    + "\nNothing reaches these voters. If it is everybody, the key is another election's; else write "
                    + "their contacts anew (isoloir roll correct), or restore the latest backup.")
        }
    }
}
