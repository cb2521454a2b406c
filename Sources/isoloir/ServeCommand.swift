import Authentication
import Captcha
import CommandLineKit
import Console
import Crypto
import Delivery
import Elections
import Foundation
import Glibc
import HTTPServer
import Journal
import Operations
import Polling
import Store
import Synchronization
import Tally
import Threads
import VoterRoll
import VoterSite

let serveCommand = Command(
    "serve", [],
    options: [
        .init("--address", "A", "the numeric address to listen on (default: 127.0.0.1)"),
        .init("--port", "P", "the port (default: 8080)"),
        .init("--log", "FILE", "the access log (default: standard error)"),
    ], "the voters' site of an election, and the dispatch of its messages", run: serve)

private func serve(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation, checkingHead: false, steady: .system())
    // What a killed program left there goes first; where something keeps it, the run tries on.
    _ = try refusing { try services.store.truncateLog() }
    try fullCheck(services.store)
    let election = try services.election()
    services.steady?.tolerate(election.election.graceMinutes * 60)
    try services.checkBoxKeyPlace()
    try services.checkBox(election)
    try services.checkFrozen(election)
    let station = try services.station(election)
    if let fault = try refusing({ try station.boxKeyFault() }) {
        Terminal.complain(
            "\(election.election.id): \(services.boxKeyWords(fault, election)). Until then voters get a page that says so."
        )
    }
    var settings = services.settings.server
    if let address = invocation["--address"] { (settings.address, settings.socket) = (address, nil) }
    if let port = invocation["--port"] { (settings.port, settings.socket) = (try invocation.number(port), nil) }
    let log = try AccessLog(invocation["--log"])
    let desk = try services.receiptService()
    let numbers = services.settings.sms?.receiptNumbers ?? .none
    let site = try services.site(
        election, extra: { ReceiptRoutes.response($0, desk, numbers: numbers) }, log: { log.write($0) })
    let courier: Courier? =
        services.settings.mail == nil && services.settings.sms == nil ? nil : try services.courier()
    if courier == nil { Terminal.complain("The settings name neither mail nor SMS: nothing can be sent to voters.") }
    let bounces = try services.bounceListener(desk) { log.write($0) }
    defer { bounces?.stop() }
    try run(services, site, settings, courier: courier, log: log) { place in
        Terminal.say("\(election.election.id): serving on \(place); voters come by \(election.election.address)")
    }
}

/// Runs a site until SIGTERM or SIGINT, and ends it without cutting a request.
func run(
    _ services: Services, _ site: Site, _ settings: ServerSettings, courier: Courier?, log: AccessLog,
    started: (String) -> Void
) throws(Refusal) {
    try requireMemory(services.passphrases)
    // Kept for this thread, which waits for them.
    var signals = sigset_t()
    unsafe sigemptyset(&signals)
    for signal in [SIGTERM, SIGINT] { unsafe sigaddset(&signals, signal) }
    unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    raiseDescriptors()
    let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    let hashing = max(1, cores - 1)
    // More threads than hashes at once: one that waits for the disk must not keep the next hash waiting.
    let pool = WorkerPool(
        threads: hashing + BackgroundJobs.waitingThreads,
        capacity: hashing * BackgroundJobs.hashesPerSecond * BackgroundJobs.queueSeconds
    )
    let voters = site.site
    let console = site.console
    let isApart = settings.console != nil
    let server = WebServer(options: try settings.options(), pool: pool) { request in
        !isApart && ConsoleSite.owns(request.path) ? console.handle(request) : voters.handle(request)
    }
    server.overloaded = { request in
        !isApart && ConsoleSite.owns(request.path) ? console.overloaded(request) : voters.overloaded(request)
    }
    server.refusal = { isApart ? nil : ConsoleSite.refusal($0, $1) }
    server.bodyLimit = { request in
        !isApart && ConsoleSite.owns(request.path) ? console.bodyLimit(request) : voters.bodyLimit(request)
    }
    let consoleServer = try settings.console.map { own throws(Refusal) in
        WebServer(options: own.options(try settings.options()), pool: pool) { console.handle($0) }
    }
    let takesUploads = consoleServer ?? server
    // Managers' searches and exports never take the threads that voters need.
    let desk = WorkerPool(threads: BackgroundJobs.deskThreads, capacity: BackgroundJobs.deskQueue)
    if let fault = pool.fault ?? desk.fault { throw Refusal(fault) }
    server.background = desk
    consoleServer?.background = desk
    consoleServer?.refusal = { ConsoleSite.refusal($0, $1) }
    consoleServer?.overloaded = { console.overloaded($0) }
    consoleServer?.bodyLimit = { console.bodyLimit($0) }
    try refusing { try console.sweepUploads() }
    takesUploads.uploadPaths = ConsoleSite.uploadPaths
    takesUploads.upload = { console.upload($0) }
    let metrics = settings.metricsPort.map { MetricsListener(services, site, server, pool).open(port: $0) }
    try refusing {
        try server.start()
        try consoleServer?.start()
        try metrics?.start()
    }
    let bell = WakeSignal()
    let group = DispatchGroup()
    func end() {
        // All of them together have the time of one.
        let servers = [metrics, consoleServer, server].compactMap(\.self)
        for server in servers { server.drain() }
        let deadline = Monotonic.seconds + server.options.answerSeconds
        for server in servers where !server.stop(by: deadline) {
            log.write("requests that were still being worked on were cut off")
        }
        pool.stop()
        desk.stop()
        bell.stop()
        if group.wait(timeout: .now() + .seconds(BackgroundJobs.lastSeconds)) == .timedOut {
            log.write(
                "the work beside the requests did not end within \(BackgroundJobs.lastSeconds) seconds; the next start goes on"
            )
        }
        emptyLogAtEnd(services.store, log)
    }
    do throws(OwnThread.Fault) {
        try OwnThread.begin("the work beside the requests", in: group) {
            BackgroundJobs(services, site, bell, log).run()
        }
        try courier?.begin(bell, in: group) { log.write($0) }
    } catch {
        end()
        throw Refusal(error.description)
    }
    started(
        settings.socket ?? "\(settings.certificate == nil ? "http" : "https")://\(settings.address):\(settings.port)")
    while true {
        var second = timespec(tv_sec: 1, tv_nsec: 0)
        let signal = unsafe sigtimedwait(&signals, nil, &second)
        if signal == SIGTERM || signal == SIGINT { break }
        server.sweep()
        consoleServer?.sweep()
    }
    end()
}

