package import Contacts
package import Delivery

/// A message to a voter that carries no identifier: a code, or word of something that happened.
package struct VoterNotification {
    /// What it says; its template follows from it.
    package let kind: MessageKind
    /// By mail or SMS; a letter where the kind has one.
    package let route: Channel
    /// Whose turn it takes in the outbox.
    package let priority: Priority
    /// Tells messages of one kind apart; the same one is never queued twice.
    package let generation: Int
    /// The kind's personal values but for the greeting, which is added.
    package var values: [String: String] = [:]
    /// When it is too late to send it, seconds since 1970; nil for never.
    package var expiresAt: Int?
    /// When to send it, seconds since 1970; nil for at once.
    package var dueAt: Int?
    /// What it says of when it was written; nil for now.
    package var date: Int?
    /// The mailing that it is part of; nil for one that goes out by itself.
    package var mailing: Int?

    /// A note that goes out at once and says no more than its greeting.
    package init(
        _ kind: MessageKind, by route: Channel, priority: Priority, generation: Int, values: [String: String] = [:],
        expiresAt: Int? = nil
    ) {
        (self.kind, self.route, self.priority, self.generation) = (kind, route, priority, generation)
        (self.values, self.expiresAt) = (values, expiresAt)
    }
}
