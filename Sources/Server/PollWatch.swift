import Authentication
import Crypto
import Elections
import Glibc
import Journal
import Operations
import Polling
import Store
import Synchronization
import Tally
import Threads
import Turnout
import VoterRoll
import VoterSite

/// What `serve` does for its poll, whoever asks: the hour's close, rounds, the log, the box key's end, word to those who voted,
/// the sum of a closed box.
final class PollWatch: Sendable {
    /// Seconds between two lines about a log that cannot be emptied, and until an alert is raised.
    private static let (lineEvery, alertAfter) = (60.0, 300)

    private struct Said: Sendable {
        /// Times since the machine's start: a clock that is set must not silence a line for years.
        var logLineAt = -Double.infinity
        var isLogKept = false
        var isKeyAlerted = false
        var tallyFailedAt = -Double.infinity
        var doubt: ClockDoubt?
        var obstacle: VoterSite.Obstacle?
        var obstacleLineAt = -Double.infinity
        var isOpeningAlerted = false
    }

    private let services: Services
    private let site: Site
    private let bell: WakeSignal
    private let log: SiteLog
    private let said = Mutex(Said())

    init(_ services: Services, _ site: Site, _ bell: WakeSignal, _ log: SiteLog) {
        (self.services, self.site, self.bell, self.log) = (services, site, bell, log)
    }

    /// To be called every second.
    /// - Parameter attempt: runs each for itself: what fails in one must not stop the others.
    func follow(_ attempt: (String, () throws(StoreError) -> Void) -> Void) {
        let (station, directory, log) = (site.station, site.directory, log)
        attempt("what keeps the site from serving") { () throws(StoreError) in try followObstacles() }
        let announce = RoundMail(site.register).announcement { log.write($0) }
        attempt("the poll's hour") { () throws(StoreError) in
            guard try station.closer.followClock(by: .system("clock"), announce: announce) else { return }
            log.write("the poll's hour has come")
            bell.ring()
        }
        attempt("the clock") { () throws(StoreError) in try followDoubt() }
        attempt("the opening") { () throws(StoreError) in try followOpening() }
        attempt("the box key") { () throws(StoreError) in try followBoxKey() }
        attempt("rounds") { () throws(StoreError) in
            let turned = try station.rounds.turn(announce: announce)
            for ballot in turned { log.write("round published: \(ballot)") }
            if !turned.isEmpty { bell.ring() }
        }
        attempt("the log") { () throws(StoreError) in try followLog() }
        attempt("word of votes") { () throws(StoreError) in
            let round = services.clock.now
            let told = try station.notices.tell { transaction, voter throws(StoreError) in
                // One voter whom no message reaches must not keep it from the others.
                do throws(StoreError) { try directory.tellOfVote(transaction, voter, round: round) } catch {
                    log.write(PollWatch.untold(error))
                }
            }
            if told > 0 { bell.ring() }
        }
        attempt("the tally") { () throws(StoreError) in try followTally() }
        attempt("reminders") { () throws(StoreError) in
            let (hasWorked, faults) = try site.reminders.follow()
            for fault in faults { log.write(fault) }
            if hasWorked { bell.ring() }
        }
        attempt("word of the hours") { () throws(StoreError) in
            let (hasWorked, _, faults) = try site.announcements.follow()
            for fault in faults { log.write(fault) }
            if hasWorked { bell.ring() }
        }
        attempt("figures") { () throws(StoreError) in _ = try site.snapshots.follow() }
        attempt("the poll") { () throws(StoreError) in try site.site.look() }
    }

