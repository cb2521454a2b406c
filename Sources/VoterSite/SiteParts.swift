package import Authentication
package import Captcha
package import Crypto
package import Polling
package import Store
package import Tally

/// What the voters' site works with.
package struct SiteParts: Sendable {
    /// The whole store; each part has its own tables in it.
    package let store: Store
    /// Codes, sign-ins and sessions of voters.
    package let authenticator: Authenticator
    /// Secrets: entering, choosing, changing, forgetting them.
    package let desk: SignInFlow
    /// Who an identifier's holder is, and where they can be reached.
    package let directory: VoterDirectory
    /// Takes contacts of those who lost something; a worker does the rest.
    package let recovery: RecoveryService
    /// Questions to the help desk, and where visitors stand.
    package let help: SupportQueue
    /// Keys of the bureau's members, which sign leaves for kiosks.
    package let members: MemberRegister
    /// Makes and judges pictures and sounds.
    package let captcha: CaptchaService
    /// Takes votes, and knows their rounds.
    package let station: PollingStation
    /// Knows results and archives.
    package let tallyService: TallyService
    /// Seconds since 1970.
    package let clock: Clock
    /// Of browsers' tokens and challenges.
    package let randomness: Randomness

    /// What the composition root puts together.
    package init(
        store: Store, authenticator: Authenticator, desk: SignInFlow, directory: VoterDirectory,
        recovery: RecoveryService,
        help: SupportQueue, members: MemberRegister, captcha: CaptchaService, station: PollingStation,
        tallyService: TallyService,
        clock: Clock,
        randomness: Randomness
    ) {
        (self.station, self.tallyService) = (station, tallyService)
        (self.store, self.authenticator, self.desk, self.directory) = (store, authenticator, desk, directory)
        (self.recovery, self.help, self.captcha, self.members) = (recovery, help, captcha, members)
        (self.clock, self.randomness) = (clock, randomness)
    }
}
