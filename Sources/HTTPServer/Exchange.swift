import CMicrohttpd
import Glibc
import Inputs
import Synchronization

/// The life of one request inside the library: made at its first callback, released at its last.
///
/// `@unchecked Sendable`: the connection's handle is used by the library's thread, and by the pool's only to resume it.
/// Its callbacks come from one of the library's threads, in this order: `begin` with the head, `take` for each piece
/// of the body, `complete`, and `complete` again once slow work is done.
@safe final class Exchange: @unchecked Sendable {
    private struct State {
        var body: [UInt8] = []
        var received = 0
        /// Bytes that the body may have; 0 where nobody reads it.
        var longest = 0
        /// Bytes of it that were taken from the budget.
        var held = 0
        /// Whether there was no memory for it.
        var isStarved = false
        var response: Response?
        /// Where an upload goes, and how long it may be.
        var upload: (file: Int32, path: String, limit: Int)?
        var isBroken = false
    }

    private let state = Mutex(State())
    private let server: WebServer
    private let connection: OpaquePointer
    /// Headers, their names in small letters.
    private var head: [Request.Field] = []

    /// Whose memory the body counts as; set before any of it comes.
    private var network: String?

    /// Made with the request's first callback.
    init(_ server: WebServer, _ connection: OpaquePointer) {
        self.server = server
        unsafe self.connection = connection
    }

    deinit {
        let held = state.withLock { $0.held }
        if held > 0 { server.bodies.giveBack(held, for: network) }
    }

    // MARK: Arriving

    /// The checks that the library (0.9.75) does not make: a refusal here closes the connection, whose framing is in doubt.
    /// - Parameter isWhole: whether the request line ended as HTTP asks.
    func begin(method: String, url: [UInt8], version: String, isWhole: Bool) -> MHD_Result {
        unsafe server.register.begin(connection)
        let (headers, areWhole) = headers()
        head = headers
        func count(_ name: String) -> Int { headers.count { $0.name == name } }
        let lengths = headers.filter { $0.name == "content-length" }
        let transfers = headers.filter { $0.name == "transfer-encoding" }
        let isSound =
            isWhole && areWhole && headers.allSatisfy(Exchange.isSound) && count("host") <= 1 && lengths.count <= 1
            && transfers.count <= 1
            && (transfers.isEmpty
                || lengths.isEmpty && version == "HTTP/1.1" && transfers[0].value.lowercased() == "chunked")
            && lengths.allSatisfy { !$0.value.isEmpty && $0.value.utf8.allSatisfy { 48...57 ~= $0 } }
        guard isSound else { return refuse(400, url) }
        let limit = longestBody(method, url)
        if limit > 0 { network = unsafe server.network(of: Peer.text(of: connection)) }
        state.withLock { $0.longest = limit }
        if let length = lengths.first, Int(length.value) ?? .max > max(limit, server.options.unreadBody) {
            return refuse(413, url)
        }
        return .YES
    }

    /// How long the body of this request may be: few may be longer than a voter's form, and some of them for those alone who
    /// are signed in. Nothing is kept of what no page reads.
    private func longestBody(_ method: String, _ url: [UInt8]) -> Int {
        guard method == "POST" else { return 0 }
        if let upload = beginUpload(method, url) { return upload }
        return request(method: method, url: url, body: []).map(server.bodyLimit) ?? 0
    }

    /// Opens a file for an upload that the site wants; returns its limit, nil where there is none.
    private func beginUpload(_ method: String, _ url: [UInt8]) -> Int? {
        guard method == "POST", server.uploadPaths.contains(url),
            let request = request(method: method, url: url, body: []),
            let (path, limit) = server.upload(request)
        else { return nil }
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        state.withLock { $0.upload = (file, path, limit) }
        unsafe server.register.upload(connection)
        return limit
    }

    /// Ends an upload: its file goes, unless the handler moved it.
    func forgetUpload() {
        guard let upload = state.withLock({ $0.upload }) else { return }
        close(upload.file)
        unsafe unlink(upload.path)
        state.withLock { $0.upload = nil }
    }

