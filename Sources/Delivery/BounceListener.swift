import Foundation
import Glibc
import Inputs
import Synchronization
import Threads

/// Takes bounces from the machine's own mail server over a Unix socket (LMTP, RFC 2033).
///
///     relay ── bounce ──> mail server ── LMTP ──> BounceListener ──> ReceiptDesk ──> the message's state
///
/// A recipient must be one of the envelope senders that we gave out, with its tag; everything else is refused before its
/// content is read.
package final class BounceListener: Sendable {
    private let receipts: ReceiptService
    private let address: BounceAddress
    private let path: String
    private let file: Int32
    private let isStopped = Mutex(false)
    private let trouble: @Sendable (String) -> Void

    /// Bytes of a notification that are read; the rest is passed over.
    private static let longest = 1 << 20
    /// Seconds without a byte after which a connection is closed.
    private static let patience = 60
    /// Recipients of one message: what RFC 5321, 4.5.3.1.8, asks a server to take at least.
    static let mostRecipients = 100
    /// Connections served at a time: as many as a mail server opens to one destination by itself. Further ones wait.
    static let mostConnections = 8
    /// Milliseconds to wait where no further connection can be taken for now.
    private static let pause = 100
    /// Seconds between two lines about that.
    private static let lineEvery = 60
    private let places = DispatchSemaphore(value: BounceListener.mostConnections)

    /// Why the socket cannot be opened.
    package struct Fault: Error, CustomStringConvertible { package let description: String }

    /// Binds the socket, opens it to the mail server's group (mode 0660), and begins to listen in a thread of its own.
    /// - Parameters:
    ///   - path: of the socket; a file that a killed process left there is replaced.
    ///   - trouble: takes a sentence for the log whenever bounces wait or are not taken any more; called from several
    ///     threads.
    /// - Throws: `Fault` when the path is too long for a socket (108 bytes with the end), when it cannot be bound, or
    ///   when no thread can be begun.
    package init(
        path: String, address: BounceAddress, receipts: ReceiptService, trouble: @escaping @Sendable (String) -> Void
    ) throws(Fault) {
        (self.receipts, self.address, self.path, self.trouble) = (receipts, address, path, trouble)
        var place = sockaddr_un()
        place.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: place.sun_path) else {
            throw Fault(description: "The socket's path \(path) is too long.")
        }
        unsafe withUnsafeMutableBytes(of: &place.sun_path) { unsafe $0.copyBytes(from: bytes) }
        file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        unsafe unlink(path)  // of a process that was killed
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let isBound = unsafe withUnsafePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe bind(file, $0, size) == 0 }
        }
        // The mail server's group may connect.
        guard file >= 0, isBound, unsafe chmod(path, 0o660) == 0, listen(file, 16) == 0 else {
            let reason = unsafe String(cString: strerror(errno))
            if file >= 0 { close(file) }
            throw Fault(description: "Nothing can listen on \(path): \(reason).")
        }
        do throws(OwnThread.Fault) {
            try OwnThread.begin("bounces") { [self] in accept() }
        } catch {
            stop()
            throw Fault(description: error.description)
        }
    }

    /// Takes no further connections and removes the socket's file. A bounce under way may still be written down.
    package func stop() {
        isStopped.withLock { $0 = true }
        shutdown(file, Int32(SHUT_RDWR))
        close(file)
        unsafe unlink(path)
    }

    private func accept() {
        var saidAt = -BounceListener.lineEvery
        // Bounces are lost only where nothing listens any more: a lack of descriptors or memory passes.
        func rest(_ reason: String) {
            if MailEngine.now - saidAt >= BounceListener.lineEvery {
                saidAt = MailEngine.now
                trouble("bounces wait: \(reason)")
            }
            usleep(UInt32(BounceListener.pause * 1000))
        }
        while !isStopped.withLock({ $0 }) {
            let connection = Glibc.accept(file, nil, nil)
            if connection < 0 {
                let code = errno
                if code == EINTR || code == ECONNABORTED { continue }
                let reason = unsafe String(cString: strerror(code))
                if [EMFILE, ENFILE, ENOMEM, ENOBUFS].contains(code) {
                    rest(reason)
                    continue
                }
                if !isStopped.withLock({ $0 }) { trouble("BOUNCES ARE NOT TAKEN ANY MORE: \(reason)") }
                return
            }
            // A sender that stalls holds up none but itself; where all places are taken a mail server queues.
            var limit = timeval(tv_sec: BounceListener.patience, tv_usec: 0)
            let size = socklen_t(MemoryLayout<timeval>.size)
            unsafe setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
            unsafe setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
            places.wait()
            do throws(OwnThread.Fault) {
                try OwnThread.begin("a bounce") { [self] in
                    serve(LineStream(connection))
                    close(connection)
                    places.signal()
                }
            } catch {
                // The mail server tries again.
                close(connection)
                places.signal()
                rest(error.description)
            }
        }
    }

    /// Speaks LMTP with one mail server until it says QUIT, breaks off, or is silent for `patience` seconds.
    private func serve(_ stream: LineStream) {
        var recipients: [(token: String, tag: String)] = []
        var isFromNobody = false
        guard stream.say("220 isoloir LMTP ready") else { return }
        while let line = stream.line() {
            let verb = line.prefix(4).uppercased()
            var goesOn = true
            switch verb {
            case "LHLO": goesOn = stream.say("250-isoloir\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 ENHANCEDSTATUSCODES")
            case "MAIL":
                recipients = []
                // Also as qmail writes nobody.
                isFromNobody = line.contains("<>") || line.contains("<#@[]>")
                goesOn = stream.say("250 2.1.0 ok")
            case "RCPT": goesOn = stream.say(recipient(line, &recipients))
            case "DATA":
                guard !recipients.isEmpty else {
                    goesOn = stream.say("503 5.5.1 no recipient")
                    break
                }
                guard stream.say("354 go on"), let body = stream.message(limit: BounceListener.longest) else { return }
                for recipient in recipients where goesOn { goesOn = stream.say(take(recipient, body, isFromNobody)) }
                recipients = []
            case "RSET":
                recipients = []
                goesOn = stream.say("250 2.0.0 ok")
            case "NOOP": goesOn = stream.say("250 2.0.0 ok")
            case "QUIT":
                _ = stream.say("221 2.0.0 bye")
                return
            default: goesOn = stream.say("500 5.5.2 unknown command")
            }
            guard goesOn else { return }
        }
    }

    /// Answers RCPT; a recipient of ours is appended to `recipients`. Where the store or a key cannot be read it is
    /// 451, so that the mail server tries again.
    private func recipient(_ line: String, _ recipients: inout [(token: String, tag: String)]) -> String {
        guard recipients.count < BounceListener.mostRecipients else { return "452 4.5.3 too many recipients" }
        guard let start = line.firstIndex(of: "<"), let end = line[start...].firstIndex(of: ">"),
            let found = address.read(String(line[line.index(after: start)..<end]))
        else { return "550 5.1.1 no such recipient" }
        do {
            guard try receipts.isOurs(token: found.token, tag: found.tag) else { return "550 5.1.1 no such recipient" }
        } catch {
            trouble("bounces: \(error)")
            return "451 4.3.0 try again later"
        }
        recipients.append(found)
        return "250 2.1.5 ok"
    }

    /// Writes down what a bounce says of one message, and answers for that recipient, as LMTP asks for each of them.
    private func take(
        _ recipient: (token: String, tag: String), _ body: [[UInt8]], _ isFromNobody: Bool
    ) -> String {
        guard let report = BounceReport(lines: body, isFromNobody: isFromNobody) else {
            return "250 2.0.0 ignored: no delivery status"
        }
        do {
            switch report.action {
            case .failed:
                _ = try receipts.take(
                    token: recipient.token, tag: recipient.tag, delivered: false, reply: "bounced \(report.status)")
            case .delivered: _ = try receipts.take(token: recipient.token, tag: recipient.tag, delivered: true)
            case .delayed, .relayed, .expanded: break
            }
            return "250 2.0.0 taken"
        } catch {
            trouble("bounces: \(error)")
            return "451 4.3.0 try again later"
        }
    }
}

