/// An element's attributes, valid while the listener is told of it.
@unsafe struct XMLAttributes {
    /// libxml2 hands five pointers for each: local name, prefix, URI, value, end of value.
    let fields: UnsafeMutablePointer<UnsafePointer<UInt8>?>?
    /// How many attributes there are.
    let count: Int

    /// The value of an attribute by its local name.
    func bytes(_ wanted: StaticString) -> UnsafeBufferPointer<UInt8>? {
        guard let fields = unsafe fields else { return nil }
        for index in unsafe 0..<count {
            guard let name = unsafe fields[index * 5], unsafe isNamed(name, wanted),
                let start = unsafe fields[index * 5 + 3], let end = unsafe fields[index * 5 + 4]
            else { continue }
            return unsafe UnsafeBufferPointer(start: start, count: end - start)
        }
        return nil
    }

    /// The same as text, for what occurs once in a file.
    func text(_ wanted: StaticString) -> String? {
        unsafe bytes(wanted).map { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The same as a whole number without a sign; nil when it is none.
    func number(_ wanted: StaticString) -> Int? { unsafe bytes(wanted).flatMap { unsafe XMLAttributes.number($0) } }

    /// Whether a flag of a font, `<strike/>` or `<strike val="1"/>`, is set.
    func isOn() -> Bool {
        guard let value = unsafe bytes("val"), let first = unsafe value.first else { return true }
        return first != UInt8(ascii: "0") && first != UInt8(ascii: "f")
    }

    /// At most 18 digits.
    private static func number(_ digits: UnsafeBufferPointer<UInt8>) -> Int? {
        guard 1...18 ~= digits.count else { return nil }
        var number = 0
        for index in digits.indices {
            let digit = unsafe digits[index]
            guard 48...57 ~= digit else { return nil }
            number = number * 10 + Int(digit) - 48
        }
        return number
    }
}
