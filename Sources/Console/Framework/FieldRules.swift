import Elections
import Foundation
import Operations
import Staff

/// How the fields of an action are called and checked, in forms and in the API alike.
struct FieldRules: ConsoleWork {
    let context: ConsoleContext

    /// The field's own label, else the text of this action, else that of every action.
    func label(_ field: FormField, _ action: ConsoleAction, _ language: Language) -> String {
        if let label = field.label { return label[language] }
        let own = "\(action.name).\(field.name)"
        return text(pages.has(own) ? own : "f.\(field.name)", language)
    }

    /// What is wrong with the values of an action, field by field.
    /// - Returns: each fault with its field's name; none where the action may be done.
    func faults(_ action: ConsoleAction, _ call: ConsoleRequest) throws -> [(field: String, text: String)] {
        try action.fields(context, call).compactMap { field in
            let value = call[field.name].trimmed
            let label = self.label(field, action, call.language)
            func fault(_ name: String) -> (field: String, text: String) {
                (field.name, "\(label): \(text("fault.\(name)", call.language))")
            }
            if value.isEmpty { return field.isRequired ? fault("missing") : nil }
            switch field.kind {
            case .text(let maximum):
                if value.unicodeScalars.count > maximum { return fault("long") }
                return value.contains(where: \.isNewline) || !StaffReason.isPlain(value) ? fault("line") : nil
            case .long(let maximum): return value.unicodeScalars.count > maximum ? fault("long") : nil
            case .choice(let values): return values.contains(value) ? nil : fault("choice")
            case .flag: return ["yes", "no"].contains(value) ? nil : fault("choice")
            case .date:
                return LocalTime.read(value + " 12:00", zone: .gmt) == nil || value.count != 10 ? fault("date") : nil
            case .number(let range): return Int(value).map(range.contains) == true ? nil : fault("number")
            case .hidden: return nil
            }
        }
    }
}
