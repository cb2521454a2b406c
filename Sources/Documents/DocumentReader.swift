/// Gives the values of a document their types and collects every fault instead of stopping at the first.
///
/// Each mapping is read through `Section`; what the reader did not ask for is an unknown key when the section is
/// finished.
/// One reader reads one document; its faults are asked for at the end, and where there are any nothing of the document
/// is used.
package final class DocumentReader {
    /// What faults call the document: its path.
    package let file: String
    /// In the order in which they were found.
    package private(set) var faults: [Fault] = []
    /// Keys that a text may leave out, each with the one that stands in for it.
    fileprivate var standIns: [String: String] = [:]

    /// - Parameter file: what faults call the document.
    package init(file: String) { self.file = file }

    /// Adds a fault at a place.
    package func fault(_ mark: Mark, _ message: String) { faults.append(Fault(file: file, mark: mark, message)) }

    /// Reads a mapping with `body`, then reports duplicate and unknown keys.
    /// - Parameter name: what faults call the mapping, such as `"support"`.
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
    /// Where the mapping begins.
    package let mark: Mark
    /// What faults call the mapping.
    private let name: String
    private let reader: DocumentReader
    /// The first entry of each key.
    private var entries: [String: (keyMark: Mark, value: Node)] = [:]
    /// Keys that were asked for, which are the known ones.
    private var asked: Set<String> = []

    /// A node that is no mapping is a fault, and is read as an empty one.
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

    /// Reports keys that nobody asked for.
    func finish() {
        let unknown = entries.filter { !asked.contains($0.key) }
        for (key, entry) in unknown.sorted(by: { ($0.value.keyMark.line, $0.key) < ($1.value.keyMark.line, $1.key) }) {
            reader.fault(
                entry.keyMark,
                "unknown key \"\(key)\" in \(name); known keys: \(asked.sorted().joined(separator: ", "))")
        }
    }

    /// The keys present, in the order of their lines: for mappings whose keys are names of the user's choice.
    package var keys: [String] { entries.sorted { $0.value.keyMark.line < $1.value.keyMark.line }.map(\.key) }

    /// Reports a fault at the value of `key`, or at the section when it has none.
    package func fault(_ key: String, _ message: String) { reader.fault(entries[key]?.value.mark ?? mark, message) }

    /// The node of an optional key.
    package func node(_ key: String) -> Node? {
        asked.insert(key)
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

    /// From now on texts of the whole document may leave out `key`: the text under `other` stands in.
    package func allow(_ other: String, toStandInFor key: String) { reader.standIns[key] = other }

    /// Text that is not empty, or the one that stands in for it where the document may leave it out.
    package func textOrStandIn(_ key: String) -> String {
        guard node(key) == nil, let other = reader.standIns[key] else { return text(key) }
        return text(other)
    }

    /// Nil when the key is missing; a value that is no text, or is empty, is a fault.
    package func optionalText(_ key: String) -> String? { node(key).map { text(of: $0, key) } }

    /// A scalar's text, with or without quotes.
    private func text(of node: Node, _ key: String) -> String {
        guard case .scalar(let text, _) = node.content, !text.isEmpty else {
            reader.fault(node.mark, "\"\(key)\" must be a text")
            return ""
        }
        return text
    }

    /// A whole number in `range`; `standard` when the key is missing.
    /// With quotes it is a text and a fault.
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

    /// Nil when the key is missing, and with a fault when its value is none of the cases.
    package func optionalChoice<Case>(_ key: String, as type: Case.Type = Case.self) -> Case?
    where Case: CaseIterable & RawRepresentable, Case.RawValue == String {
        guard let node = node(key) else { return nil }
        return choice(of: node, key)
    }

    /// The case that a scalar's text is the raw value of.
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

    /// The nodes of a list; none and a fault for anything else.
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
