/// One complete request, detached from the connection that carried it.
package struct Request: Sendable {
    package enum Method: String, Sendable { case get = "GET", head = "HEAD", post = "POST", other = "" }

    package let method: Method
    /// The percent-decoded path: valid UTF-8, no NUL, no dot segments.
    package let path: String
    package let query: [Field]
    /// Names in lower case, in the order received.
    package let headers: [Field]
    package let body: [UInt8]
    /// The file that holds the body instead, of an upload; it is gone when the request is answered, unless it was moved.
    package var bodyFile: String?
    /// Who sent it: the peer, or what a trusted proxy says of it.
    package var source: String

    /// A name and its value.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) { (self.name, self.value) = (name, value) }
    }

    package init(
        method: Method, path: String, query: [Field] = [], headers: [Field] = [], body: [UInt8] = [],
        source: String = ""
    ) {
        (self.method, self.path, self.query) = (method, path, query)
        (self.headers, self.body, self.source) = (headers, body, source)
    }

    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The first value of a name in the address.
    package func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    /// The first cookie of a name.
    package func cookie(_ name: String) -> String? {
        for header in headers where header.name == "cookie" {
            for pair in header.value.split(separator: ";") {
                let halves = pair.drop { $0 == " " }.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if halves.count == 2, halves[0] == name { return String(halves[1]) }
            }
        }
        return nil
    }

    /// The fields of an `application/x-www-form-urlencoded` body; nil when it is none or is malformed.
    package func form() -> Form? {
        let type = header("content-type")?.prefix { $0 != ";" }.lowercased() ?? ""
        guard type == "application/x-www-form-urlencoded" else { return nil }
        return FormCoding.fields(body).map { Form(fields: $0) }
    }
}

/// What a form sent.
package struct Form: Sendable {
    let fields: [Request.Field]

    /// The first value of a name; empty when there is none.
    package subscript(_ name: String) -> String { fields.first { $0.name == name }?.value ?? "" }
}

/// Percent-encoding as the URL standard's forms use it, read strictly: bad escapes, bad UTF-8 and NUL are refused.
enum FormCoding {
    /// More fields than any form of ours has.
    private static let mostFields = 100

    /// Reads `name=value&...`; nil when it is malformed.
    static func fields(_ bytes: some Collection<UInt8>) -> [Request.Field]? {
        guard !bytes.isEmpty else { return [] }
        var fields: [Request.Field] = []
        for pair in bytes.split(separator: UInt8(ascii: "&")) {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard fields.count < mostFields, let name = decoded(halves[0], plusIsSpace: true),
                let value = halves.count > 1 ? decoded(halves[1], plusIsSpace: true) : ""
            else { return nil }
            fields.append(Request.Field(name: name, value: value))
        }
        return fields
    }

    /// Decodes escapes; nil for a bad one, for NUL, and for what is no UTF-8.
    static func decoded(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> String? {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(digit), let low = rest.next().flatMap(digit), high | low != 0
                else {
                    return nil
                }
                out.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace: out.append(UInt8(ascii: " "))
            case 0: return nil
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
