import Authentication
import Captcha
import Delivery
import Elections
import Glibc
import HTTPServer
import Journal
import Operations
import Polling
import Store
import Synchronization
import Threads
import VoterRoll
import VoterSite

/// What is done for one election apart from the requests: codes and recoveries are addressed, traces stored, old things forgotten.
struct BackgroundJobs {
    /// Argon2id at its standard cost on one core.
    static let hashesPerSecond = 50
    /// Threads that begin and end sign-ins while others hash.
    static let waitingThreads = 3
    /// Seconds of hashing that may wait; further sign-ins are asked to come back.
    static let queueSeconds = 2
    /// Threads of the console, and requests that may wait for them.
    static let (backgroundThreads, backgroundQueue) = (2, 60)
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
    static let tidyAfter = 600.0

    private let services: Services
    private let hosted: HostedSite
    private let site: Site
    private let bell: WakeSignal
    private let log: SiteLog
    private let watch: PollWatch
    private let start = Monotonic.seconds

    /// - Parameter hosted: when it is taken out of the table its work ends.
    init(_ hosted: HostedSite, _ site: Site, _ bell: WakeSignal, _ log: SiteLog) {
        watch = PollWatch(site.services, site, bell, log)
        (services, self.hosted, self.site, self.bell, self.log) = (site.services, hosted, site, bell, log)
    }

    func run() {
        var round = 0
        var isStopped = false
        while !isStopped {
            // Each for itself: what fails in one must not stop the others.
            attempt("codes") { () throws(StoreError) in
                if try CodeSender(site.authenticator).serveRequests(services.store) > 0 { bell.ring() }
            }
            attempt("the console's codes") { () throws(StoreError) in
                if try CodeSender(site.staffAuthenticator).serveRequests(services.store) > 0 { bell.ring() }
            }
            attempt("recovery") { () throws(StoreError) in
                if try site.recovery.serveRequests(services.store) > 0 { bell.ring() }
            }
            if round % BackgroundJobs.pollEvery == 0 { watch.follow(attempt) }
            if round % BackgroundJobs.traceEvery == 0 {
                attempt("traces", storeTraces)
                site.site.forgetPresses()
            }
            if round % BackgroundJobs.tidyEvery == 0 {
                if Monotonic.seconds >= start + BackgroundJobs.tidyAfter, !site.site.isClockDoubted {
                    attempt("tidying", tidy)
                }
                attempt("the roll's files", tidyFiles)
                attempt("alerts of codes", followCosts)
            }
            round += 1
            isStopped = bell.isStopped || hosted.isRetired.load(ordering: .relaxed)
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
            try site.authenticator.limits.costly(reading)
        }
        for principal in costly {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try Alerts(site.operations).raise(transaction, .alertManyCodes, principal.text)
            }
        }
    }

    private func tidy() throws(StoreError) {
        try services.store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            // Looked at now: a transaction may wait for another one.
            let poll = try Poll.find(transaction.reading, election: site.station.election.number)
            if let poll, poll.state.isUnderWay, poll.clockDoubt != nil { return }
            try CodeSender(site.authenticator).tidy(transaction)
            try site.recovery.tidy(transaction)
        }
    }

    private func tidyFiles() throws(StoreError) {
        try site.rollImport.tidy()
        try site.letters.sweep()
    }
}
