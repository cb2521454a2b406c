import Templating

/// Builds mail messages: 7-bit throughout, quoted-printable bodies (RFC 2045), encoded words in headers (RFC 2047),
/// CRLF line ends.
enum MIME {
    /// What a frame's mails share, encoded once; each mail adds its few own lines.
    struct Form {
        /// One line of a body: encoded already, or with values of one voter.
        fileprivate enum Line {
            case fixed([UInt8])
            case open([Template.Flat.Part])
        }

        fileprivate let sender: [UInt8]
        fileprivate let domain: String
        fileprivate let subject: Template.Flat
        /// The encoded subject, when it holds no value of one voter.
        fileprivate let fixedSubject: [UInt8]?
        fileprivate let text: Template.Flat
        fileprivate let textLines: [Line]
        fileprivate let html: Template.Flat?
        fileprivate let htmlLines: [Line]

        /// - Returns: nil when a header would hold a control character.
        init?(
            senderName: String, senderAddress: String, subject: Template.Flat, text: Template.Flat, html: Template.Flat?
        ) {
            guard MIME.isLine(senderName), MIME.isLine(senderAddress) else { return nil }
            var sender: [UInt8] = []
            MIME.appendHeader("From", senderName, isPhrase: true, to: &sender)
            MIME.append("\r\n <\(senderAddress)>\r\n", to: &sender)
            self.sender = sender
            domain = String(senderAddress.drop { $0 != "@" })
            self.subject = subject
            if case .text(let whole) = subject.parts.first, subject.parts.count == 1 {
                guard MIME.isLine(whole) else { return nil }
                var header: [UInt8] = []
                MIME.appendHeader("Subject", whole, isPhrase: false, to: &header)
                fixedSubject = header
            } else {
                fixedSubject = nil
            }
            (self.text, textLines) = (text, Form.lines(text))
            self.html = html
            htmlLines = html.map(Form.lines) ?? []
        }

        /// Quoted-printable begins anew at each line, so that a line without open values is encoded once for all.
        private static func lines(_ flat: Template.Flat) -> [Line] {
            var lines: [Line] = []
            var open: [Template.Flat.Part] = []
            func close() {
                if open.contains(where: { if case .text = $0 { false } else { true } }) {
                    lines.append(.open(open))
                } else {
                    var bytes: [UInt8] = []
                    for case .text(let text) in open { MIME.appendQuotedPrintable(text, to: &bytes) }
                    if case .fixed(let before) = lines.last {
                        lines[lines.count - 1] = .fixed(before + bytes)
                    } else {
                        lines.append(.fixed(bytes))
                    }
                }
                open = []
            }
            for part in flat.parts {
                guard case .text(let text) = part else {
                    open.append(part)
                    continue
                }
                let pieces = text.split(separator: "\n", omittingEmptySubsequences: false)
                for (index, piece) in pieces.enumerated() {
                    let isLast = index == pieces.count - 1
                    if !isLast || !piece.isEmpty { open.append(.text(piece + (isLast ? "" : "\n"))) }
                    if !isLast { close() }
                }
            }
            if !open.isEmpty { close() }
            return lines
        }
    }

    /// Whether a text may stand in a header.
    fileprivate static func isLine(_ text: String) -> Bool { !text.unicodeScalars.contains(where: Escaping.breaksLine) }

    /// The bytes of one voter's mail; nil when a header would hold a control character.
    static func bytes(_ form: Form, _ model: PersonalModel) throws(TemplateError) -> [UInt8]? {
        let recipient = String(decoding: model.recipient, as: UTF8.self)
        guard isLine(recipient), isLine(model.token) else { return nil }
        var out: [UInt8] = []
        out.reserveCapacity(8192)
        append("Date: \(date(model.date))\r\n", to: &out)
        out.append(contentsOf: form.sender)
        append("To: <\(recipient)>\r\nMessage-ID: <\(model.token)\(form.domain)>\r\n", to: &out)
        if let subject = form.fixedSubject {
            out.append(contentsOf: subject)
        } else {
            var subject = ""
            for part in form.subject.parts { subject += try form.subject.text(part, model.values) }
            guard isLine(subject) else { return nil }
            appendHeader("Subject", subject, isPhrase: false, to: &out)
        }
        append("\r\nAuto-Submitted: auto-generated\r\n\(suppressed)\r\nMIME-Version: 1.0\r\n", to: &out)
        guard let html = form.html else {
            try appendPart("plain", form.text, form.textLines, model.values, to: &out)
            return out
        }
        append(
            "Content-Type: multipart/alternative; boundary=\"=_\(model.token)\"\r\n\r\n--=_\(model.token)\r\n", to: &out
        )
        try appendPart("plain", form.text, form.textLines, model.values, to: &out)
        append("--=_\(model.token)\r\n", to: &out)
        try appendPart("html", html, form.htmlLines, model.values, to: &out)
        append("--=_\(model.token)--\r\n", to: &out)
        return out
    }

    /// Exchange sends no absence note, no automatic answer and no word that the mail was read. Reports of delivery (DR) and of
    /// failure (NDR) are not among them: a bounce must come back (Microsoft's [MS-OXCMAIL], 2.1.3.2.13).
    private static let suppressed = "X-Auto-Response-Suppress: OOF, AutoReply, RN, NRN"

