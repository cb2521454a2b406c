import Foundation

@testable import Console

/// Just enough of JSON Schema to hold an answer against its own description.
struct JSONSchema {
    private let schema: JSONValue

    init(_ schema: JSONValue) { self.schema = schema }

    /// What of a value is not as the schema says; empty where everything is.
    func faults(_ value: JSONValue, at place: String = "$") -> [String] {
        guard case .object(let rules) = schema, !rules.isEmpty else { return ["\(place): the schema says nothing"] }
        if case .list(let choices) = rules["anyOf"] {
            let each = choices.map { JSONSchema($0).faults(value, at: place) }
            return each.contains(where: \.isEmpty) ? [] : each.min { $0.count < $1.count } ?? ["\(place): no choice"]
        }
        guard case .text(let type) = rules["type"] else { return ["\(place): no type"] }
        switch (type, value) {
        case ("null", .none), ("boolean", .flag), ("integer", .number): return []
        case ("string", .text(let text)): return JSONSchema.faults(text, rules, place)
        case ("array", .list(let items)):
            return items.enumerated().flatMap { JSONSchema(rules["items"] ?? .none).faults($1, at: "\(place)[\($0)]") }
        case ("object", .object(let fields)): return JSONSchema.faults(fields, rules, place)
        default: return ["\(place): \(value) is no \(type)"]
        }
    }

    private static func faults(_ text: String, _ rules: [String: JSONValue], _ place: String) -> [String] {
        if case .list(let words) = rules["enum"], !words.contains(.text(text)) { return ["\(place): \(text)"] }
        if rules["format"] == .text("date-time"), text.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) == nil {
            return ["\(place): \(text) is no time in UTC"]
        }
        return []
    }

    private static func faults(
        _ fields: [String: JSONValue], _ rules: [String: JSONValue], _ place: String
    ) -> [String] {
        var faults: [String] = []
        var properties: [String: JSONValue] = [:]
        if case .object(let known) = rules["properties"] { properties = known }
        if case .list(let required) = rules["required"] {
            for case .text(let name) in required where fields[name] == nil {
                faults.append("\(place).\(name) is missing")
            }
        }
        for (name, value) in fields {
            guard let schema = properties[name] ?? rules["additionalProperties"], schema != .flag(false) else {
                faults.append("\(place).\(name) is not described")
                continue
            }
            faults += JSONSchema(schema).faults(value, at: "\(place).\(name)")
        }
        return faults
    }
}

extension ModelType {
    /// Some value of this type as JSON that decodes to it, the page's own fields too.
    /// - Parameter isFull: whether lists hold something and optional values are there, and whether flags are set.
    func sample(isFull: Bool) -> JSONValue {
        switch self {
        case .text: .text("x & y")
        case .time: .text("2026-11-10T08:00:00Z")
        case .choice(let words): .text((isFull ? words.first : words.last) ?? "")
        case .integer: .number(isFull ? 3 : 0)
        case .flag: .flag(isFull)
        case .list(let item): .list(isFull ? [item.sample(isFull: true), item.sample(isFull: false)] : [])
        case .dictionary(let value): .object(isFull ? ["key": value.sample(isFull: true)] : [:])
        case .object(let fields):
            .object(
                Dictionary(fields.map { ($0.name, $0.type.sample(isFull: isFull)) }, uniquingKeysWith: { $1 }))
        case .optional(let type): isFull ? type.sample(isFull: true) : .none
        case .onPage(let type): type.sample(isFull: isFull)
        case .withView(let answer, let view):
            .object(["answer": answer.sample(isFull: isFull), "view": view.sample(isFull: isFull)])
        }
    }

    /// The same as the API gives it: without what the page alone has.
    func answer(_ sample: JSONValue) -> JSONValue {
        switch (self, sample) {
        case (.object(let fields), .object(let values)):
            .object(
                Dictionary(
                    fields.filter(\.isInAnswers).compactMap { field in
                        values[field.name].map { (field.name, field.type.answer($0)) }
                    }, uniquingKeysWith: { $1 }))
        case (.list(let item), .list(let items)): .list(items.map { item.answer($0) })
        case (.dictionary(let value), .object(let values)): .object(values.mapValues { value.answer($0) })
        case (.optional(let type), let value): value == .none ? .none : type.answer(value)
        case (.withView(let answer, _), .object(let values)): answer.answer(values["answer"] ?? .none)
        default: sample
        }
    }
}
