/// What a mail that came back says of the message that we sent: a delivery status notification (RFC 3464, and RFC 6533 where
/// addresses are not ASCII), or the plain text of qmail's and of older Exims' bounces. A letter of somebody who answers, or who
/// quotes such a text, is none.
struct BounceReport: Equatable {
    /// The actions of RFC 3464, 2.3.3, by the names that stand in the field.
    enum Action: String { case failed, delayed, delivered, relayed, expanded }

    let action: Action
    /// `5.1.1`, or `550` where the other side gave no more; `5.0.0`, which says nothing, where it gave nothing.
    let status: String

    /// Longest status in characters.
    private static let longestStatus = 12
    private static let types: Set<String> = ["message/delivery-status", "message/global-delivery-status"]

    private init(_ action: Action, _ status: String) { (self.action, self.status) = (action, status) }

    /// - Parameters:
    ///   - lines: the whole mail.
    ///   - isFromNobody: whether its envelope has no sender, as that of every notification.
    /// - Returns: nil when the mail is no such notification.
    init?(lines: [[UInt8]], isFromNobody: Bool = true) {
        let mail = MailReading(lines[...])
        // What a person forwards or attaches is no word of a mail server.
        let isOwn = isFromNobody || BounceReport.isMailer(mail["from"] ?? [])
        if let report = mail.parts.lazy.filter({ BounceReport.types.contains($0.type) }).first {
            guard isOwn || mail.type == "multipart/report" else { return nil }
            self.init(report: report.content)
            return
        }
        // Text alone is easily quoted: only a mail server's own word counts, at its beginning.
        guard isOwn else { return nil }
        let text = mail.parts.first { $0.type == "text/plain" } ?? mail
        guard let found = BounceReport.exim(mail, text) ?? BounceReport.qmail(text) else { return nil }
        self = found
    }

    // MARK: Notifications

    /// Blocks of fields: of the message first, then one for each recipient.
    private init?(report lines: [[UInt8]]) {
        let blocks = lines.split { MailReading.trimmed($0[...]).isEmpty }.map { MailReading.fields($0) }
        var found: [BounceReport] = []
        for block in blocks.flatMap(BounceReport.recipients) {
            guard let action = BounceReport.action(of: block) else { continue }
            found.append(BounceReport(action, BounceReport.status(of: block)))
        }
        // One of ours goes to one address; where an alias makes several of it, one that fails is told.
        let worst: [Action] = [.failed, .delivered, .delayed, .relayed, .expanded]
        guard let report = worst.lazy.compactMap({ action in found.first { $0.action == action } }).first else {
            return nil
        }
        self = report
    }

    /// What each recipient has once, in any order.
    private static let single: Set<String> = ["original-recipient", "final-recipient", "action", "status"]

    /// The fields of each recipient: where no empty line stands between two, the next begins with what the one before had
    /// already.
    private static func recipients(_ block: [MailReading.Field]) -> [[MailReading.Field]] {
        var found: [[MailReading.Field]] = [[]]
        for field in block {
            let isAnother = single.contains(field.name) && found[found.count - 1].contains { $0.name == field.name }
            if isAnother { found.append([]) }
            found[found.count - 1].append(field)
        }
        return found
    }

    /// What was done about a recipient; where that is not said in the standard's words, the class of the status says it.
    private static func action(of block: [MailReading.Field]) -> Action? {
        if let word = value("action", in: block),
            let action = Action(rawValue: String(decoding: word.map(MailReading.lower), as: UTF8.self))
        {
            return action
        }
        guard let status = value("status", in: block).flatMap(status), status.dropFirst().first == "." else {
            return nil
        }
        switch status.first {
        case "2": return .delivered
        case "4": return .delayed
        case "5": return .failed
        default: return nil
        }
    }

    /// The first word of a field, beside any comment.
    private static func value(_ name: String, in block: [MailReading.Field]) -> ArraySlice<UInt8>? {
        guard var value = block.first(where: { $0.name == name })?.value[...] else { return nil }
        while value.first == UInt8(ascii: "("), let end = value.firstIndex(of: UInt8(ascii: ")")) {
            value = value[(end + 1)...].drop(while: MailReading.isBlank)
        }
        return value.prefix { !MailReading.isBlank($0) && $0 != UInt8(ascii: "(") && $0 != UInt8(ascii: ";") }
    }

