/// Gives the values of a document their types and collects every fault instead of stopping at the first.
///
/// Each mapping is read through `Section`; what the reader did not ask for is an unknown key when the section is
/// finished.
package final class DocumentReader {
    package let file: String
    package private(set) var faults: [Fault] = []

    package init(file: String) { self.file = file }

    package func fault(_ mark: Mark, _ message: String) { faults.append(Fault(file: file, mark: mark, message)) }

    /// Reads a mapping with `body`, then reports duplicate and unknown keys.
    package func section<Value>(_ node: Node, _ name: String, _ body: (Section) -> Value) -> Value {
        let section = Section(node, name: name, reader: self)
        let value = body(section)
        section.finish()
        return value
    }
}

/// One mapping being read. A missing or ill-typed value is reported and stands in as a harmless one, so that reading
/// goes on; nothing that was read may be used when the reader holds faults.
package final class Section {
    package let mark: Mark
    private let name: String
    private let reader: DocumentReader
    private var entries: [String: (keyMark: Mark, value: Node)] = [:]
    private var asked: [String] = []

    init(_ node: Node, name: String, reader: DocumentReader) {
        mark = node.mark
        self.name = name
        self.reader = reader
        guard case .mapping(let found) = node.content else {
            reader.fault(node.mark, "\(name) must hold keys and values")
            return
        }
        for (key, keyMark, value) in found {
            if let earlier = entries[key] {
                reader.fault(keyMark, "the key \"\(key)\" stands twice, first on line \(earlier.keyMark.line)")
            } else {
                entries[key] = (keyMark, value)
            }
        }
    }

    func finish() {
        for (key, entry) in entries.sorted(by: { ($0.value.keyMark.line, $0.key) < ($1.value.keyMark.line, $1.key) })
        where !asked.contains(key) {
            reader.fault(
                entry.keyMark,
                "unknown key \"\(key)\" in \(name); known keys: \(asked.sorted().joined(separator: ", "))")
        }
    }

    /// The keys present, in no order: for mappings whose keys are names of the user's choice.
    package var keys: [String] { entries.sorted { $0.value.keyMark.line < $1.value.keyMark.line }.map(\.key) }

    /// Reports a fault at the value of `key`, or at the section when it has none.
    package func fault(_ key: String, _ message: String) { reader.fault(entries[key]?.value.mark ?? mark, message) }

    /// The node of an optional key.
    package func node(_ key: String) -> Node? {
        if !asked.contains(key) { asked.append(key) }
        return entries[key]?.value
    }

    /// The node of a required key; reports its absence.
    package func required(_ key: String) -> Node? {
        if let node = node(key) { return node }
        reader.fault(mark, "\(name) needs the key \"\(key)\"")
        return nil
    }

    /// Text that is not empty.
    package func text(_ key: String) -> String {
        guard let node = required(key) else { return "" }
        return text(of: node, key)
    }

    package func optionalText(_ key: String) -> String? { node(key).map { text(of: $0, key) } }

    private func text(of node: Node, _ key: String) -> String {
        guard case .scalar(let text, _) = node.content, !text.isEmpty else {
            reader.fault(node.mark, "\"\(key)\" must be a text")
            return ""
        }
        return text
    }

    /// A whole number in `range`; `standard` when the key is missing.
    package func number(_ key: String, in range: ClosedRange<Int>, standard: Int) -> Int {
        guard let node = node(key) else { return standard }
        guard case .scalar(let text, plain: true) = node.content, let value = Int(text), range.contains(value) else {
            reader.fault(node.mark, "\"\(key)\" must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return standard
        }
        return value
    }

    /// `true` or `false`.
    package func flag(_ key: String, standard: Bool) -> Bool {
        guard let node = node(key) else { return standard }
        guard case .scalar(let text, plain: true) = node.content, let value = Bool(text) else {
            reader.fault(node.mark, "\"\(key)\" must be true or false")
            return standard
        }
        return value
    }

    /// One of the cases of an enumeration; `standard` when the key is missing.
    package func choice<Case>(_ key: String, standard: Case) -> Case
    where Case: CaseIterable & RawRepresentable, Case.RawValue == String {
        optionalChoice(key) ?? standard
    }

    package func optionalChoice<Case>(_ key: String, as type: Case.Type = Case.self) -> Case?
    where Case: CaseIterable & RawRepresentable, Case.RawValue == String {
        guard let node = node(key) else { return nil }
        return choice(of: node, key)
    }

    private func choice<Case>(of node: Node, _ key: String) -> Case?
    where Case: CaseIterable & RawRepresentable, Case.RawValue == String {
        if case .scalar(let text, _) = node.content, let value = Case(rawValue: text) { return value }
        reader.fault(node.mark, "\"\(key)\" must be one of: \(Case.allCases.map(\.rawValue).joined(separator: ", "))")
        return nil
    }

    /// A list of cases; nil when the key is missing.
    package func choices<Case>(_ key: String, as type: Case.Type = Case.self) -> [Case]?
    where Case: CaseIterable & RawRepresentable, Case.RawValue == String {
        guard let node = node(key) else { return nil }
        return items(of: node, key).compactMap { choice(of: $0, key) }
    }

    /// The nodes of a list; reports a value of another kind. A missing key gives none.
    package func list(_ key: String) -> [Node] { node(key).map { items(of: $0, key) } ?? [] }

    private func items(of node: Node, _ key: String) -> [Node] {
        guard case .list(let nodes) = node.content else {
            reader.fault(node.mark, "\"\(key)\" must be a list")
            return []
        }
        return nodes
    }

    /// The texts of a list with their places.
    package func texts(_ key: String) -> [(text: String, mark: Mark)] {
        list(key).map { node in (text(of: node, key), node.mark) }
    }

    /// Reads a mapping under a required key; nil (and a fault) when it is missing.
    package func section<Value>(_ key: String, _ body: (Section) -> Value) -> Value? {
        required(key).map { reader.section($0, "\"\(key)\"", body) }
    }

    /// Reads a mapping under an optional key.
    package func optionalSection<Value>(_ key: String, _ body: (Section) -> Value) -> Value? {
        node(key).map { reader.section($0, "\"\(key)\"", body) }
    }

    /// Reads a mapping that is an item of a list.
    package func section<Value>(at node: Node, _ name: String, _ body: (Section) -> Value) -> Value {
        reader.section(node, name, body)
    }
}
