import Templating

/// What a page of the console is made of, top to bottom: the template knows how each looks.
enum Block: Sendable {
    case heading(String)
    case text(String)
    case hint(String)
    case notice(String, isBad: Bool)
    case facts([(term: String, value: String)])
    case table(Table)
    case form(FormBlock)
    case links([(text: String, path: String)])
    case chart(Chart)
    /// A square code as modules, row by row, with what it says to those who do not see it.
    case square([[Bool]], label: String)
    /// Codes and keys, each on a line of its own.
    case codes([String])
}

/// Rows and columns.
struct Table: Sendable {
    struct Cell: Sendable {
        let text: String
        var path: String?
        var isNumber = false

        init(_ text: String, path: String? = nil, isNumber: Bool = false) {
            (self.text, self.path, self.isNumber) = (text, path, isNumber)
        }

        static func number(_ number: Int?) -> Cell { Cell(number.map(String.init) ?? "\u{2013}", isNumber: true) }
    }

    let caption: String
    let head: [(text: String, isNumber: Bool)]
    let rows: [[Cell]]
    /// What stands there when there are no rows.
    var empty = ""
}

/// A form of the console.
struct FormBlock: Sendable {
    enum Input: Sendable {
        case text(maximum: Int)
        case long(maximum: Int)
        case choice([(value: String, text: String)])
        case check
        case date
        case number(ClosedRange<Int>)
        case file
        case hidden
        case secret
        case code
    }

    struct Field: Sendable {
        let name: String
        let label: String
        var hint = ""
        let input: Input
        var value = ""
        var isRequired = true
        var isBad = false
    }

    let path: String
    let fields: [Field]
    let button: String
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
                "fields": .list(
                    .object([
                        "id": .text, "name": .text, "label": .text, "value": .text, "isRequired": .flag,
                        "isBad": .flag,
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
            "chart": Chart.shape,
            "square": .object(["side": .text, "label": .text, "path": .text]),
            "codes": .object(["list": .list(.text)]),
        ]))

    private static let kinds = [
        "heading", "paragraph", "hint", "notice", "facts", "table", "ask", "links", "chart", "square", "codes",
    ]

    /// A block as the template takes it.
    /// - Parameters:
    ///   - place: its number on the page, for identifiers.
    ///   - form: the token that every form carries.
    func value(_ place: Int, form: String) -> TemplateValue {
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
        case .form(let block): value["ask"] = block.value(place, form: form)
        case .links(let links):
            value["links"] = .object([
                "list": .list(links.map { .object(["text": .text($0.text), "path": .text($0.path)]) })
            ])
        case .chart(let chart): value["chart"] = chart.value(place)
        case .square(let rows, let label):
            value["square"] = .object([
                "side": .text("\(rows.count + 2 * Block.quiet)"), "label": .text(label),
                "path": .text(Block.outline(rows)),
            ])
        case .codes(let codes): value["codes"] = .object(["list": .list(codes.map { .text($0) })])
        }
        return .object(value)
    }

    /// Light modules around a square code, which readers need (ISO/IEC 18004, section 6.3.8).
    private static let quiet = 4

    /// Dark modules as an SVG path: a unit square for each.
    private static func outline(_ rows: [[Bool]]) -> String {
        rows.enumerated().map { y, row in
            row.enumerated().filter(\.element).map { x, _ in "M\(x) \(y)h1v1h-1z" }.joined()
        }.joined()
    }
}

extension Table {
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
    fileprivate func value(_ place: Int, form: String) -> TemplateValue {
        .object([
            "path": .text(path), "button": .text(button), "isSecond": .flag(isSecond), "isQuery": .flag(isQuery),
            "isUpload": .flag(fields.contains { if case .file = $0.input { true } else { false } }),
            "token": .text(form), "fields": .list(fields.map { $0.value(place) }),
        ])
    }
}

extension FormBlock.Field {
    fileprivate func value(_ place: Int) -> TemplateValue {
        var values: [String: TemplateValue] = [
            "id": .text("f\(place)-\(name)"), "name": .text(name), "label": .text(label), "value": .text(value),
            "isRequired": .flag(isRequired), "isBad": .flag(isBad),
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