    /// Voters are not served while their votes would be lost, or could not be cast.
    private func followObstacles() throws(StoreError) {
        do throws(StoreError) { try services.store.checkFile() } catch {
            site.site.set(.store)
            // Nothing can be stored of it: the log and `/health` say it, and the console refuses.
            let now = Monotonic.seconds
            let isTime = said.withLock { said in
                defer { if now - said.obstacleLineAt >= PollWatch.lineEvery { said.obstacleLineAt = now } }
                return now - said.obstacleLineAt >= PollWatch.lineEvery
            }
            if isTime { log.write("VOTERS ARE NOT SERVED: \(error)") }
            return
        }
        let fault = try site.station.boxKey.fault()
        let obstacle: VoterSite.Obstacle? = fault == nil ? nil : .boxKey
        site.site.set(obstacle)
        guard said.withLock({ $0.obstacle }) != obstacle else { return }
        if let fault {
            let election = site.station.election
            log.write("VOTERS ARE NOT SERVED: \(services.boxKeyWords(fault, election))")
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try Alerts(site.operations).raise(
                    transaction, .alertBoxKeyMissing, services.keys.boxKeyFile(election.election.id))
            }
        } else {
            log.write("voters are served again")
        }
        said.withLock { $0.obstacle = obstacle }
    }

    /// A clock whose word is not taken is an alert, and a line in the log; so is the end of the doubt.
    private func followDoubt() throws(StoreError) {
        let station = site.station
        let poll = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: station.election.number)
        }
        let doubt = poll?.clockDoubt
        guard said.withLock({ $0.doubt }) != doubt else { return }
        guard let doubt else {
            // No clock is asked of a poll that ended for good.
            if poll?.state.isFinal == false { log.write("the clock is believed again") }
            return said.withLock { $0.doubt = nil }
        }
        log.write("the clock is not believed: \(doubt.words); the poll is not closed by it")
        let time = LocalTime.short(Clock.system.now, zone: station.election.election.timeZone)
        try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try Alerts(site.operations).raise(transaction, PollWatch.action(doubt), time)
        }
        said.withLock { $0.doubt = doubt }
    }

    /// The alert of a clock that is not believed.
    private static func action(_ doubt: ClockDoubt) -> JournalAction {
        switch doubt {
        case .jumped: .alertClockJumped
        case .unproven: .alertClockUnproven
        case .behind: .alertClockBehind
        }
    }

    /// Seconds after which a count that was refused is tried again: it looks at the whole box each time.
    private static let tallyEvery = 60.0

    private func followTally() throws(StoreError) {
        let now = Monotonic.seconds
        guard said.withLock({ now - $0.tallyFailedAt >= PollWatch.tallyEvery }) else { return }
        do throws(StoreError) { _ = try services.tallyService(site.station).tally(by: .system("clock")) } catch {
            said.withLock { $0.tallyFailedAt = now }
            throw error
        }
    }

    /// Empties the log where it is time, and says where it cannot be.
    private func followLog() throws(StoreError) {
        switch try site.station.log.empty() {
        case .notDue: return
        case .emptied:
            let wasKept = said.withLock { said in
                defer { said.isLogKept = false }
                return said.isLogKept
            }
            if wasKept { log.write("the store's log is emptied again") }
            try confirmVotes()
        case .kept(let since):
            let now = services.clock.now
            let isTime = said.withLock { said in
                guard Monotonic.seconds - said.logLineAt >= PollWatch.lineEvery else { return false }
                (said.logLineAt, said.isLogKept) = (Monotonic.seconds, true)
                return true
            }
            guard isTime else { return }
            log.write(
                "the store's log cannot be emptied for \(now - since) seconds: a program reads the store; trying on")
            guard now - since >= PollWatch.alertAfter else { return }
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try Alerts(site.operations).raise(transaction, .alertLogKept, services.store.path)
            }
        }
    }

    /// What the log says where somebody cannot be told of their vote: not who it is, since the log would tell who voted.
    private static func untold(_ error: StoreError) -> String {
        "word of a vote cannot be queued (\(error.kind)): `store check` says whose contact does not open"
    }

    /// Tells those who have just voted, where the election confirms at once. The message's date is a quarter of an hour's.
    private func confirmVotes() throws(StoreError) {
        let (directory, now, log) = (site.directory, services.clock.now, log)
        let told = try site.station.notices.tellAtOnce(
            reference: { reading, voter throws(StoreError) in
                try directory.voter(reading, .voter(voter))?.reference ?? ""
            },
            { transaction, voter throws(StoreError) in
                do throws(StoreError) {
                    try directory.tellOfVote(
                        transaction, voter, round: now, date: now - now % BoxRounds.roundSeconds)
                } catch { log.write(PollWatch.untold(error)) }
            })
        if told > 0 { bell.ring() }
    }

    /// A sealed poll whose hour of opening has come is an alert: voters stand before it.
    private func followOpening() throws(StoreError) {
        let (station, now) = (site.station, services.clock.now)
        let hours = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollHours.find(reading, station.election)
        }
        guard hours.isOpeningOverdue(now) else { return said.withLock { $0.isOpeningAlerted = false } }
        guard !said.withLock({ $0.isOpeningAlerted }) else { return }
        let hour = LocalTime.short(hours.opens, zone: station.election.election.timeZone)
        try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try Alerts(site.operations).raise(transaction, .alertOpeningOverdue, hour)
        }
        log.write("the poll is sealed and its opening hour \(hour) has come: open it with isoloir poll open")
        said.withLock { $0.isOpeningAlerted = true }
    }

    /// A box key that the close, or an abandonment, could not erase is an alert.
    private func followBoxKey() throws(StoreError) {
        let (station, isAlerted) = (site.station, said.withLock { $0.isKeyAlerted })
        guard !isAlerted else { return }
        let kept = try services.store.read { (reading: borrowing Reading) throws(StoreError) -> [String]? in
            let state = try Poll.find(reading, election: station.election.number)?.state
            guard state == .closed || state == .abandoned else { return nil }
            return try Custody(reading, election: station.election.election.id).keyCopies.compactMap { copy in
                if case .kept(let path, _) = copy.erasure { path } else { nil }
            }
        }
        guard let kept else { return }
        for path in kept {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try Alerts(site.operations).raise(transaction, .alertBoxKeyKept, path)
            }
            log.write("the box key \(path) could not be erased: erase it, then run isoloir poll custody")
        }
        said.withLock { $0.isKeyAlerted = true }
    }
}
