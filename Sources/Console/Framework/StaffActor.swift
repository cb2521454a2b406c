import Elections
import Journal
import Operations
import Staff

/// Who looks or acts at the console or through the API: whom the operations know, and the language of pages and answers.
struct StaffActor: Sendable {
    /// As the operations know them.
    let actor: Actor
    /// One role each.
    let role: StaffRole
    /// The language of pages and answers.
    let language: Language

    /// - Parameter interface: `console` or `api`.
    init(principal: Principal, role: StaffRole, interface: Actor.Interface, language: Language) {
        actor = Actor(principal: principal, role: role, interface: interface)
        (self.role, self.language) = (role, language)
    }

    /// Whether their role includes an action.
    func may(_ permission: Permission) -> Bool { role.may(permission) }
}
