import Documents

/// How the pages of a sign-in are laid out, and how a password is renewed.
extension ElectionReader {
    /// The secret question, which must not ask what others know.
    static func challenge(_ section: Section, isStored: Bool) -> LocalText {
        let question = text(section)
        guard !isStored else { return question }
        for (key, words) in [("fr", question.fr), ("en", question.en)] {
            if let asked = SecretQuestion.asks(words) { section.fault(key, asked.cure) }
        }
        return question
    }

    /// `access.signIn`. Read after codes and secrets, on which it depends.
    static func signIn(_ section: Section, _ policy: inout AccessPolicy) {
        policy.signIn = section.choice("signIn", standard: policy.signIn)
        guard policy.signIn == .onePage, policy.codeChannel != .none else { return }
        section.fault(
            "signIn",
            "identifier and password stand on one page only where no code comes between them: let \"code.channel\" be none, or \"signIn\" be steps"
        )
    }

    /// `access.secret.renew`; a chosen password can always be renewed.
    static func renewal(_ secret: Section, _ policy: inout AccessPolicy) {
        policy.secretRenew = secret.flag("renew", standard: policy.secretKind == .password)
        guard policy.secretRenew else { return }
        if policy.secretKind == .passphrase {
            secret.fault(
                "renew", "\"renew\" is for passwords: let \"kind\" be password or generated, or take \"renew\" out")
        }
        // Without a code, whoever knows an identifier could choose its voter's password.
        if policy.codeChannel == .none {
            secret.fault(
                "renew", "a password is renewed by a code: take \"none\" out of \"code.channel\", or \"renew\" out here"
            )
        }
    }

    /// `access.recovery.desk`.
    static func desk(_ recovery: Section, _ policy: inout AccessPolicy) {
        policy.recoveryDesk = recovery.choice("desk", standard: policy.recoveryDesk)
        guard policy.recoveryDesk == .one, !policy.sendsAnew else { return }
        recovery.fault(
            "desk",
            "one link gives back identifier and password only where passwords are sent anew: let \"secret.kind\" be generated, without \"renew\", or \"desk\" be each"
        )
    }
}
