import CSodium

/// What keeps this process's memory its own.
package enum MemoryGuard {
    /// Makes the process undumpable: neither a core dump nor another process of the same account reads its memory. False where
    /// the system refuses.
    /// To be called once, before any key is read.
    package static func hide() -> Bool { isoloir_hide_memory() == 0 }
}
