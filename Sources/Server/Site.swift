import Authentication
import Console
import Operations
import Polling
import Staff
import Turnout
import VoterSite

/// The site of one election with everything behind it.
package struct Site {
    /// The store's services by the election's own clock.
    let services: Services
    let site: VoterSite
    let authenticator: Authenticator
    let recovery: RecoveryService
    let help: SupportQueue
    let station: PollingStation
    let directory: VoterDirectory
    let console: ConsoleSite
    let staffAuthenticator: Authenticator
    let snapshots: TurnoutRecorder
    let reminders: Reminders
    let announcements: Announcements
    let rollImport: RollFileImport
    let letters: PrintOrders
    let register: StaffRegister
    let operations: OperationContext
}
