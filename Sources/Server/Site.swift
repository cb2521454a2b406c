import Authentication
import Captcha
import Console
import Operations
import Polling
import Staff
import Turnout
import VoterRoll
import VoterSite

/// The site of one election with everything behind it.
package struct Site {
    let site: VoterSite
    let authenticator: Authenticator
    let recovery: RecoveryService
    let help: SupportQueue
    let spent: UsedChallenges
    let station: PollingStation
    let directory: VoterDirectory
    let console: ConsoleSite
    let staffAuthenticator: Authenticator
    let registrar: Registrar
    let snapshots: TurnoutRecorder
    let reminders: Reminders
    let announcements: Announcements
    let rollImport: RollFileImport
    let letters: PrintOrders
    let register: StaffRegister
    let operations: OperationContext
}
