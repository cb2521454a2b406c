import CommandLineKit
import Crypto
import Elections
import Glibc
import Operations
import Polling
import Store

let boxKeyCommand = Command(
    "poll box-key", ["FILE"], "put the box key of an open poll where the site finds it, after a restore or a move",
    run: giveBoxKey)

private func giveBoxKey(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let path = invocation.operands[0]
    let noKey = "\(path) is no box key: give the file made by `isoloir poll seal`."
    let content = try refusing { try BoxKeyPlace.read(path) }
    guard let boxKey = BoxKey(file: content) else { throw Refusal(noKey) }
    let station = try services.station(election)
    if let refusal = try refusing({ try station.boxKey.refusal(of: boxKey) }) { throw Refusal(refusal) }
    let box = BoxKeyPlace(keys: services.keys, election: election.election.id)
    let place = box.path
    switch try refusing({ try box.put(content) }) {
    case .put, .wasThere: break
    case .noBoxKey: throw Refusal(noKey)
    case .another: throw Refusal("\(place) is another box key: move it away first.")
    }
    try refusing { try station.boxKey.noteGiven(from: absolutePath(path), by: services.principal) }
    Terminal.say("\(place): the box key is there. A running `serve` takes it within a second; the close erases it.")
}

extension Services {
    /// What is wrong with an election's box key, and the cure.
    func boxKeyWords(_ fault: BoxKeyFault, _ election: StoredElection) -> String {
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
    func checkBoxKeys() throws(Refusal) {
        let desk = desk
        let elections = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                var elections: [StoredElection] = []
                for name in try desk.names(reading) { elections.append(try desk.find(reading, name)) }
                return elections
            }
        }
        for election in elections {
            guard let poll = try poll(election), [.open, .suspended, .closing, .ended].contains(poll.state),
                poll.stoppedAt == nil
            else { continue }
            let station = try station(election)
            guard let fault = try refusing({ try station.boxKey.fault() }) else { continue }
            throw Refusal("\(election.election.id) is \(poll.state.rawValue), and \(boxKeyWords(fault, election)).")
        }
    }
}
