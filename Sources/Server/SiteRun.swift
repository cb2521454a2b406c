import Authentication
package import CommandLineKit
import Console
import Crypto
package import Delivery
import Foundation
import Glibc
import HTTPServer
import Store
import Threads
import VoterSite

/// Runs a site until SIGTERM or SIGINT, and ends it without cutting a request.
/// - Parameters:
///   - courier: what sends messages meanwhile; nil where nothing can be sent.
///   - started: called with the place once everything listens.
/// - Throws: refused where memory or threads are missing, or nothing can listen at an address.
package func runSite(
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
    let background = WorkerPool(threads: BackgroundJobs.backgroundThreads, capacity: BackgroundJobs.backgroundQueue)
    if let fault = pool.fault ?? background.fault { throw Refusal(fault) }
    server.background = background
    consoleServer?.background = background
    consoleServer?.refusal = { ConsoleSite.refusal($0, $1) }
    consoleServer?.overloaded = { console.overloaded($0) }
    consoleServer?.bodyLimit = { console.bodyLimit($0) }
    try refusing { try console.sweepUploads() }
    takesUploads.uploadPaths = ConsoleSite.uploadPaths
    takesUploads.upload = { console.upload($0) }
    let metrics = settings.metricsPort.map { MetricsListener(services, site, server, pool).open(port: $0) }
    // The voters' site last: whoever finds it open finds the console and the figures too.
    try refusing {
        try metrics?.start()
        try consoleServer?.start()
        try server.start()
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
        background.stop()
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
