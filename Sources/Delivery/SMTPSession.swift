import Crypto

/// The protocol of one SMTP connection (RFC 5321, PIPELINING by RFC 2920), without sockets: bytes in, bytes out.
///
/// With PIPELINING the envelope of the next message goes out together with the body of the present one; its body waits
/// for `release`, which says that the result of the one before is on disk. So a crash repeats at most one message for
/// each connection.
///
///     relay                         we
///       <- MAIL RCPT DATA (A)
///       250 250 354 ->
///       <- body A . MAIL RCPT DATA (B)
///       250 (A) ->                  result A; commit; release
///       250 250 354 ->
///       <- body B . MAIL RCPT DATA (C)
struct SMTPSession {
    /// What the connection must do besides writing `output`.
    enum Demand: Equatable { case none, startTLS, close }

    private enum Step: Equatable {
        case greeting, hello, startTLS, authPlain, authUser, authPassword, mail, recipient, data, body, reset, quit
    }

    private let relay: MailRelay
    private let next: () -> MailJob?
    private let result: (MailJob, DeliveryOutcome) -> Void

    private(set) var output: [UInt8] = []
    /// Bytes handed out for writing so far, and how many must have left for the present body to be complete.
    private var taken = 0
    private var bodyEnd = 0
    private var steps: [Step] = [.greeting]
    private var current, ahead: SMTPEnvelope?
    /// A message whose envelope is sent again after RSET.
    private var again: MailJob?
    private var isSecure: Bool
    private var (pipelines, offersTLS) = (false, false)
    private var authMethods: [String] = []
    /// Results that are not on disk yet.
    private var unreleased = 0
    private var bodyWaits = false
    private(set) var (isReady, isIdle) = (false, false)
    private var delivered = 0
    private var lines: [UInt8] = []
    /// The lines of the present reply before its last.
    private var earlier = ""

    /// A relay may close long connections; a fresh one every so often keeps us polite.
    private static let mostMessages = 1000
    /// Longest reply line by RFC 5321 is 512; many relays write more.
    private static let longestLine = 8192

    /// - Parameters:
    ///   - next: the next mail to hand over; nil while there is none.
    ///   - result: called once for each mail that `next` gave.
    init(relay: MailRelay, next: @escaping () -> MailJob?, result: @escaping (MailJob, DeliveryOutcome) -> Void) {
        self.relay = relay
        self.next = next
        self.result = result
        isSecure = relay.encryption == .smtps
    }

    /// How long the reply that is awaited may take, in seconds.
    var patience: Int {
        switch steps.first {
        case .greeting: relay.timeouts.greeting
        case .body: relay.timeouts.finalReply
        case .data: relay.timeouts.data
        default: relay.timeouts.command
        }
    }

    /// Whether a body has been handed over and the relay has not said yet what becomes of it.
    var awaitsVerdict: Bool { steps.contains(.body) && current?.refusal == nil }

    /// Takes the bytes to be written.
    mutating func takeOutput() -> [UInt8] {
        defer { output.removeAll(keepingCapacity: true) }
        taken += output.count
        return output
    }

    /// Says that one more of the results handed out is on disk.
    mutating func release() {
        unreleased -= 1
        guard unreleased == 0 else { return }
        if bodyWaits {
            bodyWaits = false
            sendBody()
        } else if isReady, current == nil, steps.isEmpty {
            begin()
        }
    }

    /// Looks again for messages after the queue was empty.
    mutating func wake() {
        if isReady, isIdle, current == nil, steps.isEmpty, unreleased == 0 { begin() }
    }

    /// Ends politely when nothing is under way.
    mutating func quit() {
        guard isIdle, steps.isEmpty else { return }
        put("QUIT", then: .quit)
    }

    /// Takes bytes from the relay.
    mutating func receive(_ bytes: ArraySlice<UInt8>) -> Demand {
        lines.append(contentsOf: bytes)
        var start = 0
        var demand = Demand.none
        while demand == .none, let end = lines[start...].firstIndex(of: 10) {
            let line = lines[start..<(end > start && lines[end - 1] == 13 ? end - 1 : end)]
            start = end + 1
            demand = take(line: line)
        }
        // What was sent in clear before TLS began is dropped: it may be an attacker's (CVE-2011-0411).
        if demand == .startTLS { lines.removeAll() } else { lines.removeFirst(start) }
        if lines.count > SMTPSession.longestLine { return fail("the relay's reply is too long") }
        return demand
    }

    /// Takes one line of a reply; the last of several has the code that counts, and any of them may say why.
    private mutating func take(line: ArraySlice<UInt8>) -> Demand {
        let digits = line.prefix(3).map { Int($0) - 48 }
        guard digits.count == 3, digits.allSatisfy({ 0...9 ~= $0 }), let step = steps.first else {
            return fail("the relay broke the protocol")
        }
        let (code, text) = (digits.reduce(0) { $0 * 10 + $1 }, String(decoding: line.dropFirst(4), as: UTF8.self))
        if step == .hello, code == 250 { noteExtension(text.uppercased()) }
        if line.count > 3, line[line.startIndex + 3] == UInt8(ascii: "-") {
            if earlier.utf8.count + text.utf8.count < SMTPSession.longestLine { earlier += text + " " }
            return .none
        }
        let reply = SMTPReply(code: code, text: earlier + text)
        earlier = ""
        steps.removeFirst()
        if reply.code == 421, step != .quit {
            return fail("421: the relay closes the connection", bodyReply: step == .body)
        }
        return take(reply, to: step)
    }

