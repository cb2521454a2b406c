import CYAML
import Inputs

/// Reads one YAML document with the place of every value (libyaml's parser). Anchors, aliases, tags and several
/// documents in one file are refused: they have no place in a file that a bureau signs.
package enum YAML {
    /// Deepest nesting and largest file: far beyond any election, small enough that a hostile file costs nothing.
    private static let deepest = 32
    /// Bytes of a document.
    private static let largest = 1 << 20

    /// The document's root; throws the first place that is no YAML or uses what is refused.
    /// - Parameter file: what faults call the document.
    /// - Returns: the root, a scalar, list or mapping.
    /// - Throws: the fault with its line and column; also for more than a mebibyte, and for nesting deeper than 32.
    package static func parse(_ text: String, file: String) throws(Fault) -> Node {
        guard text.utf8.count <= largest else {
            throw Fault(file: file, mark: Mark(line: 1, column: 1), "the file is larger than \(largest) bytes")
        }
        let parser = Parser(text, file: file)
        try parser.expect(YAML_STREAM_START_EVENT)
        let first = try parser.next()
        guard first.kind == YAML_DOCUMENT_START_EVENT else {
            throw Fault(file: file, mark: first.mark, "the file is empty")
        }
        let root = try parser.node(try parser.next(), depth: 0, limit: deepest)
        try parser.expect(YAML_DOCUMENT_END_EVENT)
        try parser.expect(YAML_STREAM_END_EVENT)
        return root
    }
}

/// What of a libyaml event is needed here.
private struct Event {
    var kind: yaml_event_type_t
    var mark: Mark
    var text = ""
    /// Whether a scalar was written without quotes.
    var plain = false
    /// Whether it has an anchor or a tag, or is an alias.
    var decorated = false
}

/// libyaml's parser over a copy of the text.
@safe private final class Parser {
    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let bytes: UnsafeMutableBufferPointer<UInt8>
    private let file: String

    /// - Parameter file: what faults call the document.
    init(_ text: String, file: String) {
        self.file = file
        unsafe bytes = .allocate(capacity: max(1, text.utf8.count))
        _ = unsafe bytes.initialize(from: text.utf8)
        unsafe yaml_parser_initialize(parser)
        unsafe yaml_parser_set_input_string(parser, bytes.baseAddress, text.utf8.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe bytes.deallocate()
    }

    /// Takes the next event, which must be of a kind.
    func expect(_ kind: yaml_event_type_t) throws(Fault) {
        let event = try next()
        guard event.kind == kind else {
            throw Fault(file: file, mark: event.mark, "one document is expected in this file")
        }
    }

    /// The next event.
    /// - Throws: what is no YAML, what is refused, and texts that pile up combining marks.
    func next() throws(Fault) -> Event {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else {
            let mark = unsafe parser.pointee.problem_mark
            let problem = unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "not readable as YAML"
            throw Fault(file: file, mark: Mark(line: Int(mark.line) + 1, column: Int(mark.column) + 1), problem)
        }
        defer { unsafe yaml_event_delete(&event) }
        let start = unsafe event.start_mark
        var result = unsafe Event(
            kind: event.type, mark: Mark(line: Int(start.line) + 1, column: Int(start.column) + 1))
        switch result.kind {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            guard unsafe TextLimit.marksAt(UnsafeBufferPointer(start: scalar.value, count: scalar.length)) == nil else {
                throw Fault(
                    file: file, mark: result.mark,
                    "more than \(TextLimit.mostMarks) combining marks stand in a row here: write the text without them")
            }
            result.text = unsafe String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            result.plain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            result.decorated = unsafe scalar.anchor != nil || scalar.tag != nil
        case YAML_MAPPING_START_EVENT:
            result.decorated = unsafe event.data.mapping_start.anchor != nil || event.data.mapping_start.tag != nil
        case YAML_SEQUENCE_START_EVENT:
            result.decorated = unsafe event.data.sequence_start.anchor != nil || event.data.sequence_start.tag != nil
        case YAML_ALIAS_EVENT: result.decorated = true
        default: break
        }
        if result.decorated {
            throw Fault(
                file: file, mark: result.mark, "anchors, aliases and tags are not used here: write the value out")
        }
        return result
    }

    /// The value that begins with an event.
    /// - Parameter depth: how many lists and mappings it stands in; at `limit` that is a fault.
    func node(_ event: Event, depth: Int, limit: Int) throws(Fault) -> Node {
        guard depth < limit else { throw Fault(file: file, mark: event.mark, "nested deeper than \(limit) levels") }
        switch event.kind {
        case YAML_SCALAR_EVENT:
            return Node(content: .scalar(event.text, plain: event.plain), mark: event.mark)
        case YAML_SEQUENCE_START_EVENT:
            var nodes: [Node] = []
            while true {
                let item = try next()
                if item.kind == YAML_SEQUENCE_END_EVENT { break }
                nodes.append(try node(item, depth: depth + 1, limit: limit))
            }
            return Node(content: .list(nodes), mark: event.mark)
        case YAML_MAPPING_START_EVENT:
            var entries: [(key: String, keyMark: Mark, value: Node)] = []
            while true {
                let key = try next()
                if key.kind == YAML_MAPPING_END_EVENT { break }
                guard key.kind == YAML_SCALAR_EVENT else {
                    throw Fault(file: file, mark: key.mark, "a key must be a plain word")
                }
                entries.append((key.text, key.mark, try node(try next(), depth: depth + 1, limit: limit)))
            }
            return Node(content: .mapping(entries), mark: event.mark)
        default: throw Fault(file: file, mark: event.mark, "a value is expected here")
        }
    }
}
