import Templating

/// What a model of a page holds, read off its type: the API's schema and the names that the page's template may use are both made
/// of it, so that neither can differ from what is sent.
indirect enum ModelType: Sendable, Equatable {
    case text
    /// A time: RFC 3339, in UTC.
    case time
    /// One of these words.
    case choice([String])
    case integer
    case flag
    case list(ModelType)
    /// Values by names that are not known beforehand.
    case dictionary(ModelType)
    /// In the order of the declaration.
    case object([Field])
    /// Null where there is none.
    case optional(ModelType)
    /// For the template alone: the API leaves it out.
    case onPage(ModelType)
    /// Something for programs, with what the page alone has beside it.
    case withView(ModelType, view: ModelType)

    /// One field of a model.
    struct Field: Sendable, Equatable {
        let name: String
        let type: ModelType
    }

    /// What a type holds.
    /// - Throws: `ModelError` for a type that says nothing of itself.
    init(of type: any Decodable.Type) throws { self = try ModelRecorder.describe(type) }

    /// The schema that the API's description names (JSON Schema 2020-12, as OpenAPI 3.1 has it). Every field stands in every
    /// answer.
    var schema: JSONValue {
        switch self {
        case .text: .object(["type": .text("string")])
        case .time: .object(["type": .text("string"), "format": .text("date-time")])
        case .choice(let words): .object(["type": .text("string"), "enum": .list(words.map { .text($0) })])
        case .integer: .object(["type": .text("integer")])
        case .flag: .object(["type": .text("boolean")])
        case .list(let item): .object(["type": .text("array"), "items": item.schema])
        case .dictionary(let value): .object(["type": .text("object"), "additionalProperties": value.schema])
        case .object(let fields): ModelType.schema(of: fields.filter(\.isInAnswers))
        case .optional(let type): .object(["anyOf": .list([type.schema, .object(["type": .text("null")])])])
        case .onPage(let type), .withView(let type, _): type.schema
        }
    }

    /// The schema of an object with these fields and no others.
    /// - Parameter optional: names that may be missing.
    static func schema(of fields: [Field], optional: Set<String> = []) -> JSONValue {
        .object([
            "type": .text("object"), "additionalProperties": .flag(false),
            "properties": .object(Dictionary(fields.map { ($0.name, $0.type.schema) }, uniquingKeysWith: { $1 })),
            "required": .list(fields.map(\.name).filter { !optional.contains($0) }.map { .text($0) }),
        ])
    }

    /// What a template may ask for.
    var shape: Shape {
        switch self {
        case .text, .time, .choice, .integer: .text
        case .flag: .flag
        case .list(let item): .list(item.shape)
        // A template cannot walk through names that it does not know.
        case .dictionary: .object([:])
        case .object(let fields):
            .object(Dictionary(fields.map { ($0.name, $0.type.shape) }, uniquingKeysWith: { $1 }))
        case .optional(let type), .onPage(let type): type.shape
        case .withView(let answer, let view): .object(["answer": answer.shape, "view": view.shape])
        }
    }
}

extension ModelType.Field {
    /// Whether the API has it too.
    var isInAnswers: Bool { if case .onPage = type { false } else { true } }
}

/// A type that says itself what it holds: everything else is asked field by field.
protocol ModelDescribed {
    /// What it holds.
    /// - Throws: `ModelError` where a type inside says nothing of itself.
    static func described() throws -> ModelType
    /// Any value, for the decoder that records the fields of what it stands in.
    static func sample() throws -> Self
}

/// Why a type cannot be described.
struct ModelError: Error, CustomStringConvertible {
    /// A sentence that names the type.
    let description: String
}

extension String: ModelDescribed {
    static func described() -> ModelType { .text }
    static func sample() -> String { "" }
}

extension Int: ModelDescribed {
    static func described() -> ModelType { .integer }
    static func sample() -> Int { 0 }
}

extension Bool: ModelDescribed {
    static func described() -> ModelType { .flag }
    static func sample() -> Bool { false }
}

extension Array: ModelDescribed where Element: Decodable {
    static func described() throws -> ModelType { .list(try ModelType(of: Element.self)) }
    static func sample() -> [Element] { [] }
}

extension Dictionary: ModelDescribed where Key == String, Value: Decodable {
    static func described() throws -> ModelType { .dictionary(try ModelType(of: Value.self)) }
    static func sample() -> [String: Value] { [:] }
}

extension Optional: ModelDescribed where Wrapped: Decodable {
    static func described() throws -> ModelType { .optional(try ModelType(of: Wrapped.self)) }
    static func sample() -> Wrapped? { nil }
}
