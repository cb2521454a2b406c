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
    let isMine: Bool
    /// What is asked for, and about whom or which file, in words.
    let what: OnPage<String>
    let about: OnPage<String>
}

/// A request that ended without a decision.
struct LapsedRequest: PageModel {
    let id: Int
    /// What was to be done.
    let permission: Permission
    /// Null where it is about a file.
    let voter: Int?
    /// Null where it is about a voter.
    let file: String?
    /// As the journal has them.
    let askedBy: String
    /// Nobody could approve from then on.
    let expiresAt: Moment
    /// The newer file's request that took its place; null where it expired.
    let replacedBy: String?
    /// What was asked for, and about whom or which file, in words.
    let what: OnPage<String>
    let about: OnPage<String>

    init(_ request: Approvals.Request, _ voter: Voter?, _ words: RequestWords) {
        (id, permission, askedBy) = (request.id, request.permission, request.askedBy)
        self.voter = request.heldImport == nil ? request.subject : nil
        file = request.heldImport == nil ? nil : request.order["file"]
        (expiresAt, replacedBy) = (Moment(request.expiresAt), request.replacedBy)
        (what, about) = (OnPage(words.permission(request)), OnPage(words.about(request, voter)))
    }
}

/// What the page of requests shows beside them; programs ask for it by itself.
struct ApprovalsView: PageModel {
    let hasLapsed: Bool
    let lapsed: [LapsedRequest]
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
                isMine: request.askedBy == call.viewer.principal.text,
                what: OnPage(words.permission(request)), about: OnPage(words.about(request, voter)))
        }
        let lapsed = try LapsedPage(context: context).lapsed(call.language)
        return WithView(waiting, ApprovalsView(hasLapsed: !lapsed.isEmpty, lapsed: lapsed))
    }

}

/// The requests that ended without a decision in the last days.
struct LapsedPage: ConsolePage {
    static let path = "approvals/lapsed"
    static let permission = Permission.decide
    static let template = "lapsed"
    let context: ConsoleContext

    func title(_ model: [LapsedRequest], _ wording: Wording) -> String { wording("approvals.lapsed") }

    func model(_ call: ConsoleRequest) throws -> [LapsedRequest]? { try lapsed(call.language) }

    /// The latest first.
    func lapsed(_ language: Language) throws -> [LapsedRequest] {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try approvals.lapsed(reading, since: parts.operations.clock.now - HeldRolls.lapsedSeconds).map {
                request throws(StoreError) in (request, try parts.operations.voter(reading, request.subject))
            }
        }
        let words = RequestWords(context, language)
        return found.map { request, voter in LapsedRequest(request, voter, words) }
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
