import Authentication
import Captcha
import CommandLineKit
import Compliance
import Console
import Crypto
import Delivery
import Elections
import Foundation
import HTTPServer
import Issuance
import Operations
import Polling
import Staff
import Store
import Turnout
import VoterRoll
import VoterSite
import WebContent

/// The site of one election with everything behind it.
struct Site {
    let site: VoterSite
    let authenticator: Authenticator
    let recovery: RecoveryService
    let help: SupportQueue
    let spent: UsedChallenges
    let station: PollingStation
    let directory: VoterDirectory
    let console: ConsoleSite
    let staffDoor: Authenticator
    let registrar: Registrar
    let snapshots: TurnoutRecorder
    let reminders: Reminders
    let announcements: Announcements
    let roll: RollService
    let letters: PrintOrders
    let register: StaffRegister
    let desk: VoterSupport
}

extension Services {
    /// Builds the site of an election.
    /// - Parameter extra: answers for paths that are not the voters'.
    func site(
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
                directory, templates: templates, door: authenticator, station: station, common: common, help: help)
            let console = ConsoleSite(
                behind,
                pages: try ConsolePages(
                    election.election, templates: consoleTemplates(for: election.election), assets: assets),
                assets: assets, address: consoleAddress(election.election),
                uploads: PollDestruction.uploads(store: store.path, election: election.election.id), log: log)
            return Site(
                site: site, authenticator: authenticator, recovery: recovery, help: help,
                spent: UsedChallenges(clock: clock),
                station: station, directory: directory, console: console, staffDoor: behind.door, registrar: registrar,
                snapshots: behind.snapshots, reminders: behind.reminders, announcements: Announcements(behind.desk),
                roll: behind.roll, letters: behind.letters,
                register: behind.register, desk: behind.desk)
        }
    }

    /// The console's address, without a path.
    private func consoleAddress(_ election: Election) -> String { settings.server.console?.url ?? election.address }

    /// The register of an election's staff.
    func register(_ election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates) -> StaffRegister {
        StaffRegister(
            election: election, key: key, messageTemplates: messageTemplates, outbox: outbox, passphrases: passphrases,
            journal: journal,
            clock: clock,
            randomness: randomness, console: consoleAddress(election.election) + "/manager")
    }

    private func consoleParts(
        _ directory: VoterDirectory, templates: TemplateFolder, door: Authenticator, station: PollingStation,
        common: CommonSecrets, help: SupportQueue
    ) throws -> ConsoleSite.Parts {
        let (election, key) = (directory.election, directory.key)
        let register = register(election, key: key, messageTemplates: directory.messageTemplates)
        let staffDoor = Authenticator(
            election: election, key: key, directory: StaffDirectory(register), passphrases: passphrases, outbox: outbox,
            clock: clock, randomness: randomness, realm: .staff, policy: StaffRegister.policy)
        let desk = VoterSupport(
            store: store, directory: directory, door: door, station: station, outbox: outbox, register: register,
            journal: journal, clock: clock, randomness: randomness)
        return ConsoleSite.Parts(
            store: store, door: staffDoor,
            signIn: SignInFlow(store: store, authenticator: staffDoor, common: common), register: register, desk: desk,
            deliveries: DeliveryService(desk), reminders: Reminders(desk),
            letters: letters(desk, style: letterStyle(election.election, templates)),
            snapshots: TurnoutRecorder(
                store: desk.store, directory: desk.directory, door: desk.door, station: desk.station,
                outbox: desk.outbox, clock: desk.clock), policy: try policyService(desk, templates),
            roll: RollService(desk),
            help: help,
            tallyService: tallyService(station), journal: journal, clock: clock, randomness: randomness, key: key)
    }

    /// The letters of an election.
    func letters(_ desk: VoterSupport, style: LetterStyle) -> PrintOrders {
        PrintOrders(
            desk, letterBatches: letterBatches, messageTemplates: desk.directory.messageTemplates, style: style,
            folder: store.path + ".print")
    }

    /// The policy check of an election.
    func policyService(_ desk: VoterSupport, _ templates: TemplateFolder) throws -> PolicyService {
        let text = try PolicyText(try templates.text(PolicyText.file), file: PolicyText.file)
        return PolicyService(desk, text: text, trustees: trustees, takesBounces: settings.bounces != nil)
    }
}
