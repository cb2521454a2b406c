import Glibc

/// Opens the socket that the server listens on.
enum Listener {
    /// Connections that the kernel keeps until a thread takes them.
    private static let backlog: Int32 = 1024

    /// - Returns: a listening socket that does not block; the caller closes it.
    /// - Throws: `ServerFault` when the place is no address, is taken, or may not be used.
    static func open(_ place: ServerOptions.Place) throws(ServerFault) -> Int32 {
        switch place {
        case .unix(let path): try unix(path)
        case .tcp(let address, let port): try tcp(address, port)
        }
    }

    /// On a numeric address.
    private static func tcp(_ address: String, _ port: Int) throws(ServerFault) -> Int32 {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(address, "\(port)", &hints, &found) == 0, let info = unsafe found?.pointee else {
            throw ServerFault(description: "\"\(address)\" is no numeric address to listen on; 127.0.0.1 is one.")
        }
        defer { unsafe freeaddrinfo(found) }
        let file = socket(
            unsafe info.ai_family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        var on: Int32 = 1
        unsafe setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard file >= 0, unsafe bind(file, info.ai_addr, info.ai_addrlen) == 0, listen(file, backlog) == 0 else {
            throw fault("\(address):\(port)", file)
        }
        return file
    }

    /// At a path, whose socket the proxy's group may use (mode 0660); a file that a killed process left there is
    /// replaced.
    private static func unix(_ path: String) throws(ServerFault) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw ServerFault(description: "The socket's path \(path) is too long.")
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        unsafe unlink(path)  // of a process that was killed
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let isBound = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(file, $0, size) == 0 }
        }
        // The proxy's group may connect.
        guard file >= 0, isBound, unsafe chmod(path, 0o660) == 0, listen(file, backlog) == 0 else {
            throw fault(path, file)
        }
        return file
    }

    /// What the last system call says, in words; closes the socket.
    private static func fault(_ place: String, _ file: Int32) -> ServerFault {
        let reason = unsafe String(cString: strerror(errno))
        if file >= 0 { close(file) }
        return ServerFault(
            description:
                "Nothing can listen on \(place): \(reason). Is another server running there? Give another port.")
    }
}
