import Delivery
import Foundation
import HTTPServer
import Templating
import WebContent

/// The demo's mailbox: what its voters received, to be looked at in a browser. It exists in `demo` alone.
final class DemoMailbox: Sendable {
    private let folder: String
    private let template: Template
    /// What the staff's authenticators show at the moment of asking.
    private let codes: @Sendable () -> [String]
    /// Messages on one page.
    private static let most = 60

    /// - Parameter folder: the demo's, with `mail/new`, `sms/new` and `letters`.
    /// - Parameter codes: what the staff's authenticators show.
    init(
        folder: String, templates: TemplateFolder, codes: @escaping @Sendable () -> [String] = { [] }
    ) throws(SiteFault) {
        self.codes = codes
        self.folder = folder
        let message = Shape.object([
            "kind": .text, "recipient": .text, "subject": .text, "time": .text, "text": .text, "name": .text,
            "hasHTML": .flag,
        ])
        do {
            template = try Template(
                try templates.text("demo/mailbox.html"), name: "demo/mailbox.html", escaping: .html,
                shape: [
                    "to": .text, "codes": .list(.text), "letters": .list(.text), "messages": .list(message),
                    "shown": .text, "count": .text,
                ])
        } catch { throw SiteFault("\(error)") }
    }

    /// Answers the demo's own addresses, to this machine only: a page elsewhere that got a browser to ask under another
    /// name learns nothing.
    func response(_ request: Request) -> Response? {
        guard request.path.hasPrefix("/demo/") else { return nil }
        let host = (request.header("host") ?? "").split(separator: ":").first.map(String.init)
        guard host == "localhost" || host == "127.0.0.1", request.method != .post else {
            return .text(403, "this machine only\n")
        }
        let name = request.path.split(separator: "/").last.map(String.init) ?? ""
        if request.path == "/demo/mailbox" { return list(request.parameter("to") ?? "") }
        if request.path == "/demo/letters/\(name)" { return letter(name) }
        if request.path == "/demo/mail/\(name)" { return mail(name) }
        return nil
    }

    /// A message's file.
    private struct Item {
        let name: String
        let kind: String
        let time: Date
        let recipient: String
        let subject: String
        let text: String
        let html: String?
    }

    /// The page of the latest messages.
    /// - Parameter to: part of an address or number; empty for everybody's.
    private func list(_ to: String) -> Response {
        let all = files("mail/new", "Mail") + files("sms/new", "SMS")
        let wanted = to.filter { !$0.isWhitespace }.lowercased()
        var items: [Item] = []
        for file in all.sorted(by: { ($0.time, $0.name) > ($1.time, $1.name) }) where items.count < DemoMailbox.most {
            guard let item = read(file), wanted.isEmpty || item.recipient.lowercased().contains(wanted) else {
                continue
            }
            items.append(item)
        }
        let letters = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/letters")) ?? []
        let formatter = DateFormatter()
        formatter.dateFormat = "HH:mm:ss"
        do {
            let text = try template.render([
                "to": .text(to), "count": .text("\(all.count)"), "shown": .text("\(items.count)"),
                "codes": .list(codes().map { .text($0) }),
                "letters": .list(letters.filter { $0.hasSuffix(".pdf") }.sorted().map { .text($0) }),
                "messages": .list(
                    items.map {
                        .object([
                            "kind": .text($0.kind), "recipient": .text($0.recipient), "subject": .text($0.subject),
                            "time": .text(formatter.string(from: $0.time)), "text": .text($0.text),
                            "name": .text($0.name), "hasHTML": .flag($0.html != nil),
                        ])
                    }),
            ])
            return Response(200, body: Array(text.utf8))
        } catch { return .text(500, "\(error)\n") }
    }

    /// A message that was not read yet: many lie there, and a page shows the latest.
    private struct File {
        let path: String
        let name: String
        let kind: String
        let time: Date
    }

