import CommandLineKit
import Elections
import Glibc
import Operations
import Polling
import Server

/// `poll box-key`: puts the box key back.
let boxKeyCommand = Command(
    "poll box-key", ["FILE"], "put the box key of an open poll where the site finds it, after a restore or a move",
    run: giveBoxKey)

/// Compares the key with the poll's seal before it is put there; the journal notes where it came from.
/// - Throws: refused where the file is no box key or another poll's, where none is needed, and where another one lies there.
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
