package import Contacts

/// A message that is to be queued.
package struct NewMessage: Sendable {
    let subject: Int
    let kind: MessageKind
    let generation: Int
    let route: Channel
    let priority: Priority
    let frame: Int
    let recipient: [UInt8]
    let values: [String: String]
    let expiresAt: Int?
    let dueAt: Int?
    let date: Int?

    /// - Parameters:
    ///   - subject: whose it is: a voter's number, or a member's below zero.
    ///   - generation: counts messages of one kind to one subject.
    ///   - frame: the number of its template's text, as `Outbox.store` gave it.
    ///   - recipient: the address or number, as bytes.
    ///   - values: what the template asks for.
    ///   - expiresAt: when it is too late to send it, seconds since 1970.
    ///   - dueAt: when to send it, seconds since 1970; nil for at once.
    ///   - date: when it was written, as far as it says; nil for now.
    package init(
        subject: Int, kind: MessageKind, generation: Int, route: Channel, priority: Priority, frame: Int,
        recipient: [UInt8], values: [String: String], expiresAt: Int? = nil, dueAt: Int? = nil, date: Int? = nil
    ) {
        (self.subject, self.kind, self.generation, self.route) = (subject, kind, generation, route)
        (self.priority, self.frame, self.recipient, self.values) = (priority, frame, recipient, values)
        (self.expiresAt, self.dueAt, self.date) = (expiresAt, dueAt, date)
    }
}