    /// The files of a mailbox's folder; none where the folder is not there.
    private func files(_ place: String, _ kind: String) -> [File] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(place)")) ?? []
        return names.compactMap { name in
            let path = "\(folder)/\(place)/\(name)"
            guard let facts = try? FileManager.default.attributesOfItem(atPath: path),
                let time = facts[.modificationDate] as? Date
            else { return nil }
            return File(path: path, name: name, kind: kind, time: time)
        }
    }

    /// A message with its recipient; an SMS has it in its first line.
    private func read(_ file: File) -> Item? {
        guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
        let text = String(decoding: data, as: UTF8.self)
        if file.kind == "SMS" {
            let lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return Item(
                name: file.name, kind: file.kind, time: file.time, recipient: lines[0], subject: "",
                text: (lines.last ?? "").trimmingCharacters(in: .whitespacesAndNewlines), html: nil)
        }
        let mail = OwnMail(text)
        return Item(
            name: file.name, kind: file.kind, time: file.time, recipient: mail.recipient, subject: mail.subject,
            text: mail.text, html: mail.html)
    }

    /// A mail as a mail program shows it, in a page that can do nothing but look.
    private func mail(_ name: String) -> Response? {
        guard let file = files("mail/new", "Mail").first(where: { $0.name == name }), let html = read(file)?.html else {
            return nil
        }
        var response = Response(200, body: Array(html.utf8))
        response.headers.append(("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'"))
        return response
    }

    /// A PDF among the letters; only a name that stands in the folder is opened.
    private func letter(_ name: String) -> Response? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(folder)/letters")) ?? []
        guard names.contains(name), name.hasSuffix(".pdf"),
            let data = FileManager.default.contents(atPath: "\(folder)/letters/\(name)")
        else { return nil }
        return Response(200, type: "application/pdf", body: [UInt8](data))
    }
}

/// A mail that we wrote ourselves, read back: two quoted-printable parts.
struct OwnMail {
    /// The address without its brackets.
    private(set) var recipient = ""
    private(set) var subject = ""
    /// The plain part, or the whole body of a mail without parts.
    private(set) var text = ""
    /// The HTML part; nil where there is none.
    private(set) var html: String?

    /// - Parameter source: the whole mail as it was sent, headers first.
    init(_ source: String) {
        let lines = source.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        var headers: [String] = []
        var index = 0
        while index < lines.count, !lines[index].isEmpty {
            if lines[index].first == " " || lines[index].first == "\t", !headers.isEmpty {
                headers[headers.count - 1] += " " + lines[index].trimmingCharacters(in: .whitespaces)
            } else {
                headers.append(String(lines[index]))
            }
            index += 1
        }
        func header(_ name: String) -> String {
            let found = headers.first { $0.lowercased().hasPrefix(name + ":") } ?? ""
            return String(found.dropFirst(name.count + 1)).trimmingCharacters(in: .whitespaces)
        }
        recipient = header("to").filter { !"<>".contains($0) }
        subject = OwnMail.words(header("subject"))
        let type = header("content-type")
        guard let mark = type.firstRange(of: "boundary=") else {
            text = OwnMail.quoted(lines[index...])
            return
        }
        let boundary = "--" + type[mark.upperBound...].prefix { $0 != ";" }.filter { $0 != "\"" }
        for part in lines[index...].split(whereSeparator: { $0.hasPrefix(boundary) }) {
            guard let blank = part.firstIndex(where: \.isEmpty) else { continue }
            let head = part[..<blank].joined(separator: " ").lowercased()
            let body = OwnMail.quoted(part[(blank + 1)...])
            if head.contains("text/plain") { text = body } else if head.contains("text/html") { html = body }
        }
    }

    /// RFC 2045, section 6.7.
    private static func quoted(_ lines: some Sequence<Substring>) -> String {
        var bytes: [UInt8] = []
        for line in lines {
            var rest = Array(line.utf8)[...]
            let isSoft = rest.last == UInt8(ascii: "=")
            if isSoft { rest = rest.dropLast() }
            bytes += decoded(rest, escape: UInt8(ascii: "="))
            if !isSoft { bytes.append(10) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Bytes with each `escape` and its two hexadecimal digits made one.
    private static func decoded(_ source: ArraySlice<UInt8>, escape: UInt8) -> [UInt8] {
        var (out, rest): ([UInt8], ArraySlice<UInt8>) = ([], source)
        while let byte = rest.popFirst() {
            if byte == escape, rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                out.append(value)
                rest = rest.dropFirst(2)
            } else {
                out.append(byte)
            }
        }
        return out
    }

    /// Encoded words of RFC 2047, in UTF-8.
    private static func words(_ text: String) -> String {
        var result = ""
        var wasWord = false
        for piece in text.split(separator: " ") {
            let parts = piece.split(separator: "?", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 5, parts[0] == "=", parts[4] == "=" else {
                result += (result.isEmpty ? "" : " ") + piece
                wasWord = false
                continue
            }
            let body =
                parts[2].uppercased() == "B"
                ? Data(base64Encoded: parts[3]).map { [UInt8]($0) } ?? []
                : decoded(Array(parts[3].replacing("_", with: " ").utf8)[...], escape: UInt8(ascii: "="))
            result += (result.isEmpty || wasWord ? "" : " ") + String(decoding: body, as: UTF8.self)
            wasWord = true
        }
        return result
    }
}
