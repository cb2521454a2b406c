package import Dispatch
import Glibc

/// Threads for work that must run. The system's queues put work off without a word where no thread can be made, such as under a
/// limit of the address space; here it is an error.
package enum OwnThread {
    /// Why a thread could not be begun.
    package struct Fault: Error, CustomStringConvertible { package let description: String }

    /// Bytes of a thread's stack: what is reserved counts against a limit, and nothing here goes deep.
    private static let stackBytes = 1 << 20

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// Runs `body` on a thread of its own. The signals that end a program are not for it: they come to the thread that waits for them.
    /// - Parameter name: what the work is called where it cannot begin.
    /// - Throws: where no thread can be made; `body` never runs then.
    package static func begin(_ name: String, _ body: @escaping @Sendable () -> Void) throws(Fault) {
        let work = Work(body)
        let attributes = UnsafeMutablePointer<pthread_attr_t>.allocate(capacity: 1)
        unsafe pthread_attr_init(attributes)
        defer {
            unsafe pthread_attr_destroy(attributes)
            unsafe attributes.deallocate()
        }
        unsafe pthread_attr_setstacksize(attributes, stackBytes)
        var (ending, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&ending)
        for signal in [SIGTERM, SIGINT] { unsafe sigaddset(&ending, signal) }
        unsafe pthread_sigmask(SIG_BLOCK, &ending, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let kept = unsafe Unmanaged.passRetained(work)
        let code = unsafe pthread_create(
            &thread, attributes,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, kept.toOpaque())
        guard code == 0 else {
            unsafe kept.release()
            throw Fault(
                description:
                    "No thread can be begun for \(name): \(unsafe String(cString: strerror(code))). Raise the limit (LimitAS, TasksMax or MemoryMax in the unit, `ulimit -v`)."
            )
        }
        pthread_detach(thread)
    }

    /// The same, counted in a group until it ends.
    /// - Throws: as above; the group is left as it was.
    package static func begin(
        _ name: String, in group: DispatchGroup, _ body: @escaping @Sendable () -> Void
    ) throws(Fault) {
        group.enter()
        do throws(Fault) {
            try begin(name) {
                body()
                group.leave()
            }
        } catch {
            group.leave()
            throw error
        }
    }
}
