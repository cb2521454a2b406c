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

    /// A time that was believed, and where the clock that nobody sets stood then.
    package struct Witness: Sendable, Equatable {
        /// Seconds since 1970.
        package let time: Int
        /// Seconds since the machine's start.
        package let ticks: Int
        /// Which start of the machine that was.
        package let boot: String

        /// - Parameters: see the properties.
        package init(time: Int, ticks: Int, boot: String) { (self.time, self.ticks, self.boot) = (time, ticks, boot) }
    }

    private struct State {
        /// The wall clock less the monotonic one, when both were believed.
        var offset: Int
        /// The same by the machine alone: as the clocks stood at the start, or as the kernel last vouched for. No witness moves it.
        var measured: Int
        var tolerance = SteadyClock.leastTolerance
    }

    private let wall: Clock
    private let monotonic: Clock
    /// The kernel's time where the kernel says that it is synchronised; nil where it does not.
    private let synchronised: @Sendable () -> Int?
    /// Which start of the machine this is; empty where the system does not tell.
    package let boot: String
    private let state: Mutex<State>

    /// - Parameters:
    ///   - monotonic: seconds since the machine's start; they go on while the machine sleeps.
    ///   - boot: which start of the machine this is.
    ///   - synchronised: the kernel's time where the kernel says that it is synchronised.
    package init(wall: Clock, monotonic: Clock, boot: String, synchronised: @escaping @Sendable () -> Int?) {
        (self.wall, self.monotonic, self.boot, self.synchronised) = (wall, monotonic, boot, synchronised)
        let offset = wall.now - monotonic.now
        state = Mutex(State(offset: offset, measured: offset))
    }

    /// Another clock over the same ones of the machine, with what was measured of them since the program began: no witness that was
    /// given to this one counts for that one, nor the other way round.
    package func another() -> SteadyClock {
        let other = SteadyClock(wall: wall, monotonic: monotonic, boot: boot, synchronised: synchronised)
        let measured = state.withLock { $0.measured }
        other.state.withLock { ($0.offset, $0.measured) = (measured, measured) }
        return other
    }

    /// The machine's clocks.
    package static func system() -> SteadyClock {
        SteadyClock(wall: .system, monotonic: .sinceBoot, boot: currentBoot) {
            var seconds = 0
            return unsafe isoloir_kernel_time(&seconds) == 1 ? seconds : nil
        }
    }

    /// The kernel's name of the machine's present start (random, made anew at each).
    private static let currentBoot: String = {
        let file = unsafe open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)).prefix { $0 > 32 }, as: UTF8.self)
    }()

    /// The present time as something that a later program can be held to.
    package var witness: Witness { Witness(time: now, ticks: monotonic.now, boot: boot) }

    /// Goes on with the time that another program believed, where the machine has not been started anew since: a clock that was
    /// set wrong is not right because a program begins.
    package func adopt(_ witness: Witness) {
        guard !boot.isEmpty, witness.boot == boot, witness.ticks <= monotonic.now else { return }
        state.withLock { $0.offset = witness.time - witness.ticks }
        _ = settle()
    }

    /// What the wall clock shows, as something that programs can be held to, whether its word is taken or not.
    package var shown: Witness { Witness(time: wall.now, ticks: monotonic.now, boot: boot) }

    /// Takes the wall clock's word because a person says that it is right.
    /// - Parameter witness: what it showed when they said so.
    package func trust(_ witness: Witness) { state.withLock { $0.offset = witness.time - witness.ticks } }

    /// Jumps up to so many seconds are taken: the grace of an election.
    /// - Parameter seconds: fewer than a minute are taken as one.
    package func tolerate(_ seconds: Int) {
        state.withLock { $0.tolerance = max(seconds, SteadyClock.leastTolerance) }
    }

    /// How far the wall clock may stray.
    package var tolerance: Int { state.withLock { $0.tolerance } }

    /// The time to work with. A jump that the kernel vouches for is taken at once.
    package var now: Int {
        let (wall, steady) = (wall.now, monotonic.now)
        let (time, hasJumped) = state.withLock { state in
            abs(wall - steady - state.offset) <= state.tolerance
                ? (wall, false) : (steady + state.offset, true)
        }
        return hasJumped && settle() != nil ? wall : time
    }

    /// What the machine's clock shows, whether its word is taken or not.
    package var shows: Int { wall.now }

    /// Seconds since the machine's start, by the clock that nobody sets.
    package var ticks: Int { monotonic.now }

    /// The same, as what everything else takes its time from.
    package var clock: Clock { Clock { [self] in now } }

    /// By how many seconds the wall clock jumped, forward or back; nil while its word is taken.
    /// Positive where the wall clock shows a later time than it should.
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
        state.withLock { ($0.offset, $0.measured) = (offset, offset) }
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
