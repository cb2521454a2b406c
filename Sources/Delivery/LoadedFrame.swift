package import Contacts
import FoundationEssentials
package import Store
package import Templating

/// A frame with its templates loaded and checked.
package final class LoadedFrame {
    /// The frame as it was stored.
    package let frame: MessageEnvelope
    /// What its messages are about, read from the frame.
    package let kind: MessageKind
    private let subject: Template?
    private let text: Template
    private let html: Template?
    private var form: MIME.Form?

    /// - Throws: where a template asks for a name that messages of this kind have not.
    package init(_ frame: MessageEnvelope, route: Channel) throws(TemplateError) {
        self.frame = frame
        guard let kind = MessageKind(rawValue: frame.kind) else {
            throw TemplateError(template: frame.kind, line: 1, column: 1, message: "there is no such kind of message")
        }
        self.kind = kind
        let name = "\(route.rawValue)/\(frame.kind).\(frame.language)"
        // A letter's personal texts stand in frames of their own, never in its fixed text.
        let shape = route == .letter ? kind.shape.filter { !kind.personalNames.contains($0.key) } : kind.shape
        switch route {
        case .email:
            // The first line is the subject, the second is empty.
            let lines = frame.text.split(separator: "\n", maxSplits: 2, omittingEmptySubsequences: false)
            guard lines.count == 3, !lines[0].isEmpty, lines[1].isEmpty else {
                throw TemplateError(
                    template: name + ".txt", line: 1, column: 1,
                    message: "the first line is the subject, the second is empty")
            }
            subject = try Template(String(lines[0]), name: name + ".txt", escaping: .plain, shape: shape)
            text = try Template(String(lines[2]), name: name + ".txt", escaping: .plain, shape: shape)
            html =
                if let source = frame.html {
                    try Template(source, name: name + ".html", escaping: .html, shape: shape)
                } else { nil }
        case .sms:
            text = try Template(frame.text, name: name + ".txt", escaping: .sms, shape: shape)
            (subject, html) = (nil, nil)
            let foreign = SMSText.foreign(Escaping.foldForSMS(text.fixedText))
            guard foreign.isEmpty else {
                throw TemplateError(
                    template: name + ".txt", line: 1, column: 1,
                    message:
                        "the characters \(foreign.map { "\"\($0)\"" }.joined(separator: " ")) are not in the SMS alphabet "
                        + "and would double the price of every message: write it without them")
            }
        case .letter:
            text = try Template(frame.text, name: name + ".md", escaping: .plain, shape: shape)
            (subject, html) = (nil, nil)
        }
    }

    /// The mail for one voter; nil when a header would hold a control character.
    func mail(_ model: PersonalModel) throws(TemplateError) -> [UInt8]? {
        if form == nil { form = try prepared() }
        guard let form else { return nil }
        return try MIME.bytes(form, model)
    }

    /// Puts the election-wide values in, once for all mails of the frame; nil for what is no mail, or has a control
    /// character in a header.
    private func prepared() throws(TemplateError) -> MIME.Form? {
        guard let subject else { return nil }
        let shared = frame.values([:])
        return MIME.Form(
            senderName: frame.senderName, senderAddress: frame.senderAddress, subject: try subject.flat(shared),
            text: try text.flat(shared), html: try html?.flat(shared))
    }

    /// The text for one voter (SMS), or the Markdown of a letter.
    /// - Throws: when `values` lacks a name that the text uses.
    package func text(_ values: [String: String]) throws(TemplateError) -> String {
        let text = try text.render(frame.values(values))
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }
}

extension Outbox {
    /// The frame with this number.
    /// - Throws: `.damaged` when there is none with this number, or it is not readable.
    package func frame(_ reading: borrowing Reading, _ id: Int) throws(StoreError) -> MessageEnvelope {
        let content = try reading.first("SELECT content FROM outbox_frame WHERE id = ?", id) {
            (row: borrowing Row) throws(StoreError) -> String in try row[0]
        }
        do { return try JSONDecoder().decode(MessageEnvelope.self, from: Data((content ?? "").utf8)) } catch {
            throw StoreError(.damaged, "Message frame \(id) is not readable: \(error).", cure: "Run `store check`.")
        }
    }
}
