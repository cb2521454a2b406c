package import Elections
package import Journal
package import Staff

/// Who looks or acts at the console or through the API, as the rooms behind them need to know it.
package struct Viewer: Sendable {
    /// As the journal names them: a member, or a token as `staff:api.name`.
    package let principal: Principal
    /// One role each: what may be seen and done hangs on it alone.
    package let role: StaffRole
    /// The language of pages and answers.
    package let language: Language

    /// Of a session, or of a program's token, that was checked by the caller.
    package init(principal: Principal, role: StaffRole, language: Language) {
        (self.principal, self.role, self.language) = (principal, role, language)
    }

    /// Whether their role includes a deed; rules about persons, such as a second one, come on top.
    package func may(_ deed: Deed) -> Bool { role.may(deed) }
}
