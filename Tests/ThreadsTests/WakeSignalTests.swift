import Dispatch
import Glibc
import Synchronization
import Testing
import Threads

/// Threads wait by a clock that nobody sets, and no ring is lost.
struct WakeSignalTests {
    @Test func `a ring of before the wait is heard once`() {
        let signal = WakeSignal()
        var heard = 0
        signal.ring()
        let start = Monotonic.seconds
        #expect(signal.wait(milliseconds: 20_000, heard: &heard))
        #expect(Monotonic.seconds - start < 10)
        // It was heard: the next wait lasts as long as it says.
        let again = Monotonic.seconds
        #expect(signal.wait(milliseconds: 60, heard: &heard))
        #expect(Monotonic.seconds - again >= 0.055)
    }

    @Test func `a ring wakes everybody who waits`() throws {
        let (signal, group) = (WakeSignal(), DispatchGroup())
        let woken = Mutex(0)
        for _ in 0..<3 {
            try OwnThread.begin("a waiter", in: group) {
                var heard = 0
                if signal.wait(milliseconds: 30_000, heard: &heard), heard == 1 { woken.withLock { $0 += 1 } }
            }
        }
        usleep(50_000)
        signal.ring()
        #expect(group.wait(timeout: .now() + 20) == .success)
        #expect(woken.withLock { $0 } == 3)
    }

    @Test func `the end wakes who waits, and nobody waits any more`() throws {
        let (signal, group) = (WakeSignal(), DispatchGroup())
        let goesOn = Mutex(true)
        try OwnThread.begin("a waiter", in: group) {
            var heard = 0
            let answer = signal.wait(milliseconds: 30_000, heard: &heard)
            goesOn.withLock { $0 = answer }
        }
        #expect(!signal.isStopped)
        signal.stop()
        #expect(group.wait(timeout: .now() + 20) == .success)
        #expect(!goesOn.withLock { $0 } && signal.isStopped)
        // A ring takes nothing back.
        signal.ring()
        var heard = 0
        let start = Monotonic.seconds
        #expect(!signal.wait(milliseconds: 20_000, heard: &heard))
        #expect(Monotonic.seconds - start < 10)
    }
}
