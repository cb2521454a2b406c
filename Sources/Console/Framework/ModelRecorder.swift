/// A decoder that decodes nothing and keeps what it was asked for: the names and types of a model's fields.
final class ModelRecorder: Decoder {
    /// In the order in which they were asked for, which is that of the declaration.
    private var fields: [ModelType.Field] = []
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]

    /// What a type holds.
    /// - Throws: `ModelError` for a type that is no plain structure and says nothing of itself.
    static func describe(_ type: any Decodable.Type) throws -> ModelType { try described(type).type }

    /// Any value of a type.
    /// - Throws: as `describe`.
    static func sample<Value: Decodable>(_ type: Value.Type) throws -> Value { try described(type).sample }

    /// What a type holds, and any value of it.
    private static func described<Value: Decodable>(_ type: Value.Type) throws -> (type: ModelType, sample: Value) {
        if let known = type as? any ModelDescribed.Type {
            guard let sample = try known.sample() as? Value else { throw ModelError(description: "\(type): no sample") }
            return (try known.described(), sample)
        }
        let recorder = ModelRecorder()
        let sample = try Value(from: recorder)
        return (.object(recorder.fields), sample)
    }

    /// Records a field.
    fileprivate func field<Value: Decodable>(_ name: String, _ type: Value.Type, isOptional: Bool) throws -> Value {
        let found = try ModelRecorder.described(type)
        fields.append(ModelType.Field(name: name, type: isOptional ? .optional(found.type) : found.type))
        return found.sample
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(RecordedFields(recorder: self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw ModelError(description: "A model is no bare list: lists are described by their own type.")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        throw ModelError(description: "A single value is described by its own type: ModelDescribed is missing.")
    }
}

/// The fields of one model as they are asked for.
private final class RecordedFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let recorder: ModelRecorder
    /// Set where the next field may be missing.
    private var isOptional = false
    let codingPath: [any CodingKey] = []
    let allKeys: [Key] = []

    init(recorder: ModelRecorder) { self.recorder = recorder }

    func contains(_ key: Key) -> Bool { true }

    // Asked of optional fields alone, before the field itself.
    func decodeNil(forKey key: Key) -> Bool {
        isOptional = true
        return false
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        defer { isOptional = false }
        return try recorder.field(key.stringValue, type, isOptional: isOptional)
    }

    func nestedContainer<Inner: CodingKey>(
        keyedBy type: Inner.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Inner> { throw ModelError(description: "\(key.stringValue) is nested by hand.") }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw ModelError(description: "\(key.stringValue) is nested by hand.")
    }

    func superDecoder() throws -> any Decoder { throw ModelError(description: "A model has no superclass.") }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        throw ModelError(description: "A model has no superclass.")
    }
}
