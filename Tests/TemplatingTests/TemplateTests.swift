import Foundation
import Templating
import Testing

/// The specification's own tests (github.com/mustache/spec, version 1.4).
private let specification = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

/// One test of the Mustache specification.
struct SpecTest: Sendable, CustomTestStringConvertible {
    let name: String
    let template: String
    let expected: String
    let values: [String: TemplateValue]
    let partials: [String: String]

    var testDescription: String { name }

    /// Names that the test's data has not: the specification renders nothing there, we refuse the template.
    static let missing: Set<String> = [
        "interpolation: Basic Context Miss Interpolation", "interpolation: Triple Mustache Context Miss Interpolation",
        "interpolation: Ampersand Context Miss Interpolation", "interpolation: Dotted Names - Broken Chains",
        "interpolation: Dotted Names - Broken Chain Resolution", "interpolation: Dotted Names - Context Precedence",
        "interpolation: Dotted Names are never single keys", "sections: Context Misses",
        "sections: Dotted Names - Broken Chains", "inverted: Context", "inverted: List", "inverted: Context Misses",
        "inverted: Dotted Names - Broken Chains", "partials: Failed Lookup",
    ]

    var isMissing: Bool { SpecTest.missing.contains(name) }

    private struct File: Decodable { let tests: [Entry] }

    private struct Entry: Decodable {
        let name, template, expected: String
        let data: JSONValue
        let partials: [String: String]?
    }

    /// Any JSON value, as a template sees it.
    private struct JSONValue: Decodable {
        let value: TemplateValue

        init(from decoder: any Decoder) throws {
            let box = try decoder.singleValueContainer()
            if box.decodeNil() {
                value = .nothing
            } else if let flag = try? box.decode(Bool.self) {
                value = .flag(flag)
            } else if let number = try? box.decode(Int.self) {
                value = .text("\(number)")
            } else if let number = try? box.decode(Double.self) {
                value = .text("\(number)")
            } else if let text = try? box.decode(String.self) {
                value = .text(text)
            } else if let list = try? box.decode([JSONValue].self) {
                value = .list(list.map(\.value))
            } else {
                value = .object(try box.decode([String: JSONValue].self).mapValues(\.value))
            }
        }
    }

    static func all() throws -> [SpecTest] {
        try ["interpolation", "sections", "inverted", "partials", "comments", "delimiters"].flatMap { file in
            let data = try Data(contentsOf: specification.appending(path: "\(file).json"))
            return try JSONDecoder().decode(File.self, from: data).tests.map { test in
                let values: [String: TemplateValue] =
                    if case .object(let fields) = test.data.value { fields } else { [".": test.data.value] }
                return SpecTest(
                    name: "\(file): \(test.name)", template: test.template, expected: test.expected, values: values,
                    partials: test.partials ?? [:])
            }
        }
    }

    /// The shape of a value.
    static func shape(_ value: TemplateValue) -> Shape {
        switch value {
        case .text, .nothing: .text
        case .flag: .flag
        case .object(let fields): .object(fields.mapValues(shape))
        case .list(let items):
            items.reduce(Shape.unknown) { merged($0, shape($1)) }.asList
        }
    }

    private static func merged(_ left: Shape, _ right: Shape) -> Shape {
        switch (left, right) {
        case (.unknown, _): right
        case (.object(let first), .object(let second)): .object(first.merging(second) { merged($0, $1) })
        case (.list(let first), .list(let second)): .list(merged(first, second))
        default: left
        }
    }
}

extension Shape {
    fileprivate var asList: Shape { .list(self) }
}

struct SpecTests {
    @Test(arguments: try SpecTest.all())
    func `the specification's example renders as it should, or is refused for a missing name`(test: SpecTest) throws {
        let shape = test.values.mapValues(SpecTest.shape)
        func made() throws(TemplateError) -> String {
            if let whole = test.values["."] {  // the data is no mapping: `.` is all there is
                let template = try Template(
                    "{{#all}}\(test.template){{/all}}", name: "spec", escaping: .html,
                    shape: ["all": SpecTest.shape(.list([whole]))])
                return try template.render(["all": .list([whole])])
            }
            let template = try Template(
                test.template, name: "spec", escaping: .html, shape: shape, partials: { test.partials[$0] })
            return try template.render(test.values)
        }
        if test.isMissing {
            #expect(throws: TemplateError.self) { try made() }
        } else {
            #expect(try made() == test.expected)
        }
    }

