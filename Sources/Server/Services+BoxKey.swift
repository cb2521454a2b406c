package import CommandLineKit
import Crypto
package import Elections
import Glibc
package import Polling
import Store

extension Services {
    /// What is wrong with an election's box key, and the cure.
    package func boxKeyWords(_ fault: BoxKeyFault, _ election: StoredElection) -> String {
        let place = keys.boxKeyFile(election.election.id)
        let what =
            switch fault {
            case .missing where unsafe access(place, F_OK) == 0:
                "\(place) is no box key, or this account cannot read it"
            case .missing: "there is none at \(place)"
            case .foreign: "\(place) is another poll's"
            }
        return "the box key is missing: \(what). Nobody can vote without it. The bureau keeps the file of the seal: "
            + "isoloir poll box-key FILE puts it there"
    }

    /// Refuses where a poll of this store needs a box key that does not lie here.
    /// - Throws: refused at the first such poll, with where the key was looked for.
    package func checkBoxKeys() throws(Refusal) {
        for election in try allElections() {
            guard let poll = try poll(election), [.open, .suspended, .closing, .ended].contains(poll.state),
                poll.stoppedAt == nil
            else { continue }
            let station = try station(election)
            guard let fault = try refusing({ try station.boxKey.fault() }) else { continue }
            throw Refusal("\(election.election.id) is \(poll.state.rawValue), and \(boxKeyWords(fault, election)).")
        }
    }

    /// The box key is erased by the close: it must not come by systemd's credentials, which nobody can erase.
    /// - Throws: refused where it would lie there; a folder that this account may not write in is only complained of.
    package func checkBoxKeyPlace() throws(Refusal) {
        if !keys.mayErase {
            Terminal.complain(
                "This account may not write in the folder of the box key, \(keys.boxFolder): the close could not erase it."
            )
        }
        guard let credentials = unsafe getenv("CREDENTIALS_DIRECTORY").map({ unsafe String(cString: $0) }),
            (keys.boxFolder + "/").hasPrefix(credentials + "/")
        else { return }
        throw Refusal(
            "The box key would lie among systemd's credentials, where the close cannot erase it: name a folder that this "
                + "account may write, with \"boxKeys\" in isoloir.yaml, for instance /var/lib/isoloir-box.")
    }
}
