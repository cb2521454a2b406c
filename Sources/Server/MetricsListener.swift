import Console
import Contacts
import Delivery
import Elections
import Foundation
import Glibc
import HTTPServer
import Issuance
import Polling
import Store
import Synchronization
import VoterSite

/// Where Prometheus asks: on this machine alone.
struct MetricsListener: Sendable {
    /// Seconds for which counts of whole tables are kept: who asks more often gets the same.
    private static let keptSeconds = 15
    /// Scrapers at once, each on a connection of its own.
    private static let connections = 20

    let services: Services
    let table: SiteTable
    let server: WebServer
    let pool: WorkerPool
    let neutral: NeutralPages
    private let begun = Date().timeIntervalSince1970
    private let kept = Kept()

    /// Counts of whole tables, and when they were made.
    private final class Kept: Sendable {
        let families = Mutex<(at: Int, families: [MetricFamily])?>(nil)
    }

    init(_ services: Services, _ table: SiteTable, _ server: WebServer, _ pool: WorkerPool, neutral: NeutralPages) {
        (self.services, self.table, self.server, self.pool, self.neutral) = (services, table, server, pool, neutral)
    }

    func open(port: Int) -> WebServer {
        var options = ServerOptions()
        options.place = .tcp(address: "127.0.0.1", port: port)
        options.threads = 1
        options.connections = MetricsListener.connections
        return WebServer(options: options, pool: pool) { request in
            guard request.path == "/metrics" else { return .now(.text(404, "not found\n")) }
            do throws(StoreError) { return .now(.text(200, try text())) } catch {
                return .now(.text(503, "the store cannot be read\n"))
            }
        }
    }

    private func text() throws(StoreError) -> String {
        let now = services.clock.now
        let tables: [MetricFamily]
        if let latest = kept.families.withLock({ $0 }), now - latest.at < MetricsListener.keptSeconds, now >= latest.at
        {
            tables = latest.families
        } else {
            tables = try counts()
            kept.families.withLock { $0 = (now, tables) }
        }
        let hosted = table.all
        let sites = hosted.compactMap(\.site).flatMap { [$0.site.metrics, $0.console.metrics] }
        let present = hosted.flatMap { hosted in standing(hosted).map { $0.labelled(election: hosted.id) } }
        return Metrics.text(
            sites + (hosted.count > 1 ? [neutral.metrics] : []),
            moment + MetricFamily.joined(present) + tables + process)
    }

    /// How one election stands at the moment.
    private func standing(_ hosted: HostedSite) -> [MetricFamily] {
        let site = hosted.site?.site
        let reasons = VoterSite.Obstacle.allCases.map { (name: $0.rawValue, holds: site?.obstacle == $0) }
        return [
            MetricFamily(
                "isoloir_poll_opening_overdue", "1 while a sealed poll is past its hour.", .gauge,
                site?.isOpeningOverdue == true ? 1 : 0),
            MetricFamily(
                "isoloir_site_not_served", "1 while no page of the site is served, by what somebody must see to.",
                .gauge,
                (reasons + [("fault", site == nil)]).map { .init($0.holds ? 1 : 0, [("reason", $0.name)]) }),
            MetricFamily(
                "isoloir_clock_doubted", "1 while the clock's word is not taken for the poll.", .gauge,
                site?.isClockDoubted == true ? 1 : 0),
        ]
    }

    /// What is to be known at the moment.
    private var moment: [MetricFamily] {
        [
            MetricFamily(
                "isoloir_build_info", "The version that runs.", .gauge,
                [.init(1, [("version", Services.version)])]),
            MetricFamily("isoloir_open_connections", "Connections of voters.", .gauge, Double(server.openConnections)),
            MetricFamily(
                "isoloir_turned_away_connections_total",
                "Connections of networks that had as many as one may have.", .counter,
                Double(server.turnedAwayConnections)),
            MetricFamily(
                "isoloir_body_bytes", "Bytes of forms and ballots in memory.", .gauge, Double(server.bufferedBytes)),
            MetricFamily("isoloir_hashes_waiting", "Passphrases waiting to be hashed.", .gauge, Double(pool.waiting)),
        ]
    }

    /// What the store counts: of each election, and of channels and disk.
    private func counts() throws(StoreError) -> [MetricFamily] {
        let hosted = table.all
        let (families, pauses) = try services.store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([MetricFamily], [String]) in
            let posted = try PostedMessages(reading, services.outbox, now: services.clock.now)
            var families: [MetricFamily] = []
            for hosted in hosted {
                let own =
                    posted.families(hosted.election.number) + [
                        MetricFamily(
                            "isoloir_letters", "Sheets by state.", .gauge,
                            try services.letterBatches.sheets(reading, hosted.election).map {
                                .init(Double($0.count), [("state", $0.state)])
                            })
                    ]
                families += own.map { $0.labelled(election: hosted.id) }
            }
            return (families, try services.outbox.reports.pauses(reading).map(\.route))
        }
        return MetricFamily.joined(families) + [
            MetricFamily(
                "isoloir_channel_paused", "1 while a channel stopped, as after its relay refused everything.", .gauge,
                [Channel.email, .sms].map { .init(pauses.contains($0.rawValue) ? 1 : 0, [("channel", $0.rawValue)]) }),
            MetricFamily(
                "isoloir_store_free_bytes", "Free space where the store lies.", .gauge, Double(freeBytes)),
        ]
    }

    private var freeBytes: Int {
        var volume = statvfs()
        let path = services.store.path
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        guard unsafe statvfs(folder.isEmpty ? "/" : folder, &volume) == 0 else { return 0 }
        return Int(volume.f_bavail) * Int(volume.f_frsize)
    }

    // MARK: This process, by the names that every client library gives

    private var process: [MetricFamily] {
        var usage = rusage()
        unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let pages = MetricsListener.text("/proc/self/statm").split(separator: " ").compactMap { Double($0) }
        let page = Double(sysconf(Int32(_SC_PAGESIZE)))
        var families = [
            MetricFamily(
                "process_cpu_seconds_total", "Processor time of user and system.", .counter,
                seconds(usage.ru_utime) + seconds(usage.ru_stime)),
            MetricFamily("process_start_time_seconds", "When the server began, since 1970.", .gauge, begun),
            MetricFamily("process_max_fds", "Descriptors that it may open.", .gauge, Double(limit.rlim_cur)),
        ]
        if let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            families.append(MetricFamily("process_open_fds", "Open descriptors.", .gauge, Double(files.count)))
        }
        if pages.count > 1 {
            families.append(MetricFamily("process_virtual_memory_bytes", "Virtual memory.", .gauge, pages[0] * page))
            families.append(MetricFamily("process_resident_memory_bytes", "Resident memory.", .gauge, pages[1] * page))
        }
        return families
    }

    /// A file of the kernel, empty where it cannot be read; it has no length, and is read to its end.
    private static func text(_ path: String) -> String {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { Glibc.close(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
