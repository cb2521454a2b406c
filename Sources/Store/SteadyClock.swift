import CKernelClock
import Glibc
import Synchronization

/// The wall clock, checked against the clock that nobody sets.
///
///     wall clock  ------ small steps: taken -------->  now
///                 ------ a jump --------+
///     monotonic clock since the start --+----------->  now, until the kernel says that its clock is synchronised
///
/// A long-running program works with this one: somebody who sets the machine's clock, or a machine that loses it, moves no hour
/// of a poll that is running.
package final class SteadyClock: Sendable {
    /// How far the wall clock may stray before its word is no longer taken, where no grace says otherwise.
    package static let leastTolerance = 60

    private struct State {
        /// The wall clock less the monotonic one, when both were believed.
        var offset: Int
        var tolerance = SteadyClock.leastTolerance
    }

    private let wall: Clock
    private let monotonic: Clock
    /// The kernel's time where the kernel says that it is synchronised; nil where it does not.
    private let synchronised: @Sendable () -> Int?
    private let state: Mutex<State>

    /// - Parameters:
    ///   - monotonic: seconds since any moment; they go on while the machine sleeps.
    ///   - synchronised: the kernel's time where the kernel says that it is synchronised.
    package init(wall: Clock, monotonic: Clock, synchronised: @escaping @Sendable () -> Int?) {
        (self.wall, self.monotonic, self.synchronised) = (wall, monotonic, synchronised)
        state = Mutex(State(offset: wall.now - monotonic.now))
    }

    /// The machine's clocks.
    package static func system() -> SteadyClock {
        SteadyClock(wall: .system, monotonic: .sinceBoot) {
            var seconds = 0
            return unsafe isoloir_kernel_time(&seconds) == 1 ? seconds : nil
        }
    }

    /// Jumps up to so many seconds are taken: the grace of an election.
    package func tolerate(_ seconds: Int) {
        state.withLock { $0.tolerance = max(seconds, SteadyClock.leastTolerance) }
    }

    /// How far the wall clock may stray.
    package var tolerance: Int { state.withLock { $0.tolerance } }

    /// The time to work with.
    package var now: Int {
        let (wall, steady) = (wall.now, monotonic.now)
        return state.withLock { state in
            abs(wall - steady - state.offset) <= state.tolerance ? wall : steady + state.offset
        }
    }

    /// The same, as what everything else takes its time from.
    package var clock: Clock { Clock { [self] in now } }

    /// By how many seconds the wall clock jumped, forward or back; nil while its word is taken.
    package var jump: Int? {
        let (wall, steady) = (wall.now, monotonic.now)
        let strayed = state.withLock { $0.tolerance < abs(wall - steady - $0.offset) ? wall - steady - $0.offset : nil }
        return strayed
    }

    /// Whether the kernel says that its clock is synchronised, and the wall clock shows the same time: a program can be shown
    /// another time than the kernel's.
    package var isSynchronised: Bool {
        guard let time = synchronised() else { return false }
        return abs(time - wall.now) <= SteadyClock.kernelDifference
    }

    /// Seconds between two looks at the same clock.
    private static let kernelDifference = 2

    /// Takes the wall clock's word again where the kernel vouches for it.
    /// - Returns: by how many seconds it had jumped; nil where there was nothing to take back.
    package func settle() -> Int? {
        guard let jump, isSynchronised else { return nil }
        let offset = wall.now - monotonic.now
        state.withLock { $0.offset = offset }
        return jump
    }
}

extension Clock {
    /// Seconds since the machine's start, sleep included; nobody can set it.
    package static let sinceBoot = Clock {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return time.tv_sec
    }
}
