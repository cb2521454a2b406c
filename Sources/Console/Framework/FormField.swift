import Elections
import Operations

/// A field of an action, as a form asks for it and the API takes it.
struct FormField: Sendable {
    /// How a field is checked, in forms and in the API alike.
    enum Kind: Sendable {
        /// One line, of at most so many characters.
        case text(maximum: Int)
        /// Several lines, of at most so many characters in all.
        case long(maximum: Int)
        /// One of these values; `""` is nothing chosen.
        case choice([String])
        /// `yes` or `no`; in JSON true or false.
        case flag
        /// A day, `2026-11-10`.
        case date
        /// A whole number in a range.
        case number(ClosedRange<Int>)
        /// What the form carries for itself: nobody types it.
        case hidden
    }

    /// The name in forms and in JSON.
    let name: String
    /// What may stand in it.
    let kind: Kind
    /// Whether an empty value is refused.
    var isRequired = true
    /// What it is called where the texts have no key for it.
    var label: LocalText?
    /// What stands there before anything was typed.
    var value: String?
    /// Whether a choice's values change while the site runs: the API's description, which is made once, names none.
    var isOpen = false
    /// Whether what was typed is not shown again when the form is refused: a key, which might be a private one.
    var isForgotten = false
    /// What stands beside it where that differs from voter to voter.
    var hint: String?

    /// Further properties than name and kind are for single fields.
    init(
        _ name: String, _ kind: Kind, isRequired: Bool = true, label: LocalText? = nil, value: String? = nil,
        hint: String? = nil
    ) {
        (self.name, self.kind, self.isRequired) = (name, kind, isRequired)
        (self.label, self.value, self.hint) = (label, value, hint)
    }

    /// The same field with choices that change while the site runs.
    var open: FormField {
        var field = self
        field.isOpen = true
        return field
    }

    /// The same field, not shown again when the form is refused.
    var forgotten: FormField {
        var field = self
        field.isForgotten = true
        return field
    }

    /// Why something is done; it goes into the journal.
    static let reason = FormField("reason", .text(maximum: StaffReason.longest))
}
