/// A Mustache template, checked against the shape of its model when it is loaded: a name that the model has not is an
/// error here and now, not when voter 40,000 is printed.
///
/// `@unchecked Sendable`: programs are built by `init` and never changed afterwards.
package struct Template: @unchecked Sendable {
    /// The template's file name, for messages.
    package let name: String
    private let escaping: Escaping
    private let program: Program

    /// - Parameters:
    ///   - shape: the names the template may use.
    ///   - partials: the source of a partial by its name; nil when there is none, which is an error.
    /// - Throws: where the text is no Mustache, a partial is missing, or a name is not in the shape; with line and
    ///   column.
    package init(
        _ source: String, name: String, escaping: Escaping, shape: [String: Shape],
        partials: @escaping (String) -> String? = { _ in nil }
    ) throws(TemplateError) {
        self.name = name
        self.escaping = escaping
        program = try TemplateParser(partials: partials).program(source, name: name)
        try Template.check(program.pieces, [.object(shape)], depth: 0)
    }

    /// The text for `values`, which must have the shape the template was loaded with.
    /// - Throws: where a name is missing after all, or a list or object stands where a text should.
    package func render(_ values: [String: TemplateValue]) throws(TemplateError) -> String {
        var output = ""
        try write(program.pieces, [.object(values)], depth: 0, into: &output)
        return output
    }

    /// The text for `model`.
    /// - Throws: as `render` of values.
    package func render(_ model: some TemplateModel) throws(TemplateError) -> String { try render(model.values) }

    /// A template whose names are all known but for those of one voter: a few texts and names in a row.
    package struct Flat: Sendable {
        /// What the text is made of, in its order.
        package enum Part: Sendable, Equatable {
            case text(String)
            case value(String)
            /// Written as it is, without escaping.
            case raw(String)
        }

        /// Texts and names take turns; neighbouring texts are one.
        package fileprivate(set) var parts: [Part] = []
        fileprivate let escaping: Escaping

        /// The text of one part for one voter's values.
        /// - Throws: where the voter's values lack the name.
        package func text(_ part: Part, _ values: [String: String]) throws(TemplateError) -> String {
            switch part {
            case .text(let text): return text
            case .value(let name), .raw(let name):
                guard let value = values[name] else {
                    throw TemplateError(template: name, line: 1, column: 1, message: "the model has no \"\(name)\"")
                }
                if case .raw = part { return value }
                var escaped = ""
                escaping.escape(value, into: &escaped)
                return escaped
            }
        }
    }

    /// Everything rendered that depends on `values` alone; what else the template asks for stays open.
    /// Names inside partials are not left open: `values` must have them.
    /// - Throws: where a section depends on an open name.
    package func flat(_ values: [String: TemplateValue]) throws(TemplateError) -> Flat {
        var flat = Flat(escaping: escaping)
        try flatten(program.pieces, [.object(values)], into: &flat)
        return flat
    }

    /// - Parameter stack: the values in sight, the innermost last.
    private func flatten(_ pieces: [Piece], _ stack: [TemplateValue], into flat: inout Flat) throws(TemplateError) {
        for piece in pieces {
            if case .value(let name, let escaped) = piece, let open = name.parts.first, name.parts.count == 1,
                !stack.contains(where: { if case .object(let fields) = $0 { fields[open] != nil } else { false } })
            {
                flat.parts.append(escaped ? .value(open) : .raw(open))
            } else if case .section(let name, let inverted, let inner) = piece {
                let value = try value(of: name, stack)
                switch (value, inverted) {
                case (_, true): if !value.isShown { try flatten(inner, stack, into: &flat) }
                case (.list(let items), false): for item in items { try flatten(inner, stack + [item], into: &flat) }
                default: if value.isShown { try flatten(inner, stack + [value], into: &flat) }
                }
            } else {
                var text = ""
                try write([piece], stack, depth: 0, into: &text)
                if case .text(let before) = flat.parts.last {
                    flat.parts[flat.parts.count - 1] = .text(before + text)
                } else {
                    flat.parts.append(.text(text))
                }
            }
        }
    }

    /// The same template with these names filled in once and for all, inside sections too: no section may bring a name of its
    /// own that is among them.
    /// - Throws: where a list should be filled in, or partials lie too deep.
    package func bound(_ values: [String: TemplateValue]) throws(TemplateError) -> Template {
        let bound = Program()
        bound.pieces = try Template.joined(fill(program.pieces, values, depth: 0))
        return Template(name: name, escaping: escaping, program: bound)
    }

    private init(name: String, escaping: Escaping, program: Program) {
        (self.name, self.escaping, self.program) = (name, escaping, program)
    }

    /// - Parameter depth: partials that lie around these pieces.
    private func fill(
        _ pieces: [Piece], _ values: [String: TemplateValue], depth: Int
    ) throws(TemplateError) -> [Piece] {
        var filled: [Piece] = []
        for piece in pieces {
            switch piece {
            case .text: filled.append(piece)
            case .value(let name, _):
                guard let first = name.parts.first, values[first] != nil else {
                    filled.append(piece)
                    continue
                }
                var text = ""
                try write([piece], [.object(values)], depth: 0, into: &text)
                filled.append(.text(text))
            case .partial(let program, let place):
                guard depth < Template.deepest else {
                    throw place.error("partials lie more than \(Template.deepest) deep in each other here")
                }
                filled += try fill(program.pieces, values, depth: depth + 1)
            case .section(let name, let inverted, let inner):
                guard let first = name.parts.first, values[first] != nil else {
                    filled.append(.section(name, inverted: inverted, try fill(inner, values, depth: depth)))
                    continue
                }
                let value = try value(of: name, [.object(values)])
                if case .list = value, !inverted { throw name.place.error("a list cannot be filled in beforehand") }
                if value.isShown != inverted { filled += try fill(inner, values, depth: depth) }
            }
        }
        return filled
    }

    /// Neighbouring texts made one.
    private static func joined(_ pieces: [Piece]) -> [Piece] {
        var joined: [Piece] = []
        for piece in pieces {
            switch (joined.last, piece) {
            case (.text(let before), .text(let text)): joined[joined.count - 1] = .text(before + text)
            case (_, .section(let name, let inverted, let inner)):
                joined.append(.section(name, inverted: inverted, Template.joined(inner)))
            default: joined.append(piece)
            }
        }
        return joined
    }

    /// The text that stands in the template itself, without any value.
    /// For checks of what a template says in any case, such as the characters of an SMS.
    package var fixedText: String { Template.fixedText(program.pieces, depth: 0) }

    // MARK: Checking

    /// A partial may contain itself; checking it this deep has seen every name.
    private static let deepest = 16

    /// - Parameter stack: the shapes in sight, the innermost last.
    private static func check(_ pieces: [Piece], _ stack: [Shape], depth: Int) throws(TemplateError) {
        guard depth < deepest else { return }
        for piece in pieces {
            switch piece {
            case .text: continue
            case .value(let name, _): _ = try shape(of: name, stack)
            case .partial(let program, _): try check(program.pieces, stack, depth: depth + 1)
            case .section(let name, let inverted, let inner):
                switch try shape(of: name, stack) {
                case .list(let item) where !inverted: try check(inner, stack + [item], depth: depth)
                case .object(let fields) where !inverted: try check(inner, stack + [.object(fields)], depth: depth)
                case .unknown where !inverted: continue
                default: try check(inner, stack, depth: depth)
                }
            }
        }
    }

    /// - Throws: where no shape in sight has the name.
    private static func shape(of name: Name, _ stack: [Shape]) throws(TemplateError) -> Shape {
        guard let first = name.parts.first else { return stack.last ?? .unknown }
        for context in stack.reversed() {
            if case .unknown = context { return .unknown }
            guard case .object(let fields) = context, var found = fields[first] else { continue }
            for index in name.parts.indices.dropFirst() {
                if case .unknown = found { return .unknown }
                guard case .object(let inner) = found else { throw missing(name) }
                if let whole = inner[name.rest(from: index)] { return whole }
                guard let next = inner[name.parts[index]] else { throw missing(name) }
                found = next
            }
            return found
        }
        throw missing(name)
    }

    /// Said of a name that the model has not.
    private static func missing(_ name: Name) -> TemplateError {
        name.place.error("the model has no \"\(name.text)\"")
    }

    private static func fixedText(_ pieces: [Piece], depth: Int) -> String {
        guard depth < deepest else { return "" }
        return pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .value: ""
            case .section(_, _, let inner): fixedText(inner, depth: depth)
            case .partial(let program, _): fixedText(program.pieces, depth: depth + 1)
            }
        }.joined()
    }

    // MARK: Rendering

    /// Partials that may lie in each other where a text is made: deeper than any list of ours, and far from the end of a thread's
    /// stack, which one that contains itself without an end would reach.
    private static let deepestText = 64

    /// - Parameters:
    ///   - stack: the values in sight, the innermost last.
    ///   - depth: partials that lie around these pieces.
    private func write(
        _ pieces: [Piece], _ stack: [TemplateValue], depth: Int, into output: inout String
    ) throws(TemplateError) {
        for piece in pieces {
            switch piece {
            case .text(let text): output += text
            case .value(let name, let escaped): try write(try value(of: name, stack), name, escaped, into: &output)
            case .partial(let program, let place):
                guard depth < Template.deepestText else {
                    throw place.error(
                        "partials lie more than \(Template.deepestText) deep in each other here: one contains itself without an end"
                    )
                }
                try write(program.pieces, stack, depth: depth + 1, into: &output)
            case .section(let name, let inverted, let inner):
                let value = try value(of: name, stack)
                if inverted {
                    if !value.isShown { try write(inner, stack, depth: depth, into: &output) }
                } else if case .list(let items) = value {
                    for item in items { try write(inner, stack + [item], depth: depth, into: &output) }
                } else if value.isShown {
                    try write(inner, stack + [value], depth: depth, into: &output)
                }
            }
        }
    }

    private func write(
        _ value: TemplateValue, _ name: Name, _ escaped: Bool, into output: inout String
    ) throws(TemplateError) {
        switch value {
        case .text(let text):
            if escaped { escaping.escape(text, into: &output) } else { output += text }
        case .nothing: break
        case .flag(let flag): output += flag ? "true" : "false"
        case .list, .object: throw name.place.error("\"\(name.text)\" is no text")
        }
    }

    /// The innermost value of a name (Mustache's context stack); dots go into objects, whose keys may hold dots themselves.
    private func value(of name: Name, _ stack: [TemplateValue]) throws(TemplateError) -> TemplateValue {
        guard let first = name.parts.first else { return stack.last ?? .nothing }
        for context in stack.reversed() {
            guard case .object(let fields) = context, var found = fields[first] else { continue }
            for index in name.parts.indices.dropFirst() {
                guard case .object(let inner) = found else { throw Template.missing(name) }
                if let whole = inner[name.rest(from: index)] { return whole }
                guard let next = inner[name.parts[index]] else { throw Template.missing(name) }
                found = next
            }
            return found
        }
        throw Template.missing(name)
    }
}
