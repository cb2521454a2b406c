import Crypto

/// The personal part of a message, which is sealed in its row until the message has been handed over.
package struct PersonalModel: Sendable, Equatable {
    /// Mail address, number in E.164, or the stored form of a postal address.
    package let recipient: [UInt8]
    /// The voter's own values by `MessageKind.personalNames`: greeting, identifier, code, secret.
    package let values: [String: String]
    /// Seconds since 1970: what the Date header says, whenever the message is sent.
    package let date: Int
    /// Left part of the Message-ID, the same at every attempt.
    package let token: String

    /// - Parameters:
    ///   - recipient: as `recipient` has it for the message's route.
    ///   - date: seconds since 1970.
    ///   - token: 24 hexadecimal digits.
    package init(recipient: [UInt8], values: [String: String], date: Int, token: String) {
        (self.recipient, self.values, self.date, self.token) = (recipient, values, date, token)
    }

    /// The names in `names` must be the keys of `values`.
    func encoded(_ names: [String]) -> [UInt8] {
        var fields = LengthPrefixedFields()
        fields.append(recipient.span)
        fields.append(date)
        fields.append(token)
        for name in names { fields.append(values[name] ?? "") }
        return fields.bytes
    }

    /// Reads what `encoded` made with the same names; nil for anything else.
    init?(_ bytes: [UInt8], names: [String]) {
        guard let fields = LengthPrefixedFields.split(bytes), fields.count == 3 + names.count else { return nil }
        recipient = fields[0]
        date = fields[1].reduce(0) { $0 << 8 | Int($1) }
        token = String(decoding: fields[2], as: UTF8.self)
        values = Dictionary(
            uniqueKeysWithValues: zip(names, fields.dropFirst(3).map { String(decoding: $0, as: UTF8.self) }))
    }

    /// The same with links to the console at the address that holds now: what waited may name another.
    /// - Parameter address: without a path; nil changes nothing.
    func with(console address: String?) -> PersonalModel {
        // Behind the host, which may be called "manager" too.
        guard let address, let link = values["console"], let host = link.firstRange(of: "://"),
            let path = link[host.upperBound...].firstIndex(of: "/")
        else { return self }
        let values = values.merging(["console": address + link[path...]]) { $1 }
        return PersonalModel(recipient: recipient, values: values, date: date, token: token)
    }

    /// What the sealed model is bound to: its row.
    static func place(_ row: Int) -> [UInt8] {
        var fields = LengthPrefixedFields("outbox")
        fields.append(row)
        return fields.bytes
    }
}
