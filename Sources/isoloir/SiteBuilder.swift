import Access
import Captcha
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Passphrases
import Polling
import Recovery
import Store
import VoterRoll
import Web

/// The site of one election with everything behind it.
struct Site {
    let site: VoterSite
    let doorkeeper: Doorkeeper
    let recovery: RecoveryDesk
    let help: HelpQueue
    let spent: SpentBook
    let station: PollingStation
    let directory: VoterDirectory
}

extension Services {
    /// Builds the site of an election.
    /// - Parameter extra: answers for paths that are not the voters'.
    func site(
        _ election: StoredElection, extra: @escaping @Sendable (Request) -> Response? = { _ in nil },
        log: @escaping @Sendable (String) -> Void
    ) throws(Refusal) -> Site {
        let key = try key(of: election)
        let templates = templates(for: election.election)
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
                recovery: recovery, help: help,
                captcha: CaptchaDesk(
                    election: election.election.id, key: key, sound: sound, clock: clock, randomness: randomness),
                station: station, teller: teller(station), clock: clock, randomness: randomness)
            let assets = try AssetSet(templates)
            let site = VoterSite(
                parts, pages: try PageSet(election.election, templates: templates, assets: assets), assets: assets,
                key: key, extra: extra, log: log)
            try site.look()
            return Site(
                site: site, doorkeeper: doorkeeper, recovery: recovery, help: help, spent: SpentBook(clock: clock),
                station: station, directory: directory)
        }
    }
}
