import Authentication
import Elections
import Journal
import Operations
import Staff
import Store

/// Who asks: a member of the staff, or a program, which has neither a full name nor codes and never signs in.
struct AccountModel: PageModel {
    let name: String
    let role: StaffRole
    /// Null for a program.
    let fullName: String?
    /// Spare codes that are left.
    let spareCodes: Int
    /// The last ones, the latest first.
    let signIns: [Moment]
}

/// The member's own page.
struct AccountPage: ConsolePage {
    static let path = "account"
    static let permission = Permission.seeOwn
    static let template = "account"
    let context: ConsoleContext

    /// Sign-ins that are shown.
    private static let shown = 10

    func title(_ model: AccountModel, _ wording: Wording) -> String { wording("menu.account") }

    func model(_ call: ConsoleRequest) throws -> AccountModel? {
        guard case .staff(let name) = call.viewer.principal else { return nil }
        return try store.read { (reading: borrowing Reading) throws(StoreError) -> AccountModel in
            let member = try parts.register.member(reading, name: name)
            return AccountModel(
                name: name, role: call.role, fullName: member?.fullName,
                spareCodes: try member.map { member throws(StoreError) in try factor.spareLeft(reading, member) } ?? 0,
                signIns: try parts.authenticator.sessions.signIns(
                    reading, call.viewer.principal, limit: AccountPage.shown
                ).map { Moment($0.at) })
        }
    }
}