    @Test func `the fixtures are all there`() throws { #expect(try SpecTest.all().count > 110) }
}

struct TemplateTests {
    private func template(_ source: String, _ escaping: Escaping = .plain, _ shape: [String: Shape]) throws -> Template
    {
        try Template(source, name: "mail/x.txt", escaping: escaping, shape: shape)
    }

    @Test func `an unknown name is found when the template is loaded, with its place`() {
        do {
            _ = try template("Bonjour\n  {{nmae}}", .plain, ["name": .text])
            Issue.record("was loaded")
        } catch {
            #expect("\(error)" == "mail/x.txt:2:3: the model has no \"nmae\"")
        }
    }

    @Test func `an unknown name inside a section and a partial is found too`() {
        #expect(throws: TemplateError.self) {
            try template("{{#list}}{{b}}{{/list}}", .plain, ["list": .list(.object(["a": .text]))])
        }
        #expect(throws: TemplateError.self) {
            try Template("{{>p}}", name: "t", escaping: .plain, shape: ["a": .text], partials: { _ in "{{b}}" })
        }
    }

    @Test(arguments: ["{{#a}}", "{{/a}}", "{{#a}}{{/b}}", "{{a", "{{a b}}", "{{=x=}}"])
    func `a broken template is refused`(source: String) {
        #expect(throws: TemplateError.self) { try template(source, .plain, ["a": .flag, "b": .flag]) }
    }

    @Test func `a value missing at rendering is an error`() throws {
        let template = try template("{{a}}", .plain, ["a": .text])
        #expect(throws: TemplateError.self) { try template.render([:]) }
    }

    @Test func `a partial that contains itself without an end is an error that names it`() throws {
        let shape: [String: Shape] = ["a": .text]
        let endless = try Template(
            "one\n{{>p}}", name: "t", escaping: .plain, shape: shape, partials: { _ in "two\nthree {{>p}}" })
        let error = #expect(throws: TemplateError.self) { try endless.render(["a": .text("x")]) }
        #expect(error?.template == "p" && error?.line == 2 && error?.message.contains("contains itself") == true)
        #expect(throws: TemplateError.self) { try endless.flat(["a": .text("x")]) }
        let bound = #expect(throws: TemplateError.self) { try endless.bound(["a": .text("x")]) }
        #expect(bound?.template == "p")
    }

    @Test func `a partial that ends with its list is rendered to its end`() throws {
        let item = Shape.object(["name": .text, "inner": .list(.unknown)])
        let tree = try Template(
            "{{>p}}", name: "t", escaping: .plain, shape: ["inner": .list(item)],
            partials: { _ in "{{#inner}}{{name}}{{>p}}{{/inner}}" })
        var values: [String: TemplateValue] = ["name": .text("x"), "inner": .list([])]
        for _ in 0..<30 { values = ["name": .text("x"), "inner": .list([.object(values)])] }
        #expect(try tree.render(values) == String(repeating: "x", count: 30))
    }

    @Test(arguments: [Escaping.plain, .sms])
    func `no value makes a line of its own`(escaping: Escaping) throws {
        for separator in ["\u{2028}", "\u{2029}", "\u{85}", "\u{B}", "\u{C}", "\r\n", "\u{9B}"] {
            let text = try template("{{a}}", escaping, ["a": .text]).render(["a": .text("x\(separator)y")])
            #expect(text.split(separator: " ") == ["x", "y"], "\(separator.unicodeScalars.map(\.value))")
        }
    }

    @Test func `each kind of text escapes what it must`() throws {
        let value: [String: TemplateValue] = ["a": .text("L\u{2019}\u{E9}lu <b>\n\u{AB}&\u{BB}")]
        #expect(
            try template("{{a}}", .html, ["a": .text]).render(value) == "L\u{2019}\u{E9}lu &lt;b&gt;\n\u{AB}&amp;\u{BB}"
        )
        #expect(try template("{{a}}", .plain, ["a": .text]).render(value) == "L\u{2019}\u{E9}lu <b> \u{AB}&\u{BB}")
        #expect(try template("{{a}}", .sms, ["a": .text]).render(value) == "L'\u{E9}lu <b> \"&\"")
    }
}
