import Templating
import WebContent

/// What a page of the console is made of, top to bottom: the template knows how each looks.
/// The page is made of nothing else: there is no HTML in the screens.
package enum Block: Sendable {
    /// A heading below the page's title; it can be linked to as `#s` and its number on the page.
    case heading(String)
    /// A paragraph.
    case text(String)
    /// A paragraph in smaller type.
    case hint(String)
    /// A box that is seen first; red where it is bad.
    case notice(String, isBad: Bool)
    /// Terms and what is said of each.
    case facts([(term: String, value: String)])
    case table(Table)
    case form(FormBlock)
    /// Links below one another.
    case links([(text: String, path: String)])
    /// A square code as modules, row by row, with what it says to those who do not see it.
    case square([[Bool]], label: String)
    /// Codes and keys, each on a line of its own.
    case codes([String])
}

/// Rows and columns.
package struct Table: Sendable {
    /// One field of a row.
    struct Cell: Sendable {
        let text: String
        var path: String?
        var isNumber = false

        /// - Parameter path: where the text leads; nil for nowhere.
        init(_ text: String, path: String? = nil, isNumber: Bool = false) {
            (self.text, self.path, self.isNumber) = (text, path, isNumber)
        }

        /// A figure at the right edge; a dash where there is none.
        static func number(_ number: Int?) -> Cell { Cell(number.map(String.init) ?? "\u{2013}", isNumber: true) }
    }

    /// Above the table, for everybody and for screen readers.
    let caption: String
    /// Headings of the columns, with whether figures stand there.
    let head: [(text: String, isNumber: Bool)]
    /// As many cells in each as there are headings.
    let rows: [[Cell]]
    /// What stands there when there are no rows.
    var empty = ""
}

/// A form of the console.
package struct FormBlock: Sendable {
    /// How a field is filled in.
    enum Input: Sendable {
        /// One line.
        case text(maximum: Int)
        /// Several lines.
        case long(maximum: Int)
        /// One of several; what is chosen is the field's value.
        case choice([(value: String, text: String)])
        /// A box to tick; its value is `yes` where it is.
        case check
        /// A day, `2026-11-10`.
        case date
        /// A whole number in a range.
        case number(ClosedRange<Int>)
        /// A file; the form becomes a multipart one.
        case file
        /// Carried along, and not shown.
        case hidden
        /// Hidden while it is typed.
        case secret
        /// A one-time code or an identifier: in type that tells characters apart.
        case code
    }

    /// One field with its label.
    struct Field: Sendable {
        /// The name under which the form sends it.
        let name: String
        let label: String
        var hint = ""
        let input: Input
        /// What stands in it at first.
        var value = ""
        var isRequired = true
        /// What is wrong with it.
        /// `""` marks the field without words of its own.
        var fault: String?
    }

    /// Where it is sent, from the site's root.
    let path: String
    /// From top to bottom.
    let fields: [Field]
    /// On the button that sends it.
    let button: String
    /// Whether the button is less prominent than another one's of the page.
    var isSecond = false
    /// Searches and filters are asked for with GET.
    var isQuery = false
}

extension Block {
    /// What the template may ask for.
    static let shape: Shape = .list(
        .object([
            "heading": .object(["text": .text, "id": .text]), "paragraph": .object(["body": .text]),
            "hint": .object(["text": .text]), "notice": .object(["text": .text, "isBad": .flag]),
            "facts": .object(["rows": .list(.object(["term": .text, "value": .text]))]),
            "table": .object([
                "caption": .text, "isEmpty": .flag, "empty": .text,
                "head": .list(.object(["text": .text, "isNumber": .flag])),
                "rows": .list(
                    .object([
                        "cells": .list(
                            .object(["text": .text, "isNumber": .flag, "link": .object(["path": .text])]))
                    ])),
            ]),
            "ask": .object([
                "path": .text, "button": .text, "isSecond": .flag, "isQuery": .flag, "isUpload": .flag, "token": .text,
                "owner": .text,
                "fields": .list(
                    .object([
                        "id": .text, "name": .text, "label": .text, "value": .text, "isRequired": .flag,
                        "isBad": .flag, "fault": .object(["text": .text]), "described": .object(["by": .text]),
                        "hint": .object(["text": .text]), "text": .object(["maximum": .text]),
                        "long": .object(["maximum": .text]),
                        "choice": .object([
                            "options": .list(.object(["value": .text, "text": .text, "isChosen": .flag]))
                        ]), "check": .object(["isOn": .flag]), "date": .object([:]),
                        "number": .object(["least": .text, "most": .text]), "file": .object([:]),
                        "hidden": .object([:]), "secret": .object([:]), "code": .object([:]),
                    ])),
            ]),
            "links": .object(["list": .list(.object(["text": .text, "path": .text]))]),
            "square": .object(["side": .text, "label": .text, "path": .text]),
            "codes": .object(["list": .list(.text)]),
        ]))

