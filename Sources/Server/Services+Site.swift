import Authentication
import Captcha
package import CommandLineKit
import Compliance
import Console
import Crypto
import Delivery
package import Elections
import Foundation
package import HTTPServer
package import Issuance
package import Operations
import Polling
import Staff
import Store
import Turnout
import VoterSite
import WebContent

extension Services {
    /// Builds the site of an election.
    /// - Parameter extra: answers for paths that are not the voters'.
    package func site(
        _ election: StoredElection, extra: @escaping @Sendable (Request) -> Response? = { _ in nil },
        log: @escaping @Sendable (String) -> Void
    ) throws(Refusal) -> Site {
        let key = try key(of: election)
        let templates = try templates(for: election.election)
        let station = try station(election)
        return try refusing {
            let messageTemplates = MessageTemplates(election: election.election, templates: templates)
            try messageTemplates.loadAll()
            let directory = VoterDirectory(
                election: election, key: key, messageTemplates: messageTemplates, issuer: issuer, registrar: registrar)
            let authenticator = Authenticator(
                election: election, key: key, directory: directory, passphrases: passphrases, outbox: outbox,
                clock: clock,
                randomness: randomness)
            let common = CommonSecrets(try templates.text("policy/common-secrets.txt"))
            let help = SupportQueue(election: election, key: key, clock: clock, randomness: randomness)
            let recovery = RecoveryService(directory: directory, clock: clock, randomness: randomness)
            let sound = try CaptchaSounds(languages: ["fr", "en"]) { templates.bytes("assets/audio/\($0)") }
            let parts = VoterSite.Parts(
                store: store, authenticator: authenticator,
                desk: SignInFlow(store: store, authenticator: authenticator, common: common), directory: directory,
                recovery: recovery, help: help, members: bureau,
                captcha: CaptchaService(
                    election: election.election.id, key: key, sound: sound, clock: clock, randomness: randomness),
                station: station, tallyService: tallyService(station), clock: clock, randomness: randomness)
            let assets = try AssetSet(templates)
            let site = VoterSite(
                parts, pages: try PageSet(election.election, templates: templates, assets: assets), assets: assets,
                key: key, extra: extra, log: log)
            try site.look()
            let behind = try consoleParts(
                operations(directory, authenticator, station: station), templates: templates, common: common, help: help
            )
            let console = ConsoleSite(
                behind,
                pages: try ConsolePages(
                    election.election, templates: consoleTemplates(for: election.election), assets: assets),
                assets: assets, address: consoleAddress(election.election),
                uploads: PollDestruction.uploads(store: store.path, election: election.election.id), log: log)
            return Site(
                site: site, authenticator: authenticator, recovery: recovery, help: help,
                spent: UsedChallenges(clock: clock),
                station: station, directory: directory, console: console, staffAuthenticator: behind.authenticator,
                registrar: registrar,
                snapshots: behind.snapshots, reminders: behind.reminders,
                announcements: Announcements(behind.operations),
                rollImport: behind.rollImport, letters: behind.letters,
                register: behind.register, operations: behind.operations)
        }
    }

    /// The console's address, without a path.
    private func consoleAddress(_ election: Election) -> String { settings.server.console?.url ?? election.address }

    /// The register of an election's staff.
    func register(_ election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates)
        -> StaffRegister
    {
        StaffRegister(
            election: election, key: key, messageTemplates: messageTemplates, outbox: outbox, passphrases: passphrases,
            journal: journal,
            clock: clock,
            randomness: randomness, console: consoleAddress(election.election) + "/manager")
    }

    private func consoleParts(
        _ context: OperationContext, templates: TemplateFolder, common: CommonSecrets, help: SupportQueue
    ) throws -> ConsoleSite.Parts {
        let (election, register) = (context.election, context.register)
        let authenticator = Authenticator(
            election: election, key: context.key, directory: StaffDirectory(register), passphrases: passphrases,
            outbox: outbox, clock: clock, randomness: randomness, realm: .staff, policy: StaffRegister.policy)
        return ConsoleSite.Parts(
            store: store, authenticator: authenticator,
            signIn: SignInFlow(store: store, authenticator: authenticator, common: common), register: register,
            operations: context, deliveries: DeliveryService(context), reminders: Reminders(context),
            letters: letters(context, style: letterStyle(election.election, templates)),
            snapshots: TurnoutRecorder(
                store: store, directory: context.directory, authenticator: context.authenticator,
                station: context.station, outbox: outbox, clock: clock),
            policy: try policyService(context, templates), rollImport: RollFileImport(context), help: help,
            tallyService: tallyService(context.station), journal: journal, clock: clock, randomness: randomness,
            key: context.key)
    }

    /// The letters of an election.
    package func letters(_ context: OperationContext, style: LetterStyle) -> PrintOrders {
        PrintOrders(
            context, letterBatches: letterBatches, messageTemplates: context.directory.messageTemplates, style: style,
            folder: store.path + ".print")
    }

    /// The policy check of an election.
    func policyService(_ context: OperationContext, _ templates: TemplateFolder) throws -> PolicyService {
        let text = try PolicyText(try templates.text(PolicyText.file), file: PolicyText.file)
        return PolicyService(context, text: text, trustees: trustees, takesBounces: settings.bounces != nil)
    }
}
