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
    let place = BoxKeyPlace(keys: services.keys, election: election.election.id)
    let giving = BoxKeyReturn(
        store: services.store, election, place: place, station: { try services.station(election) })
    switch try refusing({ try giving.give(content, of: absolutePath(path), by: services.actor()) }) {
    case .isThere: break
    case .noBoxKey: throw Refusal(noKey)
    case .another: throw Refusal("\(place.path) is another box key: move it away first.")
    case .refused(let reason): throw Refusal(reason.description)
    }
    Terminal.say(
        "\(place.path): the box key is there. A running `serve` takes it within a second; the close erases it.")
}
