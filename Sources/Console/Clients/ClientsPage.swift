import Elections
import Operations
import Staff
import Store

/// A program's token; the token itself is not shown.
struct ClientLine: PageModel {
    let name: String
    let role: StaffRole
    let expiresAt: Moment
    /// Who made it.
    let addedBy: String
}

/// The page of programs' tokens.
struct ClientsPage: ConsolePage {
    static let path = "clients"
    static let permission = Permission.changeClients
    static let template = "clients"
    let context: ConsoleContext

    func title(_ model: [ClientLine], _ wording: Wording) -> String { wording("menu.clients") }

    func model(_ call: ConsoleRequest) throws -> [ClientLine]? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try clients.all(reading) }.map {
            ClientLine(
                name: $0.name, role: $0.role, expiresAt: Moment($0.expiresAt), addedBy: $0.addedBy)
        }
    }
}
