import Authentication
import HTTPServer
import Store
import Synchronization

/// Where visitors stand, for who answers their calls: by the code at the foot of their page, and only of browsers that have
/// sent a form.
final class VisitTraces: Sendable {
    /// Traces remembered until they are stored; looks at pages leave half of them to forms.
    private static let mostTraces = 10_000

    /// The page of a form, as far as a redirect may follow it. Ballot and receipt are not among them: a vote leaves nothing.
    private static let formPages: [String: PageSet.Page] = [
        "/": .home, "/code": .code, "/challenge": .challenge, "/passphrase": .enter, "/lost": .lost, "/first": .lost,
        "/forgotten": .lost, "/help": .help, "/space/secret": .change,
    ]

    private let clock: Clock
    /// By support code, until they are stored.
    private let traces = Mutex<[String: SupportQueue.Trace]>([:])

    /// - Parameter clock: by which traces are dated.
    init(clock: Clock) { self.clock = clock }

    /// Notes that a browser sent a form.
    /// - Parameter visit: of a POST whose form was found to be our own.
    func noteForm(_ visit: VoterRequest) {
        guard let page = VisitTraces.formPages[visit.request.path] else { return }
        note(visit, step: page.rawValue, trouble: "", isForm: true)
    }

    /// Keeps the latest step of a browser in memory.
    /// - Parameters:
    ///   - step: the name of a page.
    ///   - trouble: the key of what was said there; empty for nothing.
    ///   - isForm: whether the browser sent a form.
    func note(_ visit: VoterRequest, step: String, trouble: String, isForm: Bool = false) {
        // A browser that keeps no cookie has a new code each time: nobody can look it up.
        guard !visit.isNew else { return }
        let now = clock.now
        traces.withLock { traces in
            let isForm = isForm || traces[visit.supportCode]?.isForm == true
            guard traces.count < VisitTraces.mostTraces / (isForm ? 1 : 2) else { return }
            traces[visit.supportCode] = SupportQueue.Trace(step: step, trouble: trouble, at: now, isForm: isForm)
        }
    }

    /// Hands over the traces since the last time, to be stored together.
    /// - Returns: by support code; what was not stored in time is lost.
    func take() -> [String: SupportQueue.Trace] {
        traces.withLock { traces in
            defer { traces = [:] }
            return traces
        }
    }
}
