import Elections
import WebContent

extension Wording {
    /// A reason of a deeper room, by its text and with its values.
    /// - Returns: a sentence for a page or a problem; text that stands in a sentence of another reason begins as it is.
    func callAsFunction(_ reason: any Reason) -> String {
        let said = reason.text
        return filled(self("reason.\(said.key)"), said.values)
    }

    /// The same with a capital, where it stands for itself.
    func sentence(_ reason: any Reason) -> String {
        let said = self(reason)
        return said.prefix(1).uppercased() + said.dropFirst()
    }

    /// A text with what stands in its places; what is filled in is not looked at again.
    private func filled(_ text: String, _ values: [String: ReasonValue]) -> String {
        var (filled, rest) = ("", text[...])
        while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: start)..<end])
            filled += rest[..<start] + (values[name].map(said) ?? "{\(name)}")
            rest = rest[rest.index(after: end)...]
        }
        return filled + rest
    }

    private func said(_ value: ReasonValue) -> String {
        switch value {
        case .text(let text): text
        case .phrase(let english): said(english)
        case .number(let number): "\(number)"
        case .words(let words, let list, let isChoice):
            words.map { self("\(list).\($0)") }.joined(separator: isChoice ? " \(self("or")) " : ", ")
        case .reasons(let reasons, let separator):
            reasons.map { self($0) }.joined(separator: separator == "; " ? language.semicolon : separator)
        }
    }
}
