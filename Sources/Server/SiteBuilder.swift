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
import Issuance
import Operations
import Polling
import Staff
import Store
import Turnout
import VoterSite
import WebContent

/// Builds the sites of an election: the voters', and the console of its staff.
package struct SiteBuilder {
    private let services: Services
    private let cache: ContentCache

    /// - Parameter services: the store's, with its settings.
    package init(_ services: Services) { self.init(services, ContentCache()) }

    /// - Parameter cache: what elections share of their templates.
    init(_ services: Services, _ cache: ContentCache) { (self.services, self.cache) = (services, cache) }

    /// Builds the site of an election.
    /// - Parameter extra: answers for paths that are not the voters'.
    /// - Throws: refused where the key is missing, or a template or page cannot be filled in.
    package func build(
        _ election: StoredElection, extra: @escaping @Sendable (Request) -> Response? = { _ in nil },
        log: @escaping @Sendable (String) -> Void
    ) throws(Refusal) -> Site {
        let key = try services.key(of: election)
        let templates = try services.templates(for: election.election)
        let station = try services.station(election)
        return try refusing {
            let messageTemplates = MessageTemplates(election: election.election, templates: templates)
            try messageTemplates.loadAll()
            let directory = VoterDirectory(
                election: election, key: key, messageTemplates: messageTemplates, issuer: services.issuer,
                registrar: services.registrar)
            let authenticator = Authenticator(
                election: election, key: key, directory: directory, passphrases: services.passphrases,
                outbox: services.outbox,
                clock: services.clock,
                randomness: services.randomness)
            let common = CommonSecrets(try templates.text("policy/common-secrets.txt"))
            let help = SupportQueue(
                election: election, key: key, clock: services.clock, randomness: services.randomness)
            let recovery = RecoveryService(directory: directory, clock: services.clock, randomness: services.randomness)
            let (assets, sounds) = try cache.loaded(templates)
            let parts = VoterSite.Parts(
                store: services.store, authenticator: authenticator,
                signIn: SignInFlow(store: services.store, authenticator: authenticator, common: common),
                directory: directory,
                recovery: recovery, help: help, members: services.bureau,
                captcha: CaptchaService(
                    election: election.election.id, key: key, sound: sounds, clock: services.clock,
                    randomness: services.randomness),
                station: station, tallyService: services.tallyService(station), clock: services.clock,
                randomness: services.randomness)
            let site = VoterSite(
                parts, pages: try PageSet(election.election, templates: templates, assets: assets), assets: assets,
                key: key, extra: extra, log: log)
            try site.look()
            let behind = try consoleParts(
                services.operations(directory, authenticator, station: station), templates: templates, common: common,
                help: help
            )
            let console = ConsoleSite(
                behind,
                pages: ConsolePages(
                    election.election, try cache.console(services.consoleTemplates(for: election.election)),
                    assets: assets),
                assets: assets, address: services.consoleAddress(election.election),
                uploads: PollDestruction.uploads(store: services.store.path, election: election.election.id), log: log)
            return Site(
                services: services, site: site, authenticator: authenticator, recovery: recovery, help: help,
                station: station, directory: directory, console: console, staffAuthenticator: behind.authenticator,
                snapshots: behind.snapshots, reminders: behind.reminders,
                announcements: Announcements(behind.operations),
                rollImport: behind.rollImport, letters: behind.letters,
                register: behind.register, operations: behind.operations)
        }
    }

    private func consoleParts(
        _ context: OperationContext, templates: TemplateFolder, common: CommonSecrets, help: SupportQueue
    ) throws -> ConsoleSite.Parts {
        let (election, register) = (context.election, context.register)
        let authenticator = Authenticator(
            election: election, key: context.key, directory: StaffDirectory(register),
            passphrases: services.passphrases,
            outbox: services.outbox, clock: services.clock, randomness: services.randomness, realm: .staff,
            policy: StaffRegister.policy)
        return ConsoleSite.Parts(
            store: services.store, authenticator: authenticator,
            signIn: SignInFlow(store: services.store, authenticator: authenticator, common: common), register: register,
            operations: context, deliveries: DeliveryService(context), reminders: Reminders(context),
            letters: services.letters(context, style: services.letterStyle(election.election, templates)),
            snapshots: TurnoutRecorder(
                store: services.store, directory: context.directory, authenticator: context.authenticator,
                station: context.station, outbox: services.outbox, clock: services.clock),
            policy: try services.policyService(context, templates), rollImport: RollFileImport(context), help: help,
            tallyService: services.tallyService(context.station), journal: services.journal, clock: services.clock,
            randomness: services.randomness,
            key: context.key)
    }
}
