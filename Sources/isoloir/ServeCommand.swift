import CommandLineKit
import Delivery
import HTTPServer
import Server
import Store
import VoterSite

/// `serve`: the server of every election of the store, or of one.
let serveCommand = Command(
    "serve", [],
    options: [
        .init("--address", "A", "the numeric address to listen on (default: 127.0.0.1)"),
        .init("--port", "P", "the port (default: 8080)"),
        .init("--log", "FILE", "the access log (default: standard error)"),
    ], "the voters' sites of the store's elections, and the dispatch of their messages", run: serve)

/// Checks store, boxes and seals, then serves until SIGTERM or SIGINT. Of several elections one that cannot be served is complained
/// of, and its voters get a page that says so; so do those of one whose box key is missing.
/// - Throws: refused where the store is damaged, the only election is not as it was sealed, no election can be served, or
/// nothing can be listened on.
private func serve(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation, checkingHead: false, steady: .system())
    // What a killed program left there goes first; where something keeps it, the run tries on.
    _ = try refusing { try services.store.truncateLog() }
    try fullCheck(services.store)
    try services.checkBoxKeyPlace()
    let log = try AccessLog(invocation["--log"])
    let receipts = try DeliveryBuilder(services).receiptService()
    let numbers = services.settings.sms?.receiptNumbers ?? .none
    let extra: @Sendable (Request) -> Response? = { ReceiptRoutes.response($0, receipts, numbers: numbers) }
    let served = ServedElections(services, isNamed: invocation.has("--election"), log: log, extra: extra)
    try served.begin()
    var settings = services.settings.server
    if let address = invocation["--address"] { (settings.address, settings.socket) = (address, nil) }
    if let port = invocation["--port"] { (settings.port, settings.socket) = (try invocation.number(port), nil) }
    let courier: Courier? =
        services.settings.mail == nil && services.settings.sms == nil ? nil : try DeliveryBuilder(services).courier()
    if courier == nil { Terminal.complain("The settings name neither mail nor SMS: nothing can be sent to voters.") }
    let bounces = try DeliveryBuilder(services).bounceListener(receipts) { log.write($0) }
    defer { bounces?.stop() }
    let run = SiteRun(services, served.table, settings, log: log, served: served, extra: extra)
    try run.run(courier: courier) { place in
        for (id, address) in served.table.addresses {
            Terminal.say("\(id): serving on \(place); voters come by \(address)")
        }
    }
}
