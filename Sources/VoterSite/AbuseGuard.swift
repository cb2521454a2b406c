import Captcha
import Elections
import HTTPServer
import Store
import Templating

/// Tells people from floods: silent work first, a picture or sound where that is not enough.
struct AbuseGuard: Sendable {
    /// What a form's proof came to.
    enum Verdict {
        /// Good: these challenges are to be used up with the request.
        case pass(spend: [String], Proof)
        /// A picture is to be shown; a wrong answer uses its challenge up.
        case picture(isWrong: Bool, spend: [String])

        /// What came with the form, whether or not it serves any more.
        var proof: Proof { if case .pass(_, let proof) = self { proof } else { .none } }
    }

    /// What came with a form that passed, the weakest first.
    enum Proof: Int, Comparable, Sendable {
        case none, work, hardWork, picture
        /// By how much it costs whoever sends many forms.
        static func < (left: Proof, right: Proof) -> Bool { left.rawValue < right.rawValue }
    }

    /// Makes and checks silent challenges.
    let work: ProofOfWork
    /// Makes pictures and sounds, and judges answers.
    let captcha: CaptchaService
    /// Remembers challenges that were used.
    let book: UsedChallenges
    /// Counts requests by network.
    let limits: RateLimiter

    /// Sign-ins from one address without work that are let through in ten minutes: a browser without JavaScript must not
    /// meet a picture each time.
    private static let freeSignIns = 10
    /// Requests of one form from one address in ten minutes after which silent work must be hard, ...
    private static let many = 300
    /// ... and lost identifiers after which a picture is shown.
    private static let manyLost = 20

    /// A challenge for a form's silent work.
    /// - Parameters:
    ///   - isHard: whether somebody guesses; a source of many requests gets hard ones anyway.
    ///   - form: the name of the form that the work is bound to.
    ///   - source: the address that the request came from.
    func challenge(_ form: String, source: String, isHard: Bool = false) -> String {
        let mustBeHard = isHard || limits.seen(form, from: source) >= AbuseGuard.many
        return work.challenge(form: form, bits: mustBeHard ? ProofOfWork.hardBits : ProofOfWork.bits)
    }

    /// Judges what came with a form.
    /// - Parameters:
    ///   - typed: the field that the work is bound to.
    ///   - mode: whether the picture is always shown.
    ///   - name: of the form.
    ///   - source: the address that the request came from.
    /// - Returns: what is to be done; the challenges in it are used up by `admit` or `spend`.
    func judge(
        _ form: Form, name: String, typed: String, source: String, mode: AccessPolicy.Captcha
    ) -> Verdict {
        if let verdict = judgePicture(form, name: name) { return verdict }
        let count = limits.count(name, from: source)
        if mode == .always || name != "signIn" && count > AbuseGuard.manyLost {
            return .picture(isWrong: false, spend: [])
        }
        let challenge = form["work"]
        let isHard = count > AbuseGuard.many
        if !challenge.isEmpty,
            work.isSolved(
                challenge, number: form["number"], typed: typed, form: name,
                leastBits: isHard ? ProofOfWork.hardBits : ProofOfWork.bits)
        {
            return .pass(
                spend: [challenge], ProofOfWork.bits(of: challenge) >= ProofOfWork.hardBits ? .hardWork : .work)
        }
        if name == "signIn", limits.count("free", from: source) <= AbuseGuard.freeSignIns {
            return .pass(spend: [], .none)
        }
        return .picture(isWrong: false, spend: [])
    }

    /// Judges a picture's answer alone; nil when none came.
    /// - Parameter name: of the form that the challenge must be bound to.
    func judgePicture(_ form: Form, name: String) -> Verdict? {
        let picture = form["challenge"]
        guard !picture.isEmpty, !form["answer"].isEmpty else { return nil }
        return captcha.isRight(picture, answer: form["answer"], form: name)
            ? .pass(spend: [picture], .picture) : .picture(isWrong: true, spend: [picture])
    }

    /// Uses up what came with a form; whether its request is taken.
    /// - Returns: false also where the verdict asks for a picture.
    func admit(_ transaction: borrowing Transaction, _ verdict: Verdict) throws(StoreError) -> Bool {
        switch verdict {
        case .picture(_, let challenges):
            _ = try spend(transaction, challenges)
            return false
        case .pass(let challenges, _): return try spend(transaction, challenges)
        }
    }

    /// Uses up challenges in the request's transaction; false when one was used before.
    func spend(_ transaction: borrowing Transaction, _ challenges: [String]) throws(StoreError) -> Bool {
        for challenge in challenges where try !book.spend(transaction, challenge) { return false }
        return true
    }

    /// The picture's part of a page.
    /// - Parameters:
    ///   - form: the name of the form that the challenge is bound to.
    ///   - isQuiet: whether it is there only for those without JavaScript.
    func picture(_ form: String, isQuiet: Bool, isWrong: Bool) -> TemplateValue {
        .object([
            "token": .text(captcha.challenge(form: form)), "quiet": .flag(isQuiet), "isWrong": .flag(isWrong),
        ])
    }

    /// Whether an error is about the picture's answer, given or missing.
    static func isOfPicture(_ error: String?) -> Bool {
        ["captchaWrong", "captchaNeeded", "codePicture", "codeNoMore"].contains(error)
    }
}
