import Glibc

/// How far the peer of a TCP connection has read what it was sent, as the kernel knows it.
struct SendProgress {
    /// Bytes that the peer has acknowledged since the connection began.
    let acknowledged: UInt64
    /// Whether something was sent, or is to be, that it has not acknowledged.
    let hasPending: Bool

    // Places in Linux's `struct tcp_info` (include/uapi/linux/tcp.h), of which the C library's header has only the first part.
    private static let unackedPlace = 24
    private static let acknowledgedPlace = 120
    private static let unsentPlace = 144
    private static let size = 148

    /// Nil for what is no TCP connection, or where the kernel is too old to tell.
    init?(_ file: Int32) {
        var info = [UInt8](repeating: 0, count: SendProgress.size)
        var size = socklen_t(info.count)
        guard unsafe getsockopt(file, Int32(IPPROTO_TCP), TCP_INFO, &info, &size) == 0, Int(size) == info.count else {
            return nil
        }
        let (unacked, acknowledged, unsent) = unsafe info.withUnsafeBytes { bytes in
            unsafe (
                bytes.loadUnaligned(fromByteOffset: SendProgress.unackedPlace, as: UInt32.self),
                bytes.loadUnaligned(fromByteOffset: SendProgress.acknowledgedPlace, as: UInt64.self),
                bytes.loadUnaligned(fromByteOffset: SendProgress.unsentPlace, as: UInt32.self)
            )
        }
        (self.acknowledged, hasPending) = (acknowledged, unacked > 0 || unsent > 0)
    }
}
