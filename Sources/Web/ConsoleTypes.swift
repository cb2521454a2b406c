import Bureau
import Elections
import Staff

/// A value as the API gives it.
indirect enum JSONValue: Sendable, Equatable {
    case text(String)
    case number(Int)
    case flag(Bool)
    case list([JSONValue])
    case object([String: JSONValue])
    case none

    static func optional(_ text: String?) -> JSONValue { text.map { .text($0) } ?? .none }

    static func optional(_ number: Int?) -> JSONValue { number.map { .number($0) } ?? .none }

    /// Whole seconds since 1970; null where there is no such time.
    static func time(_ time: Int?) -> JSONValue { optional(time) }
}

/// What a page shows, and what the API gives in its place.
struct Screen: Sendable {
    let title: String
    var blocks: [Block]
    let data: JSONValue
    /// Whether its figures move by themselves.
    var isLive = false
}

/// A field of a deed, as a form asks for it and the API takes it.
struct DeedField: Sendable {
    enum Kind: Sendable {
        case text(maximum: Int)
        case long(maximum: Int)
        case choice([String])
        case flag
        case date
        case number(ClosedRange<Int>)
    }

    let name: String
    let kind: Kind
    var isRequired = true
    /// What it is called where the texts have no key for it.
    var label: LocalText?
    /// What stands there before anything was typed.
    var value: String?
    /// Whether a choice's values change while the site runs: the API's description, which is made once, names none.
    var isOpen = false

    init(
        _ name: String, _ kind: Kind, isRequired: Bool = true, label: LocalText? = nil, value: String? = nil,
        isOpen: Bool = false
    ) {
        (self.name, self.kind, self.isRequired) = (name, kind, isRequired)
        (self.label, self.value, self.isOpen) = (label, value, isOpen)
    }

    /// Why something is done; it goes into the journal.
    static let reason = DeedField("reason", .text(maximum: 300))
}

/// One request, checked: who asks, for what.
struct Call: Sendable {
    let viewer: Viewer
    /// What stands in the address where the pattern has a name in braces.
    let place: [String: String]
    /// What was given: by the form, the API's body, or the address.
    let values: [String: String]
    /// `console` or `api`.
    let source: String

    subscript(_ name: String) -> String { values[name] ?? "" }

    /// A number in the address; 0, which is nobody's, for what is none.
    func id(_ name: String) -> Int { Int(place[name] ?? "") ?? 0 }

    func number(_ name: String) -> Int? { Int(values[name] ?? "") }

    var language: Language { viewer.language }

    func has(_ name: String) -> Bool { values[name] == "yes" }
}

/// What a deed came to.
enum DeedAnswer: Sendable {
    /// Done: what is said of it, where the browser goes on, and what the API gives.
    case done(String, next: String, data: [String: JSONValue] = [:])
    /// Done, with something that is shown this once.
    case shown(Screen)
    /// Refused in words, with the field that is wrong, or the seconds after which it may be tried again.
    case refused(Int, String, field: String? = nil, more: String? = nil, retry: Int? = nil)
}

/// A page of the console and a resource of the API.
struct ConsoleView: Sendable {
    /// Below `/manager/` and `/api/v1/`; names in braces stand for one segment.
    let path: String
    let deed: Deed
    /// What may stand in the address, all of it optional.
    var query: [DeedField] = []
    let make: @Sendable (ConsoleSite, Call) throws -> Screen?
}

/// A form of the console and an operation of the API.
struct ConsoleAction: Sendable {
    let path: String
    let deed: Deed
    /// The key of its texts.
    let name: String
    let fields: @Sendable (ConsoleSite, Call) throws -> [DeedField]
    /// What stands above the form: warnings, previews. Nil when what it is about does not exist.
    var intro: @Sendable (ConsoleSite, Call) throws -> [Block]? = { _, _ in [] }
    let run: @Sendable (ConsoleSite, Call) throws -> DeedAnswer
    /// Where the way back leads.
    var back: @Sendable (Call) -> String = { _ in "" }
}

/// A file that the console hands out.
struct ConsoleFile: Sendable {
    let path: String
    let deed: Deed
    let make: @Sendable (ConsoleSite, Call, Request) throws -> Response?
}

/// Patterns of addresses.
enum Pattern {
    /// Words of ours that no name in braces stands for.
    private static let reserved: Set<Substring> = ["fetch"]

    /// What stands where a pattern has names; nil when the path is another.
    static func match(_ pattern: String, _ path: String) -> [String: String]? {
        let (left, right) = (
            pattern.split(separator: "/", omittingEmptySubsequences: false),
            path.split(separator: "/", omittingEmptySubsequences: false)
        )
        guard left.count == right.count else { return nil }
        var found: [String: String] = [:]
        for (part, text) in zip(left, right) {
            if part.hasPrefix("{"), part.hasSuffix("}") {
                guard isSegment(text), !reserved.contains(text) else { return nil }
                found[String(part.dropFirst().dropLast())] = String(text)
            } else if part != text {
                return nil
            }
        }
        return found
    }

    /// Letters of a segment that a name stands for.
    private static let longest = 64

    private static func isSegment(_ text: Substring) -> Bool {
        1...longest ~= text.utf8.count
            && text.utf8.allSatisfy { 97...122 ~= $0 || 65...90 ~= $0 || 48...57 ~= $0 || $0 == 45 || $0 == 46 }
    }
}
