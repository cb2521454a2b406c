import Crypto
import Delivery
import Foundation
import Glibc
import Store
import Testing

private func notification(type: String = "delivery-status", action: String = "failed") -> [String] {
    [
        "Content-Type: multipart/report", "", "--x", "Content-Type:  message/\(type)", "",
        "Reporting-MTA: dns; mail.example.org", "", "Final-Recipient: utf-8; j\u{E9}r\u{F4}me@exemple.example",
        "Action: \(action)", "Status: 5.1.1", "--x--",
    ]
}

struct BounceTests {
    @Test(arguments: ["delivery-status", "global-delivery-status"])
    func `a bounce is taken, with addresses in any writing`(type: String) throws {
        let returns = try Returns()
        let sender = try returns.begin()
        let recipient = try returns.recipient()
        #expect(returns.hand(sender, to: recipient, notification(type: type)).hasPrefix("250"))
        #expect(try returns.post.states == ["bounced"])
        // The first final word stands.
        #expect(returns.hand(sender, to: recipient, notification(type: type, action: "delivered")).hasPrefix("250"))
        #expect(try returns.post.states == ["bounced"])
    }

    /// Bounces of real programs, kept beside the repository.
    @Test(arguments: ["D05", "D06", "D08", "D15", "D25"])
    func `bounces of other programs are read by the rules of MIME`(name: String) throws {
        let trials = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/trials/rolls")
        let text = try String(contentsOf: trials.appending(path: "dsn-\(name).eml"), encoding: .utf8)
        let returns = try Returns()
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(try returns.hand(try returns.begin(), to: returns.recipient(), lines).contains("taken"))
        #expect(try returns.post.states == ["bounced"])
    }

