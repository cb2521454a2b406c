/// What the page alone has, since a program puts it together itself from the fields beside it, or has no use for it.
protocol PageOnly {}

/// A field for the template alone.
struct OnPage<Value: Codable & Sendable>: Codable, Sendable, ModelDescribed, PageOnly {
    let value: Value

    init(_ value: Value) { self.value = value }

    init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Value.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    static func described() throws -> ModelType { .onPage(try ModelType(of: Value.self)) }

    static func sample() throws -> OnPage<Value> {
        OnPage(try ModelRecorder.sample(Value.self))
    }
}
