import Elections
import Journal
import Operations
import Staff
import Store
import VoterRoll

/// A request that waits for a second person.
struct WaitingRequest: PageModel {
    /// By which it is decided.
    let id: Int
    /// What is to be done.
    let permission: Permission
    /// Null where it is about a file.
    let voter: Int?
    /// Null where it is about a voter.
    let file: String?
    /// How many voters it is about.
    let voters: Int
    let reason: String
    /// As the journal has them.
    let askedBy: String
    /// Nobody approves from then on.
    let expiresAt: Moment
    /// Whether only a member of the bureau may approve it.
    let needsBureau: Bool
    /// Whether the reader asked for it: they can take it back.
    let isMine: OnPage<Bool>
    /// What is asked for, and about whom or which file, in words.
    let what: OnPage<String>
    let about: OnPage<String>
}

/// What the page of requests shows beside them.
struct ApprovalsView: PageModel {
    /// A request that ended without a decision.
    struct Lapsed: PageModel {
        let id: Int
        let what: String
        let about: String
        let askedBy: String
        /// The newer file's request that took its place; null where it expired.
        let replacedBy: String?
    }

    let hasLapsed: Bool
    let lapsed: [Lapsed]
}

/// Requests that wait; one's own can be taken back, others decided.
struct ApprovalsPage: ConsolePage {
    static let path = "approvals"
    static let permission = Permission.decide
    static let template = "approvals"
    let context: ConsoleContext

    func title(_ model: WithView<[WaitingRequest], ApprovalsView>, _ wording: Wording) -> String {
        wording("menu.approvals")
    }

    func isLive(_ model: WithView<[WaitingRequest], ApprovalsView>) -> Bool { true }

    func model(_ call: ConsoleRequest) throws -> WithView<[WaitingRequest], ApprovalsView>? {
        let words = RequestWords(context, call.language)
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try approvals.waiting(reading).map { request throws(StoreError) in
                (request, try parts.operations.voter(reading, request.subject))
            }
        }
        let waiting = found.map { request, voter in
            WaitingRequest(
                id: request.id, permission: request.permission,
                voter: request.heldImport == nil ? request.subject : nil,
                file: request.heldImport == nil ? nil : request.order["file"],
                voters: request.order["voters"].flatMap { Int($0) } ?? 1, reason: request.reason,
                askedBy: request.askedBy, expiresAt: Moment(request.expiresAt), needsBureau: request.needsBureau,
                isMine: OnPage(request.askedBy == call.viewer.principal.text),
                what: OnPage(words.permission(request)), about: OnPage(words.about(request, voter)))
        }
        let lapsed = try lapsed(words)
        return WithView(waiting, ApprovalsView(hasLapsed: !lapsed.isEmpty, lapsed: lapsed))
    }

    /// Requests that ended without a decision.
    private func lapsed(_ words: RequestWords) throws -> [ApprovalsView.Lapsed] {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try approvals.lapsed(reading, since: parts.operations.clock.now - HeldRolls.lapsedSeconds).map {
                request throws(StoreError) in (request, try parts.operations.voter(reading, request.subject))
            }
        }
        return found.map { request, voter in
            ApprovalsView.Lapsed(
                id: request.id, what: words.permission(request), about: words.about(request, voter),
                askedBy: request.askedBy, replacedBy: request.replacedBy)
        }
    }
}

/// What a request asks for, in the reader's words.
struct RequestWords {
    private let say: Wording

    init(_ task: some ConsoleTask, _ language: Language) { say = task.wording(language) }

    /// What is asked for.
    func permission(_ request: Approvals.Request) -> String {
        if request.isAddition { return say("approvals.added") }
        return say(request.heldImport == nil ? "permission.\(request.permission.rawValue)" : "approvals.file")
    }

    /// Whom it is about, or which file.
    func about(_ request: Approvals.Request, _ voter: Voter?) -> String {
        voter?.courteousName(say.language) ?? file(request) ?? "?"
    }

    /// The file that a request is about and how many voters it has; nil where it is about one voter.
    func file(_ request: Approvals.Request) -> String? {
        guard request.heldImport != nil else { return nil }
        if request.isAddition { return request.order["file"] ?? "" }
        return "\(request.order["file"] ?? ""), \(request.order["voters"] ?? "?") \(say("approvals.voters"))"
    }
}
