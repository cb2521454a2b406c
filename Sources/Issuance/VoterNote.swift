package import Delivery

/// A message to a voter that carries no identifier: a code, or word of something that happened.
package struct VoterNote {
    package let kind: MessageKind
    package let route: Route
    package let priority: Priority
    /// Tells messages of one kind apart; the same one is never queued twice.
    package let generation: Int
    package var values: [String: String] = [:]
    package var expiresAt: Int?
    package var dueAt: Int?
    /// The mailing that it is part of; nil for one that goes out by itself.
    package var mailing: Int?

    package init(_ kind: MessageKind, by route: Route, priority: Priority, generation: Int) {
        (self.kind, self.route, self.priority, self.generation) = (kind, route, priority, generation)
    }
}
