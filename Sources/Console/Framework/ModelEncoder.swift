import Templating

/// Makes of a model what the API sends, or what its template is rendered with: the same fields, said for a program or for a
/// reader.
final class ModelEncoder: Encoder {
    /// Nil for programs.
    fileprivate let wording: Wording?
    /// What came of it so far.
    fileprivate var made = JSONValue.none
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    private init(_ wording: Wording?) { self.wording = wording }

    /// Whether the model is made for its template.
    var isForPage: Bool { wording != nil }

    /// A model for programs. Fields that hold nothing are null; those of the page alone are left out.
    /// - Throws: nothing but what a model's own encoding throws.
    static func answer(_ model: any Encodable) throws -> JSONValue { try made(model, nil) }

    /// A model for its template: values that have words are said in them.
    /// - Throws: nothing but what a model's own encoding throws.
    static func values(_ model: any Encodable, _ wording: Wording) throws -> TemplateValue {
        TemplateValue(try made(model, wording))
    }

    fileprivate static func made(_ value: any Encodable, _ wording: Wording?) throws -> JSONValue {
        if let wording, let said = value as? any Said { return .text(said.said(wording)) }
        switch value {
        case let text as String: return .text(text)
        case let number as Int: return .number(number)
        case let flag as Bool: return .flag(flag)
        default:
            let encoder = ModelEncoder(wording)
            try value.encode(to: encoder)
            return encoder.made
        }
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        made = .object([:])
        return KeyedEncodingContainer(FieldWriter(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        made = .list([])
        return ItemWriter(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { ValueWriter(encoder: self) }

    /// Adds a field to the object under way.
    fileprivate func set(_ name: String, _ value: JSONValue) {
        guard case .object(var fields) = made else { return }
        fields[name] = value
        made = .object(fields)
    }

    /// Adds an item to the list under way.
    fileprivate func append(_ value: JSONValue) {
        guard case .list(var items) = made else { return }
        made = .none
        items.append(value)
        made = .list(items)
    }
}

/// Fields of an object. Where an optional one holds nothing, null stands there.
private struct FieldWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: ModelEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil(forKey key: Key) { encoder.set(key.stringValue, .none) }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        if encoder.wording == nil, value is any PageOnly { return }
        encoder.set(key.stringValue, try ModelEncoder.made(value, encoder.wording))
    }

    func encodeIfPresent(_ value: String?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws { try optional(value, key) }

    private func optional(_ value: (any Encodable)?, _ key: Key) throws {
        encoder.set(key.stringValue, try value.map { try ModelEncoder.made($0, encoder.wording) } ?? .none)
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Inner> { encoder.container(keyedBy: type) }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder.unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder }
    func superEncoder(forKey key: Key) -> any Encoder { encoder }
}

/// Items of a list.
private struct ItemWriter: UnkeyedEncodingContainer {
    let encoder: ModelEncoder
    var codingPath: [any CodingKey] { [] }
    var count: Int { if case .list(let items) = encoder.made { items.count } else { 0 } }

    func encodeNil() { encoder.append(.none) }
    func encode<Value: Encodable>(_ value: Value) throws {
        encoder.append(try ModelEncoder.made(value, encoder.wording))
    }

    func nestedContainer<Inner: CodingKey>(keyedBy type: Inner.Type) -> KeyedEncodingContainer<Inner> {
        encoder.container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder }
}

/// A value that stands alone.
private struct ValueWriter: SingleValueEncodingContainer {
    let encoder: ModelEncoder
    var codingPath: [any CodingKey] { [] }

    func encodeNil() { encoder.made = .none }
    func encode<Value: Encodable>(_ value: Value) throws {
        encoder.made = try ModelEncoder.made(value, encoder.wording)
    }
}

extension TemplateValue {
    /// The same value for a template.
    init(_ value: JSONValue) {
        self =
            switch value {
            case .text(let text): .text(text)
            case .number(let number): .text("\(number)")
            case .flag(let flag): .flag(flag)
            case .list(let items): .list(items.map { TemplateValue($0) })
            case .object(let fields): .object(fields.mapValues { TemplateValue($0) })
            case .none: .nothing
            }
    }
}
