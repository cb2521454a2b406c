import CommandLineKit
import Crypto
import Glibc

/// Keeps what the process holds in memory from every place where a crash or another process could leave it.
enum ProcessGuard {
    /// Signals of a crash, for which the runtime would print a trace with registers and memory.
    private static let crashes = [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV]

    /// No core dump, no reading of this process by others of the same account, no trace of memory in the log.
    static func close() throws(Refusal) {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        guard unsafe setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) == 0, MemoryGuard.hide() else {
            throw Refusal(
                "Core dumps cannot be switched off: a crash would write passphrases and keys to the disk.",
                status: .broken)
        }
        for signal in crashes { _ = Glibc.signal(signal, SIG_DFL) }
    }
}
