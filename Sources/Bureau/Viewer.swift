package import Elections
package import Journal
package import Staff

/// Who looks or acts at the console or through the API, as the rooms behind them need to know it.
package struct Viewer: Sendable {
    package let principal: Principal
    package let role: StaffRole
    package let language: Language

    package init(principal: Principal, role: StaffRole, language: Language) {
        (self.principal, self.role, self.language) = (principal, role, language)
    }

    package func may(_ deed: Deed) -> Bool { role.may(deed) }
}
