import CMicrohttpd
import Glibc
import Synchronization
import Threads

/// An HTTP/1.1 server (libmicrohttpd, epoll, a few threads) that hands whole requests to one function.
///
/// What the library lets through is refused here: contradictory framing, bare control characters, bad escapes, requests
/// that drip for ever. `@unchecked Sendable`: the daemon's handle is set once by `start` and ended once by `stop`.
@safe package final class WebServer: @unchecked Sendable {
    /// Answers one request. Called by several threads at once, each of which serves other connections too.
    package typealias Handler = @Sendable (Request) -> Reply

    /// Fixed from the beginning.
    package let options: ServerOptions
    let handler: Handler
    /// Runs what handlers put off for a short while, such as the hash of a passphrase.
    let pool: WorkerPool
    /// Runs what nobody else may wait for; the same pool unless it is set before `start`.
    package var background: WorkerPool
    let register = ConnectionRegister()
    let bodies: BodyBudget
    /// Connections that were turned away because their network had enough.
    private let turnedAway = Atomic<Int>(0)
    /// Connections that wait for the pool.
    let suspended = Atomic<Int>(0)
    /// Whether new connections are turned away.
    let isDraining = Atomic<Bool>(false)
    /// Whether nothing may be put off any more.
    let isClosing = Atomic<Bool>(false)
    /// The library's server; nil before `start` and after `stop`.
    private var daemon: OpaquePointer?

    /// - Parameter pool: runs what handlers put off.
    package init(options: ServerOptions, pool: WorkerPool, handler: @escaping Handler) {
        (self.options, self.pool, self.handler) = (options, pool, handler)
        background = pool
        bodies = BodyBudget(most: options.bufferedBytes)
    }

    /// Requests that no pool would take get this answer; set before `start`.
    package var overloaded: @Sendable (Request) -> Response = { _ in
        .text(503, "too busy\n").retry(after: 5)
    }

    /// What a request is refused with whose form is wrong or which is too long, by status and path; nil for plain words. Set
    /// before `start`.
    package var refusal: @Sendable (Int, [UInt8]) -> Response? = { _, _ in nil }

    /// The paths to which files are uploaded; set before `start`.
    package var uploadPaths: [[UInt8]] = []

    /// Says where the body of a request goes when it is an upload that its sender may make: a new file's path, and the most
    /// bytes; nil for everything else. Set before `start`.
    package var upload: @Sendable (Request) -> (path: String, limit: Int)? = { _ in nil }

    /// Says how long the body of a request may be; asked when the head of a POST has come. Set before `start`. Where it says 0
    /// nobody reads a body, and none is kept.
    package var bodyLimit: @Sendable (Request) -> Int = { _ in 0 }

    /// Opens the socket and begins to answer; called once.
    /// - Throws: `ServerFault` when the place is taken, descriptors are lacking, or certificate and key do not fit.
    package func start() throws(ServerFault) {
        let listener = try Listener.open(options.place)
        // The daemon's threads are joined by `stop` before this object can go away.
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        var items = unsafe [
            WebServer.item(.LISTEN_SOCKET, Int(listener)),
            WebServer.item(.THREAD_POOL_SIZE, options.threads),
            WebServer.item(.CONNECTION_LIMIT, options.connections),
            WebServer.item(.CONNECTION_TIMEOUT, options.idleSeconds),
            WebServer.item(.CONNECTION_MEMORY_LIMIT, options.memory),
            WebServer.item(.STRICT_FOR_CLIENT, 1),
            WebServer.item(.THREAD_STACK_SIZE, 1 << 20),
            WebServer.item(.NOTIFY_COMPLETED, WebServer.address(WebServer.completed), context),
            WebServer.item(.NOTIFY_CONNECTION, WebServer.address(WebServer.connection), context),
            WebServer.item(.UNESCAPE_CALLBACK, WebServer.address(WebServer.unescape)),
        ]
        var flags =
            MHD_USE_EPOLL.rawValue | MHD_USE_INTERNAL_POLLING_THREAD.rawValue | MHD_ALLOW_SUSPEND_RESUME.rawValue
            | MHD_USE_TURBO.rawValue
        var texts: [UnsafeMutablePointer<CChar>] = unsafe []
        defer { unsafe texts.forEach { unsafe free($0) } }
        if let certificate = options.certificate {
            flags |= MHD_USE_TLS.rawValue
            for (option, text) in [
                (MHD_OPTION.HTTPS_MEM_KEY, certificate.key), (MHD_OPTION.HTTPS_MEM_CERT, certificate.chain),
                (MHD_OPTION.HTTPS_PRIORITIES, WebServer.priorities),
            ] {
                guard let copy = unsafe strdup(text) else { continue }
                unsafe texts.append(copy)
                unsafe items.append(WebServer.item(option, 0, copy))
            }
        }
        unsafe items.append(WebServer.item(.END, 0))
        unsafe daemon = items.withUnsafeMutableBufferPointer { items -> OpaquePointer? in
            guard let first = items.baseAddress else { return nil }
            return unsafe withVaList([MHD_OPTION.ARRAY.rawValue, first, MHD_OPTION.END.rawValue]) {
                unsafe MHD_start_daemon_va(
                    flags, 0, WebServer.admission, context, WebServer.access, context, $0)
            }
        }
        if unsafe daemon == nil {
            close(listener)
            throw ServerFault(
                description: options.certificate == nil
                    ? "The server could not start: are there too few file descriptors (ulimit -n)?"
                    : "The server could not start: check that certificate and key are PEM files that belong together.")
        }
    }

    /// TLS 1.2 and 1.3 alone, with keys of the session's own and authenticated ciphers: no static RSA, no CBC.
    private static let priorities =
        "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:+AES-256-GCM:"
        + "+AES-128-GCM:+CHACHA20-POLY1305:%SERVER_PRECEDENCE"

    /// Accepts nothing new. Who comes from now on is turned away by `admission`: `MHD_quiesce_daemon` takes the listening socket out of
    /// the threads' epoll sets without a lock, and the library ends the process where one of them does the same.
    package func drain() {
        // Once: another program may listen at the same path by the second time.
        guard !isDraining.exchange(true, ordering: .acquiringAndReleasing) else { return }
        if case .unix(let path) = options.place { unsafe unlink(path) }
    }

    /// Accepts nothing new, lets requests finish that came whole, then closes; returns when nothing is left.
    package func stop() { stop(by: Monotonic.seconds + options.answerSeconds) }

    /// - Parameter deadline: by the monotonic clock. What is not answered then is cut off.
    /// - Returns: whether everything that came whole was answered; where it was not, the process is to end soon.
    @discardableResult
    package func stop(by deadline: Double) -> Bool {
        guard let running = unsafe daemon else { return true }
        unsafe daemon = nil
        drain()
        let start = Monotonic.seconds
        while Monotonic.seconds < deadline,
            register.hasBusy || register.hasArriving && Monotonic.seconds < start + options.arrivalSeconds
        {
            usleep(10_000)
        }
        // libmicrohttpd ends the process when a suspended connection is left, and connections that were kept bring new requests
        // until they are closed: from here on none of them is put off.
        isClosing.store(true, ordering: .sequentiallyConsistent)
        while suspended.load(ordering: .sequentiallyConsistent) > 0 {
            guard Monotonic.seconds < deadline + WebServer.workSeconds else {
                // Its threads go on until the process ends, and need what they were given.
                _ = unsafe Unmanaged.passRetained(self)
                return false
            }
            usleep(5000)
        }
        unsafe MHD_stop_daemon(running)
        return true
    }

    /// Seconds beyond the deadline for work that nobody can break off: a page of the console that reads a whole box.
    private static let workSeconds = 5.0

    /// Ends connections whose request has dripped in for too long, and those whose answer is read too slowly. Called about
    /// once a second.
    package func sweep() {
        register.sweep(limit: options.requestSeconds, idle: options.idleSeconds, upload: options.uploadSeconds)
        register.sweepReaders(seconds: options.readerSeconds, bytes: options.readerBytes)
    }

    /// Connections that are open, idle ones among them.
    package var openConnections: Int { register.count }

    /// Bytes of bodies in memory.
    package var bufferedBytes: Int { bodies.taken }

    /// Connections that were refused because their network had as many as it may have.
    package var turnedAwayConnections: Int { turnedAway.load(ordering: .relaxed) }

    /// Whose connection it is that comes from an address; nil for a proxy's.
    func network(of peer: String) -> String? {
        peer.isEmpty || options.trustedProxies.contains(peer) ? nil : RateLimiter.network(peer)
    }

    // MARK: The library's face

    /// One option in the form in which the library takes a list of them.
    private static func item(
        _ option: MHD_OPTION, _ value: Int, _ pointer: UnsafeMutableRawPointer? = nil
    ) -> MHD_OptionItem {
        unsafe MHD_OptionItem(option: option, value: value, ptr_value: pointer)
    }

    /// A C function as an option's value.
    private static func address<Function>(_ function: Function) -> Int { unsafe unsafeBitCast(function, to: Int.self) }

    /// The library's callback for head, each piece of the body, and end of a request.
    static let access: MHD_AccessHandlerCallback = { context, connection, url, method, version, data, size, slot in
        guard let context = unsafe context, let connection = unsafe connection, let url = unsafe url,
            let method = unsafe method, let version = unsafe version, let size = unsafe size, let slot = unsafe slot
        else { return .NO }
        let server = unsafe Unmanaged<WebServer>.fromOpaque(context).takeUnretainedValue()
        guard let known = unsafe slot.pointee else {
            let exchange = unsafe Exchange(server, connection)
            unsafe slot.pointee = Unmanaged.passRetained(exchange).toOpaque()
            let count = unsafe strlen(version)
            return unsafe exchange.begin(
                method: String(cString: method), url: Array(UnsafeRawBufferPointer(start: url, count: strlen(url))),
                version: String(cString: version), isWhole: version[count + 1] == 0)
        }
        let exchange = unsafe Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue()
        if unsafe size.pointee > 0 {
            let count = unsafe size.pointee
            unsafe size.pointee = 0
            return unsafe exchange.take(UnsafeRawBufferPointer(start: data, count: count))
        }
        return unsafe exchange.complete(
            method: String(cString: method), url: Array(UnsafeRawBufferPointer(start: url, count: strlen(url))))
    }

    /// Turns a connection away whose network has as many as it may have. What several threads let in at the same moment may
    /// pass the limit by one each.
    static let admission: MHD_AcceptPolicyCallback = { context, address, _ in
        guard let context = unsafe context, let address = unsafe address else { return .NO }
        let server = unsafe Unmanaged<WebServer>.fromOpaque(context).takeUnretainedValue()
        if server.isDraining.load(ordering: .acquiring) { return .NO }
        guard let network = unsafe server.network(of: Peer.text(address)),
            server.register.count(of: network) >= server.options.connectionsByNetwork
        else { return .YES }
        server.turnedAway.add(1, ordering: .relaxed)
        return .NO
    }

    /// The library's callback at the end of a request, however it ended.
    static let completed: MHD_RequestCompletedCallback = { context, connection, slot, _ in
        guard let context = unsafe context, let connection = unsafe connection, let known = unsafe slot?.pointee else {
            return
        }
        unsafe slot?.pointee = nil
        unsafe Unmanaged<Exchange>.fromOpaque(known).takeUnretainedValue().forgetUpload()
        unsafe Unmanaged<Exchange>.fromOpaque(known).release()
        unsafe Unmanaged<WebServer>.fromOpaque(context).takeUnretainedValue().register.idle(connection)
    }

    /// The library's callback when a connection is opened or closed.
    static let connection: MHD_NotifyConnectionCallback = { context, connection, _, code in
        guard let context = unsafe context, let connection = unsafe connection else { return }
        let server = unsafe Unmanaged<WebServer>.fromOpaque(context).takeUnretainedValue()
        if code.rawValue == 0 {
            let info = unsafe isoloir_connection_info(connection, .CONNECTION_INFO_CONNECTION_FD)
            guard let file = unsafe info?.pointee.connect_fd else { return }
            unsafe server.register.open(connection, file, network: server.network(of: Peer.text(of: connection)))
        } else {
            unsafe server.register.close(connection)
        }
    }

    /// Leaves escapes alone: they are decoded here, strictly.
    static let unescape:
        @convention(c) (UnsafeMutableRawPointer?, OpaquePointer?, UnsafeMutablePointer<CChar>?) -> Int = { _, _, text in
            unsafe text.map { unsafe strlen($0) } ?? 0
        }
}