    /// Whether a header's name is a token and its value holds no control characters (RFC 9110, 5.5 and 5.6.2).
    private static func isSound(_ header: Request.Field) -> Bool {
        !header.name.isEmpty && header.name.utf8.allSatisfy(isTokenByte)
            && header.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 9 }
            && TextLimit.marksAt(header.value.utf8) == nil
    }

    /// RFC 9110, section 5.6.2.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122: true
        case UInt8(ascii: "!"), 35...39, 42, 43, 45, 46, 94, 95, 96, 124, 126: true
        default: false
        }
    }

    /// Takes a piece of the body.
    func take(_ piece: UnsafeRawBufferPointer) -> MHD_Result {
        return state.withLock { state in
            state.received += piece.count
            if let upload = state.upload {
                if state.received > upload.limit { return .NO }
                var rest = unsafe piece
                while unsafe !rest.isEmpty {
                    let count = unsafe write(upload.file, rest.baseAddress, rest.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else {
                        // A disk that is full is told to the sender at the end of the body.
                        state.isBroken = true
                        return .YES
                    }
                    unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                }
                return .YES
            }
            return unsafe keep(piece, &state)
        }
    }

    /// Keeps a piece of the body in memory, as long as there is some for it.
    private func keep(_ piece: UnsafeRawBufferPointer, _ state: inout State) -> MHD_Result {
        if state.received <= state.longest, !state.isStarved {
            if server.bodies.take(piece.count, for: network) {
                state.held += piece.count
                unsafe state.body.append(contentsOf: piece)
                return .YES
            }
            state.isStarved = true
        }
        // What is too long, or is not kept, is passed over a little further, so that its sender sees the answer.
        state.body = []
        if state.held > 0 { server.bodies.giveBack(state.held, for: network) }
        state.held = 0
        return state.received > max(4 * state.longest, server.options.unreadBody) ? .NO : .YES
    }

    /// Answers a whole request; called again when its connection was resumed.
    func complete(method: String, url: [UInt8]) -> MHD_Result {
        let ready = state.withLock { state in
            defer { state.response = nil }
            return state.response
        }
        if let ready { return send(ready) }
        unsafe server.register.busy(connection)
        let (body, isTooLong, isStarved, upload, isBroken) = state.withLock { state in
            defer { state.body = [] }
            return (
                state.body, state.longest > 0 && state.received > state.longest, state.isStarved, state.upload,
                state.isBroken
            )
        }
        if isBroken { return refuse(507, url) }
        if isTooLong { return refuse(413, url) }
        guard var request = request(method: method, url: url, body: body) else { return refuse(400, url) }
        if isStarved { return send(server.overloaded(request)) }
        request.bodyFile = upload?.path
        switch server.handler(request) {
        case .now(let response): return send(response)
        case .later(let work): return putOff(request, server.pool, work)
        case .background(let work): return putOff(request, server.background, work)
        }
    }

    /// Lets the connection wait while a pool does the work; a pool that is full, or a server that ends, answers "too
    /// busy".
    private func putOff(_ request: Request, _ pool: WorkerPool, _ work: @escaping @Sendable () -> Response)
        -> MHD_Result
    {
        // Counted before it is asked: either the end waits for this one, or this one sees the end.
        server.suspended.add(1, ordering: .sequentiallyConsistent)
        guard !server.isClosing.load(ordering: .sequentiallyConsistent) else {
            server.suspended.subtract(1, ordering: .sequentiallyConsistent)
            return send(server.overloaded(request))
        }
        unsafe MHD_suspend_connection(connection)  // before anybody can resume it
        let isTaken = pool.submit { [self] in resume(work()) }
        if !isTaken { resume(server.overloaded(request)) }
        return .YES
    }

    /// Called by a pool's thread: keeps the answer and wakes the connection.
    private func resume(_ response: Response) {
        state.withLock { $0.response = response }
        unsafe MHD_resume_connection(connection)
        server.suspended.subtract(1, ordering: .acquiringAndReleasing)
    }

    // MARK: Answering

    /// Refuses a request and closes the connection.
    private func refuse(_ status: Int, _ url: [UInt8]) -> MHD_Result {
        let words = status == 413 ? "too large\n" : status == 507 ? "the disk is full\n" : "bad request\n"
        var response = Exchange.finished(server.refusal(status, url) ?? .text(status, words))
        response.headers.append(("Connection", "close"))
        return send(response)
    }

    /// An answer that no site has made or finished, with the headers of every answer.
    private static func finished(_ response: Response) -> Response {
        var response = response
        let common = SecurityHeaders.all(isSecure: false) + [("Cache-Control", "no-store")]
        for header in common where response.header(header.name) == nil { response.headers.append(header) }
        return response
    }

    /// Hands an answer to the library. `.NO` makes it close the connection without one.
    private func send(_ response: Response) -> MHD_Result {
        let made: OpaquePointer?
        if let file = response.file {
            unsafe made = opened(file, response.range)
        } else {
            unsafe made = unsafe response.body.withUnsafeBytes { body in
                unsafe MHD_create_response_from_buffer(
                    body.count, UnsafeMutableRawPointer(mutating: body.baseAddress), .RESPMEM_MUST_COPY)
            }
        }
        guard let made = unsafe made else { return .NO }
        defer { unsafe MHD_destroy_response(made) }  // the library keeps its own reference once it is queued
        for (name, value) in response.headers {
            // A control character in a header would be two headers; nothing of ours has one, and this is the last place to look.
            guard !value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }),
                unsafe MHD_add_response_header(made, name, value) == .YES
            else {
                // The library takes no empty value either. Whoever waits hears that it is our fault.
                return response.status == 500 ? .NO : send(Exchange.finished(.text(500, "internal error\n")))
            }
        }
        if server.isDraining.load(ordering: .acquiring) || isCrowded {
            unsafe MHD_add_response_header(made, "Connection", "close")
        }
        return unsafe MHD_queue_response(connection, UInt32(response.status), made)
    }

    /// Whether this network has used half of its connections: further ones are not kept between requests, so that a company
    /// whose staff vote in the same minute finds room.
    private var isCrowded: Bool {
        unsafe server.register.count(beside: connection) > server.options.connectionsByNetwork / 2
    }

    /// A response that reads a file as it is sent; the library closes it.
    private func opened(_ path: String, _ range: Range<Int>?) -> OpaquePointer? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard file >= 0 else { return nil }
        guard unsafe fstat(file, &status) == 0 else {
            close(file)
            return nil
        }
        let part = range ?? 0..<Int(status.st_size)
        guard part.upperBound <= Int(status.st_size),
            let made = unsafe MHD_create_response_from_fd_at_offset64(
                UInt64(part.count), file, UInt64(part.lowerBound))
        else {
            close(file)
            return nil
        }
        return unsafe made
    }

    // MARK: Reading

    /// What one walk over headers or parameters found.
    private final class Fields {
        var raw: [(name: [UInt8], value: [UInt8])] = []
        /// Whether every line ended as HTTP asks.
        var isSound = true
    }

    /// The library's callback for each of them.
    private static let collect: MHD_KeyValueIteratorN = { context, kind, name, nameCount, value, valueCount in
        guard let context = unsafe context else { return .NO }
        let fields = unsafe Unmanaged<Fields>.fromOpaque(context).takeUnretainedValue()
        let pair = unsafe (
            Array(UnsafeRawBufferPointer(start: name, count: name == nil ? 0 : nameCount)),
            Array(UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueCount))
        )
        fields.raw.append(pair)
        // The library ends a value where a line feed came without its carriage return, or a NUL: only the zeros that it
        // writes over both, CR and LF, show a whole line.
        if kind == .HEADER_KIND, let value = unsafe value, unsafe value[valueCount] != 0 || value[valueCount + 1] != 0 {
            fields.isSound = false
        }
        return .YES
    }

    /// All pairs of a kind, as bytes.
    private func fields(_ kind: MHD_ValueKind) -> Fields {
        let fields = Fields()
        let context = unsafe Unmanaged.passUnretained(fields).toOpaque()
        _ = withExtendedLifetime(fields) {
            unsafe MHD_get_connection_values_n(connection, kind, Exchange.collect, context)
        }
        return fields
    }

    /// The headers, and whether every line ended as HTTP asks.
    private func headers() -> (list: [Request.Field], isSound: Bool) {
        let fields = fields(.HEADER_KIND)
        let list = fields.raw.map { name, value in
            Request.Field(
                name: String(decoding: name.map { 65...90 ~= $0 ? $0 | 0x20 : $0 }, as: UTF8.self),
                value: String(decoding: value, as: UTF8.self))
        }
        return (list, fields.isSound)
    }

    /// The request detached from the connection; nil where path or parameters are malformed or too long, or the path
    /// has dot segments.
    private func request(method: String, url: [UInt8], body: [UInt8]) -> Request? {
        var query: [Request.Field] = []
        for (name, value) in fields(.GET_ARGUMENT_KIND).raw {
            guard let name = FormCoding.raw(name, plusIsSpace: true),
                let value = FormCoding.raw(value, plusIsSpace: true), let field = FormCoding.field(name, value)
            else { return nil }
            query.append(field)
        }
        guard let path = FormCoding.path(url), path.hasPrefix("/"),
            !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." })
        else { return nil }
        var request = Request(
            method: .init(rawValue: method) ?? .other, path: path, query: query, headers: head, body: body)
        request.source = unsafe source(request, peer: Peer.text(of: connection))
        return request
    }

    /// Behind a trusted proxy the last address that it added; else the peer.
    private func source(_ request: Request, peer: String) -> String {
        guard peer.isEmpty || server.options.trustedProxies.contains(peer),
            let forwarded = request.headers.last(where: { $0.name == "x-forwarded-for" })?.value
                .split(separator: ",").last
        else { return peer }
        return String(forwarded.filter { !$0.isWhitespace })
    }
}