    /// The status that a recipient's fields give; where there is none, or one that says nothing (`5.0.0`), the first code in the
    /// other server's own words.
    private static func status(of block: [MailReading.Field]) -> String {
        let given = value("status", in: block).flatMap(status)
        if let given, !isEmpty(given) { return given }
        let said = code(in: block.first { $0.name == "diagnostic-code" }?.value ?? [])
        // One of another class is of another attempt.
        guard let given else { return said ?? unknownStatus }
        return said?.first == given.first ? said ?? given : given
    }

    /// Whether a status names its class alone.
    private static func isEmpty(_ status: String) -> Bool { status.hasSuffix(".0.0") }

    /// RFC 3463: "other undefined status".
    private static let unknownStatus = "5.0.0"

    /// Digits and dots, as RFC 3463 has them.
    private static func status(_ bytes: ArraySlice<UInt8>) -> String? {
        guard 1...longestStatus ~= bytes.count, bytes.allSatisfy({ 48...57 ~= $0 || $0 == 46 }) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The first status (`5.1.1`) of a text, else its first reply code (`550`), else a status that says nothing.
    private static func code(in text: [UInt8]) -> String? {
        let words = text.split { !(48...57 ~= $0 || $0 == 46) }
        func isStatus(_ word: ArraySlice<UInt8>) -> Bool {
            let parts = word.split(separator: 46, omittingEmptySubsequences: false)
            return parts.count == 3 && parts[0].count == 1 && [50, 52, 53].contains(parts[0].first)
                && parts.allSatisfy { 1...3 ~= $0.count }
        }
        let statuses = words.filter(isStatus).compactMap { status($0) }
        let reply = words.first { $0.count == 3 && [52, 53].contains($0.first) && !$0.contains(46) }
        return statuses.first { !isEmpty($0) } ?? reply.flatMap(status) ?? statuses.first
    }

    // MARK: Plain texts

    /// `MAILER-DAEMON`, `postmaster` and their like before the at sign.
    private static func isMailer(_ from: [UInt8]) -> Bool {
        let from = MailReading.pieces(Array(from.prefix(1000)))[0].map(MailReading.lower)
        // The address alone: anybody writes what they like into the name beside it.
        let start = from.lastIndex(of: UInt8(ascii: "<")).map { $0 + 1 } ?? from.startIndex
        let address = String(decoding: MailReading.trimmed(from[start...]), as: UTF8.self)
        return ["mailer-daemon@", "postmaster@", "mail-daemon@"].contains { address.hasPrefix($0) }
    }

    /// Exim before 4.88, or set up not to write notifications: a header names who was not reached.
    private static func exim(_ mail: MailReading, _ text: MailReading) -> BounceReport? {
        guard mail["x-failed-recipients"] != nil else { return nil }
        let words = Array(ownWords(text).joined(separator: [32]))
        let subject = String(decoding: (mail["subject"] ?? []).map(MailReading.lower), as: UTF8.self)
        let said = String(decoding: words.map(MailReading.lower), as: UTF8.self)
        // It says of a message that still waits who it is for, too.
        let waits =
            subject.hasPrefix("warning") || said.contains("not yet been delivered")
            || said.contains("delivery attempts will continue")
        return BounceReport(waits ? .delayed : .failed, code(in: words) ?? unknownStatus)
    }

    /// The qmail-send bounce message format: it begins with these words, a paragraph begins with the address in angle brackets
    /// and a colon, and the copy of the message stands behind a line that begins with a hyphen.
    private static func qmail(_ text: MailReading) -> BounceReport? {
        let lines = ownWords(text)
        guard let first = lines.first(where: { !MailReading.trimmed($0[...]).isEmpty }),
            first.starts(with: Array("Hi. This is the ".utf8))
        else { return nil }
        let place = lines.firstIndex { $0.first == UInt8(ascii: "<") && $0.contains(UInt8(ascii: ":")) }
        guard let place else { return nil }
        let reason = lines[place...].prefix { !MailReading.trimmed($0[...]).isEmpty }
        return BounceReport(.failed, code(in: Array(reason.joined(separator: [32]))) ?? unknownStatus)
    }

    /// Lines looked through of a text, before the copy of the message.
    private static let mostLines = 200

    /// The lines that the mail server wrote itself: at most `mostLines`, up to the first that begins with two hyphens.
    private static func ownWords(_ text: MailReading) -> [[UInt8]] {
        Array(text.content.prefix(mostLines).prefix { !$0.starts(with: [45, 45]) })
    }
}