    /// Exactly one of them is not nothing.
    private static let kinds = [
        "heading", "paragraph", "hint", "notice", "facts", "table", "ask", "links", "square", "codes",
    ]

    /// A block as the template takes it.
    /// Exactly one kind is set, the others are nothing.
    /// - Parameters:
    ///   - place: its number on the page, for identifiers.
    ///   - form: the token that every form carries.
    ///   - owner: whose page it is, which every form carries too.
    func value(_ place: Int, form: String, owner: String) -> TemplateValue {
        var value = Dictionary(uniqueKeysWithValues: Block.kinds.map { ($0, TemplateValue.nothing) })
        switch self {
        case .heading(let text): value["heading"] = .object(["text": .text(text), "id": .text("s\(place)")])
        case .text(let text): value["paragraph"] = .object(["body": .text(text)])
        case .hint(let text): value["hint"] = .object(["text": .text(text)])
        case .notice(let text, let isBad): value["notice"] = .object(["text": .text(text), "isBad": .flag(isBad)])
        case .facts(let rows):
            value["facts"] = .object([
                "rows": .list(rows.map { .object(["term": .text($0.term), "value": .text($0.value)]) })
            ])
        case .table(let table): value["table"] = table.value
        case .form(let block): value["ask"] = block.value(place, form: form, owner: owner)
        case .links(let links):
            value["links"] = .object([
                "list": .list(links.map { .object(["text": .text($0.text), "path": .text($0.path)]) })
            ])
        case .square(let rows, let label):
            value["square"] = .object([
                "side": .text("\(rows.count + 2 * SquareDrawing.quiet)"), "label": .text(label),
                "path": .text(SquareDrawing.outline(rows)),
            ])
        case .codes(let codes): value["codes"] = .object(["list": .list(codes.map { .text($0) })])
        }
        return .object(value)
    }
}

extension Table {
    /// As the template has it.
    fileprivate var value: TemplateValue {
        .object([
            "caption": .text(caption), "isEmpty": .flag(rows.isEmpty), "empty": .text(empty),
            "head": .list(head.map { .object(["text": .text($0.text), "isNumber": .flag($0.isNumber)]) }),
            "rows": .list(
                rows.map { cells in
                    .object([
                        "cells": .list(
                            cells.map { cell in
                                .object([
                                    "text": .text(cell.text), "isNumber": .flag(cell.isNumber),
                                    "link": cell.path.map { .object(["path": .text($0)]) } ?? .nothing,
                                ])
                            })
                    ])
                }),
        ])
    }
}

extension FormBlock {
    /// As the template has it, with what it must send beside its fields.
    fileprivate func value(_ place: Int, form: String, owner: String) -> TemplateValue {
        .object([
            "path": .text(path), "button": .text(button), "isSecond": .flag(isSecond), "isQuery": .flag(isQuery),
            "isUpload": .flag(fields.contains { if case .file = $0.input { true } else { false } }),
            "token": .text(form), "owner": .text(owner), "fields": .list(fields.map { $0.value(place) }),
        ])
    }
}

extension FormBlock.Field {
    /// As the template has it; its identifiers are told apart by the block's number.
    fileprivate func value(_ place: Int) -> TemplateValue {
        let id = "f\(place)-\(name)"
        let described = [hint.isEmpty ? nil : "\(id)-hint", fault == nil ? nil : "\(id)-fault"].compactMap(\.self)
        var values: [String: TemplateValue] = [
            "id": .text(id), "name": .text(name), "label": .text(label), "value": .text(value),
            "isRequired": .flag(isRequired), "isBad": .flag(fault != nil),
            "fault": fault.map { $0.isEmpty ? .nothing : .object(["text": .text($0)]) } ?? .nothing,
            "described": described.isEmpty ? .nothing : .object(["by": .text(described.joined(separator: " "))]),
            "hint": hint.isEmpty ? .nothing : .object(["text": .text(hint)]),
        ]
        for kind in ["text", "long", "choice", "check", "date", "number", "file", "hidden", "secret", "code"] {
            values[kind] = .nothing
        }
        switch input {
        case .text(let maximum): values["text"] = .object(["maximum": .text("\(maximum)")])
        case .long(let maximum): values["long"] = .object(["maximum": .text("\(maximum)")])
        case .choice(let options):
            values["choice"] = .object([
                "options": .list(
                    options.map {
                        .object([
                            "value": .text($0.value), "text": .text($0.text), "isChosen": .flag($0.value == value),
                        ])
                    })
            ])
        case .check: values["check"] = .object(["isOn": .flag(value == "yes")])
        case .date: values["date"] = .object([:])
        case .number(let range):
            values["number"] = .object([
                "least": .text("\(range.lowerBound)"), "most": .text("\(range.upperBound)"),
            ])
        case .file: values["file"] = .object([:])
        case .hidden: values["hidden"] = .object([:])
        case .secret: values["secret"] = .object([:])
        case .code: values["code"] = .object([:])
        }
        return .object(values)
    }
}