    /// Of what a mail looks like, whether it is a bounce, and the status noted of it.
    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var status: String?
        var from = ""
        var testDescription: String { name }
    }

    private static func report(_ fields: String, head: String = "", body: String? = nil) -> String {
        """
        From: MAILER-DAEMON@mx.example.net
        Content-Type: multipart/report; report-type=delivery-status;
         boundary=B

        --B
        Content-Type: text/plain

        Not delivered.
        --B
        Content-Type: message/delivery-status
        \(head)
        \(body ?? "Reporting-MTA: dns; mx\n\n\(fields)")
        --B--
        """
    }

    private static let qmail = """
        From: MAILER-DAEMON@mx.example.net
        Subject: failure notice

        Hi. This is the qmail-send program at mx.example.net.
        I'm afraid I wasn't able to deliver your message to the following addresses.

        <v@ex.example.org>:
        Sorry, no mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.

        Subject: x
        """
    private static let exim = """
        From: Mail Delivery System <Mailer-Daemon@mx.example.net>
        X-Failed-Recipients: v@ex.example.org
        Auto-Submitted: auto-replied
        Subject: Mail delivery failed: returning message to sender

        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. The following address(es) failed:

          v@ex.example.org
            SMTP error from remote mail server after RCPT TO:<v@ex.example.org>:
            host mx.ex.example.org [10.0.0.5]: 550 unknown user

        ------ This is a copy of the message, including all the headers. ------

        Subject: 552 x
        """
    private static func quoted(_ text: String, _ mark: String) -> String {
        "From: jeanne@ex.example.org\nContent-Type: text/plain\n\nBonjour,\n"
            + text.split(separator: "\n").map { mark + $0 }.joined(separator: "\n")
    }

    static let kinds =
        [
            Kind(
                name: "Exim's warning of a delay",
                text: exim.replacing(
                    "Mail delivery failed: returning message to sender", with: "Warning: message 1abc delayed 24 hours"
                )
                .replacing("could not be delivered to", with: "has not yet been delivered to")),
            Kind(
                name: "a report that a person attached",
                text: report("Action: failed\nStatus: 5.1.1").replacing(
                    "MAILER-DAEMON@mx.example.net", with: "v@ex.example.org"
                )
                .replacing("multipart/report", with: "multipart/mixed"), from: "v@ex.example.org"),
            Kind(
                name: "a person with a server's name",
                text: qmail.replacing(
                    "MAILER-DAEMON@mx.example.net", with: "\"postmaster@mx.example.net\" <v@ex.example.org>"),
                from: "v@ex.example.org"),
            Kind(
                name: "a boundary with a semicolon, in quotes",
                text: report("Action: failed\nStatus: 5.1.1").replacing("boundary=B", with: "boundary=\"B;C\"")
                    .replacing("--B", with: "--B;C"),
                status: "5.1.1"),
            Kind(
                name: "a comment in the type",
                text: report("Action: failed\nStatus: 5.1.1").replacing(
                    "boundary=B", with: "(made by us; really) boundary=B"),
                status: "5.1.1"),
            Kind(
                name: "an escaped boundary",
                text: report("Action: failed\nStatus: 5.1.1").replacing("boundary=B", with: "boundary=\"\\B\""),
                status: "5.1.1"),
            Kind(
                name: "two recipients without an empty line between them",
                text: report(
                    "Final-Recipient: rfc822; v\nAction: delivered\nStatus: 2.0.0\nFinal-Recipient: rfc822; w\nAction: failed\nStatus: 5.1.1"
                ),
                status: "5.1.1"),
            Kind(
                name: "the action before the recipient",
                text: report("Action: failed\nFinal-Recipient: rfc822; v\nStatus: 5.2.1"), status: "5.2.1"),
            Kind(
                name: "the status first, two recipients",
                text: report(
                    "Status: 2.1.5\nAction: delivered\nFinal-Recipient: rfc822; v\nStatus: 5.2.2\nAction: failed\nFinal-Recipient: x; w"
                ), status: "5.2.2"),
            Kind(
                name: "a status that says nothing, and a diagnosis",
                text: report("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.1 no such user"),
                status: "5.1.1"),
            Kind(
                name: "a status that says nothing, and a reply code",
                text: report("Action: failed\nStatus: 5.0.0 (undefined)\nDiagnostic-Code: smtp; 552 5.0.0 full"),
                status: "552"),
            Kind(
                name: "a status that says nothing, and a diagnosis of before",
                text: report("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 451 4.7.1 later"), status: "5.0.0"),
            Kind(
                name: "a status without an action",
                text: report("Final-Recipient: rfc822; v\nStatus: 5.7.1"), status: "5.7.1"),
            Kind(
                name: "an action in other words",
                text: report("Final-Recipient: rfc822; v\nAction: bounced\nStatus: 5.1.1"), status: "5.1.1"),
            Kind(name: "a status for now without an action", text: report("Final-Recipient: rfc822; v\nStatus: 4.4.1")),
            Kind(
                name: "a comment behind the type",
                text: report("Action: failed\nStatus: 5.1.1").replacing(
                    "Content-Type: message/delivery-status", with: "Content-Type: message/delivery-status (RFC 3464)"),
                status: "5.1.1"),
            Kind(
                name: "a comment behind the encoding",
                text: report(
                    "Action: fail=\ned\nStatus:=205.1.3",
                    head: "Content-Transfer-Encoding: quoted-printable (of course)\n"), status: "5.1.3"),
            Kind(
                name: "a person with a server's name in a comment",
                text: qmail.replacing("MAILER-DAEMON@mx.example.net", with: "v@ex.example.org (<postmaster@mx>)"),
                from: "v@ex.example.org"),
            Kind(
                name: "a comment before the action",
                text: report("Action: (comment) failed\nStatus: 5.1.1"), status: "5.1.1"),
        ] + olderKinds

    private static let olderKinds = [
        Kind(name: "a folded type", text: report("Action: failed\nStatus: 5.1.1"), status: "5.1.1"),
        Kind(
            name: "case, comments, folds",
            text: report("ACTION:\n FAILED (permanently)\nstatus: 5.7.1 (refused)"), status: "5.7.1"),
        Kind(
            name: "the second of two",
            text: report("Action: delivered\nStatus: 2.0.0\n\nAction: failed\nStatus: 5.2.2"), status: "5.2.2"),
        Kind(
            name: "no status", text: report("Action: failed\nDiagnostic-Code: smtp;\n 550 5.1.10 no"), status: "5.1.10"),
        Kind(name: "no reason at all", text: report("Action: failed"), status: "5.0.0"),
        Kind(
            name: "base64",
            text: report(
                "", head: "Content-Transfer-Encoding: BASE64\n",
                body: Data("Reporting-MTA: dns; mx\r\n\r\nAction: failed\r\nStatus: 5.1.2\r\n".utf8)
                    .base64EncodedString()), status: "5.1.2"),
        Kind(
            name: "quoted-printable",
            text: report(
                "Action: fail=\ned\nStatus:=205.1.3", head: "Content-Transfer-Encoding: quoted-printable\n"),
            status: "5.1.3"),
        Kind(
            name: "inside a scanner's mail",
            text: "Content-Type: multipart/mixed; boundary=\"out er\"\n\n--out er\n"
                + report("Action: failed\nStatus: 5.1.1") + "\n--out er--", status: "5.1.1"),
        Kind(name: "qmail", text: qmail, status: "5.1.1"), Kind(name: "Exim", text: exim, status: "550"),
        Kind(name: "qmail from its own address", text: qmail, status: "5.1.1", from: "MAILER-DAEMON@mx.example.net"),
        Kind(name: "a delay", text: report("Action: delayed\nStatus: 4.4.1")),
        Kind(name: "a quoted qmail bounce", text: quoted(qmail, "> "), from: "jeanne@ex.example.org"),
        Kind(name: "one pasted whole", text: quoted(qmail, ""), from: "jeanne@ex.example.org"),
        Kind(name: "one pasted into an automatic answer", text: quoted(qmail, "")),
        Kind(
            name: "a forwarded bounce",
            text: "From: j@ex.example.org\nContent-Type: multipart/mixed; boundary=F\n\n--F\n\nVoici.\n--F\n"
                + "Content-Type: message/rfc822\n\n" + report("Action: failed\nStatus: 5.1.1") + "\n--F--",
            from: "j@ex.example.org"),
        Kind(
            name: "the words in plain text",
            text: "From: j@ex.example.org\n\nContent-Type: message/delivery-status\n\nAction: failed\nStatus: 5.1.1\n"),
        Kind(name: "an absence", text: "From: v@ex.example.org\nAuto-Submitted: auto-replied\n\nJe suis absent.\n"),
    ]

    @Test(arguments: kinds) func `what is a bounce is taken, and nothing else`(kind: Kind) throws {
        let returns = try Returns()
        let lines = kind.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let recipient = try returns.recipient()
        #expect(returns.hand(try returns.begin(), to: recipient, lines, from: kind.from).hasPrefix("250"))
        let found = try returns.post.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.first("SELECT state, reply FROM outbox_message") {
                (row: borrowing Row) throws(StoreError) -> (String, String?) in (try row[0], try row[1])
            }
        }
        #expect(found?.0 == (kind.status == nil ? "accepted" : "bounced"))
        if let status = kind.status { #expect(found?.1 == "bounced \(status)") }
    }

    @Test func `the greeting offers addresses in UTF-8`() throws {
        let returns = try Returns()
        let sender = try Sender(returns.path)
        #expect(sender.line().hasPrefix("220"))
        sender.send("LHLO x")
        var offers: [String] = []
        repeat { offers.append(sender.line()) } while offers.last?.hasPrefix("250-") == true
        #expect(offers.contains("250-SMTPUTF8"))
    }

    @Test func `senders that stall hold up nobody else`() throws {
        let returns = try Returns()
        let stalled = try (0..<3).map { _ in try returns.begin() }
        for sender in stalled { sender.send("MAIL FROM:<>") }
        let other = try returns.begin()
        #expect(try returns.hand(other, to: returns.recipient(), notification()).hasPrefix("250"))
        withExtendedLifetime(stalled) {}
    }

    @Test func `a message has no more recipients than a server must take`() throws {
        let returns = try Returns()
        let sender = try returns.begin()
        let recipient = try returns.recipient()
        #expect(sender.ask("MAIL FROM:<>").hasPrefix("250"))
        for _ in 0..<100 { #expect(sender.ask("RCPT TO:<\(recipient)>").hasPrefix("250")) }
        #expect(sender.ask("RCPT TO:<\(recipient)>").hasPrefix("452"))
        #expect(sender.ask("RSET").hasPrefix("250"))
        #expect(try returns.hand(sender, to: returns.recipient(), notification()).hasPrefix("250"))
    }

    @Test func `marks piled up in a report cost no time, and keep nothing from being read`() throws {
        let returns = try Returns(messages: 2)
        let sender = try returns.begin()
        let pile = "X: e" + String(repeating: "\u{301}", count: 4000)
        let recipient = try returns.recipient()
        let start = Date()
        var lines = notification()
        lines.insert(contentsOf: [String](repeating: pile, count: 100), at: 6)
        #expect(returns.hand(sender, to: recipient, lines).hasPrefix("250"))
        #expect(Date().timeIntervalSince(start) < 20)
        #expect(try returns.post.states == ["bounced", "accepted"])
        // As a command they end the connection.
        #expect(sender.ask(pile) == "")
    }

    enum Spelling: String, CaseIterable, Sendable { case upper, zero, percent, padding, dots, ats, short, other }

    @Test(arguments: Spelling.allCases) func `token and tag have one spelling`(spelling: Spelling) throws {
        let returns = try Returns(messages: 2)
        let (token, key) = (try returns.tokens()[0], ReceiptKey(returns.post.key))
        let tag = key.tag(token)
        let receipts = ReceiptService(
            store: returns.post.store, outbox: returns.post.outbox, keyOf: { [key = returns.post.key] _ in key })
        let (local, domain) = ("bounces+\(token).\(tag)", "vote.example.org")
        let (changed, address) =
            switch spelling {
            case .upper: (tag.uppercased() == tag ? "A" + tag : tag.uppercased(), local.uppercased() + "@" + domain)
            case .zero: ("0" + tag, "bounces+0\(token).\(tag)@\(domain)")
            case .percent:
                ("%" + String(tag.utf8.first ?? 0, radix: 16) + tag.dropFirst(), "bounces%2B\(token).\(tag)@\(domain)")
            case .padding: (tag + "=", local + "=@" + domain)
            case .dots: (tag + ".", "bounces+\(token)..\(tag)@\(domain)")
            case .ats: (tag + "@", local + "@@" + domain)
            case .short: (String(tag.dropLast()), String(local.dropLast()) + "@" + domain)
            case .other: (key.tag(try returns.tokens()[1]), "bounces+\(token).@\(domain)")
            }
        #expect(try receipts.take(token: token, tag: changed, delivered: true) == .foreign)
        let sender = try returns.begin()
        #expect(sender.ask("MAIL FROM:<>").hasPrefix("250"))
        #expect(sender.ask("RCPT TO:<\(address)>").hasPrefix("550"))
        #expect(sender.ask("RCPT TO:<\(local)@VOTE.example.org>").hasPrefix("250"))
        #expect(try returns.post.states == ["accepted", "accepted"])
        #expect(try receipts.take(token: token, tag: tag, delivered: true) == .taken)
        #expect(try returns.post.states == ["delivered", "accepted"])
    }
}
