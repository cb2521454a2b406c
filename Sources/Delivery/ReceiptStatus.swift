/// What a delivery receipt says of an SMS.
package enum ReceiptStatus: Sendable, Equatable {
    case delivered
    /// It never will be.
    case failed
    /// It is on its way, which we know, or nobody knows.
    case open

    /// Whose numbers a gateway writes: the same number means one thing here and another there.
    package enum Numbers: Sendable {
        /// Those of Kannel's `%d` (user guide, table 6-8).
        case kannel
        /// Nobody's: of other gateways we do not know, and a number that was misread would be a proof of delivery that is none.
        case none
    }

    /// Bytes of a status: twice the longest that is known ("REJECTED_DESTINATION_NOT_REGISTERED").
    package static let mostBytes = 70

    private static let kannel: [String: ReceiptStatus] = ["1": .delivered, "2": .failed, "16": .failed]

    /// Words in small letters alone. "Delivered to the operator", "to the network" and the like are not among them: there the
    /// message is only on its way.
    private static let deliveredWords: Set<String> = [
        // SMPP 3.4, appendix B.
        "delivrd", "delivered", "messagedelivered", "textdelivered", "deliveredtohandset", "deliveredtoterminal",
        "deliveredtorecipient", "deliveredtodestination", "receivedbyrecipient",
        // What was read has arrived.
        "read", "seen",
    ]
    private static let failedWords: Set<String> = [
        // SMPP 3.4, appendix B.
        "undeliv", "expired", "deleted", "rejectd",
        "undelivered", "undeliverable", "notdelivered", "nondelivered", "deliveryfailed", "deliveryfailure",
        "deliveryimpossible", "deliveryerror", "errordelivering", "failed", "failure", "messagefailed", "sendingfailed",
        "sendfailed", "error", "blocked", "carrierblocked", "textblocked", "textcarrierblocked", "spam", "textspam",
        "rejected",
        "aborted", "canceled", "cancelled", "unreachable", "textunreachable", "textcarrierunreachable", "invalid",
        "textinvalid",
        "invalidnumber", "invaliddestination", "textinvalidmessage", "ttlexpired", "textttlexpired", "absentsubscriber",
        "unknownsubscriber", "blacklisted", "expiredexpired",
    ]
    /// Behind these some gateways write why, ...
    private static let failedBeginnings = ["rejected", "undeliverable"]
    /// ... or that they try again.
    private static let openParts = ["tempor", "retr"]

    /// - Parameters:
    ///   - text: a number, or a word in any case, with or without `_`, `-` and blanks in it.
    ///   - numbers: whose the number is. One that they do not have says nothing.
    package init(_ text: String, numbers: Numbers) {
        let number: ReceiptStatus? =
            switch numbers {
            case .kannel: ReceiptStatus.kannel[text]
            case .none: nil
            }
        let word = text.lowercased().filter { !["_", "-", ".", " "].contains($0) }
        if let number {
            self = number
        } else if ReceiptStatus.deliveredWords.contains(word) {
            self = .delivered
        } else {
            let isFailed =
                ReceiptStatus.failedWords.contains(word)
                || ReceiptStatus.failedBeginnings.contains(where: word.hasPrefix)
                    && !ReceiptStatus.openParts.contains(where: word.contains)
            self = isFailed ? .failed : .open
        }
    }
}
