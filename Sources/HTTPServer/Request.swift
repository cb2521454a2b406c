import Inputs

/// One complete request, detached from the connection that carried it.
package struct Request: Sendable {
    /// The methods that pages answer; every other one is `other`.
    package enum Method: String, Sendable { case get = "GET", head = "HEAD", post = "POST", other = "" }

    /// `other` is what no page answers.
    package let method: Method
    /// The percent-decoded path: valid UTF-8, no NUL, no dot segments.
    package let path: String
    /// What stands behind `?`, decoded, in the order received; each within its limit.
    package let query: [Field]
    /// Names in lower case, in the order received.
    package let headers: [Field]
    /// Empty for an upload, and where no page reads a body.
    package let body: [UInt8]
    /// The file that holds the body instead, of an upload; it is gone when the request is answered, unless it was moved.
    package var bodyFile: String?
    /// Who sent it: the peer, or what a trusted proxy says of it.
    package var source: String

    /// A name and its value.
    package struct Field: Sendable, Equatable {
        /// Decoded; of a header in small letters.
        package let name: String
        /// Decoded, in valid UTF-8 without NUL.
        package let value: String

        /// Nothing is checked here: the server does that before a request is made.
        package init(name: String, value: String) { (self.name, self.value) = (name, value) }
    }

    /// What tests make requests with, and the server.
    package init(
        method: Method, path: String, query: [Field] = [], headers: [Field] = [], body: [UInt8] = [],
        source: String = ""
    ) {
        (self.method, self.path, self.query) = (method, path, query)
        (self.headers, self.body, self.source) = (headers, body, source)
    }

    /// The first header of a name, which is given in small letters.
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

    /// The fields of an `application/x-www-form-urlencoded` body; nil when it is none, is malformed, or holds a field that is
    /// longer than its limit.
    package func form() -> Form? {
        isForm ? FormCoding.fields(body).map { Form(fields: $0) } : nil
    }

    /// Whether the body says that it is a form's; parameters of the type do not count.
    private var isForm: Bool {
        let type = Array((header("content-type") ?? "").utf8).prefix { $0 != UInt8(ascii: ";") }
        return type.map { 65...90 ~= $0 ? $0 | 32 : $0 } == Array("application/x-www-form-urlencoded".utf8)
    }

    /// The token of a form, found without a look at its other fields; empty when there is none.
    package var formToken: String { isForm ? FormCoding.first("form", in: body) : "" }

    /// Whether a form has a field that is longer than its limit, or piles up combining marks.
    package var isOverLimit: Bool { isForm && FormCoding.isOverLimit(body) }
}

/// What a form sent.
package struct Form: Sendable {
    /// In the order received; a name may come several times.
    package let fields: [Request.Field]

    /// Fields that were decoded and checked already.
    package init(fields: [Request.Field]) { self.fields = fields }

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
            guard fields.count < mostFields, let name = raw(halves[0], plusIsSpace: true),
                let value = halves.count > 1 ? raw(halves[1], plusIsSpace: true) : [],
                let field = field(name, value)
            else { return nil }
            fields.append(field)
        }
        return fields
    }

    /// A field of decoded bytes; nil when it is over its limit, or no UTF-8.
    static func field(_ name: [UInt8], _ value: [UInt8]) -> Request.Field? {
        guard FieldLimits.admit(name, value), let name = String(validating: name, as: UTF8.self),
            let value = String(validating: value, as: UTF8.self)
        else { return nil }
        return Request.Field(name: name, value: value)
    }

    /// Whether a well-formed field is over its limit.
    static func isOverLimit(_ bytes: [UInt8]) -> Bool {
        bytes.split(separator: UInt8(ascii: "&")).prefix(mostFields).contains { pair in
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = raw(halves[0], plusIsSpace: true),
                let value = halves.count > 1 ? raw(halves[1], plusIsSpace: true) : []
            else { return false }
            return !FieldLimits.admit(name, value)
        }
    }

    /// The value of the first field whose name is written just so; empty when there is none, or it is over its limit.
    static func first(_ name: String, in bytes: [UInt8]) -> String {
        let mark = Array(name.utf8) + [UInt8(ascii: "=")]
        guard let pair = bytes.split(separator: UInt8(ascii: "&")).first(where: { $0.starts(with: mark) }),
            let value = raw(pair.dropFirst(mark.count), plusIsSpace: true)
        else { return "" }
        return field(Array(name.utf8), value)?.value ?? ""
    }

    /// Decodes a path's escapes; nil for a bad one, for NUL, for what is no UTF-8 or over the limit.
    static func path(_ bytes: [UInt8]) -> String? {
        guard let out = raw(bytes, plusIsSpace: false), FieldLimits.path.fault(bytes: out) == nil else { return nil }
        return String(validating: out, as: UTF8.self)
    }

    /// Decodes escapes; nil for a bad one, and for NUL.
    static func raw(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8]? {
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
        return out
    }

    /// The value of a hexadecimal digit in either case; nil for anything else.
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