/// Refuses to begin where the sign-ins of a busy hour would find no memory.
private func requireMemory(_ passphrases: PassphraseService) throws(Refusal) {
    // Looked at first: where a control group's limit is passed the kernel ends the process, and says nothing.
    let free = MemoryRoom().free ?? .max
    guard free >= passphrases.mebibytes << 20, passphrases.rehearse() else {
        throw Refusal(
            "There is too little memory: passphrases are checked in \(passphrases.mebibytes) MiB, and the system gives less"
                + (free < .max ? " (\(free >> 20) MiB are free)" : "")
                + ". Raise the limit (MemoryMax or LimitAS in the unit, `ulimit -v`), or give the machine more memory.")
    }
}

/// Nothing of the latest votes' order stays behind.
private func emptyLogAtEnd(_ store: Store, _ log: AccessLog) {
    let start = Monotonic.seconds
    while Monotonic.seconds < start + BackgroundJobs.lastLogSeconds {
        do throws(StoreError) { if try store.truncateLog() { return } } catch {
            return log.write("the store's log could not be emptied: \(error)")
        }
        usleep(UInt32(BackgroundJobs.pause * 1000))
    }
    log.write(
        "the store's log could not be emptied, another program reads the store: run isoloir store empty-log when it has ended"
    )
}

/// Descriptors are cheap, and each connection is one.
private func raiseDescriptors() {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}

/// What is done apart from the requests: codes and recoveries are addressed, traces stored, old things forgotten.
private struct BackgroundJobs {
    /// Argon2id at its standard cost on one core.
    static let hashesPerSecond = 50
    /// Threads that begin and end sign-ins while others hash.
    static let waitingThreads = 3
    /// Seconds of hashing that may wait; further sign-ins are asked to come back.
    static let queueSeconds = 2
    /// Threads of the console, and requests that may wait for them.
    static let (deskThreads, deskQueue) = (2, 60)
    /// Milliseconds between looks: the same for everybody, whoever asked.
    static let pause = 100
    /// Seconds for which the end waits for what is under way: with the requests' seconds less than the minute that systemd
    /// gives.
    static let lastSeconds = 20
    /// Seconds for which the end tries to empty the log.
    static let lastLogSeconds = 10.0
    private static let (traceEvery, tidyEvery, pollEvery) = (10, 600, 10)
    /// Seconds from the start in which nothing old is thrown away: a clock that is wrong for a moment, and set right, must not have
    /// ended what was not too late.
    private static let tidyAfter = 600.0

    private let services: Services
    private let site: Site
    private let bell: WakeSignal
    private let log: AccessLog
    private let watch: PollWatch
    private let start = Monotonic.seconds

