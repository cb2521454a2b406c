import Elections
import Operations
import Staff

/// One request, checked: who asks, for what.
struct ConsoleRequest: Sendable {
    /// Who asks.
    let viewer: Actor
    /// Their role.
    let role: StaffRole
    /// The language of the answer.
    let language: Language
    /// What stands in the address where the pattern has a name in braces.
    let place: [String: String]
    /// What was given: by the form, the API's body, or the address.
    let values: [String: String]
    /// `console` or `api`.
    let source: String

    /// - Parameter source: `console` or `api`.
    init(viewer: StaffActor, place: [String: String], values: [String: String], source: String) {
        (self.viewer, role, language) = (viewer.actor, viewer.role, viewer.language)
        (self.place, self.values, self.source) = (place, values, source)
    }

    /// The value of a field; empty where nothing was given.
    subscript(_ name: String) -> String { values[name] ?? "" }

    /// A number in the address; 0, which is nobody's, for what is none.
    func id(_ name: String) -> Int { Int(place[name] ?? "") ?? 0 }

    /// A field's whole number; nil for what is none.
    func number(_ name: String) -> Int? { Int(values[name] ?? "") }

    /// Whether a box was ticked.
    func has(_ name: String) -> Bool { values[name] == "yes" }
}
