/// What a page says above its own content, by the keys of its texts.
struct PageHead {
    /// Errors behind which the seconds stand that must pass.
    static let waits: Set<String> = ["codeResendWait", "secretWait"]

    /// Errors that are no fault of what stands in the page's field.
    static let general: Set<String> = [
        "gone", "sessionEnded", "sessionUnsent", "sessionOther", "sessionOtherUnsent", "formOld", "codeExhausted",
        "codePicture", "codeNoMore", "codeResendWait",
        "secretWait",
        "captchaWrong",
        "captchaNeeded", "workNeeded", "helpFull", "kioskCleared",
    ]

    let status: Int
    let title: String
    let error: String?
    let more: String?
    let note: String?
    let noteMore: String?
    /// Seconds for which a code is waited for; nil on pages that wait for none.
    var waited: Int?

    /// - Parameters:
    ///   - status: of HTTP.
    ///   - more: what stands behind the error, as it is.
    ///   - noteMore: what stands behind the note, as it is.
    init(
        status: Int = 200, title: String, error: String? = nil, more: String? = nil, note: String? = nil,
        noteMore: String? = nil
    ) {
        (self.status, self.title, self.error, self.more) = (status, title, error, more)
        (self.note, self.noteMore) = (note, noteMore)
    }
}
