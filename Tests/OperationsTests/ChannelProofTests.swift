import Contacts
import Delivery
import Elections
import Operations
import Testing

struct ChannelProofTests {
    private var policy: AccessPolicy { AccessPolicy(level: 2) }

    @Test func `mail and SMS are two channels`() {
        let proof = ChannelProof(
            identifier: .email, hasPrintedCode: false, hasSecret: false, routes: [.email, .sms], policy: policy)
        #expect(proof.codes == [.sms] && proof.verdict == .two)
    }

    @Test func `one address is one channel, unless the roll holds an answer`() {
        let alone = ChannelProof(
            identifier: .email, hasPrintedCode: false, hasSecret: false, routes: [.email], policy: policy)
        #expect(alone.codes == [.email] && alone.verdict == .one)
        var asking = policy
        asking.challenge = LocalText(fr: "?", en: "?")
        let asked = ChannelProof(
            identifier: .email, hasPrintedCode: false, hasSecret: false, routes: [.email], policy: asking)
        #expect(asked.verdict == .oneAndAnswer)
    }

    @Test func `a letter with both is one channel, a letter and a mail are two`() {
        let letter = ChannelProof(
            identifier: .letter, hasPrintedCode: true, hasSecret: false, routes: [], policy: policy)
        #expect(letter.codes == [.letter] && letter.verdict == .one)
        let both = ChannelProof(
            identifier: .letter, hasPrintedCode: false, hasSecret: false, routes: [.email], policy: policy)
        #expect(both.verdict == .two)
    }

    @Test func `a mail that came onto the roll after the letter carries the code`() {
        // As the code is really sent: the printed one serves only whom nothing else reaches.
        let added = ChannelProof(
            identifier: .letter, hasPrintedCode: true, hasSecret: false, routes: [.email], policy: policy)
        #expect(added.codes == [.email] && added.verdict == .two)
        var without = policy
        without.codeChannel = .none
        let none = ChannelProof(
            identifier: .letter, hasPrintedCode: true, hasSecret: true, routes: [], policy: without)
        #expect(none.codes == [] && none.verdict == .one)
    }
}
