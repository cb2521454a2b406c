import CMicrohttpd
import Glibc

/// Who is at the other end of a connection.
enum Peer {
    /// The numeric address of a connection's peer; empty for a Unix socket.
    static func text(of connection: OpaquePointer) -> String {
        let info = unsafe isoloir_connection_info(connection, .CONNECTION_INFO_CLIENT_ADDRESS)
        return unsafe info?.pointee.client_addr.map { unsafe text($0) } ?? ""
    }

    /// The numeric address in a socket's address; empty for a Unix socket.
    static func text(_ address: UnsafePointer<sockaddr>) -> String {
        var host = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN) + 1)
        let family = unsafe Int32(address.pointee.sa_family)
        guard family == AF_INET || family == AF_INET6 else { return "" }
        let size = family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        guard
            unsafe getnameinfo(address, socklen_t(size), &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST) == 0
        else { return "" }
        let text = String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // An IPv4 peer of an IPv6 socket.
        return text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
    }
}
