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
