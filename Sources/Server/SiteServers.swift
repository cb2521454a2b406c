import CommandLineKit
import Console
import Contacts
import Delivery
import Foundation
import Glibc
import HTTPServer
import Threads

/// What listens for a process: the voters' site, the console where it stands apart, and the figures for monitoring. All elections
/// share the threads.
struct SiteServers {
    private let voters: WebServer
    private let console: WebServer?
    private let metrics: WebServer?
    /// Begins and ends sign-ins.
    private let pool: WorkerPool
    /// Managers' searches and exports never take the threads that voters need.
    private let background: WorkerPool

    /// - Throws: refused where threads are missing, or a PEM file cannot be read.
    init(
        _ services: Services, _ table: SiteTable, _ settings: ServerSettings, neutral: NeutralPages,
        extra: @escaping @Sendable (Request) -> Response?
    ) throws(Refusal) {
        let hashing = max(1, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) - 1)
        // More threads than hashes at once: one that waits for the disk must not keep the next hash waiting.
        let pool = WorkerPool(
            threads: hashing + BackgroundJobs.waitingThreads,
            capacity: hashing * BackgroundJobs.hashesPerSecond * BackgroundJobs.queueSeconds)
        background = WorkerPool(threads: BackgroundJobs.backgroundThreads, capacity: BackgroundJobs.backgroundQueue)
        if let fault = pool.fault ?? background.fault { throw Refusal(fault) }
        let router = SiteRouter(
            table: table, isConsoleApart: settings.console != nil, neutral: neutral,
            gateway: SiteServers.gateway(services.settings.sms?.receipts), extra: extra)
        voters = SiteServers.voters(router, try settings.options(), pool)
        console = try settings.console.map { own throws(Refusal) in
            SiteServers.console(
                ConsoleRouter(table: table, neutral: neutral, origin: Origin(own.url)),
                own.options(try settings.options()), pool)
        }
        voters.background = background
        console?.background = background
        metrics = settings.metricsPort.map { [voters] in
            MetricsListener(services, table, voters, pool, neutral: neutral).open(port: $0)
        }
        self.pool = pool
    }

    /// Finds the host of the address at which the SMS gateway leaves receipts.
    private static func gateway(_ receipts: String?) -> HostTable<Bool>? {
        guard let url = receipts.flatMap({ URLComponents(string: $0) }), let scheme = url.scheme, let host = url.host,
            let origin = Origin("\(scheme)://\(host)\(url.port.map { ":\($0)" } ?? "")")
        else { return nil }
        return HostTable([(origin, true)])
    }

    private static func voters(_ router: SiteRouter, _ options: ServerOptions, _ pool: WorkerPool) -> WebServer {
        let server = WebServer(options: options, pool: pool) { router.handle($0) }
        server.overloaded = { router.overloaded($0) }
        server.bodyLimit = { router.bodyLimit($0) }
        guard !router.isConsoleApart else { return server }
        server.refusal = { ConsoleSite.refusal($0, $1) }
        server.uploadPaths = ConsoleSite.uploadPaths
        server.upload = { router.upload($0) }
        return server
    }

    private static func console(_ router: ConsoleRouter, _ options: ServerOptions, _ pool: WorkerPool) -> WebServer {
        let server = WebServer(options: options, pool: pool) { router.handle($0) }
        server.overloaded = { router.overloaded($0) }
        server.bodyLimit = { router.bodyLimit($0) }
        server.refusal = { ConsoleSite.refusal($0, $1) }
        server.uploadPaths = ConsoleSite.uploadPaths
        server.upload = { router.upload($0) }
        return server
    }

    /// The voters' site last: whoever finds it open finds the console and the figures too.
    /// - Throws: refused where nothing can listen at an address.
    func start() throws(Refusal) {
        try refusing {
            try metrics?.start()
            try console?.start()
            try voters.start()
        }
    }

    /// To be called once a second.
    func sweep() {
        voters.sweep()
        console?.sweep()
    }

    /// Lets requests finish that came whole, then ends the threads.
    /// - Returns: false where some had to be cut off.
    func stop() -> Bool {
        // All of them together have the time of one.
        let servers = [metrics, console, voters].compactMap(\.self)
        for server in servers { server.drain() }
        let deadline = Monotonic.seconds + voters.options.answerSeconds
        let areDone = servers.map { $0.stop(by: deadline) }
        pool.stop()
        background.stop()
        return areDone.allSatisfy(\.self)
    }
}
