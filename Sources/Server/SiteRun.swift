import Authentication
package import CommandLineKit
import Console
import Crypto
package import Delivery
import Foundation
import Glibc
package import HTTPServer
import Store
import Threads

/// Runs the sites of a table until SIGTERM or SIGINT, and ends them without cutting a request.
package struct SiteRun {
    private let services: Services
    private let table: SiteTable
    private let served: ServedElections?
    private let settings: ServerSettings
    private let extra: @Sendable (Request) -> Response?
    private let log: AccessLog

    /// - Parameters:
    ///   - table: what is served.
    ///   - served: builds the sites of elections that come later; nil where none does.
    ///   - extra: answers for paths that are not the voters', whatever the host.
    package init(
        _ services: Services, _ table: SiteTable, _ settings: ServerSettings, log: AccessLog,
        served: ServedElections? = nil, extra: @escaping @Sendable (Request) -> Response? = { _ in nil }
    ) {
        (self.services, self.table, self.settings, self.log) = (services, table, settings, log)
        (self.served, self.extra) = (served, extra)
    }

    /// Serves, and returns after the end.
    /// - Parameters:
    ///   - courier: what sends messages meanwhile; nil where nothing can be sent.
    ///   - started: called with the place once everything listens.
    /// - Throws: refused where memory or threads are missing, or nothing can listen at an address.
    package func run(courier: Courier?, started: (String) -> Void) throws(Refusal) {
        try requireMemory(services.passphrases)
        // Kept for this thread, which waits for them.
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        for signal in [SIGTERM, SIGINT] { unsafe sigaddset(&signals, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
        raiseDescriptors()
        let neutral = try NeutralPages(TemplateFolder([services.templateFolder]), log: log)
        let servers = try SiteServers(services, table, settings, neutral: neutral, extra: extra)
        for hosted in table.all { try refusing { try hosted.site?.console.sweepUploads() } }
        try servers.start()
        let bell = WakeSignal()
        let group = DispatchGroup()
        do throws(OwnThread.Fault) {
            try SiteKeeper(services: services, served: served, table: table, bell: bell, group: group, log: log).begin()
            try courier?.begin(bell, in: group) { log.write($0) }
        } catch {
            end(servers, bell, group)
            throw Refusal(error.description)
        }
        started(
            settings.socket
                ?? "\(settings.certificate == nil ? "http" : "https")://\(settings.address):\(settings.port)")
        while true {
            var second = timespec(tv_sec: 1, tv_nsec: 0)
            let signal = unsafe sigtimedwait(&signals, nil, &second)
            if signal == SIGTERM || signal == SIGINT { break }
            servers.sweep()
        }
        end(servers, bell, group)
    }

    private func end(_ servers: SiteServers, _ bell: WakeSignal, _ group: DispatchGroup) {
        if !servers.stop() { log.write("requests that were still being worked on were cut off") }
        bell.stop()
        if group.wait(timeout: .now() + .seconds(BackgroundJobs.lastSeconds)) == .timedOut {
            log.write(
                "the work beside the requests did not end within \(BackgroundJobs.lastSeconds) seconds; the next start goes on"
            )
        }
        emptyLogAtEnd(services.store, log)
    }
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
