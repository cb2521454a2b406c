import Elections
import Issuance
import Operations
import Staff
import Store
import VoterRoll
import WebContent

/// What became of a file: what waits of it and how that ended, and the older files whose place it took.
struct AppliedWords: ConsoleTask {
    let context: ConsoleContext
    private let say: Wording

    init(_ task: some ConsoleTask, _ language: Language) {
        (context, say) = (task.context, task.wording(language))
    }

    /// What waits, in words; nil where nothing does.
    func waiting(_ applied: AppliedRoll) -> String? {
        guard applied.request != nil else { return nil }
        let who = say(applied.isForBureau ? "reissue.askedBureau" : "reissue.asked")
        let kept =
            applied.kept == 0 ? "" : " \(say("rollApply.kept"))\(say.language.colon)\(applied.kept)."
        return "\(say("rollApply.held"))\(say.language.colon)\(applied.held).\(kept) \(who)"
    }

    /// The requests of older files that ended; nil where none did.
    func replaced(_ applied: AppliedRoll) -> String? {
        guard !applied.replaced.isEmpty else { return nil }
        return "\(say("rollApply.replaced")) \(applied.replaced.map { "\($0)" }.joined(separator: ", "))."
    }

    /// What waits of an applied file, or how that ended; nil where nothing waited.
    func request(_ applied: AppliedRoll) throws -> String? {
        guard let id = applied.request else { return nil }
        let (request, now) = try store.read { (reading: borrowing Reading) throws(StoreError) in
            (try approvals.request(reading, id), parts.operations.clock.now)
        }
        guard let request else { return nil }
        let isWaiting = request.state == .waiting && request.expiresAt > now
        return isWaiting ? waiting(applied) : ended(request)
    }

    /// How a request of a file ended.
    private func ended(_ request: Approvals.Request) -> String {
        let key =
            switch request.state {
            case .approved: "roll.request.approved"
            case .takenBack: "roll.request.takenBack"
            case .refused: request.replacedBy == nil ? "roll.request.refused" : "roll.request.replaced"
            case .waiting: "roll.request.expired"
            }
        let successor = request.replacedBy.map { " (\($0))" } ?? ""
        let number = "\(say("roll.request")) \(request.id)"
        return "\(number)\(say.language.colon)\(say(key))\(successor)."
    }

    /// Says of files whose request ended without a decision that what waited did not come onto the roll: whoever asked may not
    /// know.
    /// - Parameters:
    ///   - lapsed: those requests.
    ///   - own: the request of which the page says so already.
    func notices(_ lapsed: [Approvals.Request], but own: Int?) -> [Notice] {
        let colon = say.language.colon
        return lapsed.filter { $0.id != own }.map { request in
            let file = request.order["file"] ?? ""
            return Notice(
                "\(file)\(colon)\(ended(request)) \(say("approvals.by"))\(colon)\(request.askedBy).")
        }
    }
}
