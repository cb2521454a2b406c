package import Inputs

/// How long what a request brings may be, before anything looks at it.
package enum FieldLimits {
    /// Bytes of a voter's form: the longest is a question to the help desk, each letter of which may take nine.
    package static let voterForm = 16 * 1024
    /// Bytes of a ballot with what a form adds: 1.9 kB for each of the most choices that a ballot may have.
    package static let ballotForm = 512 * 1024
    /// Bytes of a form at the console, or of a program's JSON.
    package static let consoleForm = 64 * 1024
    /// Bytes of the two forms of the console into which files are pasted, from those who are signed in alone.
    package static let longConsoleForm = 512 * 1024

    /// Of the path, decoded: the longest names a captcha's challenge.
    static let path = TextLimit(scalars: 500)
    /// Of a field's or parameter's name.
    package static let name = TextLimit(scalars: 60)
    /// Of fields whose name stands in no list: more than any one-line field asks for.
    private static let other = TextLimit(scalars: 2000)

    /// Of a note that an answer's address carries to the next page: escaped it stays below the 4 kB that a proxy takes of an
    /// answer's head. Whoever writes one cuts it there.
    package static let note = TextLimit(scalars: 1000)

    /// Limits of the fields that are known by name.
    private static let fields: [String: TextLimit] = [
        // Tokens of our own making: a captcha's challenge has fewer than 400 digits.
        "form": TextLimit(scalars: 64), "work": TextLimit(scalars: 200), "challenge": TextLimit(scalars: 400),
        "number": TextLimit(scalars: 20), "action": TextLimit(scalars: 200), "tracker": TextLimit(scalars: 300),
        "signature": TextLimit(scalars: 200), "lang": TextLimit(scalars: 10), "say": note,
        // Identifiers and codes may be pasted with the sentences around them.
        "identifier": TextLimit(scalars: 500), "code": TextLimit(scalars: 500),
        "secret": TextLimit.secret, "again": TextLimit.secret, "answer": TextLimit.secret,
        "contact": TextLimit(scalars: 300),
        "names": TextLimit(scalars: 5000), "name": TextLimit(scalars: 300), "text": TextLimit(scalars: 4000),
        "ballot": TextLimit(scalars: ballotForm, bytes: ballotForm),
        // At the console: a list of letters that came back, a printer's key.
        "list": TextLimit(scalars: 100_000, bytes: 200_000), "key": TextLimit(scalars: 60_000, bytes: 60_000),
    ]

    /// The limit of a field or parameter.
    package static func of(_ name: String) -> TextLimit { fields[name] ?? other }

    /// Whether these bytes, decoded, may be a field of this name. The name is looked at first.
    /// - Parameters:
    ///   - name: decoded, in UTF-8 or not.
    ///   - value: decoded, in UTF-8 or not.
    package static func admit(_ name: [UInt8], _ value: [UInt8]) -> Bool {
        guard self.name.fault(bytes: name) == nil else { return false }
        return of(String(decoding: name, as: UTF8.self)).fault(bytes: value) == nil
    }
}
