import CTLS
import Glibc

/// The TLS settings of a relay, shared by its connections.
@safe final class TLSContext {
    let raw: OpaquePointer

    /// Nil when the certificates cannot be loaded.
    /// - Parameter certificates: a file in PEM to trust instead of the system's; nil for those.
    init?(certificates: String?) {
        guard let context = unsafe SSL_CTX_new(TLS_client_method()) else { return nil }
        unsafe raw = context
        unsafe SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nil)
        guard unsafe isoloir_require_tls12(raw) == 1 else { return nil }
        let loaded =
            if let certificates {
                unsafe SSL_CTX_load_verify_locations(raw, certificates, nil)
            } else {
                unsafe SSL_CTX_set_default_verify_paths(raw)
            }
        guard loaded == 1 else { return nil }
    }

    deinit { unsafe SSL_CTX_free(raw) }
}

/// One connection to the relay: socket, TLS, and the session above them. Non-blocking; driven by `MailEngine`.
@safe final class SMTPConnection {
    private(set) var session: SMTPSession
    private(set) var descriptor: Int32 = -1
    private(set) var wantsWrite = false
    private(set) var isOpen = false
    /// Monotonic seconds at which the present wait is over.
    private(set) var deadline = 0

    private let relay: MailRelay
    private let tls: TLSContext?
    private var ssl: OpaquePointer?
    private var shakesHands = false
    private var connects = true
    private var pending: [UInt8] = []
    private var pendingStart = 0
    private var sent = 0
    private var chunk = [UInt8](repeating: 0, count: 16_384)

    /// Begins to connect and returns at once.
    /// - Parameters:
    ///   - now: monotonic seconds.
    ///   - next: the next mail to hand over; nil while there is none.
    ///   - result: called once for each mail that `next` gave.
    init(
        relay: MailRelay, tls: TLSContext?, address: Address, now: Int, next: @escaping () -> MailJob?,
        result: @escaping (MailJob, DeliveryOutcome) -> Void
    ) {
        (self.relay, self.tls) = (relay, tls)
        session = SMTPSession(relay: relay, next: next, result: result)
        descriptor = socket(
            address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            0)
        deadline = now + relay.timeouts.connect
        isOpen = descriptor >= 0
        guard isOpen else {
            close("no socket: \(unsafe String(cString: strerror(errno)))")
            return
        }
        var one: Int32 = 1
        unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let code = address.connect(descriptor)
        if code != 0, errno != EINPROGRESS {
            close("the relay cannot be reached: \(unsafe String(cString: strerror(errno)))")
        }
    }

