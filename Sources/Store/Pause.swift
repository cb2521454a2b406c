import Glibc

/// Sleeps for at least `microseconds`.
func pause(microseconds: Int) {
    var time = timespec(tv_sec: microseconds / 1_000_000, tv_nsec: (microseconds % 1_000_000) * 1000)
    unsafe nanosleep(&time, nil)
}
