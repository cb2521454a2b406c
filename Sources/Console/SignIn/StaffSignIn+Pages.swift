/// The pages of signing in: models and templates.
extension StaffSignIn {
    /// A form with one question, or several.
    struct Question {
        /// The beginning of the keys of its texts; also the name of its page's template.
        let name: String
        /// Where it is sent, below `/manager/`.
        let path: String
        let fields: [(name: String, input: FormModel.Input)]
        /// Of the sign-in under way, carried along, so that a form of another sign-in in the same browser is known.
        var mark: String?
    }

    /// The page of a question.
    struct QuestionModel: PageModel {
        /// What happened before; null for nothing.
        let said: String?
        let form: FormModel
    }

    /// The page on which the code is typed.
    struct CodeModel: PageModel {
        /// Whether no code is sent any more for now.
        let isQuiet: Bool
        /// Which request the code belongs to.
        let label: String
        let form: FormModel
        let again: FormModel
        let cancel: FormModel
    }

    /// The page on which an authenticator is set up.
    struct EnrolModel: PageModel {
        /// Null where the account's address is too long for one.
        let square: Square?
        /// For those who type it.
        let secret: String
        let form: FormModel

        /// A square code as it is drawn.
        struct Square: PageModel {
            /// With the light border, in modules.
            let side: Int
            let path: String
        }
    }

    /// Spare codes, shown this once.
    struct SpareModel: PageModel {
        let codes: [String]
    }

    /// The templates of these pages.
    static let templates =
        ["signIn", "enter", "choose", "factor", "ownSecret"].map { PageTemplate(name: $0, model: QuestionModel.self) }
        + [
            PageTemplate(name: "code", model: CodeModel.self), PageTemplate(name: "enrol", model: EnrolModel.self),
            PageTemplate(name: "spare", model: SpareModel.self),
        ]
}