    deinit {
        unsafe SSL_free(ssl)
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Whether poll must wait for writing.
    var waitsToWrite: Bool { isOpen && (connects || wantsWrite || pendingStart < pending.count && !shakesHands) }

    /// Does all that can be done without waiting.
    func pump(now: Int) {
        guard isOpen else { return }
        if connects { guard finishConnecting() else { return } }
        repeat {
            wantsWrite = false
            if shakesHands { guard shakeHands() else { return } }
            guard flush() else { return }
            guard readSome(now: now) else { return }
        } while isOpen
    }

    /// Passes on that results are on disk.
    func release(now: Int) {
        guard isOpen else { return }
        session.release()
        extend(now)
        _ = flush()
    }

    /// Passes on that there may be messages again.
    func wake(now: Int) {
        guard isOpen, session.isIdle else { return }
        session.wake()
        extend(now)
        _ = flush()
    }

    /// Says QUIT when nothing is under way; the relay closes the connection.
    func quit() {
        guard isOpen else { return }
        session.quit()
        _ = flush()
    }

    /// Ends the connection when its deadline has passed.
    func expire(now: Int) {
        if isOpen, now > deadline, !session.isIdle { close("the relay did not answer in time") }
    }

    /// Ends the connection, whatever is under way on it.
    func abandon() {
        if isOpen { close("the program ended before the relay had answered") }
    }

    /// Begins the wait for the reply that is due now.
    private func extend(_ now: Int) { deadline = now + session.patience }

    /// Looks whether the TCP connection stands; false while it does not, or when it failed.
    private func finishConnecting() -> Bool {
        var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&state, 1, 0) > 0 else { return false }
        var error: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size)
        guard error == 0 else {
            close("the relay cannot be reached: \(unsafe String(cString: strerror(error)))")
            return false
        }
        connects = false
        if relay.encryption == .smtps { startTLS() }
        return isOpen
    }

    /// Prepares the handshake: the certificate must be trusted and be for the relay's host.
    private func startTLS() {
        guard let tls, let made = unsafe SSL_new(tls.raw) else {
            return close("TLS could not be started", isPause: true)
        }
        unsafe ssl = made
        unsafe SSL_set_fd(made, descriptor)
        unsafe isoloir_set_server_name(made, relay.host)
        unsafe SSL_set1_host(made, relay.host)
        unsafe SSL_set_connect_state(made)
        shakesHands = true
    }

    /// Goes on with the handshake; true when it is done. A certificate that is not good pauses the channel.
    private func shakeHands() -> Bool {
        let code = unsafe SSL_do_handshake(ssl)
        if code == 1 {
            shakesHands = false
            return true
        }
        switch unsafe SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ: break
        case SSL_ERROR_WANT_WRITE: wantsWrite = true
        default:
            let verdict = unsafe SSL_get_verify_result(ssl)
            if verdict != Int(X509_V_OK) {
                let reason = unsafe String(cString: X509_verify_cert_error_string(verdict))
                close("the relay's certificate is not good for \(relay.host): \(reason)", isPause: true)
            } else {
                close("the TLS handshake failed")
            }
        }
        return false
    }

    /// Writes what there is; false when the connection was closed.
    private func flush() -> Bool {
        guard !connects, !shakesHands else { return isOpen }
        let fresh = session.takeOutput()
        if pendingStart == pending.count {
            pending = fresh
            pendingStart = 0
        } else {
            pending.append(contentsOf: fresh)
        }
        while pendingStart < pending.count {
            let start = pendingStart
            let (count, mustWait) = unsafe pending.withUnsafeBytes { bytes -> (Int, Bool) in
                guard let base = bytes.baseAddress else { return (0, false) }
                if let ssl = unsafe ssl {
                    let code = unsafe SSL_write(ssl, base + start, Int32(bytes.count - start))
                    let reason = code > 0 ? 0 : unsafe SSL_get_error(ssl, code)
                    return (Int(code), reason == SSL_ERROR_WANT_WRITE || reason == SSL_ERROR_WANT_READ)
                }
                let code = unsafe send(descriptor, base + start, bytes.count - start, Int32(MSG_NOSIGNAL))
                return (code, code < 0 && (errno == EAGAIN || errno == EINTR))
            }
            if count > 0 {
                pendingStart += count
                sent += count
            } else if mustWait {
                wantsWrite = true
                return true
            } else {
                close("the connection to the relay was lost while writing")
                return false
            }
        }
        return true
    }

    /// Reads once; false when there is nothing more to read, or the connection was closed.
    private func readSome(now: Int) -> Bool {
        let count: Int
        if let ssl = unsafe ssl {
            let code = unsafe SSL_read(ssl, &chunk, Int32(chunk.count))
            if code <= 0 {
                switch unsafe SSL_get_error(ssl, code) {
                case SSL_ERROR_WANT_READ: return false
                case SSL_ERROR_WANT_WRITE:
                    wantsWrite = true
                    return false
                default:
                    close("the relay closed the connection")
                    return false
                }
            }
            count = Int(code)
        } else {
            count = unsafe recv(descriptor, &chunk, chunk.count, 0)
            if count < 0, errno == EAGAIN || errno == EINTR { return false }
            guard count > 0 else {
                close(count == 0 ? "the relay closed the connection" : "the connection to the relay was lost")
                return false
            }
        }
        let demand = session.receive(chunk[..<count])
        extend(now)
        switch demand {
        case .none:
            // A short read emptied the socket; poll says when there is more. TLS may hold more of its own.
            if unsafe ssl == nil, count < chunk.count { return flush() && false }
        case .startTLS:
            // The EHLO that follows waits in the session's output until the handshake is done.
            startTLS()
        case .close: shut()
        }
        return isOpen
    }

    /// Ends the connection by force and reports what was under way.
    /// - Parameter isPause: whether the channel must stop until somebody has mended what is wrong.
    private func close(_ reason: String, isPause: Bool = false) {
        session.lost(reason, sent: sent, isPause: isPause)
        shut()
    }

    /// Frees TLS and closes the socket; called more than once it does no harm.
    private func shut() {
        isOpen = false
        unsafe SSL_free(ssl)
        unsafe ssl = nil
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }
}

/// A socket address, IPv4 or IPv6.
struct Address {
    private var storage: sockaddr_storage
    private let length: socklen_t

    /// `AF_INET` or `AF_INET6`.
    var family: Int32 { Int32(storage.ss_family) }

    /// Every address of a host, in the resolver's order (RFC 6724).
    static func resolve(_ host: String, port: Int) -> [Address] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0 else { return [] }
        defer { unsafe freeaddrinfo(list) }
        var result: [Address] = []
        var entry = unsafe list
        while let found = unsafe entry {
            var storage = sockaddr_storage()
            unsafe memcpy(&storage, found.pointee.ai_addr, Int(found.pointee.ai_addrlen))
            result.append(unsafe Address(storage: storage, length: found.pointee.ai_addrlen))
            unsafe entry = found.pointee.ai_next
        }
        return result
    }

    /// Whether the address is this machine's own.
    var isLoopback: Bool {
        var storage = storage
        let isIPv4 = family == AF_INET
        return unsafe withUnsafeBytes(of: &storage) { bytes in
            isIPv4
                ? unsafe bytes[4] == 127 : unsafe bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
        }
    }

    /// Connects a socket: 0, or -1 with the reason in `errno` (`EINPROGRESS` for a socket that does not block).
    func connect(_ descriptor: Int32) -> Int32 {
        var storage = storage
        return unsafe withUnsafePointer(to: &storage) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe Glibc.connect(descriptor, $0, length) }
        }
    }
}