    /// Appends a text as it is.
    fileprivate static func append(_ text: String, to out: inout [UInt8]) { out.append(contentsOf: text.utf8) }

    /// Appends one part with its own headers, in quoted-printable.
    /// - Throws: when `values` lacks a name that the template uses.
    private static func appendPart(
        _ type: String, _ flat: Template.Flat, _ lines: [Form.Line], _ values: [String: String], to out: inout [UInt8]
    ) throws(TemplateError) {
        append(
            "Content-Type: text/\(type); charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", to: &out
        )
        for line in lines {
            switch line {
            case .fixed(let bytes): out.append(contentsOf: bytes)
            case .open(let parts):
                var text = ""
                for part in parts { text += try flat.text(part, values) }
                appendQuotedPrintable(text, to: &out)
            }
        }
    }

    /// Octets of an encoded word's text that still make at most 75 characters in base64.
    private static let wordBytes = 42

    /// Appends a header: as it is where ASCII allows and the line stays short, else as encoded words in base64 (RFC
    /// 2047).
    /// - Parameter isPhrase: whether it is a name before an address, in which fewer characters may stand bare (RFC
    ///   5322, 3.2.5).
    fileprivate static func appendHeader(_ name: String, _ text: String, isPhrase: Bool, to out: inout [UInt8]) {
        append(name + ": ", to: &out)
        let bytes = Array(text.utf8)
        let isPlain = bytes.allSatisfy { byte in
            isPhrase
                ? 48...57 ~= byte || 65...90 ~= byte || 97...122 ~= byte || byte == 32 || byte == UInt8(ascii: "-")
                : byte < 127
        }
        if isPlain, bytes.count + name.utf8.count < 74 {
            out.append(contentsOf: bytes)
            return
        }
        var start = 0
        while start < bytes.count {
            var end = min(start + wordBytes, bytes.count)
            while end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            if start > 0 { append("\r\n ", to: &out) }
            append("=?UTF-8?B?", to: &out)
            appendBase64(bytes[start..<end], to: &out)
            append("?=", to: &out)
            start = end
        }
    }

    private static let base64 = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let hexDigits = Array("0123456789ABCDEF".utf8)

    /// Base64 with padding, in one line (RFC 4648, 4).
    static func base64Text(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        appendBase64(bytes, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Base64 with padding, in one line (RFC 4648, 4).
    static func appendBase64(_ bytes: some RandomAccessCollection<UInt8>, to out: inout [UInt8]) {
        let bytes = Array(bytes)
        for index in stride(from: 0, to: bytes.count, by: 3) {
            let rest = bytes.count - index
            let group =
                UInt32(bytes[index]) << 16 | (rest > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                | (rest > 2 ? UInt32(bytes[index + 2]) : 0)
            out.append(base64[Int(group >> 18)])
            out.append(base64[Int(group >> 12 & 63)])
            out.append(rest > 1 ? base64[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            out.append(rest > 2 ? base64[Int(group & 63)] : UInt8(ascii: "="))
        }
    }

    /// Quoted-printable with lines of at most 76 characters and CRLF ends (RFC 2045, 6.7); a text without a final line
    /// end gets one.
    fileprivate static func appendQuotedPrintable(_ text: String, to out: inout [UInt8]) {
        let bytes = Array(text.utf8)
        var column = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 10 || byte == 13 && index + 1 < bytes.count && bytes[index + 1] == 10 {
                out.append(13)
                out.append(10)
                column = 0
                index += byte == 13 ? 2 : 1
                continue
            }
            let endsLine = index + 1 == bytes.count || bytes[index + 1] == 10 || bytes[index + 1] == 13
            // A dot at the start of a line would have to be doubled on the wire: it travels encoded.
            let isPlain =
                33...126 ~= byte && byte != UInt8(ascii: "=") && !(column == 0 && byte == UInt8(ascii: "."))
                || (byte == 32 || byte == 9) && !endsLine
            if column + (isPlain ? 1 : 3) > 75 {
                out.append(contentsOf: [UInt8(ascii: "="), 13, 10])
                column = 0
                continue
            }
            if isPlain {
                out.append(byte)
                column += 1
            } else {
                out.append(UInt8(ascii: "="))
                out.append(hexDigits[Int(byte >> 4)])
                out.append(hexDigits[Int(byte & 15)])
                column += 3
            }
            index += 1
        }
        if column > 0 { out.append(contentsOf: [13, 10]) }
    }

    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// RFC 5322's date in UTC.
    static func date(_ seconds: Int) -> String {
        let day = seconds / 86_400
        let time = seconds % 86_400
        let (year, month, number) = CivilDate.of(day: day)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        return "\(days[day % 7]), \(two(number)) \(months[month - 1]) \(year) "
            + "\(two(time / 3600)):\(two(time / 60 % 60)):\(two(time % 60)) +0000"
    }
}

/// Dates of the Gregorian calendar without time zones.
enum CivilDate {
    /// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant's civil_from_days).
    static func of(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let index = (5 * dayOfYear + 2) / 153
        let month = index < 10 ? index + 3 : index - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * index + 2) / 5 + 1)
    }
}
