import CommandLineKit
import Console
import Dispatch
import Elections
import Store
import Threads

/// Begins what is done beside the requests of each election, and takes in elections that come, are mended or are destroyed while
/// the process runs.
struct SiteKeeper: Sendable {
    /// Milliseconds between two looks at the store's elections: whoever made one waits no longer for its site.
    private static let pause = 10_000

    let services: Services
    /// Nil where the sites are given and stay as they are, as in the demo.
    let served: ServedElections?
    let table: SiteTable
    let bell: WakeSignal
    let group: DispatchGroup
    let log: AccessLog

    /// Begins a thread for each election that is served, so that none waits for another's count or fault; and one that looks for
    /// others.
    /// - Throws: where the system gives no thread.
    func begin() throws(OwnThread.Fault) {
        for hosted in table.all { try begin(hosted) }
        let jobs = StoreJobs(services, table, bell, log)
        try OwnThread.begin("the work for the whole store", in: group) { jobs.run() }
        guard let served else { return }
        try OwnThread.begin("the look for elections", in: group) {
            var heard = 0
            while pause(&heard) { look(served) }
        }
    }

    private func begin(_ hosted: HostedSite) throws(OwnThread.Fault) {
        guard let site = hosted.site else { return }
        let jobs = BackgroundJobs(hosted, site, bell, SiteLog(log, election: hosted.id, table))
        try OwnThread.begin("the work beside the requests", in: group) { jobs.run() }
    }

    /// Rests until the next look, however often the bell is rung; false when it is time to stop.
    private func pause(_ heard: inout Int) -> Bool {
        let end = Monotonic.seconds + Double(SiteKeeper.pause) / 1000
        while Monotonic.seconds < end {
            guard bell.wait(milliseconds: max(1, Int((end - Monotonic.seconds) * 1000)), heard: &heard) else {
                return false
            }
        }
        return true
    }

    private func look(_ served: ServedElections) {
        do throws(Refusal) {
            for news in try served.look() { tell(news) }
        } catch { log.write("the store's elections cannot be read: \(error)") }
    }

    private func tell(_ news: ServedElections.News) {
        switch news {
        case .added(let hosted):
            do {
                try hosted.site?.console.sweepUploads()
                try begin(hosted)
                log.write("\(hosted.id): serving; voters come by \(hosted.election.election.address)")
            } catch {
                // Voters of a site without its work would wait for codes in vain: it is tried again at the next look, and until then
                // its host is no other election's.
                table.put(HostedSite(hosted.election, nil))
                log.write("\(hosted.id) cannot be served: \(error)")
            }
        case .faulty(let id, let reason): log.write("\(id) CANNOT BE SERVED: \(reason)")
        case .gone(let id): log.write("\(id) is destroyed and no longer served")
        }
    }
}
