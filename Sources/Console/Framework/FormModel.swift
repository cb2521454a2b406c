/// A form as its template has it.
struct FormModel: PageModel {
    /// Where it is sent, from the site's root.
    let path: String
    /// On the button that sends it.
    let button: String
    /// Whether the button is less prominent than another one's of the page.
    var isSecond = false
    /// From top to bottom.
    let fields: [Field]

    /// How a field is filled in.
    enum Input: Sendable {
        /// One line.
        case text(maximum: Int)
        /// Several lines.
        case long(maximum: Int)
        /// One of several; what is chosen is the field's value.
        case choice([(value: String, text: String)])
        /// A box to tick; its value is `yes` where it is.
        case check
        /// A day, `2026-11-10`.
        case date
        /// A whole number in a range.
        case number(ClosedRange<Int>)
        /// Carried along, and not shown.
        case hidden
        /// Hidden while it is typed.
        case secret
        /// A one-time code or an identifier: in type that tells characters apart.
        case code
    }

    /// One field with its label. Exactly one of the ways to fill it in is there.
    struct Field: PageModel {
        let id: String
        /// Under which the form sends it.
        let name: String
        let label: String
        /// What stands in it at first.
        let value: String
        let isRequired: Bool
        /// Whether something is wrong with it, and what, where that is not said elsewhere.
        let isBad: Bool
        let fault: Sentence?
        let hint: Sentence?
        /// The identifiers of hint and fault.
        let described: Described?
        private(set) var text: Length?
        private(set) var long: Length?
        private(set) var choice: Options?
        private(set) var check: Box?
        private(set) var date: Empty?
        private(set) var number: Range?
        private(set) var hidden: Empty?
        private(set) var secret: Empty?
        private(set) var code: Empty?

        /// - Parameters:
        ///   - hint: empty for none.
        ///   - fault: what is wrong; `""` marks the field without words of its own.
        init(
            _ name: String, label: String = "", input: Input, hint: String = "", value: String = "",
            rule: (isRequired: Bool, fault: String?) = (true, nil)
        ) {
            id = "f-\(name)"
            (self.name, self.label, self.value, isRequired) = (name, label, value, rule.isRequired)
            isBad = rule.fault != nil
            fault = rule.fault.flatMap { $0.isEmpty ? nil : Sentence(text: $0) }
            self.hint = hint.isEmpty ? nil : Sentence(text: hint)
            let by = [hint.isEmpty ? nil : "\(id)-hint", rule.fault == nil ? nil : "\(id)-fault"].compactMap(\.self)
            described = by.isEmpty ? nil : Described(by: by.joined(separator: " "))
            fill(input)
        }

        /// Keeps how it is filled in.
        private mutating func fill(_ input: Input) {
            switch input {
            case .text(let maximum): text = Length(maximum: maximum)
            case .long(let maximum): long = Length(maximum: maximum)
            case .choice(let options):
                choice = Options(
                    options: options.map { .init(value: $0.value, text: $0.text, isChosen: $0.value == value) })
            case .check: check = Box(isOn: value == "yes")
            case .date: date = Empty()
            case .number(let range): number = Range(least: range.lowerBound, most: range.upperBound)
            case .hidden: hidden = Empty()
            case .secret: secret = Empty()
            case .code: code = Empty()
            }
        }
    }

    /// Words beside a field.
    struct Sentence: PageModel {
        let text: String
    }

    /// What describes a field to those who do not see it.
    struct Described: PageModel {
        let by: String
    }

    /// How many characters a text may have.
    struct Length: PageModel {
        let maximum: Int
    }

    /// What can be chosen.
    struct Options: PageModel {
        let options: [Option]
    }

    /// One choice.
    struct Option: PageModel {
        let value: String
        let text: String
        let isChosen: Bool
    }

    /// A box.
    struct Box: PageModel {
        let isOn: Bool
    }

    /// From the least to the most.
    struct Range: PageModel {
        let least: Int
        let most: Int
    }

    /// A way to fill a field in of which there is nothing more to say.
    struct Empty: PageModel {}
}

/// The page of an action's form.
struct FormPage<About: PageModel>: PageModel {
    /// What stands above the form: what it is about, and what it would bring about.
    let about: About
    /// What is to be known before it is filled in.
    let hint: String?
    let form: FormModel
    /// Where the way back leads, from the site's root.
    let back: String
}

/// What stands above an action's form: warnings, previews, whom it is about.
struct FormAbout: Sendable {
    /// The form's template, with the type of what it is rendered with.
    let template: PageTemplate
    /// Whether what it is about exists.
    let exists: @Sendable (ConsoleContext, ConsoleRequest) throws -> Bool
    /// The page with the form in it; nil where what it is about does not exist.
    let page: @Sendable (ConsoleContext, ConsoleRequest, FormParts) throws -> (any Encodable & Sendable)?

    /// - Parameters:
    ///   - template: its name, without the ending.
    ///   - make: nil when what it is about does not exist.
    init<About: PageModel>(
        _ template: String, _ about: About.Type,
        _ make: @escaping @Sendable (ConsoleContext, ConsoleRequest) throws -> About?
    ) {
        self.template = PageTemplate(name: template, model: FormPage<About>.self)
        exists = { try make($0, $1) != nil }
        page = { context, call, parts in
            try make(context, call).map {
                FormPage(about: $0, hint: parts.hint, form: parts.form, back: parts.back)
            }
        }
    }

    /// Nothing.
    static let nothing = FormAbout("form", NoDetails.self) { _, _ in NoDetails() }
}

/// What every form page has.
struct FormParts: Sendable {
    let hint: String?
    let form: FormModel
    let back: String
}
