import Elections
import HTTPServer
import Polling
import Store
import Synchronization
import Templating
import Threads

/// What keeps the voters' site from serving, and what `/health` knows.
extension VoterSite {
    /// Why no page is served.
    package enum Obstacle: String, CaseIterable, Sendable {
        /// The poll takes votes and its box key is not there.
        case boxKey = "box_key"
        /// The store's file is not the one that was opened.
        case store = "store_moved"
    }

    /// What was seen at the last looks.
    struct Standing: Sendable {
        var obstacle: Obstacle?
        /// Whether the poll came from a backup.
        var isRestored = false
        /// What came of the last try to write, and when.
        var write: (at: Double, trouble: String?)?
    }

    /// Seconds after which a voter is asked to come back where somebody must do something first.
    private static let longPause = 60
    /// Seconds for which a try to write serves: anybody may ask for `/health`, and each try waits for the disk.
    private static let writeSeconds = 5.0

    /// Stops serving voters, or goes on.
    /// - Parameter obstacle: nil to go on.
    package func set(_ obstacle: Obstacle?) { standing.withLock { $0.obstacle = obstacle } }

    /// Why no page is served; nil while pages are.
    package var obstacle: Obstacle? { standing.withLock { $0.obstacle } }

    /// Looks whether the poll came from a backup, and votes may be lost: a backup made after the last vote has them all.
    /// - Throws: an error of the store.
    func lookForRestore() throws(StoreError) {
        let isRestored = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollRestore.all(reading, election: parts.station.election.number).contains(where: \.holds)
        }
        standing.withLock { $0.isRestored = isRestored }
    }

    /// What voters of a restored poll are told on every page: whose ballot was lost must vote again.
    /// - Returns: nothing for a poll that did not come from a backup.
    func restored(_ language: Language) -> TemplateValue {
        guard standing.withLock({ $0.isRestored }), let poll else { return .nothing }
        switch poll.state {
        case .suspended: return .text(pages.text("restoredHeld", language))
        case .open: return .text(pages.text("restoredOpen", language))
        // Nobody signs in any more who has not yet.
        case .closing, .ended, .closed: return .text(pages.text("restoredOver", language))
        case .sealed: return .text(pages.text("restoredSealed", language))
        // What the hours say of an abandoned poll stands above everything.
        case .sealing, .abandoned, .destroyed: return .nothing
        }
    }

    /// The page for a site that somebody must see to first.
    func standstill(_ visit: VoterRequest) -> Response {
        var response = message(visit, 503, "standstill")
        response.headers.append(("Retry-After", "\(VoterSite.longPause)"))
        return response
    }

    /// `ok`, or why not; what a person should look at stands on further lines.
    /// Plain text for monitoring, without a word on voters.
    func health() -> Response {
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
            "ok\n" + (poll?.clockDoubt.map { "clock not believed: \($0.rawValue)\n" } ?? "")
                + (isOpeningOverdue ? "the opening hour has come, and the poll is not open\n" : ""))
    }

    /// Why nothing can be written; nil while it can.
    /// In English, without paths or names.
    private func writeTrouble() -> String? {
        let now = Monotonic.seconds
        // Whoever asks meanwhile gets the last answer: one try at a time.
        let known = standing.withLock { standing -> (at: Double, trouble: String?)? in
            if let last = standing.write, now - last.at < VoterSite.writeSeconds { return last }
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
