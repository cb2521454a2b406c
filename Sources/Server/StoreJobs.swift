import Captcha
import Delivery
import Glibc
import HTTPServer
import Polling
import Store
import Threads
import VoterRoll
import VoterSite

/// What is done for the whole store apart from the requests, on a thread of its own: no election's count or fault holds it up.
struct StoreJobs {
    /// Looks between two at the polls' clocks, and at what is too late.
    private static let (clockEvery, tidyEvery) = (10, 600)

    private let services: Services
    private let table: SiteTable
    private let bell: WakeSignal
    private let log: AccessLog
    private let start = Monotonic.seconds

    /// - Parameter services: the store's, by its own clock.
    init(_ services: Services, _ table: SiteTable, _ bell: WakeSignal, _ log: AccessLog) {
        (self.services, self.table, self.bell, self.log) = (services, table, bell, log)
    }

    func run() {
        var round = 0
        while !bell.isStopped {
            if round % StoreJobs.clockEvery == 0 { attempt("the store's clock", services.followPolls) }
            // A piece at each look: it yields to everything else.
            attempt("the search's index") { () throws(StoreError) in _ = try services.registrar.search.index() }
            if round % StoreJobs.tidyEvery == 0, Monotonic.seconds >= start + BackgroundJobs.tidyAfter {
                attempt("ending what is too late", tidy)
            }
            round += 1
            if !bell.isStopped { usleep(UInt32(BackgroundJobs.pause * 1000)) }
        }
    }

    private func attempt(_ name: String, _ work: () throws(StoreError) -> Void) {
        do throws(StoreError) { try work() } catch {
            // Counted once, at whichever election is served.
            table.all.lazy.compactMap(\.site).first?.site.metrics.fail(name)
            log.write("\(name) failed: \(error)")
        }
    }

    /// Ends messages and challenges of all elections, where no program doubts its clock.
    private func tidy() throws(StoreError) {
        try services.store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            guard try !ClockWatch.isClockDoubted(transaction.reading) else { return }
            try UsedChallenges(clock: services.clock).tidy(transaction)
            try services.outbox.lease.expire(transaction)
        }
    }
}
