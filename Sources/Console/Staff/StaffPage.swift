import Elections
import Operations
import Staff
import Store

/// A member of the staff.
struct StaffLine: PageModel {
    let name: String
    let fullName: String
    let role: StaffRole
    /// Whether they signed in once at least, with an authenticator.
    let hasAuthenticator: Bool
    /// Whether the account waits for a second person's word.
    let isWaiting: Bool
    /// Whether the invitation has expired.
    let isExpired: Bool
    /// As the journal has them.
    let addedBy: String
    let addedAt: Moment
    /// Of a printer's key; null for none.
    let fingerprint: String?
    let view: OnPage<View>

    /// What the page says of it in its own way.
    struct View: PageModel {
        /// Whether the authenticator is there, or what is missing.
        let factor: String
        /// Whether the reader may bring the account into force, and whether they may renew and remove it.
        let canConfirm: Bool
        let canChange: Bool
    }

    /// - Parameter isExpired: whether the invitation has.
    init(_ member: StaffMember, isExpired: Bool, for viewer: Actor, _ say: Wording) {
        (name, fullName, role) = (member.name, member.fullName, member.role)
        (hasAuthenticator, isWaiting, self.isExpired) = (member.hasFactor, member.isWaiting, isExpired)
        let factor = isExpired ? "staff.expired" : member.hasFactor ? "yes" : "no"
        (addedBy, addedAt, fingerprint) = (member.addedBy, Moment(member.addedAt), member.fingerprint)
        view = OnPage(
            View(
                factor: say(factor), canConfirm: member.isWaiting && viewer.may(.decide),
                canChange: viewer.may(member.role.passphrases) && member.principal != viewer.principal))
    }
}

/// The page of all accounts.
struct StaffPage: ConsolePage {
    static let path = "staff"
    static let permission = Permission.seeStaff
    static let template = "staff"
    let context: ConsoleContext

    /// What the page says beside the accounts.
    struct View: PageModel {
        let canAdd: Bool
    }

    func title(_ model: WithView<[StaffLine], View>, _ wording: Wording) -> String { wording("menu.staff") }

    func model(_ call: ConsoleRequest) throws -> WithView<[StaffLine], View>? {
        let (members, expired) = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.register.membersWithExpired(reading)
        }
        let say = wording(call.language)
        return WithView(
            members.map { StaffLine($0, isExpired: expired.contains($0.id), for: call.viewer, say) },
            View(canAdd: call.viewer.may(.changeStaff) || call.viewer.may(.changeBureau)))
    }
}