    init(_ services: Services, _ site: Site, _ bell: WakeSignal, _ log: AccessLog) {
        watch = PollWatch(services, site, bell, log)
        (self.services, self.site, self.bell, self.log) = (services, site, bell, log)
    }

    func run() {
        var round = 0
        var isStopped = false
        while !isStopped {
            // Each for itself: what fails in one must not stop the others.
            attempt("codes") { () throws(StoreError) in
                if try site.authenticator.serveRequests(services.store) > 0 { bell.ring() }
            }
            attempt("the console's codes") { () throws(StoreError) in
                if try site.staffDoor.serveRequests(services.store) > 0 { bell.ring() }
            }
            attempt("recovery") { () throws(StoreError) in
                if try site.recovery.serveRequests(services.store) > 0 { bell.ring() }
            }
            if round % BackgroundJobs.pollEvery == 0 { watch.follow(attempt) }
            // A piece at each look: it yields to everything else.
            attempt("the search's index") { () throws(StoreError) in _ = try site.registrar.index() }
            if round % BackgroundJobs.traceEvery == 0 { attempt("traces", storeTraces) }
            if round % BackgroundJobs.tidyEvery == 0 {
                if Monotonic.seconds >= start + BackgroundJobs.tidyAfter, !site.site.isClockDoubted {
                    attempt("tidying", tidy)
                }
                attempt("the roll's files", tidyFiles)
                attempt("alerts of codes", followCosts)
            }
            round += 1
            isStopped = bell.isStopped
            if !isStopped { usleep(UInt32(BackgroundJobs.pause * 1000)) }
        }
    }

    private func attempt(_ name: String, _ work: () throws(StoreError) -> Void) {
        do throws(StoreError) { try work() } catch {
            site.site.metrics.fail(name)
            log.write("\(name) failed: \(error)")
        }
    }

    private func storeTraces() throws(StoreError) {
        let traces = site.site.takeTraces()
        guard !traces.isEmpty else { return }
        try services.store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try site.help.note(transaction, traces)
        }
    }

    /// Many messages for one voter within an hour are an alert: somebody knows the identifier, and each message costs.
    private func followCosts() throws(StoreError) {
        let costly = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try site.authenticator.costly(reading)
        }
        for principal in costly {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try site.desk.alert(transaction, .alertManyCodes, principal.text)
            }
        }
    }

    private func tidy() throws(StoreError) {
        try services.store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try site.authenticator.tidy(transaction)
            try site.recovery.tidy(transaction)
            try site.spent.tidy(transaction)
            try services.outbox.expire(transaction)
        }
    }

    private func tidyFiles() throws(StoreError) {
        try site.roll.tidy()
        try site.letters.sweep()
    }
}

/// Lines of requests and failures, with the time; never an address, a cookie or anything a voter typed.
final class AccessLog: Sendable {
    private let file: Int32
    private let clock = Clock.system
    /// The second that was written last, and its text.
    private let latest = Mutex((second: 0, text: ""))

    /// - Parameter path: nil for standard error.
    init(_ path: String?) throws(Refusal) {
        guard let path else {
            file = STDERR_FILENO
            return
        }
        file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        if file < 0 { throw Refusal("The log \(path) cannot be written.") }
    }

    func write(_ line: String) {
        let now = clock.now
        let time = latest.withLock { latest in
            if latest.second != now { latest = (now, Moment.text(now)) }
            return latest.text
        }
        let bytes = Array("\(time)Z \(line)\n".utf8)
        // A log that cannot be written must not stop an election; the disk's trouble shows elsewhere.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
    }
}

extension Services {
    /// The keys of the store's elections by number.
    func keyring() throws(Refusal) -> @Sendable (Int) throws(KeyError) -> ElectionKey? {
        let desk = desk
        let names: [Int: String] = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                var names: [Int: String] = [:]
                for name in try desk.names(reading) { names[try desk.number(reading, name) ?? 0] = name }
                return names
            }
        }
        let keys = keys
        return { number throws(KeyError) in
            guard let name = names[number] else { return nil }
            return try keys.key(of: name)
        }
    }

    /// Takes in gateways' receipts and relays' bounces.
    func receiptService() throws(Refusal) -> ReceiptService {
        ReceiptService(store: store, outbox: outbox, keyOf: try keyring())
    }

    /// The door for bounces, where the settings name one.
    func bounceListener(
        _ desk: ReceiptService, log: @escaping @Sendable (String) -> Void
    ) throws(Refusal) -> BounceListener? {
        guard let bounces = settings.bounces else { return nil }
        return try refusing {
            try BounceListener(path: bounces.socket, address: bounces.address, desk: desk, trouble: log)
        }
    }
}