/// Lines over a connected socket.
private final class LineStream {
    private let file: Int32
    private var buffer: [UInt8] = []
    private var head = 0
    /// RFC 5321, 4.5.3.1.6, and room for what does not keep to it.
    private static let longestLine = 8192
    /// RFC 5321, 4.5.3.1.4, with what the extensions of MAIL and RCPT add.
    private static let command = TextLimit(scalars: 2000)

    init(_ file: Int32) { self.file = file }

    /// Sends a line; false when the other side has gone.
    func say(_ text: String) -> Bool {
        let bytes = Array((text + "\r\n").utf8)
        return unsafe bytes.withUnsafeBytes { unsafe send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            == bytes.count
    }

    /// The next line without its end; nil when the connection is over or a line is too long.
    func bytes() -> [UInt8]? {
        while true {
            if let end = buffer[head...].firstIndex(of: 10) {
                defer { head = end + 1 }
                let last = end > head && buffer[end - 1] == 13 ? end - 1 : end
                return Array(buffer[head..<last])
            }
            guard buffer.count - head <= LineStream.longestLine else { return nil }
            buffer.removeFirst(head)
            head = 0
            var piece = [UInt8](repeating: 0, count: 8192)
            let count = unsafe recv(file, &piece, piece.count, 0)
            guard count > 0 else { return nil }
            buffer += piece[..<count]
        }
    }

    /// The next line as a command; nil too when it is longer than commands are, or piles up combining marks.
    func line() -> String? {
        guard let bytes = bytes(), LineStream.command.fault(bytes: bytes) == nil else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The lines of a message up to the lone dot, the first `limit` bytes of them kept.
    func message(limit: Int) -> [[UInt8]]? {
        var (lines, count): ([[UInt8]], Int) = ([], 0)
        while let line = bytes() {
            if line == [46] { return lines }
            // With its line end: empty lines take room too.
            count += line.count + 2
            if count <= limit { lines.append(line.first == 46 ? Array(line.dropFirst()) : line) }
        }
        return nil
    }
}
