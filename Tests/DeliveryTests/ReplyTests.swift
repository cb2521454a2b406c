import Testing

@testable import Delivery

/// What relays and gateways say, and whether it is this message's fault or everybody's.
struct ReplyTests {
    @Test(arguments: [
        "5.7.1 <v@example.org>: Relay access denied", "5.7.1 Unable to relay",
        "5.7.1 Unable to relay for v@example.org",
        "5.7.1 <v@example.org>... Relaying denied", "relay not permitted", "Relaying is not allowed here.",
        "5.7.1 relaying to <v@example.org> prohibited by administrator", "we do not relay",
        "Sorry, relaying denied from your location",
        "5.7.1 Mail relay denied [192.0.2.1]. Invalid credentials https://support.example.org",
        "not permitted to relay through this server",
        "5.7.64 TenantAttribution; Relay Access Denied", "Relaying mail to example.org is not allowed",
    ])
    func `a relay that relays for nobody is known by its words`(text: String) {
        #expect(SMTPReply(code: 550, text: text).isRelayWide)
        #expect(SMTPReply(code: 554, text: text.uppercased()).isRelayWide)
        #expect(!SMTPReply(code: 451, text: text).isRelayWide)
    }

    @Test(arguments: [
        "5.1.1 <v@example.org>: Recipient address rejected: User unknown in relay recipient table",
        "5.1.1 <v@relay3.example>: Recipient address rejected: User unknown in local recipient table",
        "5.1.1 <relay denied@example.org>: no such user", "5.1.1 relay@denied.example: not allowed",
        "5.1.1 User unknown at relay.example",
        "5.2.2 Mailbox full, says relay mx1.example.org", "5.7.1 Message refused by relay.denied.example",
        "5.1.1 No such user at this relay",
    ])
    func `a recipient that a relay does not know is that recipient's fault`(text: String) {
        #expect(!SMTPReply(code: 550, text: text).isRelayWide)
    }

    static let words: [(String, ReceiptStatus)] =
        [
            "DELIVRD", "delivered", "DELIVERED_TO_HANDSET", "delivered-to-terminal", "DeliveredToTerminal",
            "Received by recipient",
            "message-delivered",
        ].map { ($0, .delivered) }
        + [
            "UNDELIV", "EXPIRED", "NOT_DELIVERED", "not delivered", "DELIVERY_FAILED", "DELIVERY_FAILURE", "FAILURE",
            "ERROR", "BLOCKED",
            "REJECTED_NOT_ENOUGH_CREDITS", "UNDELIVERABLE_REJECTED_OPERATOR", "REJECTED_DESTINATION_NOT_REGISTERED",
            "DeliveryImpossible",
        ].map { ($0, .failed) }
        + [
            "ACCEPTD", "ENROUTE", "UNKNOWN", "DELIVERED_TO_OPERATOR", "DeliveredToNetwork", "sent", "PENDING_ENROUTE",
            "EXPIRED_DLR_UNKNOWN", "FAILED_RETRYING", "REJECTED_TEMPORARILY",
            "delivery_unconfirmed", "", "-", "99", "-1",
        ].map { ($0, .open) }

    @Test(arguments: words) func `a receipt's word is read in any writing`(word: String, status: ReceiptStatus) {
        #expect(word.utf8.count <= ReceiptStatus.mostBytes)
        for numbers in [ReceiptStatus.Numbers.kannel, .none] {
            #expect(ReceiptStatus(word, numbers: numbers) == status)
            #expect(ReceiptStatus(word.uppercased(), numbers: numbers) == status)
        }
    }

    @Test(arguments: [
        ("1", ReceiptStatus.delivered), ("2", .failed), ("3", .open), ("8", .open), ("16", .failed), ("0", .open),
    ])
    func `a number is read where its meaning is known`(number: String, kannel: ReceiptStatus) {
        #expect(ReceiptStatus(number, numbers: .kannel) == kannel)
        #expect(ReceiptStatus(number, numbers: .none) == .open)
    }
}
