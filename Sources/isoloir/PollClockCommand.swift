import CommandLineKit
import Elections
import Polling
import Server
import Store

/// `poll clock`: the two times, or a member's word on them.
let pollClockCommand = Command(
    "poll clock", [],
    options: [
        .init("--by", "WHO", "the member of the bureau who compared it with another clock: its word is taken"),
        .init("--reason", "TEXT", "how it was compared: it goes into the journal"),
    ], "what the machine's clock shows and what the server goes by; or the bureau's word that the clock is right",
    run: pollClock)

/// Shows both times, and takes the machine's where a member says that it is right.
/// - Throws: refused where only one of `--by` and `--reason` is given, and where no poll is under way.
private func pollClock(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let (shows, believed) = (Clock.system.now, services.clock.now)
    Terminal.say("The machine's clock shows \(election.election.timeWordsWithZone(shows, .en)).")
    Terminal.say("Programs go by           \(election.election.timeWordsWithZone(believed, .en)).")
    guard invocation["--by"] != nil || invocation["--reason"] != nil else { return }
    guard let steady = services.watched else { throw Refusal("This program has no clock of its own.") }
    let (station, principal) = (try services.station(election), services.principal)
    let word = try decision(invocation)
    if let refusal = try refusing({ try station.watch.trust(steady, by: principal, word) }) { throw Refusal(refusal) }
    Terminal.say("The machine's clock is taken at its word from now on; a running serve goes by it within a second.")
}
