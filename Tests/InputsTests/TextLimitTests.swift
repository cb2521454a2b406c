import Crypto
import Inputs
import TestSupport
import Testing

struct TextLimitTests {
    private let limit = TextLimit(scalars: 100)

    @Test(arguments: [
        "", "a", String(repeating: "a", count: 100), "Zo\u{E9} \u{5E9}\u{5C1}\u{5B8}\u{5DC}\u{5D5}\u{5B9}\u{5DD}",
        "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{E01}\u{E49}\u{E33}",
        String(repeating: "e\u{301}", count: 50), "e" + String(repeating: "\u{301}", count: TextLimit.mostMarks),
    ])
    func `what people write may be looked at`(text: String) { #expect(limit.fault(text) == nil) }

    @Test(arguments: [
        "\u{301}", "\u{345}", "\u{903}", "\u{20DD}", "\u{200D}", "\u{FE0F}", "\u{E0061}", "\u{E0100}", "\u{1D165}",
        "\u{301}\u{316}\u{200D}",
    ])
    func `marks of every kind that pile up are refused`(mark: String) {
        let count = TextLimit.mostMarks / mark.unicodeScalars.count + 1
        #expect(limit.fault("e" + String(repeating: mark, count: count)) == .marks)
        #expect(limit.fault("e" + String(repeating: mark, count: count) + "e") == .marks)
    }

    @Test func `length is counted in bytes and scalars`() {
        #expect(limit.fault(String(repeating: "a", count: 101)) == .tooLong)
        #expect(TextLimit(scalars: 100, bytes: 100).fault(String(repeating: "\u{E9}", count: 51)) == .tooLong)
        #expect(limit.fault(String(repeating: "\u{1F600}", count: 100)) == nil)
        #expect(limit.fault(String(repeating: "\u{1F600}", count: 101)) == .tooLong)
    }

    @Test func `bytes that are no UTF-8 are no marks and no trap`() {
        for bytes in [[0x80], [0xCC], [0xE2, 0x80], [0xF4, 0xFF, 0xFF], [0xED, 0xA0, 0x80], [0xFF]] as [[UInt8]] {
            #expect(limit.fault(bytes: bytes) == nil)
        }
        #expect(TextLimit.marksAt([UInt8](repeating: 0xCC, count: 200)) == nil)
    }

    @Test func `half a megabyte of marks is judged in a moment`() {
        let text = "e" + String(repeating: "\u{301}\u{316}", count: 130_000)
        let wide = TextLimit(scalars: 1_000_000)
        let seconds = processorSeconds {
            #expect(wide.fault(text) == .marks)
            #expect(OneTimeCode.find(in: text, digits: 6...6) == nil)
            #expect(SymbolCode.find(in: text, count: 12) == nil)
        }
        #expect(seconds < 3)
    }
}
