import CommandLineKit
import Delivery
import Elections
import Polling
import Server
import Store
import VoterSite

/// `serve`: the server of one election.
let serveCommand = Command(
    "serve", [],
    options: [
        .init("--address", "A", "the numeric address to listen on (default: 127.0.0.1)"),
        .init("--port", "P", "the port (default: 8080)"),
        .init("--log", "FILE", "the access log (default: standard error)"),
    ], "the voters' site of an election, and the dispatch of its messages", run: serve)

/// Checks store, box and seal, then serves until SIGTERM or SIGINT. A missing box key is complained of and no obstacle: voters
/// get a page that says so.
/// - Throws: refused where the store is damaged, something is not as it was sealed, or nothing can be listened on.
private func serve(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation, checkingHead: false, steady: .system())
    // What a killed program left there goes first; where something keeps it, the run tries on.
    _ = try refusing { try services.store.truncateLog() }
    try fullCheck(services.store)
    let election = try services.election()
    services.steady?.tolerate(election.election.graceMinutes * 60)
    try services.checkBoxKeyPlace()
    try PollAdministration(services, election).checkBox()
    try PollAdministration(services, election).checkFrozen()
    let station = try services.station(election)
    if let fault = try refusing({ try station.boxKey.fault() }) {
        Terminal.complain(
            "\(election.election.id): \(services.boxKeyWords(fault, election)). Until then voters get a page that says so."
        )
    }
    var settings = services.settings.server
    if let address = invocation["--address"] { (settings.address, settings.socket) = (address, nil) }
    if let port = invocation["--port"] { (settings.port, settings.socket) = (try invocation.number(port), nil) }
    let log = try AccessLog(invocation["--log"])
    let receipts = try DeliveryBuilder(services).receiptService()
    let numbers = services.settings.sms?.receiptNumbers ?? .none
    let site = try SiteBuilder(services).build(
        election, extra: { ReceiptRoutes.response($0, receipts, numbers: numbers) }, log: { log.write($0) })
    let courier: Courier? =
        services.settings.mail == nil && services.settings.sms == nil ? nil : try DeliveryBuilder(services).courier()
    if courier == nil { Terminal.complain("The settings name neither mail nor SMS: nothing can be sent to voters.") }
    let bounces = try DeliveryBuilder(services).bounceListener(receipts) { log.write($0) }
    defer { bounces?.stop() }
    try runSite(services, site, settings, courier: courier, log: log) { place in
        Terminal.say("\(election.election.id): serving on \(place); voters come by \(election.election.address)")
    }
}
