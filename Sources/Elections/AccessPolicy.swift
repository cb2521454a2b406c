/// How voters sign in to an election: identifier, connection code and secret.
package struct AccessPolicy: Sendable, Equatable {
    package enum Scheme: String, Sendable, CaseIterable { case random, digits, name, email }
    package enum Renewal: String, Sendable, CaseIterable { case replace, keep }
    package enum CodeChannel: String, Sendable, CaseIterable { case other, same, choice, none }
    package enum SecretKind: String, Sendable, CaseIterable { case passphrase, password, generated }
    package enum Captcha: String, Sendable, CaseIterable { case adaptive, always }
    package enum Reset: String, Sendable, CaseIterable { case otherChannel, delayed, manager }

    package var scheme = Scheme.random
    package var renewal = Renewal.replace
    package var codeDigits = 6
    package var codeMinutes = 10
    package var codeAttempts = 5
    package var codeResendSeconds = 30
    package var codeChannel = CodeChannel.other
    package var secretKind = SecretKind.passphrase
    package var secretMinimum = 20
    package var secretMustChange = false
    package var secretReset = Reset.otherChannel
    /// The question asked at first sign-in, whose answers the roll holds.
    package var challenge: LocalText?
    /// When a lost identifier's form shows a captcha: always, or only where silent work is not enough.
    package var recoveryCaptcha = Captcha.adaptive
    /// Whether a reissue to a new contact and a passphrase reset need two persons.
    package var fourEyes = true

    package init() {}

    /// The settings that differ from `earlier` and by which identifiers and secrets in voters' hands were made.
    func fixedSettings(changedFrom earlier: AccessPolicy) -> [String] {
        var changed: [String] = []
        if scheme != earlier.scheme { changed.append("identifier.scheme") }
        if renewal != earlier.renewal { changed.append("identifier.renewal") }
        if secretKind != earlier.secretKind { changed.append("secret.kind") }
        return changed
    }
}
