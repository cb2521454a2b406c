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
    let doorkeeper: Doorkeeper
    let recovery: RecoveryDesk
    let help: HelpQueue
    let spent: SpentBook
    let station: PollingStation
    let directory: VoterDirectory
    let console: ConsoleSite
    let staffDoor: Doorkeeper
    let registrar: Registrar
    let snapshots: TurnoutRecorder
    let reminders: Reminders
    let announcements: Announcements
    let roll: RollDesk
    let letters: LetterDoor
    let register: StaffRegister
    let desk: VoterDesk
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
            let office = MessageOffice(election: election.election, templates: templates)
            try office.loadAll()
            let directory = VoterDirectory(
                election: election, key: key, office: office, issuer: issuer, registrar: registrar)
            let doorkeeper = Doorkeeper(
                election: election, key: key, directory: directory, keeper: keeper, outbox: outbox, clock: clock,
                randomness: randomness)
            let common = CommonSecrets(try templates.text("policy/common-secrets.txt"))
            let help = HelpQueue(election: election, key: key, clock: clock, randomness: randomness)
            let recovery = RecoveryDesk(directory: directory, clock: clock, randomness: randomness)
            let sound = try SoundDesk(languages: ["fr", "en"]) { templates.bytes("assets/audio/\($0)") }
            let parts = VoterSite.Parts(
                store: store, doorkeeper: doorkeeper,
                desk: SignInDesk(store: store, doorkeeper: doorkeeper, common: common), directory: directory,
                recovery: recovery, help: help, members: bureau,
                captcha: CaptchaDesk(
                    election: election.election.id, key: key, sound: sound, clock: clock, randomness: randomness),
                station: station, teller: teller(station), clock: clock, randomness: randomness)
            let assets = try AssetSet(templates)
            let site = VoterSite(
                parts, pages: try PageSet(election.election, templates: templates, assets: assets), assets: assets,
                key: key, extra: extra, log: log)
            try site.look()
            let behind = try consoleParts(
                directory, templates: templates, door: doorkeeper, station: station, common: common, help: help)
            let console = ConsoleSite(
                behind,
                pages: try ConsolePages(
                    election.election, templates: consoleTemplates(for: election.election), assets: assets),
                assets: assets, address: consoleAddress(election.election),
                uploads: PollDestruction.uploads(store: store.path, election: election.election.id), log: log)
            return Site(
                site: site, doorkeeper: doorkeeper, recovery: recovery, help: help, spent: SpentBook(clock: clock),
                station: station, directory: directory, console: console, staffDoor: behind.door, registrar: registrar,
                snapshots: behind.snapshots, reminders: behind.reminders, announcements: Announcements(behind.desk),
                roll: behind.roll, letters: behind.letters,
                register: behind.register, desk: behind.desk)
        }
    }

    /// The console's address, without a path.
    private func consoleAddress(_ election: Election) -> String { settings.server.console?.url ?? election.address }

    /// The register of an election's staff.
    func register(_ election: StoredElection, key: ElectionKey, office: MessageOffice) -> StaffRegister {
        StaffRegister(
            election: election, key: key, office: office, outbox: outbox, keeper: keeper, logbook: logbook,
            clock: clock,
            randomness: randomness, console: consoleAddress(election.election) + "/manager")
    }

    private func consoleParts(
        _ directory: VoterDirectory, templates: TemplateFolder, door: Doorkeeper, station: PollingStation,
        common: CommonSecrets, help: HelpQueue
    ) throws -> ConsoleSite.Parts {
        let (election, key) = (directory.election, directory.key)
        let register = register(election, key: key, office: directory.office)
        let staffDoor = Doorkeeper(
            election: election, key: key, directory: StaffDirectory(register), keeper: keeper, outbox: outbox,
            clock: clock, randomness: randomness, realm: .staff, policy: StaffRegister.policy)
        let desk = VoterDesk(
            store: store, directory: directory, door: door, station: station, outbox: outbox, register: register,
            logbook: logbook, clock: clock, randomness: randomness)
        return ConsoleSite.Parts(
            store: store, door: staffDoor,
            signIn: SignInDesk(store: store, doorkeeper: staffDoor, common: common), register: register, desk: desk,
            deliveries: DeliveryDesk(desk), reminders: Reminders(desk),
            letters: letters(desk, style: letterStyle(election.election, templates)),
            snapshots: TurnoutRecorder(
                store: desk.store, directory: desk.directory, door: desk.door, station: desk.station,
                outbox: desk.outbox, clock: desk.clock), policy: try policyDesk(desk, templates), roll: RollDesk(desk),
            help: help,
            teller: teller(station), logbook: logbook, clock: clock, randomness: randomness, key: key)
    }

    /// The letters of an election.
    func letters(_ desk: VoterDesk, style: LetterStyle) -> LetterDoor {
        LetterDoor(
            desk, room: printRoom, office: desk.directory.office, style: style, folder: store.path + ".print")
    }

    /// The policy check of an election.
    func policyDesk(_ desk: VoterDesk, _ templates: TemplateFolder) throws -> PolicyDesk {
        let text = try PolicyText(try templates.text(PolicyText.file), file: PolicyText.file)
        return PolicyDesk(desk, text: text, trustees: trustees, takesBounces: settings.bounces != nil)
    }
}