    /// Notes what the relay offers in its answer to EHLO.
    private mutating func noteExtension(_ text: String) {
        let words = text.split(separator: " ")
        switch words.first {
        case "PIPELINING": pipelines = true
        case "STARTTLS": offersTLS = true
        case "AUTH": authMethods = words.dropFirst().map(String.init)
        default: break
        }
    }

    /// Queues a command, and what its reply will answer.
    private mutating func put(_ line: String, then step: Step) {
        output.append(contentsOf: line.utf8)
        output.append(contentsOf: [13, 10])
        steps.append(step)
    }

    // MARK: Replies

    /// Takes a whole reply to the oldest command without one.
    private mutating func take(_ reply: SMTPReply, to step: Step) -> Demand {
        let isGood = 200..<400 ~= reply.code
        switch step {
        case .greeting, .hello, .startTLS, .authPlain, .authUser, .authPassword:
            guard isGood else { return refuse(reply, at: step) }
            return open(reply, after: step)
        case .mail:
            if !isGood { refuseEnvelope(reply, relay: reply.code >= 500 && current?.followsRefusal != true) }
            if !pipelines { continueEnvelope(.mail) }
        case .recipient:
            if !isGood { refuseEnvelope(reply, relay: reply.isRelayWide) }
            if !pipelines { continueEnvelope(.recipient) }
        case .data: return takeData(reply)
        case .body: endMessage(reply)
        case .reset:
            if let job = again {
                again = nil
                current = SMTPEnvelope(job: job)
                sendEnvelope(job)
            } else {
                begin()
            }
        case .quit: return .close
        }
        return .none
    }

    /// Goes on from greeting to EHLO, STARTTLS, EHLO again, AUTH, and the first mail.
    private mutating func open(_ reply: SMTPReply, after step: Step) -> Demand {
        switch step {
        case .greeting: put("EHLO \(relay.name)", then: .hello)
        case .hello where relay.encryption == .starttls && !isSecure:
            guard offersTLS else { return pause("the relay offers no STARTTLS, and mail never travels in clear") }
            put("STARTTLS", then: .startTLS)
        case .startTLS:
            isSecure = true
            // What was offered in clear is forgotten.
            (pipelines, authMethods) = (false, [])
            put("EHLO \(relay.name)", then: .hello)
            return .startTLS
        case .hello:
            if let user = relay.user, let password = relay.password { return authenticate(user, password) }
            start()
        case .authUser: put(MIME.base64Text(Array((relay.user ?? "").utf8)), then: .authPassword)
        case .authPassword where reply.code == 334:
            put(
                relay.password?.reveal { bytes in MIME.base64Text(bytes.indices.map { bytes[$0] }) } ?? "",
                then: .authPlain)
        default: start()
        }
        return .none
    }

    /// AUTH PLAIN where offered, else LOGIN, and only over TLS.
    private mutating func authenticate(_ user: String, _ password: Secret) -> Demand {
        guard isSecure else {
            return pause("a password is configured, but the connection is not encrypted: it is not sent")
        }
        if authMethods.contains("PLAIN") {
            let secret: [UInt8] = password.reveal { bytes in bytes.indices.map { bytes[$0] } }
            let bytes: [UInt8] = [0] + Array(user.utf8) + [0] + secret
            put("AUTH PLAIN \(MIME.base64Text(bytes))", then: .authPlain)
        } else if authMethods.contains("LOGIN") {
            put("AUTH LOGIN", then: .authUser)
        } else {
            return pause("the relay offers neither AUTH PLAIN nor AUTH LOGIN")
        }
        return .none
    }

    /// The relay has let us in.
    private mutating func start() {
        isReady = true
        begin()
    }

    /// A 5xx before the first mail pauses the channel; a 4xx only ends the connection.
    private mutating func refuse(_ reply: SMTPReply, at step: Step) -> Demand {
        if reply.code >= 500 { return pause("the relay refuses us (\(step)): \(reply.summary)") }
        return fail("the relay is not ready (\(step)): \(reply.summary)")
    }

    // MARK: Messages

    /// Takes the next mail; without one the session is idle, and after `mostMessages` it says QUIT.
    private mutating func begin() {
        guard delivered < SMTPSession.mostMessages else {
            isIdle = true
            put("QUIT", then: .quit)
            return
        }
        guard let job = next() else {
            isIdle = true
            return
        }
        isIdle = false
        current = SMTPEnvelope(job: job)
        sendEnvelope(job)
    }

    /// Sends MAIL, and with PIPELINING RCPT and DATA behind it.
    private mutating func sendEnvelope(_ job: MailJob) {
        delivered += 1
        put("MAIL FROM:<\(job.sender)>", then: .mail)
        if pipelines {
            put("RCPT TO:<\(job.recipient)>", then: .recipient)
            put("DATA", then: .data)
        }
    }

