import Dispatch
import Glibc
import Synchronization
import Testing
import Threads

/// Work on a thread of its own, which the signals that end a program pass by.
struct OwnThreadTests {
    /// Whether a thread that runs now has a signal blocked.
    private static func blocks(_ signal: Int32) -> Bool {
        var mask = sigset_t()
        unsafe pthread_sigmask(SIG_BLOCK, nil, &mask)
        return unsafe sigismember(&mask, signal) == 1
    }

    @Test func `signals that end a program are not for it, and stay for who began it`() throws {
        // Whoever runs the tests may have blocked them.
        var (ending, before) = (sigset_t(), sigset_t())
        unsafe sigemptyset(&ending)
        for signal in [SIGTERM, SIGINT] { unsafe sigaddset(&ending, signal) }
        unsafe pthread_sigmask(SIG_UNBLOCK, &ending, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        let group = DispatchGroup()
        let inside = Mutex<[Bool]>([])
        try OwnThread.begin("a look", in: group) {
            inside.withLock { $0 = [SIGTERM, SIGINT, SIGSEGV].map(OwnThreadTests.blocks) }
        }
        #expect([SIGTERM, SIGINT].map(OwnThreadTests.blocks) == [false, false])
        #expect(group.wait(timeout: .now() + 20) == .success)
        #expect(inside.withLock { $0 } == [true, true, false])
    }

    @Test func `a group waits until the work has ended`() throws {
        let (group, signal) = (DispatchGroup(), WakeSignal())
        try OwnThread.begin("a wait", in: group) {
            var heard = 0
            _ = signal.wait(milliseconds: 30_000, heard: &heard)
        }
        #expect(group.wait(timeout: .now() + 0.05) == .timedOut)
        signal.ring()
        #expect(group.wait(timeout: .now() + 20) == .success)
    }

    @Test func `it is another thread, and who began it goes on`() throws {
        let (group, signal) = (DispatchGroup(), WakeSignal())
        let caller = pthread_self()
        let other = Mutex(caller)
        try OwnThread.begin("a look", in: group) {
            var heard = 0
            _ = signal.wait(milliseconds: 30_000, heard: &heard)
            other.withLock { $0 = pthread_self() }
        }
        // It is under way, and waits for what comes next here.
        #expect(other.withLock { $0 } == caller)
        signal.ring()
        #expect(group.wait(timeout: .now() + 20) == .success)
        #expect(other.withLock { $0 } != caller)
    }
}
