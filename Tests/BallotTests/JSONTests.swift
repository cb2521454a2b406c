import BallotCore
import TestSupport
import Testing

struct JSONTests {
    /// An object with a member for each name, each with the value 0.
    private func object(_ names: some Sequence<String>) -> [UInt8] {
        Array("{\(names.map { "\"\($0)\":0" }.joined(separator: ","))}".utf8)
    }

    /// Optimised or not, pairs of 80,000 names would take a hundred times this long.
    private func quick(_ text: [UInt8]) -> JSON? {
        var json: JSON?
        let seconds = processorSeconds { json = JSON.read(text) }
        #expect(seconds < 5)
        return json
    }

    @Test(
        arguments: [
            ("999999999999999999", 999_999_999_999_999_999), ("-999999999999999999", -999_999_999_999_999_999),
            ("1000000000000000000", nil), ("9223372036854775807", nil), ("-9223372036854775808", nil), ("0", 0),
            ("01", nil),
        ] as [(String, Int?)])
    func `a number has eighteen digits at most`(text: String, number: Int?) {
        #expect(JSON.read(Array(text.utf8))?.integer == number)
    }

    @Test func `eighty thousand names are read in a moment`() {
        let text = object((0..<80_000).map { "n\($0)" })
        #expect(text.count > 800_000)
        #expect(quick(text)?["n79999"]?.integer == 0)
    }

    @Test(arguments: ["a", "a\u{0301}", "a much longer name that differs at its end only, "])
    func `names of one length and one end are told apart as quickly`(stem: String) {
        let names = (0..<20_000).map { "\($0 + 100_000)\(stem)same ending" }
        let text = object(names)
        #expect(quick(text) != nil)
        let twice = object(names + [names[7]])
        #expect(quick(twice) == nil)
    }

    @Test(arguments: [
        "{\"a\":1,\"a\":1}", "{\"a\":1,\"b\":2,\"a\":3}", "{\"a\":1,\"\\u0061\":1}", "[{\"\":1,\"\":1}]",
    ])
    func `a name that stands twice is refused`(text: String) { #expect(JSON.read(Array(text.utf8)) == nil) }

    @Test func `an object has a bounded number of members`() {
        #expect(JSON.read(object((1...JSON.mostMembers).map { "\($0)" })) != nil)
        #expect(JSON.read(object((0...JSON.mostMembers).map { "\($0)" })) == nil)
    }

    @Test func `deep, long and endless texts end at once`() {
        let count = 500_000
        let texts = [
            String(repeating: "[", count: count), String(repeating: "{\"a\":", count: count),
            "[" + String(repeating: "9", count: count) + "]", "[-" + String(repeating: "0", count: count) + "]",
            "\"" + String(repeating: "\\u0061", count: count), String(repeating: " ", count: count),
            "[" + String(repeating: "0,", count: count),
        ]
        for text in texts {
            #expect(quick(Array(text.utf8)) == nil, "\(text.prefix(20))")
        }
    }

    @Test func `members keep their order and values`() throws {
        let text = Array("{\"b\":[1,-20],\"a\":{\"x\":null,\"y\":true},\"c\":\"t\"}".utf8)
        let json = try #require(JSON.read(text))
        #expect(json["b"]?.list?.map(\.integer) == [1, -20])
        #expect(json["c"]?.bytes == [116])
        guard case .object(let members) = json else {
            Issue.record("it is no object")
            return
        }
        #expect(members.map { String(decoding: $0.name, as: UTF8.self) } == ["b", "a", "c"])
    }
}
