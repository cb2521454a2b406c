import Testing

@testable import Authentication

/// Two presses of one button are one guess, and nothing else is.
struct PressMemoryTests {
    private let memory = PressMemory()
    private let one: [UInt8] = [1, 1]
    private let other: [UInt8] = [2, 2]

    @Test func `the same again is no further guess, and anything else is one`() {
        #expect(memory.isFirstOrSame("t", one, isFirst: true, now: 100))
        #expect(memory.isFirstOrSame("t", one, isFirst: false, now: 101))
        #expect(!memory.isFirstOrSame("t", other, isFirst: false, now: 101))
        #expect(!memory.isFirstOrSame("u", one, isFirst: false, now: 101))
    }

    /// An attempt that was given back, since too many hashed, lets another secret come first: the former is a guess of its own then.
    @Test func `whatever the store counts first is the one that may come again`() {
        #expect(memory.isFirstOrSame("t", one, isFirst: true, now: 100))
        #expect(memory.isFirstOrSame("t", other, isFirst: true, now: 101))
        #expect(!memory.isFirstOrSame("t", one, isFirst: false, now: 101))
        #expect(memory.isFirstOrSame("t", other, isFirst: false, now: 101))
    }

    @Test func `wrong is only what was found wrong, and for a moment`() {
        _ = memory.isFirstOrSame("t", one, isFirst: true, now: 100)
        memory.fail("t", other)
        #expect(memory.wasTyped("t", one, now: 100) && !memory.wasWrong("t", one, now: 100))
        memory.fail("t", one)
        #expect(memory.wasWrong("t", one, now: 101) && !memory.wasWrong("t", other, now: 101))
        #expect(!memory.wasWrong("t", one, now: 100 + 3 * Authenticator.pressSeconds))
        memory.tidy(now: 100 + 3 * Authenticator.pressSeconds)
        #expect(!memory.wasTyped("t", one, now: 100))
    }
}
