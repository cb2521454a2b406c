import HTTPServer
import Polling
import Store
import Synchronization
import Threads

/// What keeps the voters' site from serving, and what `/health` knows.
final class SiteHealth: Sendable {
    /// What was seen at the last looks.
    private struct Standing: Sendable {
        var obstacle: VoterSite.Obstacle?
        /// What came of the last try to write, and when.
        var write: (at: Double, trouble: String?)?
    }

    /// Seconds for which a try to write serves: anybody may ask for `/health`, and each try waits for the disk.
    private static let writeSeconds = 5.0

    private let store: Store
    private let poll: PresentPoll
    /// Takes a line; called by several threads.
    private let log: @Sendable (String) -> Void
    private let standing = Mutex(Standing())

    /// - Parameter site: whose store and poll are looked at.
    init(_ site: SiteContext) { (store, poll, log) = (site.parts.store, site.presentPoll, site.log) }

    /// Stops serving voters, or goes on.
    /// - Parameter obstacle: nil to go on.
    func set(_ obstacle: VoterSite.Obstacle?) { standing.withLock { $0.obstacle = obstacle } }

    /// Why no page is served; nil while pages are.
    var obstacle: VoterSite.Obstacle? { standing.withLock { $0.obstacle } }

    /// `ok`, or why not; what a person should look at stands on further lines.
    /// Plain text for monitoring, without a word on voters.
    func answer() -> Response {
        switch obstacle {
        case .boxKey: return .text(503, "the box key is missing: isoloir poll box-key FILE\n")
        case .store: return .text(503, "the store's file was moved or deleted: stop the server\n")
        case nil: break
        }
        do throws(StoreError) {
            _ = try store.read { (reading: borrowing Reading) throws(StoreError) in try reading.number("SELECT 1") }
        } catch { return .text(503, "the store cannot be read\n") }
        if let trouble = writeTrouble() { return .text(503, "\(trouble)\n") }
        return .text(
            200,
            "ok\n" + (poll.poll?.clockDoubt.map { "clock not believed: \($0.rawValue)\n" } ?? "")
                + (poll.isOpeningOverdue ? "the opening hour has come, and the poll is not open\n" : ""))
    }

    /// Why nothing can be written; nil while it can.
    /// In English, without paths or names.
    private func writeTrouble() -> String? {
        let now = Monotonic.seconds
        // Whoever asks meanwhile gets the last answer: one try at a time.
        let known = standing.withLock { standing -> (at: Double, trouble: String?)? in
            if let last = standing.write, now - last.at < SiteHealth.writeSeconds { return last }
            standing.write = (now, standing.write?.trouble)
            return nil
        }
        if let known { return known.trouble }
        var trouble: String?
        do throws(StoreError) { try store.tryWrite() } catch {
            log("the store cannot be written: \(error)")
            trouble = error.kind == .full ? "the disk is full" : "the store cannot be written"
        }
        standing.withLock { $0.write = (now, trouble) }
        return trouble
    }
}
