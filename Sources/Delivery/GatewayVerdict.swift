import HTTPClient

/// What a look at a gateway's account came to.
package enum GatewayVerdict: Sendable, Equatable {
    case good
    /// What is wrong.
    case fault(String)
    /// Why the answer says nothing of the account.
    case unclear(String)
}

/// What a gateway's answer by HTTP means; what its body says is each provider's own matter.
extension WebClient.Response {
    /// What keeps every message from going out, and has to be mended in the settings or at the gateway; nil where it may be this
    /// message's fault, or nobody's.
    var channelFault: String? {
        switch status {
        case 300..<400:
            "the SMS gateway wants to be called elsewhere\(location.map { ", at \($0)" } ?? ""): HTTP \(status)"
        case 401, 403: "the SMS gateway refuses our account: HTTP \(status)"
        case 402: "the SMS gateway wants to be paid: HTTP \(status)"
        case 404, 405, 410: "the SMS gateway has no such address: HTTP \(status)"
        default: nil
        }
    }

    /// What an answer other than an acceptance means: faults of the channel pause it, 408, 429 and 5xx are tried again, other 4xx
    /// fail the message.
    var refusal: DeliveryOutcome {
        if let channelFault { return .paused(channelFault) }
        return 400..<500 ~= status && ![408, 429].contains(status)
            ? .failed("HTTP \(status)") : .temporary("HTTP \(status)")
    }
}

extension WebClient.Outcome {
    /// What the answer to a message without a number says of the account.
    /// - Parameter isTold: whether a gateway of this kind looks at the account before the message, so that a refusal of the
    ///   message takes the account for good.
    func verdict(isTold: Bool) -> GatewayVerdict {
        switch self {
        case .unsent(let reason), .unknown(let reason): return .fault("the SMS gateway cannot be reached: \(reason)")
        case .response(let response):
            if let fault = response.channelFault { return .fault(fault) }
            if response.status >= 500 { return .fault("the SMS gateway is out of order: HTTP \(response.status)") }
            return isTold || response.status < 300
                ? .good : .unclear("the SMS gateway refuses an empty message (HTTP \(response.status))")
        }
    }
}
