import HTTPClient

extension MailRelay {
    /// Connects and signs in as a mailing does, and sends nothing.
    /// - Parameter seconds: how long that may take.
    /// - Returns: nil when the relay takes us, else why not.
    package func probe(seconds: Int) -> String? {
        var relay = self
        relay.connections = 1
        let engine = MailEngine(relay: relay) { nil }
        let end = MailEngine.now + seconds
        while MailEngine.now <= end {
            if let reason = engine.pause ?? engine.trouble ?? engine.lastFailure { return reason }
            _ = engine.step(wanted: 1, milliseconds: 100)
            guard engine.isReady else { continue }
            engine.close()
            return nil
        }
        return "the relay did not answer within \(seconds) seconds"
    }
}

/// What a gateway's answer to a message without a number says of the account: nil where it was taken.
func accountFault(_ outcome: WebClient.Outcome) -> String? {
    switch outcome {
    case .unsent(let reason), .unknown(let reason): return "the gateway cannot be reached: \(reason)"
    case .response(let response):
        switch response.status {
        case 401, 403: return "the gateway refuses our account: HTTP \(response.status)"
        case 402: return "the gateway wants to be paid: HTTP 402"
        case 404, 405: return "the gateway has no such address: HTTP \(response.status)"
        case 500...: return "the gateway is out of order: HTTP \(response.status)"
        default: return nil
        }
    }
}