    /// Without PIPELINING: the command after the one that was answered.
    private mutating func continueEnvelope(_ step: Step) {
        guard let envelope = current else { return }
        if envelope.refusal != nil {
            finishRefused()
        } else if step == .mail {
            put("RCPT TO:<\(envelope.job.recipient)>", then: .recipient)
        } else {
            put("DATA", then: .data)
        }
    }

    /// Keeps the first refusal of an envelope.
    /// - Parameter relay: whether the relay refuses us, and not this recipient.
    private mutating func refuseEnvelope(_ reply: SMTPReply, relay: Bool) {
        guard current?.refusal == nil else { return }
        current?.refusal = reply
        current?.relayRefused = relay
    }

    /// Answers the reply to DATA: the body, a wait until earlier results are on disk, or the end of a refused
    /// envelope.
    private mutating func takeData(_ reply: SMTPReply) -> Demand {
        guard let envelope = current else { return .none }
        guard reply.code == 354 else {
            if envelope.refusal == nil { refuseEnvelope(reply, relay: reply.code == 503) }
            finishRefused()
            return .none
        }
        if let refusal = envelope.refusal {
            // A dot would end an empty message, and it would go to whomever the relay still has in mind: leaving makes
            // it forget them.
            current = nil
            result(
                envelope.job,
                envelope.isMixedUp
                    ? .temporary(refusal.summary) : refusal.outcome(relay: envelope.relayRefused))
            return .close
        }
        if unreleased == 0 { sendBody() } else { bodyWaits = true }
        return .none
    }

    /// Reports a refused envelope and clears the relay's memory of it.
    private mutating func finishRefused() {
        guard let envelope = current, let refusal = envelope.refusal else { return }
        if envelope.isMixedUp {
            current = nil
            again = envelope.job
            put("RSET", then: .reset)
            return
        }
        report(envelope, refusal.outcome(relay: envelope.relayRefused))
        put("RSET", then: .reset)
    }

    /// Sends the body, and with PIPELINING the next envelope behind it.
    private mutating func sendBody() {
        guard let envelope = current else { return }
        output.append(contentsOf: envelope.job.body)
        put(".", then: .body)
        bodyEnd = taken + output.count
        if pipelines, delivered < SMTPSession.mostMessages, let job = next() {
            ahead = SMTPEnvelope(job: job)
            sendEnvelope(job)
        }
    }

    /// Takes the reply to the body's end, and makes the next envelope the present one.
    private mutating func endMessage(_ reply: SMTPReply) {
        guard let envelope = current else { return }
        let outcome =
            envelope.refusal.map { $0.outcome(relay: envelope.relayRefused) }
            ?? reply.outcome(relay: false)
        report(envelope, outcome)
        current = ahead
        ahead = nil
        if case .accepted = outcome {} else { current?.followsRefusal = true }
        // Without a next envelope under way the connection waits for `release`.
    }

    /// Hands out a result; the next body waits until it is on disk.
    private mutating func report(_ envelope: SMTPEnvelope, _ outcome: DeliveryOutcome) {
        current = nil
        unreleased += 1
        result(envelope.job, outcome)
    }

    // MARK: Endings

    /// Ends the session so that the channel stops until somebody has mended what is wrong.
    private mutating func pause(_ reason: String) -> Demand { end(.paused(reason), bodyGone: .paused(reason)) }

    /// Ends the session; what was under way is tried again, but for a body that may have arrived.
    /// - Parameter bodyReply: whether the relay answered the body with its refusal, so that nothing is unknown.
    private mutating func fail(_ reason: String, bodyReply: Bool = false) -> Demand {
        end(.temporary(reason), bodyGone: bodyReply ? .temporary(reason) : .unknown(reason))
    }

    /// Ends the session after the connection was lost.
    /// - Parameter sent: how many bytes of `output` have left: where the last body is not complete at the relay, it is
    ///   as if it had never been sent.
    mutating func lost(_ reason: String, sent: Int, isPause: Bool = false) {
        if isPause {
            _ = pause(reason)
        } else {
            _ = end(.temporary(reason), bodyGone: sent < bodyEnd ? .temporary(reason) : .unknown(reason))
        }
    }

    /// Reports everything under way: `bodyGone` for a mail whose body has left, `outcome` for the rest.
    private mutating func end(_ outcome: DeliveryOutcome, bodyGone: DeliveryOutcome) -> Demand {
        if let envelope = current {
            let bodyIsOut = steps.contains(.body) && envelope.refusal == nil
            result(envelope.job, bodyIsOut ? bodyGone : outcome)
        }
        if let envelope = ahead { result(envelope.job, outcome) }
        if let job = again { result(job, outcome) }
        (current, ahead, again, bodyWaits) = (nil, nil, nil, false)
        // A relay may close a connection on which nothing is under way.
        if !(isIdle && steps.isEmpty) { ended = outcome }
        return .close
    }

    /// How the session ended, when it did not end politely.
    private(set) var ended: DeliveryOutcome?
}
